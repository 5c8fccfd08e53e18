"""Tables of people without coordinates, joined to villages with places: by code, else by name."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gdcoverage import InputError, read_demand

CODES = ("441324101201", "441324101202", "441324102201")


def people(**columns: object) -> pd.DataFrame:
    known = {"村名": ["东村", "西村", "东村"], "人口": [10, 20, 40], "城乡分类代码": "220"}
    return pd.DataFrame(known | columns)


def places(**columns: object) -> gpd.GeoDataFrame:
    known = {"name": ["东村", "西村", "东村"], **columns}
    points = shapely.points([114.1, 114.2, 114.3], [23.5, 23.6, 23.7])
    return gpd.GeoDataFrame(known, geometry=points, crs="EPSG:4326")


def found(source: pd.DataFrame, register: gpd.GeoDataFrame) -> dict[float, float]:
    """People -> longitude of those that have a place."""
    frame = read_demand(source, places=register).frame
    return dict(zip(frame["population"], frame.geometry.x.round(6), strict=True))


def test_code_comes_before_name():
    source = people(统计用区划代码=list(CODES), 村名=["改名村", "西村", "东村"])
    register = places(code=list(CODES))
    assert found(source, register) == {10: 114.1, 20: 114.2, 40: 114.3}
    assert found(source.iloc[::-1], register) == {10: 114.1, 20: 114.2, 40: 114.3}


def test_a_code_with_the_class_behind_it_is_the_villages():
    source = people(统计用区划代码=[code + "220" for code in CODES]).drop(columns="城乡分类代码")
    assert found(source, places(code=list(CODES))) == {10: 114.1, 20: 114.2, 40: 114.3}


def test_a_name_counts_within_its_town_only():
    source = people(镇街=["永汉镇", "", "麻榨镇"])
    register = places(town=["永汉镇", "永汉镇", "麻榨镇"])
    assert found(source, register) == {10: 114.1, 20: 114.2, 40: 114.3}


def test_a_name_that_several_bear_or_none_is_left_out_and_told():
    source = people(村名=["东村", "西村", "西 村下"])
    reading = read_demand(source, places=places())
    assert reading.frame["population"].tolist() == [20]
    told = [(p.kind, p.row, p.severity) for p in reading.problems if p.row]
    assert told == [("place_unmatched", 1, "error"), ("place_unmatched", 3, "error")]
    assert "有多处" in reading.problems[1].what
    [missed] = [p for p in reading.problems if p.kind == "people_left_out"]
    assert "50 人" in missed.what


def test_rows_that_share_a_name_without_a_town_match_nothing():
    source = people(村名=["西村", "西村", "南村"])
    assert found(source, places(name=["东村", "西村", "北村"])) == {}


def test_a_village_of_another_town_is_not_taken_for_it():
    source = people(村名=["西村", "", ""], 统计用区划代码=["441324999201", "", ""])
    assert found(source, places(code=list(CODES))) == {}


def test_own_coordinates_come_first_and_totals_need_no_place():
    source = people(村名=["东村", "西村", "永汉镇"], 人口=[10, 20, 30])
    source = source.assign(经度=[114.9, np.nan, np.nan], 纬度=[23.9, np.nan, np.nan])
    register = places(name=["东村", "西村", "北村"])
    assert found(source, register) == {10: 114.9, 20: 114.2}
    kinds = {p.kind for p in read_demand(source, places=register).problems}
    assert kinds == {"total_left_out"}


def test_polygons_in_any_coordinates_serve_as_places():
    register = places(name=["东村", "西村", "北村"]).to_crs(4547)
    register["geometry"] = register.buffer(50)
    source = people(村名=["东村", "西村", "北村"])
    x = read_demand(source, places=register).frame.geometry.x
    assert x.tolist() == pytest.approx([114.1, 114.2, 114.3], abs=1e-5)


def test_places_without_names_are_refused():
    with pytest.raises(InputError, match="name"):
        read_demand(people(), places=places().rename(columns={"name": "标题"}))


def test_without_places_a_table_without_coordinates_is_refused():
    with pytest.raises(InputError, match="没有坐标列"):
        read_demand(people())
