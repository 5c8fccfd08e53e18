"""A plan whose candidates are what stands in its OSM file, from the plan to what planners read."""

import json

import pandas as pd
import pytest

import worlds
from gdcoverage.emap._province import _site_marks
from gdcoverage.outlets.premises import BRANCH, COMMITTEE
from gdcoverage.problems import InputError
from gdcoverage.run import How, load_plan, run_plan
from known import known
from three_counties import SIDE, STEP, write_plan

HERE = How(workers=1)
OLD = 'candidates = "candidates.csv"'


def write_streets(folder):
    """The lattice of the three counties with names of streets, and what stands beside them."""
    columns, rows = int(3 * SIDE / STEP) + 1, int(SIDE / STEP) + 1
    nodes = {i * rows + j + 1: (i * STEP, j * STEP) for i in range(columns) for j in range(rows)}

    def street(name):
        return {"highway": "residential", "name": name}

    ways = [
        ([i * rows + j + 1 for j in range(rows)], street(f"纵{i:02d}路")) for i in range(columns)
    ]
    ways += [
        ([i * rows + j + 1 for i in range(columns)], street(f"横{j:02d}路")) for j in range(rows)
    ]
    spots = [(1500, 1000), (1500, 2500), (4500, 1000), (5200, 2200), (7500, 1500), (8600, 500)]
    tags = [
        {"amenity": "bank", "name": f"农业银行第{i}支行"}
        if i % 2
        else {"amenity": "townhall", "name": f"第{i}村委会"}
        for i in range(len(spots))
    ]
    # One is an outlet of the plan, at (2800, 1500).
    spots.append((2800, 1530))
    tags.append({"amenity": "bank", "name": "第1支行"})
    stand = {500_000 + i: spot for i, spot in enumerate(spots)}
    worlds.write_osm(
        folder / "streets.osm",
        nodes | stand,
        ways,
        node_tags=dict(zip(stand, tags, strict=True)),
    )


@pytest.fixture
def plan(tmp_path):
    path = write_plan(tmp_path)
    write_streets(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace(OLD, 'candidates = "osm"'))
    return path


def test_sites_are_places_that_exist_with_names_and_both_coordinates(plan, tmp_path):
    ran = run_plan(load_plan(plan), "2026-01-01", HERE)
    sites = known(ran.report.county_sites)
    assert len(sites)
    assert set(sites["kind"]) <= {BRANCH, COMMITTEE}
    assert sites["name"].str.fullmatch(r"农业银行第\d支行|第\d村委会").all()
    assert sites["where"].str.contains("路口|村委会").all()
    assert "第1支行" not in set(sites["name"])
    told = [str(problem) for problem in ran.report.problems]
    assert any("1 处可作候选点的地方未采用：已是现有网点" in problem for problem in told)

    results = tmp_path / "results"
    (county,) = [path for path in results.rglob("汇总.json") if "990101" in str(path)]
    data = json.loads(county.read_text(encoding="utf-8"))["siting"]
    assert data["kinds"]
    assert {"where", "gcj02_lon", "gcj02_lat", "lon", "lat"} <= set(data["sites"][0])
    book = pd.read_excel(results / "汇总.xlsx", "布点建议", header=None, engine="openpyxl")
    cells = {str(cell).replace("\n", "") for cell in book.to_numpy().ravel()}
    assert {"位置", "经度（GCJ-02，高德）", "经度（WGS-84）"} <= cells
    table = pd.read_csv(results / "布点建议.csv", encoding="utf-8-sig")
    assert table["位置"].tolist() == sites["where"].tolist()
    facts = dict(_site_marks(sites)[0]["facts"])
    first = sites.iloc[0]
    assert facts["高德坐标（GCJ-02）"] == f"{first['gcj02_lon']:.6f},{first['gcj02_lat']:.6f}"
    assert facts["位置"] == first["where"]


def test_the_files_of_the_plan_in_another_order_give_the_same_sites(plan, tmp_path):
    first = known(run_plan(load_plan(plan), "2026-01-01", HERE).report.county_sites)
    people = pd.read_csv(tmp_path / "people.csv", dtype=str)
    people.iloc[::-1].to_csv(tmp_path / "people.csv", index=False)
    again = known(run_plan(load_plan(plan), "2026-01-01", HERE).report.county_sites)
    columns = ["candidate_id", "population", "where", "gcj02_lon"]
    assert again[columns].to_csv() == first[columns].to_csv()


def test_streets_from_elsewhere_have_no_such_places(plan):
    text = plan.read_text(encoding="utf-8").replace('osm = "streets.osm"', 'place = "某地"')
    plan.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="candidates 为 osm，但街道不是取自 OSM 文件"):
        load_plan(plan)
