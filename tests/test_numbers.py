"""One table of numbers: a line in it, or a word changed in it, shows wherever numbers are shown."""

import json
import math
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

import worlds
from gdcoverage import numbers
from gdcoverage.assessment import assess
from gdcoverage.emap._planner import headline, planner_block
from gdcoverage.emap._province import province_block, province_styles
from gdcoverage.emap._styles import styles
from gdcoverage.findings import Coverage, tally
from gdcoverage.gaps import find_gaps
from gdcoverage.numbers import KINDS, MAP, NUMBERS, OTHER, Column, shown_in
from gdcoverage.places.counties import one_county
from gdcoverage.policy import Standard
from gdcoverage.report import Report, csv_text, json_text, report_text, write_workbook
from known import known

SCRIPTS = Path(__file__).parent.parent / "coverage" / "gdcoverage" / "emap" / "scripts"
TABLES = {name: getattr(numbers, name) for name in ("NUMBERS", "GAP", "OUTLET", "DEMAND", "SITE")}


@pytest.fixture(scope="module")
def coverage(tmp_path_factory) -> Coverage:
    """A lattice 2 km across; an outlet in a corner; people near it, far off and in the country."""
    network = worlds.lattice(tmp_path_factory.mktemp("numbers"), 11, 11, 200.0)
    demand = worlds.demand([(200, 0), (1800, 1800), (0, 3000)], [500, 800, 90]).assign(
        settlement=["urban", "urban", "rural"]
    )
    return assess(worlds.outlets([(0, 0)]), demand, network, counties=one_county("示例县", demand))


def report_of(coverage: Coverage) -> Report:
    """A new report, which remembers nothing of another table."""
    return Report("示例", coverage, find_gaps(coverage), (), (), "0.1.0", "2026-01-02")


def index_data(report: Report) -> dict:
    """What the map of a province is given of a report's counties."""
    county_numbers = report.inside.drop(columns=["county_name", "city"])
    counties = known(report.coverage.counties).merge(
        county_numbers, left_on="adcode", right_on="county", how="left"
    )
    return province_block(counties, Standard(), report.gaps, None, {}, dict(report.total))


def heads(report: Report, path: Path, sheet: str) -> set[str]:
    """The headings of a sheet of the workbook."""
    write_workbook(report, path)
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(max_row=8, values_only=True)
    return {str(cell).replace("\n", "") for row in rows for cell in row}


def test_a_number_added_to_the_table_is_shown_everywhere(coverage, tmp_path, monkeypatch):
    def with_tall(*args):
        table = tally(*args)
        return table.assign(tall_population=table["population"] / 10)

    column = Column("高个子人口", "people", english="Tall people", where=OTHER | MAP)
    monkeypatch.setitem(NUMBERS, "tall_population", column)
    monkeypatch.setattr("gdcoverage.findings.tally", with_tall)
    monkeypatch.setattr("gdcoverage.report._report.tally", with_tall)
    report = report_of(coverage)

    assert "高个子人口" in report_text(report, 200)
    for sheet in ("汇总", "分类"):
        assert "高个子人口（人）" in heads(report, tmp_path / "a.xlsx", sheet)
    head, row = (line.split(",") for line in csv_text(report).splitlines())
    assert row[head.index("高个子人口（人）")] == "139"
    data = json.loads(json_text(report))
    assert data["counties"][0]["tall_population"] == data["total"]["tall_population"] == 139
    assert [s["tall_population"] for s in data["counties"][0]["settlements"]] == [130, 9]
    block = index_data(report)
    assert ["高个子人口", "139 人"] in block["counties"][0]["facts"]
    assert block["words"]["高个子人口"] == "Tall people"


@pytest.mark.parametrize("place", ["text_people", "workbook", "csv", "json", "map"])
def test_a_number_appears_only_where_its_line_says(coverage, tmp_path, monkeypatch, place):
    column = NUMBERS["uncovered_population"]
    where = frozenset({"text_people", "workbook", "csv", "json", "map"}) - {place}
    monkeypatch.setitem(NUMBERS, "uncovered_population", column._replace(where=where))
    report = report_of(coverage)
    seen = {
        "text_people": "  未达标  " in report_text(report, 200),
        "workbook": "未达标人口（人）" in heads(report, tmp_path / "a.xlsx", "汇总"),
        "csv": "未达标人口（人）" in csv_text(report),
        "json": "uncovered_population" in json_text(report),
        "map": "不达标人口" in dict(index_data(report)["counties"][0]["facts"]),
    }
    assert seen == {name: name != place for name in seen}


def test_a_label_changed_in_the_table_changes_everywhere(coverage, tmp_path, monkeypatch):
    changed = NUMBERS["rate"]._replace(label="达到率", english="Reach")
    monkeypatch.setitem(NUMBERS, "rate", changed)
    report = report_of(coverage)
    sentence, *rest = report_text(report, 200).splitlines()
    assert "，达到率 42.4%（" in sentence
    assert rest[1].startswith("人口与达到率")
    assert "达到率" in heads(report, tmp_path / "a.xlsx", "汇总")
    assert ",达到率（%）," in csv_text(report)
    assert headline(dict(report.total)).startswith("人口达到率 42.4%")
    block = index_data(report)
    assert block["counties"][0]["facts"][0] == ["达到率", "42.4%"]
    assert block["words"]["达到率"] == "Reach"
    legend = {style["key"]: style for style in province_styles(None, None)}
    assert legend["rate_1"]["label"] == "达到率 80%–90%"


def test_the_cards_of_a_county_take_their_labels_from_the_table(coverage, monkeypatch):
    for table, name, label in (
        (numbers.GAP, "beyond_m", "超过"),
        (numbers.DEMAND, "walk_m", "走路"),
        (numbers.NUMBERS, "covered_points", "够近的点"),
    ):
        monkeypatch.setitem(table, name, table[name]._replace(label=label, english=f"*{name}"))
    block = planner_block(coverage, find_gaps(coverage), False, None)
    assert "超过" in dict(block["gaps"][0]["facts"])
    assert block["demand"]["columns"]["walk_m"] == {"label": "走路", "unit": "米"}
    assert (block["words"]["超过"], block["words"]["走路"]) == ("*beyond_m", "*walk_m")
    covered = styles(Standard())["covered"]
    assert (covered.label, covered.english) == ("够近的点", "*covered_points")


def test_the_map_scripts_hold_no_label_of_a_number():
    scripts = "".join(path.read_text("utf-8") for path in sorted(SCRIPTS.glob("*.js")))
    assert scripts
    shown = [c for table in TABLES.values() for c in shown_in("map", table).values()]
    labels = {column.said for column in shown if column.kind != "text"}
    # A demand point without a name is called what it is.
    labels -= {"需求点"}
    assert {label for label in labels if f'"{label}"' in scripts} == set()
    assert "人口" not in scripts


def test_without_demand_points_a_number_is_nought_or_unknown_as_its_line_says(coverage):
    nobody = coverage.demand.head(0)
    empty = report_of(replace(coverage, demand=nobody, covers=coverage.covers[:0]))
    for row in (empty.counties.iloc[0], empty.total):
        shown = {name: row[name] for name in NUMBERS if name in row and name != "outlets"}
        assert len(shown) > 20
        for name, value in shown.items():
            expected = NUMBERS[name].empty
            assert (math.isnan(value) and math.isnan(expected)) or value == expected, name


def test_what_is_known_of_nobody_is_unknown_and_what_is_counted_of_nobody_is_nought():
    unknown = {name for name, column in NUMBERS.items() if math.isnan(column.empty)}
    rates = {name for name, column in NUMBERS.items() if column.kind == "rate"}
    assert unknown - rates == {"area_km2", "covered_area_km2", "elderly", "elderly_covered"}
    assert rates == {
        *("rate", "rate_slow", "rate_default", "rate_brisk", "rate_nearer", "rate_farther"),
        *(
            "rate_towns_rural",
            "rate_towns_urban",
            "rate_without_doubtful_ways",
            "rate_by_nearest_street",
        ),
        *("urban_rate", "rural_rate", "rate_with_doubtful"),
    }


@pytest.mark.parametrize("table", TABLES)
def test_every_line_is_complete(table):
    for name, column in TABLES[table].items():
        assert column.kind in KINDS, name
        if table == "NUMBERS" or "map" in column.where:
            assert column.english.isascii(), name
            assert column.english, name


def test_a_count_without_a_line_in_the_table_is_refused(coverage, monkeypatch):
    # A line put back into the table itself would stand last.
    fewer = {name: column for name, column in NUMBERS.items() if name != "one_outlet"}
    monkeypatch.setattr("gdcoverage.findings.NUMBERS", fewer)
    with pytest.raises(KeyError, match="one_outlet"):
        coverage.by_county()
