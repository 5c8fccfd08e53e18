"""Counties as people call them."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdcoverage.places.called import counties_called
from gdcoverage.places.counties import known_counties
from gdcoverage.problems import InputError

KNOWN = known_counties()
HUIZHOU = ("441302", "441303", "441322", "441323", "441324")
# Made up: a name in two cities, one twice in a city, a bare name that is another's city.
OWN = pd.DataFrame(
    [
        ("990101", "城区", "甲市"),
        ("990102", "丙丁县", "甲市"),
        ("990201", "城区", "乙市"),
        ("990202", "重名县", "乙市"),
        ("990203", "重名县", "乙市"),
        ("990301", "甲乙县", ""),
    ],
    columns=["adcode", "name", "city"],
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        *[
            ([word], ("441324",))
            for word in ("龙门县", "龙门", "惠州市龙门县", "惠州龙门", "441324")
        ],
        *[([word], ("441324",)) for word in ("广东省惠州市龙门县", " 龙门县 ", "４４１３２４")],
        *[([word], HUIZHOU) for word in ("惠州市", "惠州", "4413", "441300")],
        (["惠州市", "龙门县"], HUIZHOU),
        *[([word], ("441900",)) for word in ("东莞市", "东莞", "441900", "4419")],
        (["龙门县", "博罗县"], ("441322", "441324")),
        (["城区"], ("441502",)),
        (["梅县"], ("441403",)),
        ([], ()),
    ],
)
def test_names_cities_and_codes(words, expected):
    assert counties_called(words, KNOWN) == expected


@pytest.mark.parametrize("word", ["全省", "44", "440000", "广东省"])
def test_the_province_is_all_of_it(word):
    assert counties_called([word], KNOWN) == tuple(KNOWN["adcode"])


@given(st.sampled_from(list(KNOWN.itertuples(index=False))))
def test_every_county_is_found_by_name_with_its_city_and_by_code(county):
    for word in (county.name, county.city + county.name, county.adcode):
        assert counties_called([word], KNOWN) == (county.adcode,)
    assert county.adcode in counties_called([county.city], KNOWN)


def test_a_name_of_two_counties_asks_which():
    with pytest.raises(InputError) as refused:
        counties_called(["城区"], OWN)
    assert refused.value.problem.kind == "county_ambiguous"
    assert "甲市城区、乙市城区" in refused.value.problem.action
    assert counties_called(["乙市城区"], OWN) == ("990201",)
    with pytest.raises(InputError, match="重名县（990202）、乙市重名县（990203）"):
        counties_called(["重名县"], OWN)
    assert counties_called(["甲乙"], OWN) == ("990301",)


@pytest.mark.parametrize(
    ("word", "near"), [("龙们县", "龙门县"), ("惠洲市", "惠州市"), ("44132", "441324（龙门县）")]
)
def test_an_unknown_name_is_told_with_the_nearest(word, near):
    with pytest.raises(InputError) as refused:
        counties_called([word], KNOWN)
    assert word in refused.value.problem.what
    assert near in refused.value.problem.action


def test_all_that_is_unclear_is_told_at_once():
    with pytest.raises(InputError) as refused:
        counties_called(["城区", "没有", "丙丁", "99"], OWN)
    assert [p.value for p in refused.value.problems] == ["城区", "没有"]


@given(st.text(max_size=12))
def test_any_text_means_counties_or_is_told(word):
    try:
        assert set(counties_called([word], KNOWN)) <= set(KNOWN["adcode"])
    except InputError as error:
        assert error.problem.value == word
