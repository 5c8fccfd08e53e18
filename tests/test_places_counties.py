"""County polygons: all of Guangdong's, true to a reference, a planner's own, and who lies where."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from gdcoverage.places.counties import (
    COUNTIES,
    assign_counties,
    carried_county,
    one_county,
    province,
    read_counties,
    stated_county_problems,
)
from gdcoverage.problems import InputError

# Three squares of a hundredth of a degree in a row, and a town of two cities' same name.
#
#     | 440101 | 440102 | 440103 |     x = 113.00, .01, .02, .03
SQUARES = gpd.GeoDataFrame(
    {
        "adcode": ["440101", "440102", "440103"],
        "name": ["甲区", "乙县", "城区"],
        "city": ["东市", "东市", "西市"],
    },
    geometry=[shapely.box(113 + i / 100, 23, 113 + (i + 1) / 100, 23.01) for i in range(3)],
    crs="EPSG:4326",
)


def grown(degrees: float) -> np.ndarray:
    return shapely.buffer(SQUARES.geometry.to_numpy(), degrees)


def points(*places: tuple[float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[shapely.Point(p) for p in places], crs="EPSG:4326")


def write(folder: Path, layer: gpd.GeoDataFrame, name: str = "counties.gpkg") -> Path:
    path = folder / name
    layer.to_file(path)
    return path


def refused(path: Path, **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        read_counties(path, **options)
    return caught.value


# --- Guangdong ---------------------------------------------------------------------------------


def test_guangdong_has_124_county_level_units_in_21_cities() -> None:
    counties = read_counties()
    COUNTIES.validate(counties)
    assert len(counties) == 124
    assert counties["city"].nunique() == 21
    assert counties["adcode"].is_monotonic_increasing
    assert counties.is_valid.all()
    assert counties.crs == "EPSG:4326"


def test_cities_without_counties_are_units_themselves() -> None:
    counties = read_counties(adcodes=["442000", "441900"])
    assert counties["name"].tolist() == ["东莞市", "中山市"]


def test_polygons_are_those_of_the_wgs84_reference(shared: Path) -> None:
    file = shared / "data/gd-admin/guangdong_admin.gpkg"
    reference = gpd.read_file(file, layer="county_wgs84")
    reference["adcode"] = reference["adcode"].astype(str)
    both = read_counties().merge(reference, on="adcode", suffixes=("", "_reference"))
    ours, theirs = both.geometry.to_numpy(), shapely.make_valid(both["geometry_reference"])
    overlap = shapely.area(shapely.intersection(ours, theirs))
    overlap /= shapely.area(shapely.union(ours, theirs))
    assert len(both) == 124
    # Left in GCJ-02, the counties of Shenzhen would score 0.80 to 0.84.
    assert overlap.min() > 0.9999


def test_counties_do_not_overlap_and_fill_the_province() -> None:
    counties = read_counties()
    # Square degrees, compared with one another only.
    total = shapely.area(counties.geometry.to_numpy()).sum()
    whole = counties.union_all()
    assert total == pytest.approx(whole.area, rel=1e-6)
    assert province().symmetric_difference(whole).area < 1e-4 * total


def test_populated_places_fall_into_counties(shared: Path) -> None:
    table = pd.read_csv(shared / "data/gd-geonames/guangdong_populated_places_geonames500.csv")
    places = points(*zip(table["longitude"], table["latitude"], strict=True))
    adcodes = assign_counties(places, read_counties())
    assert (adcodes != "").mean() > 0.997
    assert adcodes[adcodes != ""].nunique() == 123


def test_only_the_counties_asked_for_are_read() -> None:
    assert read_counties(adcodes=["440305"])["name"].tolist() == ["南山区"]
    assert read_counties(adcodes=[440305])["name"].tolist() == ["南山区"]


def test_unknown_adcode_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="449999"):
        read_counties(adcodes=["440305", "449999"])


# --- a planner's own layer ---------------------------------------------------------------------


@pytest.mark.parametrize("code", ["adcode", "县区代码", "区划代码", "PAC", "gb"])
@pytest.mark.parametrize("name", ["name", "名称", "县区"])
def test_headings_of_own_layer(tmp_path: Path, code: str, name: str) -> None:
    layer = SQUARES[["adcode", "name", "geometry"]].rename(columns={"adcode": code, "name": name})
    counties = read_counties(write(tmp_path, layer))
    assert counties["adcode"].tolist() == ["440101", "440102", "440103"]
    assert counties["name"].tolist() == ["甲区", "乙县", "城区"]
    assert (counties["city"] == "").all()


@pytest.mark.parametrize("written", ["156440101", "440101000000", 440101, 440101.0])
def test_codes_as_other_offices_write_them(tmp_path: Path, written: object) -> None:
    layer = SQUARES.iloc[:1].assign(adcode=[written])
    assert read_counties(write(tmp_path, layer))["adcode"].tolist() == ["440101"]


def test_own_layer_in_metres_comes_out_in_degrees(tmp_path: Path) -> None:
    counties = read_counties(write(tmp_path, SQUARES.to_crs(32649)), adcodes=["440102"])
    assert counties.total_bounds == pytest.approx([113.01, 23.0, 113.02, 23.01], abs=1e-6)


def test_crossed_outline_is_mended(tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(113, 23), (113.01, 23.01), (113.01, 23), (113, 23.01)])
    counties = read_counties(write(tmp_path, SQUARES.iloc[:1].set_geometry([bow_tie])))
    assert counties.is_valid.all()
    assert shapely.area(counties.geometry.iloc[0]) == pytest.approx(0.5e-4)


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (SQUARES.set_crs(None, allow_override=True), "坐标系"),
        (SQUARES.drop(columns="adcode"), "adcode"),
        (SQUARES.drop(columns="name"), "name"),
        (SQUARES.assign(adcode=["440101", "44", "440103"]), "44"),
        (SQUARES.assign(adcode="440101"), "多次"),
        (SQUARES.set_geometry(grown(0.001)), "440101 与 440102"),
        (SQUARES.set_geometry(SQUARES.representative_point()), "不是多边形"),
        (SQUARES.set_geometry([*SQUARES.geometry[:2], None]), "440103"),
    ],
)
@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_unusable_own_layer_says_why(tmp_path: Path, layer: gpd.GeoDataFrame, said: str) -> None:
    assert said in str(refused(write(tmp_path, layer)))


def test_own_layer_without_a_county_asked_for_is_refused(tmp_path: Path) -> None:
    assert "440305" in str(refused(write(tmp_path, SQUARES), adcodes=["440305"]))


@pytest.mark.parametrize("content", [b"", b"not a layer"])
def test_broken_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "counties.gpkg"
    path.write_bytes(content)
    assert refused(path).problem.file == "counties.gpkg"


def test_slivers_between_neighbours_are_no_fault(tmp_path: Path) -> None:
    assert len(read_counties(write(tmp_path, SQUARES.set_geometry(grown(1e-6))))) == 3


# --- one unit for a place elsewhere ------------------------------------------------------------


def test_one_county_holds_all_points_with_its_margin() -> None:
    places = points((-51.2, -30.1), (-51.1, -30.0), (-51.15, -30.02))
    unit = one_county("Porto Alegre", places, margin_m=1_000)
    COUNTIES.validate(unit)
    assert unit["adcode"].tolist() == ["000000"]
    assert (assign_counties(places, unit) == "000000").all()
    ring = np.array(unit.geometry.iloc[0].exterior.coords)
    nearest = [
        min(Geod(ellps="WGS84").line_length([x, p.x], [y, p.y]) for x, y in ring)
        for p in places.geometry[:2]
    ]
    assert min(nearest) == pytest.approx(1_000, rel=0.01)


def test_one_county_around_a_single_point() -> None:
    assert one_county("点", points((113, 23))).geometry.iloc[0].area > 0


def test_one_county_without_points_is_refused() -> None:
    with pytest.raises(InputError, match="没有点"):
        one_county("空", points())


# --- who lies where ----------------------------------------------------------------------------


@given(st.permutations(range(3)))
def test_point_on_a_border_goes_to_the_lower_adcode_in_any_order(order: list[int]) -> None:
    places = points((113.01, 23.005), (113.02, 23.005), (113.01, 23.01), (113.03, 23))
    adcodes = assign_counties(places, SQUARES.iloc[order])
    assert adcodes.tolist() == ["440101", "440102", "440101", "440103"]


def test_point_outside_belongs_to_no_county() -> None:
    assert assign_counties(points((113.0301, 23.005), (0, 0)), SQUARES).tolist() == ["", ""]


def test_assignment_is_aligned_with_the_points() -> None:
    places = points((113.025, 23.005), (113.005, 23.005)).set_index(pd.Index([7, 3]))
    assert assign_counties(places, SQUARES).to_dict() == {7: "440103", 3: "440101"}


def test_no_points_and_no_counties() -> None:
    assert assign_counties(points(), SQUARES).tolist() == []
    assert assign_counties(points((113, 23)), SQUARES.iloc[:0]).tolist() == [""]


@given(st.lists(st.tuples(st.floats(112.99, 113.04), st.floats(22.99, 23.02)), max_size=30))
def test_assignment_equals_testing_every_polygon(places: list[tuple[float, float]]) -> None:
    slow = [
        next((c.adcode for c in SQUARES.itertuples() if c.geometry.intersects(p)), "")
        for p in map(shapely.Point, places)
    ]
    assert assign_counties(points(*places), SQUARES).tolist() == slow


# --- stated counties ---------------------------------------------------------------------------


def outlet(stated: str, lon: float, lat: float) -> gpd.GeoDataFrame:
    return points((lon, lat)).assign(
        name="某支行", stated_county=stated, source_file="a.xlsx", source_sheet="表", source_row=9
    )


NANSHAN = (113.93, 22.53)
DONGGUAN = (113.75, 23.02)
CHENGQU = (115.36, 22.78)  # 汕尾市城区
RUYUAN = (113.27, 24.78)


@pytest.mark.parametrize(
    ("stated", "place"),
    [
        *((s, NANSHAN) for s in ("南山区", "南山", "深圳市南山区", "深圳南山", "深圳南山区")),
        *((s, NANSHAN) for s in ("广东省深圳市南山区", "440305", " 南山 区", "深圳市")),
        *((s, NANSHAN) for s in ("南山区粤海街道", "深圳市南山区粤海街道", "")),
        *((s, DONGGUAN) for s in ("东莞市", "东莞", "东莞市南城街道")),
        *((s, CHENGQU) for s in ("城区", "汕尾市城区", "汕尾城区")),
        *((s, RUYUAN) for s in ("乳源瑶族自治县", "乳源县", "乳源")),
    ],
)
def test_stated_county_agrees(stated: str, place: tuple[float, float]) -> None:
    assert stated_county_problems(outlet(stated, *place), read_counties()) == []


def test_stated_county_that_is_another_is_a_warning_with_both_names() -> None:
    (problem,) = stated_county_problems(outlet("福田区", *NANSHAN), read_counties())
    assert (problem.kind, problem.severity) == ("county_mismatch", "warning")
    assert "福田区" in problem.what
    assert "深圳市南山区" in problem.what
    assert (problem.file, problem.sheet, problem.row) == ("a.xlsx", "表", 9)
    assert problem.value == "福田区"


def test_stated_county_of_another_city_disagrees() -> None:
    (problem,) = stated_county_problems(outlet("广州市南山区", *NANSHAN), read_counties())
    assert "广州市南山区" in problem.what


def test_stated_county_that_no_list_knows_is_a_warning() -> None:
    (problem,) = stated_county_problems(outlet("火星区", *NANSHAN), read_counties())
    assert problem.kind == "county_unknown"
    assert "不在县区名单里" in problem.what


def test_point_outside_its_stated_county_and_all_others() -> None:
    (problem,) = stated_county_problems(outlet("南山区", 100, 10), read_counties())
    assert "不在所列县区之内" in problem.what


def test_outlet_of_a_county_that_was_not_read_is_left_alone() -> None:
    only = read_counties(adcodes=["440304"])
    assert stated_county_problems(outlet("南山区", *NANSHAN), only) == []


def test_name_that_two_counties_share_agrees_with_either() -> None:
    twins = SQUARES.assign(name=["城区", "乙县", "城区"], city=["东市", "东市", "西市"])
    for lon in (113.005, 113.025):
        assert stated_county_problems(outlet("城区", lon, 23.005), twins) == []
    assert len(stated_county_problems(outlet("西市城区", 113.005, 23.005), twins)) == 1


def test_unit_made_around_the_points_contradicts_nobody() -> None:
    place = outlet("Centro", -51.2, -30.1)
    assert stated_county_problems(place, one_county("Porto Alegre", place)) == []


def test_one_character_before_the_suffix_names_no_county() -> None:
    """东区 is not meant by 东县: what is left without 区 means nothing."""
    (problem,) = stated_county_problems(
        outlet("东县", 113.005, 23.005), SQUARES.assign(name=["东区", "乙县", "丙县"], city="")
    )
    assert problem.kind == "county_unknown"


def test_the_same_adcode_twice_is_no_table_of_counties() -> None:
    with pytest.raises(Exception, match=r"unique|duplicate"):
        COUNTIES.validate(SQUARES.assign(adcode="440101"))


def test_counties_that_overlap_are_refused_by_file_and_code(tmp_path: Path) -> None:
    layer = gpd.GeoDataFrame(
        {"adcode": ["990101", "990102"], "name": ["甲县", "乙县"]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(0.9, 0, 2, 1)],
        crs="EPSG:4326",
    )
    problem = refused(write(tmp_path, layer)).problem
    assert problem.file == "counties.gpkg"
    assert "990101 与 990102" in problem.what


def test_a_county_once_found_is_carried_and_others_are_found() -> None:
    counties = read_counties(adcodes=["440305", "440304"])
    inside = counties.geometry.representative_point()
    layer = points(*((p.x, p.y) for p in [*inside, inside.iloc[0]])).assign(
        county=["", "440304", "441900"]
    )
    # Sorted by adcode: the first point lies in 440304, the second in 440305.
    assert carried_county(layer, counties).tolist() == ["440304", "440304", ""]
    alone = layer.drop(columns="county")
    assert carried_county(alone, counties).tolist() == ["440304", "440305", "440304"]


def test_of_three_codes_the_one_that_comes_twice_is_named(tmp_path: Path) -> None:
    twice = SQUARES.assign(adcode=["440101", "440102", "440102"])
    assert "440102 出现了多次" in str(refused(write(tmp_path, twice)))
    thrice = SQUARES.assign(adcode="440103")
    assert "440103 出现了多次" in str(refused(write(tmp_path, thrice)))


def test_a_frame_may_be_indexed_by_its_own_codes() -> None:
    counties = read_counties(adcodes=["440304", "440305"])
    indexed = counties.set_index("adcode", drop=False)
    assert read_counties(indexed).equals(counties)
