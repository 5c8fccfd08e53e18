"""Demand points from tables, hexagons and layers; nobody vanishes in silence."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import h3
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from gdcoverage.demand import DEMAND, read_demand
from gdcoverage.geo.datum import from_wgs84
from gdcoverage.policy import Standard, TownRule
from gdcoverage.problems import InputError
from gdcoverage.tables import Reading

HEADER = "编号,名称,人口,经度,纬度,城乡分类代码"
GOOD = "1,甲村,100,113.10,23.10,220"
CENTRES = [f"{cell}" for cell in h3.grid_disk(h3.latlng_to_cell(23.1, 113.2, 8), 1)]


def table(folder: Path, *rows: str, header: str = HEADER, **options: Any) -> Reading:
    path = folder / "people.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_demand(path, **options)


def kinds(reading: Reading) -> list[tuple[str, int | None]]:
    return [(p.kind, p.row) for p in reading.problems]


def said(reading: Reading, kind: str) -> str:
    (problem,) = (p for p in reading.problems if p.kind == kind)
    return problem.what


# --- tables ------------------------------------------------------------------------------------


def test_table_becomes_demand_points(tmp_path: Path) -> None:
    reading = table(
        tmp_path,
        "S1,某小区,1200,300,113.30,23.12,111,0.25",
        header="编号,小区名称,常住人口（人）,60岁以上人口,经度(°),纬度(°),城乡分类代码,面积(km²)",
    )
    DEMAND.validate(reading.frame)
    point = reading.frame.iloc[0]
    assert (point.demand_id, point["name"], point.source_row) == ("S1", "某小区", 2)
    assert (point.population, point.elderly, point.area_km2) == (1200, 300, 0.25)
    assert (point.settlement, point.settlement_code, point.settlement_source) == (
        "urban",
        "111",
        "code",
    )
    assert point.geometry.equals(shapely.Point(113.30, 23.12))
    assert point.county == ""
    assert reading.problems == ()
    assert reading.source.role == "人口"


def test_unknown_elderly_and_area_are_nan(tmp_path: Path) -> None:
    frame = table(tmp_path, GOOD).frame
    assert frame[["elderly", "area_km2"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("heading", "people"), [("人口(万人)", 12_000), ("人口（人）", 1.2), ("人口[千人]", 1_200)]
)
def test_unit_of_people_in_the_heading_counts(tmp_path: Path, heading: str, people: float) -> None:
    reading = table(tmp_path, "1.2,113,23,111", header=f"{heading},经度,纬度,城乡分类代码")
    assert reading.frame["population"].tolist() == [pytest.approx(people)]


@pytest.mark.parametrize(
    ("heading", "km2"),
    [("面积(平方公里)", 3.0), ("面积(m²)", 3e-6), ("面积（公顷）", 0.03), ("面积(亩)", 0.002)],
)
def test_unit_of_area_in_the_heading_counts(tmp_path: Path, heading: str, km2: float) -> None:
    reading = table(tmp_path, "9,113,23,111,3", header=f"人口,经度,纬度,城乡分类代码,{heading}")
    assert reading.frame["area_km2"].tolist() == [pytest.approx(km2)]


def test_each_bad_row_is_reported_and_good_rows_go_on(tmp_path: Path) -> None:
    reading = table(
        tmp_path,
        GOOD,
        "2,无坐标,10,,23.1,220",
        "3,零,20,0,0,220",
        "4,半零,40,113.1,0,220",
        "5,文字,约三百人,113.1,23.1,220",
        "6,负数,-5,113.1,23.1,220",
        "12,过大,1e30,113.1,23.1,220",
        "7,空,,113.1,23.1,220",
        "8,地球外,80,500,23.1,220",
        "9,怪代码,160,113.1,23.1,999",
        "10,颠倒,1000,23.2,113.2,220",
        "11,全角,１，２００,113.1,23.1,220",
        "合计,,99999,,,",
    )
    assert reading.frame["name"].tolist() == ["甲村", "颠倒", "全角"]
    assert reading.frame["population"].tolist() == [100, 1000, 1200]
    assert reading.frame.geometry.iloc[1].equals(shapely.Point(113.2, 23.2))
    assert kinds(reading) == [
        ("people_left_out", None),
        ("coordinate_missing", 3),
        ("coordinate_zero", 4),
        ("coordinate_zero", 5),
        ("population_unreadable", 6),
        ("population_negative", 7),
        ("population_impossible", 8),
        ("population_missing", 9),
        ("coordinate_outside", 10),
        ("settlement_unknown", 11),
        ("coordinate_swapped", 12),
        ("total_left_out", 14),
        ("total_differs", 14),
    ]
    # 10 + 20 + 40 + 80 without a place, 160 without a class.
    assert "310 人" in said(reading, "people_left_out")


def test_impossible_number_of_elderly_is_unknown_and_reported(tmp_path: Path) -> None:
    rows = [f"100,{elderly},113,23,220" for elderly in ("101", "-1", "许多", "100", "")]
    reading = table(tmp_path, *rows, header="人口,老年人口,经度,纬度,城乡分类代码")
    assert reading.frame["elderly"].fillna(-9).tolist() == [-9, -9, -9, 100, -9]
    assert kinds(reading) == [("elderly_unusable", row) for row in (2, 3, 4)]


def test_columns_that_are_not_used_are_named_once(tmp_path: Path) -> None:
    reading = table(tmp_path, GOOD + ",x,y", header=HEADER + ",学校,医院")
    assert said(reading, "columns_unused") == "以下列未使用：学校、医院"


def test_points_on_one_spot_are_all_kept_and_a_repeated_id_is_told(tmp_path: Path) -> None:
    reading = table(tmp_path, GOOD, "1,丙村,100,113.1,23.1,220", "2,乙村,50,113.1,23.1,220")
    assert reading.frame["population"].sum() == 250
    assert reading.frame["demand_id"].tolist() == ["R2", "R3", "2"]
    assert kinds(reading) == [("id_repeated", None)]


def test_order_of_rows_changes_nothing_but_the_order(tmp_path: Path) -> None:
    rows = [
        f"{i},村{i},{i * 10},113.{i},23.{i},{code}" for i, code in enumerate(["111", "121", "x"])
    ]
    one, two = table(tmp_path, *rows), table(tmp_path, *rows[::-1])
    columns = ["demand_id", "population", "settlement"]
    assert one.frame[columns].to_numpy().tolist() == two.frame[columns].to_numpy()[::-1].tolist()


def test_sheets_of_a_workbook_are_read_together_title_rows_and_all(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    with pd.ExcelWriter(path) as book:
        for sheet in ("东镇", "西镇"):
            row = GOOD.replace("甲", sheet[0]).split(",")
            cells = [["2024年人口表", *[""] * 5], HEADER.split(","), row]
            pd.DataFrame(cells).to_excel(book, sheet_name=sheet, index=False, header=False)
    reading = read_demand(path)
    assert reading.frame["demand_id"].tolist() == ["东镇R3", "西镇R3"]
    assert read_demand(path, sheet="西镇").frame["demand_id"].tolist() == ["1"]


def test_table_in_gcj02_comes_out_in_wgs84(tmp_path: Path) -> None:
    lon, lat = from_wgs84(113.1, 23.1, "gcj02")
    point = table(tmp_path, f"1,甲村,5,{lon!s},{lat!s},220", datum="gcj02").frame.geometry.iloc[0]
    assert point.distance(shapely.Point(113.1, 23.1)) < 1e-7


@pytest.mark.parametrize(
    ("header", "row", "told"),
    [
        ("编号,名称,经度,纬度", "1,甲,113,23", "人口"),
        ("编号,名称,人口,城乡分类代码", "1,甲,9,111", "没有坐标列"),
        ("编号,名称,人口,经度,纬度", "1,甲,9,113,23", "城乡分类"),
        (HEADER, "1,甲,9,113,23,郊", "如“郊”"),
    ],
)
def test_table_that_lacks_something_says_what(
    tmp_path: Path, header: str, row: str, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        table(tmp_path, row, header=header)


def test_table_with_bad_rows_only_has_nobody_and_says_so(tmp_path: Path) -> None:
    reading = table(tmp_path, "1,甲,许多,113,23,220")
    assert reading.frame.empty
    assert "总人口为 0" in said(reading, "no_people")


@pytest.mark.parametrize("name", ["people.csv", "people.xlsx", "people.tif", "people.gpkg"])
@pytest.mark.parametrize("content", [b"", b"\x00\x01nonsense\xff" * 9])
def test_empty_and_broken_files_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_demand(tmp_path / name, settlement="urban")
    assert caught.value.problem.file == name


@pytest.mark.parametrize("name", ["people.csv", "people.tif", "people.gpkg"])
def test_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="找不到文件"):
        read_demand(tmp_path / name)


# --- hexagons ----------------------------------------------------------------------------------


def test_hexagons_without_coordinates_lie_at_their_middle(tmp_path: Path) -> None:
    rows = [f"{cell},{i}" for i, cell in enumerate(CENTRES, 1)]
    frame = table(tmp_path, *rows, header="h3_index,pop", settlement="urban").frame
    assert frame["demand_id"].tolist() == CENTRES
    assert frame["population"].sum() == 28
    for point in frame.itertuples():
        assert h3.latlng_to_cell(point.geometry.y, point.geometry.x, 8) == point.demand_id
        assert point.area_km2 == pytest.approx(h3.cell_area(point.demand_id, "km^2"))


def test_strange_cell_among_hexagons_is_one_bad_row(tmp_path: Path) -> None:
    rows = [*(f"{cell},10" for cell in CENTRES), "甲,7"]
    reading = table(tmp_path, *rows, header="h3,人口", settlement="rural")
    assert len(reading.frame) == 7
    assert kinds(reading) == [("people_left_out", None), ("hexagon_unknown", 9)]


def test_hexagons_of_porto_alegre(shared: Path) -> None:
    file = shared / "data/portoalegre-r5r/poa_hexgrid.csv"
    reading = read_demand(file, settlement="urban")
    assert len(reading.frame) == 1_227
    assert reading.frame["population"].sum() == 812_935
    assert reading.frame["area_km2"].between(0.089, 0.091).all()
    assert set(reading.frame["settlement_source"]) == {"declared"}


@pytest.mark.parametrize("other", ["613177664827555839", "f" * 32, "8", "０", "x" * 99])
def test_ids_of_other_grids_are_not_taken_for_hexagons(tmp_path: Path, other: str) -> None:
    frame = table(tmp_path, f"{other},甲村,9,113.1,23.1,220").frame
    assert frame["demand_id"].tolist() == [other.replace("０", "0")]
    assert frame["area_km2"].isna().all()


# --- layers ------------------------------------------------------------------------------------

U_SHAPE = shapely.difference(
    shapely.box(113, 23, 113.03, 23.03), shapely.box(113.01, 23.01, 113.02, 23.03)
)
# Both rings run the same way round, as some software writes them.
HOLED = shapely.Polygon(
    shapely.box(113, 23, 113.03, 23.03).exterior,
    [shapely.box(113.01, 23.01, 113.02, 23.02).exterior],
)
BOW_TIE = shapely.Polygon([(113, 23), (113.01, 23.01), (113.01, 23), (113, 23.01)])


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet"])
def test_polygons_become_points_inside_them_with_geodesic_area(tmp_path: Path, suffix: str) -> None:
    shapes = [U_SHAPE, HOLED, BOW_TIE]
    layer = gpd.GeoDataFrame({"人口": [1, 2, 3]}, geometry=shapes, crs="EPSG:4326")
    path = tmp_path / f"people{suffix}"
    layer.to_parquet(path) if suffix == ".parquet" else layer.to_file(path)
    frame = read_demand(path, settlement="rural").frame
    assert all(
        s.contains(p) for s, p in zip(shapely.make_valid(shapes), frame.geometry, strict=True)
    )
    cell = abs(Geod(ellps="WGS84").geometry_area_perimeter(shapely.box(113, 23, 113.01, 23.01))[0])
    assert frame["area_km2"].tolist() == pytest.approx(
        [7e-6 * cell, 8e-6 * cell, cell / 2e6], rel=1e-3
    )


def test_feature_without_shape_is_reported_with_its_people(tmp_path: Path) -> None:
    shapes = [shapely.Point(113, 23), None, shapely.Polygon()]
    layer = gpd.GeoDataFrame({"人口": [1, 2, 4]}, geometry=shapes, crs="EPSG:4326")
    layer.to_file(tmp_path / "people.gpkg")
    reading = read_demand(tmp_path / "people.gpkg", settlement="rural")
    assert reading.frame["population"].tolist() == [1]
    assert "6 人" in said(reading, "people_left_out")


def test_layer_without_people_is_refused(tmp_path: Path) -> None:
    layer = gpd.GeoDataFrame({"x": [1]}, geometry=[shapely.Point(113, 23)], crs="EPSG:4326")
    layer.to_file(tmp_path / "people.gpkg")
    with pytest.raises(InputError, match="没有人口列"):
        read_demand(tmp_path / "people.gpkg", settlement="rural")


# --- settlement --------------------------------------------------------------------------------

BY_CODE = {"111": "urban", "112": "urban", "210": "rural", "220": "rural"}
TOWNS = {"121", "122", "123"}


@pytest.mark.parametrize("code", [*BY_CODE, *sorted(TOWNS)])
@pytest.mark.parametrize(
    ("rule", "town"), [("urban", "urban"), ("rural", "rural"), ("both", "urban")]
)
def test_every_code_under_every_town_rule(
    tmp_path: Path, code: str, rule: TownRule, town: str
) -> None:
    standard = Standard(town_rule=rule)
    point = table(tmp_path, f"1,甲,9,113,23,{code}", standard=standard).frame.iloc[0]
    assert point.settlement == BY_CODE.get(code, town)
    assert point.town == (code in TOWNS)
    assert (point.settlement_code, point.settlement_source) == (code, "code")


@pytest.mark.parametrize(
    ("word", "settlement", "town", "code"),
    [
        *(("城区", "urban", False, ""), ("城镇", "urban", False, ""), ("乡村", "rural", False, "")),
        *(
            ("镇区", "urban", True, ""),
            ("Rural", "rural", False, ""),
            ("１１１", "urban", False, "111"),
        ),
        *(("主城区", "urban", False, "111"), ("镇中心区", "urban", True, "121")),
        ("村庄", "rural", False, "220"),
    ],
)
def test_words_for_settlement(
    tmp_path: Path, word: str, settlement: str, town: bool, code: str
) -> None:
    point = table(tmp_path, f"1,甲,9,113,23,{word}").frame.iloc[0]
    assert (point.settlement, point.town, point.settlement_code) == (settlement, town, code)


def test_declaration_is_for_rows_without_code_only(tmp_path: Path) -> None:
    rows = ["1,甲,9,113,23,111", "2,乙,9,113,23,", "3,丙,9,113,23,x"]
    reading = table(tmp_path, *rows, settlement="rural")
    assert reading.frame["settlement"].tolist() == ["urban", "rural", "rural"]
    assert reading.frame["settlement_source"].tolist() == ["code", "declared", "declared"]
    assert kinds(reading) == [("settlement_unknown", 4)]
    assert reading.problems[0].severity == "warning"


def test_polygons_class_the_points_in_them_and_the_rest_is_rural(tmp_path: Path) -> None:
    squares = [shapely.box(113, 23, 113.1, 23.1), shapely.box(113.05, 23, 113.2, 23.1)]
    polygons = gpd.GeoDataFrame(
        {"城乡分类代码": [121, 111]}, geometry=squares, crs="EPSG:4326"
    ).to_crs(32649)
    places = ["113.02,23.05", "113.07,23.05", "113.15,23.05", "113.30,23.05"]
    rows = [f"{i},甲,9,{place}," for i, place in enumerate(places)]
    for layer in (polygons, polygons.iloc[::-1]):
        frame = table(tmp_path, *rows, settlement_polygons=layer).frame
        assert frame["settlement_code"].tolist() == ["121", "111", "111", ""]
        assert frame["settlement"].tolist() == ["urban", "urban", "urban", "rural"]
        assert set(frame["settlement_source"]) == {"polygon"}


@pytest.mark.parametrize(
    ("columns", "crs", "told"),
    [
        ({"x": [1]}, "EPSG:4326", "没有城乡分类列"),
        ({"城乡": ["111"]}, None, "坐标系"),
        ({"城乡": ["郊"]}, "EPSG:4326", "无法识别"),
    ],
)
def test_unusable_settlement_polygons_say_why(
    tmp_path: Path, columns: dict[str, list[object]], crs: str | None, told: str
) -> None:
    polygons = gpd.GeoDataFrame(columns, geometry=[shapely.box(113, 23, 114, 24)], crs=crs)
    with pytest.raises(InputError, match=told):
        table(tmp_path, GOOD, settlement_polygons=polygons)


def test_strange_declaration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="urban"):
        table(tmp_path, "1,甲,9,113,23,", settlement="suburb")


def test_header_without_rows_is_said(tmp_path) -> None:
    (tmp_path / "t.csv").write_text("名称,人口,经度,纬度,城乡分类代码\n", encoding="utf-8")
    with pytest.raises(InputError, match="没有数据"):
        read_demand(tmp_path / "t.csv")


def test_towns_and_codes_of_villages_are_kept_as_the_table_says_them(tmp_path):
    """A column filled once, a sheet of a town, a row that is one; and read again, the same."""
    path = tmp_path / "人口.xlsx"
    head = ["村名", "人口", "经度", "纬度", "城乡分类代码"]
    with pd.ExcelWriter(path) as book:
        rows = [
            ["永汉镇", "上村", 100, 114.1, 23.5, "220", 441324101201],
            ["", "下村", 200, 114.2, 23.5, "220", "441324101202.0"],
        ]
        named = pd.DataFrame(rows, columns=["镇街", *head, "区划代码"])
        named.to_excel(book, sheet_name="一", index=False)
        other = pd.DataFrame([["东村", 300, 114.3, 23.6, "220"]], columns=head)
        other.to_excel(book, sheet_name="龙华镇", index=False)
        other.assign(村名="某村", 经度=114.4).to_excel(book, sheet_name="三", index=False)
        other.assign(村名="平陵街道", 经度=114.5).to_excel(book, sheet_name="四", index=False)
    frame = read_demand(path).frame
    assert frame["town_name"].tolist() == ["永汉镇", "永汉镇", "龙华镇", "", "平陵街道"]
    assert frame["division"].tolist() == ["441324101201", "441324101202", "", "", ""]
    again = read_demand(frame).frame
    pd.testing.assert_frame_equal(
        again[["town_name", "division"]], frame[["town_name", "division"]]
    )
