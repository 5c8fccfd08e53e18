"""What a planner reads as numbers: text, workbook, CSV and JSON of one small made-up world."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from rich.cells import cell_len

from gdcoverage.assessment import assess
from gdcoverage.files import Source
from gdcoverage.gaps import find_gaps
from gdcoverage.network import WalkNetwork
from gdcoverage.policy import PHRASE, Standard
from gdcoverage.problems import InputError, Problem
from gdcoverage.report import (
    Report,
    csv_text,
    json_text,
    report_text,
    write_csv,
    write_json,
    write_workbook,
)
from gdcoverage.report._columns import UNKNOWN, distance_text, people, percent, shown

DATA = Path(__file__).parent / "data"
M_LAT, M_LON = 1 / 110_750, 1 / 102_520  # degrees per metre at 23 N


def at(x: float, y: float) -> tuple[float, float]:
    """Metres east and north of the first outlet's corner, as degrees."""
    return 113.0 + x * M_LON, 23.0 + y * M_LAT


def write_streets(path: Path) -> Path:
    """A street of four kilometres, and one of 800 m that nothing links to it.

    ::

        0 ==== 800        island, y = 2000

        0 ==== 1000 ==== 2000 ==== 3000 ==== 4000     main, y = 0
    """
    ways = {1: [(x, 0) for x in range(0, 4001, 500)], 2: [(0, 2000), (800, 2000)]}
    nodes, lines, number = [], [], 0
    for way, points in ways.items():
        refs = []
        for x, y in points:
            number += 1
            lon, lat = at(x, y)
            nodes.append(f'<node id="{number}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"/>')
            refs.append(f'<nd ref="{number}"/>')
        tag = '<tag k="highway" v="residential"/>'
        lines.append(f'<way id="{way}" version="1">{"".join(refs)}{tag}</way>')
    path.write_text(f'<osm version="0.6">{"".join(nodes)}{"".join(lines)}</osm>', "utf-8")
    return path


def frame(rows: list[dict]) -> gpd.GeoDataFrame:
    places = [shapely.Point(*at(*row.pop("at"))) for row in rows]
    return gpd.GeoDataFrame(rows, geometry=places, crs="EPSG:4326")


def outlet(number: int, place: tuple, status: str = "active", **more: object) -> dict:
    row = {
        "outlet_id": f"W{number}",
        "name": f"合成第{number}支行",
        "bank": "合成银行",
        "address": f"长街{number}号",
        "status": status,
        "source_row": number + 2,
        "at": place,
    }
    return row | more


def point(number: int, place: tuple, people: float, settlement: str, **more: object) -> dict:
    row = {
        "demand_id": f"D{number:02d}",
        "name": "",
        "population": people,
        "elderly": people / 5,
        "settlement": settlement,
        "town": False,
        "area_km2": 0.25,
        "at": place,
    }
    return row | more


OUTLETS = [
    outlet(1, (0, 20)),
    outlet(2, (800, -20), name="=合成第2支行"),
    outlet(3, (2500, 10), "suspended"),
    outlet(4, (9000, 0), "planned"),
]
DEMAND = [
    point(1, (0, 10), 12_000, "urban"),
    point(2, (1600, 10), 8_000, "urban", town=True),
    point(3, (2500, 10), 6_000, "urban", name="[bold]石围社区[/bold]", town=True),
    point(4, (3950, 10), 3_000, "urban", name="=HYPERLINK(0)"),
    point(5, (400, 2010), 900, "urban", name="河心岛"),
    point(6, (1500, 1000), 700, "urban", name="后山"),
    point(7, (0, -4000), 1_500, "rural", name="南村"),
    point(8, (12_000, 0), 2_400.4, "rural", name="东村"),
    point(9, (-4500, 0), 600, "rural", name="西村"),
    point(10, (14_000, 0), 0, "rural"),
]


def box(west: float, east: float, south: float, north: float) -> shapely.Polygon:
    return shapely.box(*at(west, south), *at(east, north))


COUNTIES = gpd.GeoDataFrame(
    {
        "adcode": ["449901", "449902", "449903"],
        "name": ["合成甲县", "合成乙县", "合成丙县"],
        "city": "合成市",
    },
    geometry=[
        box(-3000, 6000, -6000, 6000),
        box(6000, 20_000, -6000, 6000),
        box(20_000, 30_000, -6000, 6000),
    ],
    crs="EPSG:4326",
)
SOURCES = (Source("网点", "网点.xlsx", "ab" * 32), Source("步行路网", "（下载）", ""))
PROBLEMS = (
    Problem("coordinate_missing", "没有坐标", "请补填经纬度", "error", "网点.xlsx", "表1", 7),
    Problem("status_unknown", "状态不明", "请改正", "warning", "网点.xlsx", "", 9, "状态", "=1+1"),
)


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> WalkNetwork:
    return WalkNetwork.from_osm(write_streets(tmp_path_factory.mktemp("streets") / "s.osm"))


def report_of(network, *, outlets=OUTLETS, demand=DEMAND, counties=COUNTIES, **standard) -> Report:
    outlets, demand = (frame([dict(r) for r in rows]) for rows in (outlets, demand))
    coverage = assess(outlets, demand, network, Standard(**standard), counties)
    return Report(
        "合成示例", coverage, find_gaps(coverage), SOURCES, PROBLEMS, "0.1.0", "2026-01-02"
    )


@pytest.fixture(scope="session")
def province(network: WalkNetwork) -> Report:
    return report_of(network)


@pytest.fixture(scope="session")
def county(province: Report) -> Report:
    return province.for_county("449901")


def same_as_golden(name: str, text: str) -> None:
    """Compare with a file in tests/data; ``GDCOVERAGE_GOLDEN=write`` makes it anew."""
    path = DATA / name
    if os.environ.get("GDCOVERAGE_GOLDEN") == "write":
        path.write_text(text, "utf-8", newline="")
    assert text == path.read_bytes().decode("utf-8")


@pytest.fixture(scope="session")
def book(province: Report, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("book") / "汇总.xlsx"
    write_workbook(province, path)
    return openpyxl.load_workbook(path)


def columns_of(sheet, row: int) -> dict[str, int]:
    """Heading without its line break -> column, from 1."""
    return {str(cell.value).replace("\n", ""): cell.column for cell in sheet[row]}


def heading_row(sheet) -> int:
    return next(r for r in range(1, 20) if sheet.freeze_panes == sheet.cell(r + 1, 3).coordinate)


class TestPercent:
    def test_one_decimal(self) -> None:
        assert percent(0.7709) == "77.1%"
        assert (percent(1.0), percent(0.0)) == ("100.0%", "0.0%")

    def test_nobody_is_rounded_away(self) -> None:
        assert percent(0.9996) == ">99.9%"
        assert percent(0.0004) == "<0.1%"

    def test_unknown_is_a_dash(self) -> None:
        assert percent(float("nan")) == "—"

    @given(st.integers(1, 10**9), st.integers(1, 10**9))
    def test_all_and_none_only_where_true(self, covered: int, left: int) -> None:
        assert percent(covered / (covered + left)) not in ("100.0%", "0.0%")


def test_a_fraction_of_a_person_is_not_nobody() -> None:
    assert [people(n) for n in (0.0, 0.2, 1234567.4)] == ["0", "<1", "1,234,567"]


def test_a_row_number_that_is_not_known_is_a_dash() -> None:
    assert shown(pd.NA, "row") == UNKNOWN


def test_a_walk_not_found_says_how_far_was_searched() -> None:
    nan = float("nan")
    assert distance_text(nan, Standard()) == "步行超过3.0公里或无路可达"
    assert distance_text(nan, Standard(walking_speed_kmh=6)) == "步行超过4.5公里或无路可达"
    assert distance_text(nan, Standard(), "rural") == "无在营网点"
    assert distance_text(1234.4, Standard()) == "1,234"


class TestText:
    def test_province_as_golden(self, province: Report) -> None:
        same_as_golden("report_province.txt", report_text(province))

    def test_county_as_golden(self, county: Report) -> None:
        same_as_golden("report_county.txt", report_text(county))

    def test_headline_comes_first(self, county: Report) -> None:
        first = report_text(county).splitlines()[0]
        assert first == (
            "合成甲县：常住人口 32,100 人，达标 21,500 人，覆盖率 67.0%"
            "（城区 65.4%，乡村 100.0%）。"
        )

    def test_phrase_parameters_and_fingerprints_are_verbatim(self, province: Report) -> None:
        text = report_text(province, width=300)
        assert str(province.coverage.standard) in text
        assert f"「{PHRASE}」" in text
        assert "ab" * 32 in text

    @pytest.mark.parametrize("width", [40, 60, 80, 100, 140])
    def test_no_number_is_ever_cut(self, province: Report, width: int) -> None:
        text = report_text(province, width)
        row = next(line for line in text.splitlines() if line.startswith("合计"))
        assert row.split()[2:6] == ["35,100", "22,100", "13,000", "63.0%"]

    @pytest.mark.parametrize("width", [80, 100])
    def test_lines_fit_the_page(self, province: Report, width: int) -> None:
        assert max(map(cell_len, report_text(province, width).splitlines())) <= width

    def test_names_are_no_markup(self, county: Report) -> None:
        assert "[bold]石围社区[/bold]" in report_text(county)

    def test_control_characters_do_not_reach_the_terminal(self, network: WalkNetwork) -> None:
        demand = [point(1, (3500, 0), 10, "urban", name="村\x1b[2J\n\u202e尾[/]")]
        text = report_text(report_of(network, demand=demand))
        assert not {"\x1b", "\u202e"} & set(text)

    def test_distance_and_excess_of_a_wide_gap_agree(self, network: WalkNetwork) -> None:
        demand = [point(i, (9000 + 500 * i, 0), 100, "rural") for i in range(3)]
        line = next(x for x in report_text(report_of(network, demand=demand), 200).splitlines()
                    if "最近网点" in x)  # fmt: skip
        straight, middle, beyond = (
            int(n.replace(",", "")) for n in re.findall(r"([\d,]+) 米", line)
        )
        assert "代表点 D01：最近网点" in line
        assert f"人口中位直线 {middle:,} 米" in line
        assert middle - beyond == 5_000
        assert straight == middle

    def test_both_town_rules_stand_side_by_side(self, network: WalkNetwork) -> None:
        report = report_of(network, town_rule="both").for_county("449901")
        # judged as country, 石围社区 (6,000 people, 1.7 km) is within the radius
        text = report_text(report)
        assert "默认 4.0公里/小时 67.0%" in text
        assert "镇区按乡村判定 85.7%" in text


class TestBareCounties:
    def test_county_without_outlets_says_so(self, province: Report) -> None:
        text = report_text(province.for_county("449902"))
        assert "本县区无在营网点。" in text
        assert "东村（乡村）" in text

    def test_county_without_people_says_so(self, province: Report, tmp_path: Path) -> None:
        empty = province.for_county("449903")
        text = report_text(empty)
        assert text.startswith("合成丙县：没有人口数据，无法计算覆盖率。\n")
        assert "nan" not in text.lower()
        write_workbook(empty, tmp_path / "空.xlsx")
        assert json.loads(json_text(empty))["total"]["rate"] is None

    def test_county_without_gaps_says_so(self, network: WalkNetwork) -> None:
        report = report_of(network, demand=DEMAND[:2]).for_county("449901")
        assert "空白区：没有。有人口的需求点全部达标。" in report_text(report)

    def test_no_outlet_anywhere(self, network: WalkNetwork, tmp_path: Path) -> None:
        report = report_of(network, outlets=OUTLETS[2:])
        assert "无在营网点" in report_text(report)
        write_workbook(report, tmp_path / "无.xlsx")

    def test_without_counties_nothing_is_called_outside(self, network: WalkNetwork) -> None:
        text = report_text(report_of(network, counties=None))
        assert text.startswith("全部（未分县区）：")
        assert "县区外" not in text

    def test_unknown_county_is_refused_with_the_choices(self, province: Report) -> None:
        with pytest.raises(InputError, match=r"440305.*449901 合成甲县"):
            province.for_county("440305")


class TestNumbers:
    def test_counties_sum_to_the_total(self, province: Report) -> None:
        table = province.with_total()
        for column in ("population", "covered_population", "uncovered_population", "outlets"):
            assert table[column].iloc[:-1].sum() == pytest.approx(table[column].iloc[-1])

    def test_classes_sum_to_the_county(self, county: Report) -> None:
        table = county.settlements.set_index("settlement")
        assert table.loc[["urban", "rural"], "population"].sum() == table.loc["all", "population"]

    def test_county_report_lists_its_outlets_and_helpers_across_the_border(
        self, network: WalkNetwork
    ) -> None:
        demand = [point(1, (7000, 0), 500, "rural")]
        outlets = [outlet(1, (5000, 0)), outlet(2, (-2000, 0)), outlet(3, (9000, 0), "planned")]
        report = report_of(network, outlets=outlets, demand=demand).for_county("449902")
        table = report.outlet_table().set_index("outlet_id")
        assert list(table.index) == ["W1", "W3"]
        assert table["county_name"].to_list() == ["合成甲县", "合成乙县"]
        assert "界外另有 1 个在营网点" in report_text(report)


class TestCsv:
    def test_as_golden(self, province: Report) -> None:
        same_as_golden("report_counties.csv", csv_text(province))

    def test_bom_for_excel(self, province: Report, tmp_path: Path) -> None:
        write_csv(province, tmp_path / "a.csv")
        assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")

    def test_a_province_of_people_keeps_every_digit(self, network: WalkNetwork) -> None:
        report = report_of(network, demand=[point(1, (0, 0), 127_012_345, "urban")])
        assert ",127012345," in csv_text(report)

    def test_formulas_are_disarmed(self, network: WalkNetwork) -> None:
        hostile = COUNTIES.assign(name=["=1+1", "@SUM(A1)", "\tcmd"])
        names = [line.split(",")[1] for line in csv_text(
            report_of(network, counties=hostile)).splitlines()[1:4]]  # fmt: skip
        assert names == ["'=1+1", "'@SUM(A1)", "'\tcmd"]

    def test_rates_never_reach_all_or_none_by_rounding(self, network: WalkNetwork) -> None:
        demand = [point(1, (0, 0), 1e9, "urban"), point(2, (3900, 0), 1, "urban")]
        table = csv_text(report_of(network, demand=demand)).splitlines()
        rate = table[0].split(",").index("覆盖率（%）")
        assert table[1].split(",")[rate] == "99.9999"


class TestJson:
    def test_as_golden(self, province: Report) -> None:
        same_as_golden("report_province.json", json_text(province))

    def test_unknown_is_null_and_all_counties_are_there(self, province: Report) -> None:
        data = json.loads(json_text(province))
        assert [c["county"] for c in data["counties"]] == ["449901", "449902", "449903", ""]
        assert data["counties"][2]["rate"] is None
        assert data["counties"][0]["gaps"][1]["distance_m"] is None
        assert data["standard"]["walk_limit_m"] == 1000

    def test_rates_never_reach_all_by_rounding(self, network: WalkNetwork) -> None:
        demand = [point(1, (0, 0), 1e9, "urban"), point(2, (3900, 0), 1, "urban")]
        assert json.loads(json_text(report_of(network, demand=demand)))["total"]["rate"] < 1

    def test_written_whole(self, province: Report, tmp_path: Path) -> None:
        write_json(province, tmp_path / "a.json")
        assert (tmp_path / "a.json").read_text("utf-8") == json_text(province)


class TestWorkbook:
    def test_sheets(self, book: openpyxl.Workbook) -> None:
        assert book.sheetnames == [
            "汇总", "分类", "空白区", "网点", "不达标需求点", "数据问题", "输入与参数"
        ]  # fmt: skip

    def test_head_names_phrase_parameters_date_and_version(self, book, province) -> None:
        head = " ".join(str(book["汇总"].cell(row, 1).value) for row in range(1, 5))
        for part in (str(province.coverage.standard), "2026-01-02", "0.1.0", "合成示例"):
            assert part in head

    def test_county_rows_hold_numbers_with_formats(self, book) -> None:
        sheet = book["汇总"]
        top = heading_row(sheet)
        at = columns_of(sheet, top)
        rate, people_ = sheet.cell(top + 1, at["覆盖率"]), sheet.cell(top + 1, at["人口（人）"])
        assert (rate.value, rate.number_format) == (pytest.approx(21_500 / 32_100), "0.0%")
        assert (people_.value, people_.number_format) == (32_100, "#,##0")
        assert [sheet.cell(top + i, at["县区"]).value for i in range(1, 6)] == [
            "合成甲县", "合成乙县", "合成丙县", "县区外", "合计"
        ]  # fmt: skip
        assert sheet.cell(top + 3, at["覆盖率"]).value == "—"

    def test_sorting_leaves_the_total_in_place(self, book) -> None:
        sheet = book["汇总"]
        last = int(sheet.auto_filter.ref.split(":")[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        assert last == heading_row(sheet) + 4

    def test_formulas_stay_text(self, book) -> None:
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        assert {"=合成第2支行", "=HYPERLINK(0)", "=1+1"} <= {cell.value for cell in cells}

    def test_print_set_up(self, book) -> None:
        for sheet in book:
            assert sheet.page_setup.orientation == "landscape"
            assert sheet.page_setup.paperSize == 9
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            # one page wide is the format's default, as many pages long as it takes
            assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)
            assert sheet.print_title_rows
            assert sheet.freeze_panes

    def test_charts_draw_the_counties_and_the_gaps(self, book) -> None:
        rates, gaps = book["汇总"]._charts
        sheet = book["汇总"]
        top = heading_row(sheet)
        rate = get_column_letter(columns_of(sheet, top)["覆盖率"])
        drawn = rates.series[0].val.numRef.f.replace("'", "")
        assert drawn == f"汇总!${rate}${top + 1}:${rate}${top + 4}"
        assert gaps.series[0].val.numRef.f.replace("'", "").startswith("空白区!")

    def test_one_county_draws_town_and_country_at_three_speeds(self, county, tmp_path) -> None:
        write_workbook(county, tmp_path / "县.xlsx")
        chart = openpyxl.load_workbook(tmp_path / "县.xlsx")["汇总"]._charts[0]
        assert len(chart.series) == 3

    def test_gaps_without_a_walk_say_so(self, book) -> None:
        sheet = book["空白区"]
        top = heading_row(sheet)
        at = columns_of(sheet, top)
        assert [sheet.cell(top + i, at["人口（人）"]).value for i in (1, 2, 3)] == [
            9000, 2400.4, 1600
        ]  # fmt: skip
        cell = sheet.cell(top + 3, at["按标准的人口中位距离（米）"])
        assert cell.value == "步行超过3.0公里或无路可达"

    def test_rates_near_all_are_not_shown_as_all(self, network, tmp_path) -> None:
        demand = [point(1, (0, 0), 1e6, "urban"), point(2, (3900, 0), 1, "urban")]
        write_workbook(report_of(network, demand=demand), tmp_path / "a.xlsx")
        sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["汇总"]
        top = heading_row(sheet)
        cell = sheet.cell(top + 1, columns_of(sheet, top)["覆盖率"])
        assert (cell.number_format, 0.99 < cell.value < 1) == ('">99.9%"', True)

    def test_rows_left_out_are_counted(self, province, tmp_path, monkeypatch) -> None:
        monkeypatch.setattr("gdcoverage.report._workbook.UNCOVERED_ROWS", 2)
        write_workbook(province, tmp_path / "a.xlsx")
        sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["不达标需求点"]
        assert sheet["A2"].value == "本表列前 2 个，其余 3 个未列出，见各县区的工作簿。"
        assert sheet.max_row == 5

    def test_same_report_same_bytes(self, province, tmp_path) -> None:
        write_workbook(province, tmp_path / "a.xlsx")
        write_workbook(province, tmp_path / "b.xlsx")
        assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()

    def test_nothing_is_left_after_an_error(self, province, tmp_path) -> None:
        with pytest.raises(ValueError, match="isoformat"):
            write_workbook(replace(province, made_on="gestern"), tmp_path / "a.xlsx")
        assert not list(tmp_path.iterdir())
