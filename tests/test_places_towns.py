"""Towns and villages: lists and layers read, people and outlets assigned, and how that is known."""

import gzip

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.places.assign_towns import BY_DEMAND, BY_LAYER, BY_POINT, BY_TABLE, assign_towns
from gdcoverage.places.counties import known_counties
from gdcoverage.places.quotas import read_quotas
from gdcoverage.places.towns import kind_of, read_towns, stem
from gdcoverage.problems import InputError
from gdcoverage.townships import KINDS


def square(west, south, side=1000.0):
    east, north = west + side, south + side
    return shapely.box(*worlds.degrees(west, south), *worlds.degrees(east, north))


# Two counties side by side, each 2 km wide.
COUNTIES = gpd.GeoDataFrame(
    {"adcode": ["441324", "441322"], "name": ["龙门县", "博罗县"], "city": "惠州市"},
    geometry=[square(0, 0, 2000), square(2000, 0, 2000)],
    crs="EPSG:4326",
)


def layer(rows, crs=4326):
    """Towns from (code, name, geometry)."""
    codes, names, shapes = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame({"code": codes, "name": names}, geometry=list(shapes), crs=4326)
    return frame.to_crs(crs)


def people(spots, county, **columns):
    return worlds.demand(spots).assign(county=county, **columns)


def no_outlets():
    return worlds.outlets([]).assign(county="")


def towns_by(demand, towns):
    placed, _, problems = assign_towns(demand, no_outlets(), towns)
    told = placed[["town_id", "town_label", "town_by"]].itertuples(index=False, name=None)
    return list(told), problems


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("441324101", "441324101"),
        ("441324101000", "441324101"),
        (441324101, "441324101"),
        (441324101.0, "441324101"),
        ("4.41324101E8", "441324101"),
        ("４４１３２４１０１", "441324101"),
        ("441324101201", "441324101201"),
        ("", ""),
    ],
)
def test_codes_are_read_as_offices_write_them(code, meant):
    frame = pd.DataFrame({"代码": [code], "镇街": ["永汉镇"]})
    reading = read_towns(frame, COUNTIES)
    assert reading.frame["code"].tolist() == [meant]
    assert reading.problems == ()


@pytest.mark.parametrize("code", ["441324", "4.41324E11", "永汉", "44132410"])
def test_codes_that_lost_digits_are_told_and_left_out(code):
    frame = pd.DataFrame({"代码": [code, "441324102"], "镇街": ["永汉镇", "龙华镇"]})
    reading = read_towns(frame, COUNTIES)
    assert reading.frame["name"].tolist() == ["龙华镇"]
    assert [problem.kind for problem in reading.problems] == ["town_code_unusable"]


def test_the_bureaus_lists_serve_as_tables(shared, tmp_path):
    folder = shared / "data/gd-divisions"
    for name, count in (("streets", 1757), ("villages", 26842)):
        path = tmp_path / f"{name}.csv"
        path.write_bytes(gzip.decompress((folder / f"guangdong_{name}_2023.csv.gz").read_bytes()))
        reading = read_towns(path, known_counties())
        assert (len(reading.frame), reading.problems) == (count, ())
        assert (reading.frame["county"] == reading.frame["code"].str[:6]).all()


def test_a_layer_in_any_system_with_shapes_that_cross_themselves():
    bow = shapely.Polygon(
        [worlds.degrees(*spot) for spot in ((0, 0), (1000, 1000), (1000, 0), (0, 1000))]
    )
    assert not bow.is_valid
    rows = [("441324101", "永汉镇", bow), ("441324102", "龙华镇", square(1000, 0))]
    reading = read_towns(layer(rows, crs=4547), COUNTIES)
    assert reading.frame.geometry.is_valid.all()
    spots = [(500, 100), (500, 900), (1500, 500), (100, 500)]
    placed, _, _ = assign_towns(people(spots, "441324"), no_outlets(), reading.frame)
    # The bow is open to the west and east.
    assert placed["town_label"].tolist() == ["", "", "龙华镇", "永汉镇"]


def test_a_town_twice_in_the_list_counts_once_and_is_told():
    rows = [("441324101", "永汉镇", square(0, 0)), ("441324101", "永汉镇", square(1000, 0))]
    reading = read_towns(layer(rows), COUNTIES)
    assert len(reading.frame) == 1
    assert "出现了多次" in reading.problems[0].what


def test_a_list_without_names_is_refused():
    with pytest.raises(InputError, match="没有名称列"):
        read_towns(pd.DataFrame({"代码": ["441324101"]}), COUNTIES)


def test_a_town_without_code_is_its_countys_by_word_or_by_place():
    frame = pd.DataFrame({"镇街": ["永汉镇", "罗阳街道"], "县区": ["龙门县", "441322.0"]})
    assert read_towns(frame, COUNTIES).frame["county"].tolist() == ["441322", "441324"]
    rows = [("", "永汉镇", square(100, 100, 500)), ("", "罗阳街道", square(2100, 100, 500))]
    found = read_towns(layer(rows), COUNTIES).frame.set_index("name")["county"]
    assert found.to_dict() == {"永汉镇": "441324", "罗阳街道": "441322"}


def test_a_polygon_comes_before_what_the_table_says_and_that_before_the_nearest_point():
    towns = read_towns(
        layer(
            [
                ("441324101", "永汉镇", square(0, 0)),
                ("441324102", "龙华镇", shapely.Point(worlds.degrees(1900, 1900))),
                ("441322001", "罗阳街道", shapely.Point(worlds.degrees(2010, 500))),
            ]
        ),
        COUNTIES,
    ).frame
    demand = people(
        [(500, 500), (1500, 500), (1990, 500), (3900, 1900), (9000, 0)],
        ["441324", "441324", "441324", "441322", ""],
        town_name=["龙华镇", "永汉", "", "", ""],
    )
    told, problems = towns_by(demand, towns)
    assert told == [
        ("441324101", "永汉镇", BY_LAYER),
        ("441324101", "永汉镇", BY_TABLE),
        # The nearer point is the neighbours'.
        ("441324102", "龙华镇", BY_POINT),
        ("441322001", "罗阳街道", BY_POINT),
        ("", "", ""),
    ]
    assert problems == []


def test_one_name_in_two_counties_is_two_towns():
    towns = read_towns(
        pd.DataFrame({"code": ["441324101", "441322101"], "name": ["平安镇"] * 2}), COUNTIES
    ).frame
    demand = people([(0, 0), (3000, 0)], ["441324", "441322"], town_name="平安镇")
    assert [row[0] for row in towns_by(demand, towns)[0]] == ["441324101", "441322101"]
    assert [row[0] for row in towns_by(demand, None)[0]] == ["441324-平安镇", "441322-平安镇"]


def test_one_name_twice_in_a_county_is_left_open_and_told():
    towns = read_towns(
        pd.DataFrame({"code": ["441324101", "441324001"], "name": ["平安镇", "平安街道"]}), COUNTIES
    ).frame
    demand = people([(0, 0), (9, 9)], "441324", town_name=["平安", "平安"])
    told, problems = towns_by(demand, towns)
    assert told == [("", "", "")] * 2
    assert "有多个同名的" in problems[0].what


def test_a_name_that_the_list_lacks_has_a_row_of_its_own_and_is_told():
    towns = read_towns(pd.DataFrame({"code": ["441324101"], "name": ["永汉镇"]}), COUNTIES).frame
    told, problems = towns_by(people([(0, 0)], "441324", town_name="永漢镇"), towns)
    assert told == [("441324-永漢镇", "永漢镇", BY_TABLE)]
    assert "不在镇街表里" in problems[0].what


def test_codes_of_villages_tell_their_towns_with_or_without_a_list():
    demand = people(
        [(0, 0), (1, 1), (2, 2)],
        "441324",
        division=["441324101201", "441324101202", "441324102000"],
        name=["上村", "", "龙华镇"],
        town_name=["永汉镇", "", ""],
    )
    placed, _, _ = assign_towns(demand, no_outlets(), None)
    assert placed["town_id"].tolist() == ["441324101", "441324101", "441324102"]
    # A name that one row tells is the town's.
    assert placed["town_label"].tolist() == ["永汉镇", "永汉镇", "441324102"]
    assert placed["village_id"].tolist() == ["441324101201", "441324101202", ""]
    assert placed["village_label"].tolist() == ["上村", "441324101202", ""]
    listed = read_towns(
        pd.DataFrame({"code": ["441324101", "441324101202"], "name": ["永汉镇", "下村"]}), COUNTIES
    ).frame
    placed, _, _ = assign_towns(demand, no_outlets(), listed)
    assert placed["village_label"].tolist() == ["上村", "下村", ""]


def test_rows_below_a_town_are_its_villages_and_the_town_itself_is_none():
    demand = people(
        [(0, 0), (1, 1), (2, 2)],
        "441324",
        town_name=["永汉镇", "永汉", "永汉镇"],
        name=["上村", "下村", "永汉镇"],
    )
    placed, _, _ = assign_towns(demand, no_outlets(), None)
    assert placed["town_id"].unique().tolist() == ["441324-永汉镇"]
    assert placed["village_label"].tolist() == ["上村", "下村", ""]


def test_outlets_lie_where_a_polygon_a_point_or_else_the_nearest_people_are():
    outlets = worlds.outlets([(500, 500), (1400, 500), (2500, 500)]).assign(
        county=["441324", "441324", "441322"]
    )
    towns = read_towns(layer([("441324101", "永汉镇", square(0, 0))]), COUNTIES).frame
    demand = people(
        [(1500, 500), (2600, 500)], ["441324", "441322"], town_name=["龙华镇", "罗阳街道"]
    )
    _, placed, _ = assign_towns(demand, outlets, towns)
    assert placed["town_label"].tolist() == ["永汉镇", "龙华镇", "罗阳街道"]
    assert placed["town_by"].tolist() == [BY_LAYER, BY_DEMAND, BY_DEMAND]


@settings(max_examples=25)
@given(st.randoms(), st.integers(0, 10**6))
def test_the_order_of_rows_decides_nothing(chance, seed):
    rng = np.random.default_rng(seed)
    spots = [tuple(spot) for spot in rng.integers(0, 9, (12, 2)) * 250]
    county = ["441324" if x < 1000 else "441322" for x, _ in spots]
    demand = people(
        spots,
        county,
        town_name=rng.choice(["", "永汉", "永汉镇", "龙华镇"], 12),
        name=rng.choice(["", "上村", "下村"], 12),
        division=rng.choice(["", "", "441324101201", "441322002"], 12),
    )
    outlets = worlds.outlets(spots[:4]).assign(county=county[:4])
    towns = layer([("441324101", "永汉镇", square(0, 0)), ("441322009", "边镇", square(500, 0))])
    towns = None if seed % 3 == 0 else read_towns(towns, COUNTIES).frame
    people_placed, outlets_placed, _ = assign_towns(demand, outlets, towns)
    order = chance.sample(range(12), 12)
    mixed, also, _ = assign_towns(demand.iloc[order], outlets.iloc[::-1], towns)
    pd.testing.assert_frame_equal(mixed.sort_index(), people_placed)
    pd.testing.assert_frame_equal(also.sort_index(), outlets_placed)


def test_kinds_and_stems_of_names():
    assert [kind_of(name) for name in ("永汉镇", "粤海街道", "蓝田瑶族乡", "红旗农场")] == [
        *("镇", "街道", "乡", "其他")
    ]
    assert [stem(name) for name in ("永汉镇", "永汉镇人民政府", "东镇")] == ["永汉", "永汉", "东镇"]


def quotas(**columns):
    table = {"县区": ["龙门县"], "城乡类别": ["城区"], "网点类型": ["窗口"], "计划数": [3]}
    frame, told = read_quotas(pd.DataFrame(table | columns), COUNTIES, KINDS)
    assert told == []
    return frame


def test_quotas_of_other_counties_are_told_and_left_out():
    table = {"县区": ["龙门县", "深圳", "惠州市"], "城乡类别": ["城区"] * 3, "计划数": [3, 4, 5]}
    frame, told = read_quotas(pd.DataFrame(table), COUNTIES, KINDS)
    assert frame["county"].tolist() == ["441324"]
    assert [problem.kind for problem in told] == ["quota_unused"] * 2
    assert [problem.row for problem in told] == [2, 3]


def test_quotas_are_read_by_county_class_and_kind():
    assert quotas().to_numpy().tolist() == [["441324", "urban", "window", 3.0]]
    more = quotas(县区=[441322.0], 城乡类别=["乡镇"], 网点类型=[""])
    assert more.to_numpy().tolist() == [["441322", "rural", "any", 3.0]]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"城乡类别": ["山区"]}, "应为 城区"),
        ({"网点类型": ["大厅"]}, "应为 网点、窗口办"),
        ({"计划数": [-1]}, "应为 0 或正整数"),
        ({"计划数": [1.5]}, "应为 0 或正整数"),
        ({"计划数": ["若干"]}, "应为 0 或正整数"),
    ],
)
def test_quotas_that_are_not_understood_are_refused(columns, said):
    with pytest.raises(InputError, match=said):
        quotas(**columns)


def test_a_quota_told_twice_is_refused():
    twice = {"县区": ["龙门县"] * 2, "城乡类别": ["城区"] * 2, "网点类型": ["窗口办", "窗口"]}
    with pytest.raises(InputError, match="写了两次"):
        quotas(**twice, 计划数=[3, 4])


def test_polygons_of_villages_tell_village_and_town():
    towns = read_towns(
        layer(
            [
                ("441324101201", "上村", square(0, 0)),
                ("441324101202", "下村", square(1000, 0)),
                ("441324101", "永汉镇", None),
            ]
        ),
        COUNTIES,
    ).frame
    demand = people([(500, 500), (1500, 500), (500, 1500)], "441324")
    outlets = worlds.outlets([(500, 500)]).assign(county="441324")
    placed, serving, _ = assign_towns(demand, outlets, towns)
    assert placed["village_label"].tolist() == ["上村", "下村", ""]
    assert placed["town_label"].tolist() == ["永汉镇", "永汉镇", ""]
    assert placed["town_by"].tolist() == [BY_LAYER, BY_LAYER, ""]
    assert serving["town_label"].tolist() == ["永汉镇"]


def test_nobody_and_nothing_have_no_towns():
    towns = read_towns(layer([("441324101", "永汉镇", square(0, 0))]), COUNTIES).frame
    placed, serving, problems = assign_towns(people([], "441324"), no_outlets(), towns)
    assert (len(placed), len(serving), problems) == (0, 0, [])
