import pytest

from gdcoverage.emap._pinyin import pinyin_table
from gdcoverage.places.counties import read_counties


@pytest.mark.parametrize(
    ("character", "reading"),
    [
        *(("行", "hang"), ("番", "pan"), ("禺", "yu"), ("埔", "bu"), ("埔", "pu"), ("大", "da")),
        *(("涌", "chong"), ("莞", "guan"), ("滘", "jiao"), ("墟", "xu"), ("塱", "lang")),
        *(("乐", "le"), ("长", "chang"), ("重", "chong"), ("厦", "xia"), ("圳", "zhen")),
        *(("氹", "dang"), ("佗", "tuo"), ("湛", "zhan"), ("女", "nv")),
    ],
)
def test_place_names_are_read_as_people_read_them(character, reading):
    assert reading in pinyin_table([character])[character].split()


def test_every_county_and_city_can_be_typed():
    counties = read_counties()
    table = pinyin_table([*counties["name"], *counties["city"]])
    for name in counties["name"]:
        for character in name:
            assert table[character]


def test_only_chinese_characters_each_once_and_always_the_same():
    table = pinyin_table(["ATM 9号行", "行行"])
    assert set(table) == {"号", "行"}
    assert list(pinyin_table(["行号"])) == sorted(table)
    assert pinyin_table([]) == {}
