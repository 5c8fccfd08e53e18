"""The planners' notebooks run from top to bottom, and are committed without outputs; results show
themselves, and what is asked of a coverage gives what the public functions give.
"""

from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient
from pandas.testing import assert_frame_equal

import gdcoverage as gd
import worlds
from gdcoverage.notebook import _terms
from gdcoverage.report import report_text

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# What each must have said at its end.
SAID = {
    "01": ("城区步行15分钟，乡村辐射5公里", "填反了"),
    "02": ("迁址", "相差 0.0 人", "强制退出候选"),
    "03": ("已证明", "失去达标"),
    "04": ("各点位置偏差 10 米", "步行 1,000 米"),
    "05": ("沿用上次", "数字相同"),
    "06": ("EPSG:4547", "与 networkx 相差"),
}


def executed(notebook, folder):
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}})
    client.execute()
    return "".join(str(cell.outputs) for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path):
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    text = executed(notebook, path.parent)
    assert all(words in text for words in SAID[path.stem[:2]])


def test_there_is_a_notebook():
    assert NOTEBOOKS


# A coverage at hand ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def coverage(tmp_path_factory):
    """A lattice of 200 m with an outlet at its south-west corner, and people on every corner."""
    network = worlds.lattice(tmp_path_factory.mktemp("notebook"), 12, 12, 200.0)
    corners = [(x * 200.0, y * 200.0) for x in range(12) for y in range(12)]
    people = worlds.demand(corners)
    return gd.assess(worlds.outlets([(0.0, 0.0), (0.0, 2000.0)]), people, network)


def test_results_show_themselves_in_a_line(coverage):
    plan = coverage.recommend(add=1)
    found = coverage, coverage.report(), plan, coverage.frontier(add=1, frontier=2)
    more = coverage.exit(coverage.outlets["outlet_id"].iloc[0]), coverage.alternatives(add=1)
    for result in (*found, *more, coverage.outlets_joined, coverage.without_streets()):
        assert len(repr(result)) < 200
        assert "\n" not in repr(result)
        assert result._repr_html_().startswith("<p>")


def test_what_is_asked_shows_what_differs_from_the_default(tmp_path):
    asked = gd.Terms(add=2, bank_caps={"农商银行": 1})
    assert repr(asked) == "Terms(add=2, bank_caps={'农商银行': 1})"
    assert repr(gd.Terms()) == "Terms()"
    assert repr(gd.Register(tmp_path / "台账.gpkg", create=True)) == "Register(台账.gpkg)"


def test_names_in_a_notebook_are_no_markup(coverage):
    told = coverage.report("<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in told


def test_cover_sets_have_the_labels_of_both(coverage):
    covers = coverage.cover_sets()
    assert list(covers.index) == list(coverage.demand["demand_id"])
    counted = covers.sum(axis=1).to_numpy()
    assert (counted == coverage.demand["covering_outlets"]).all()


def test_distances_are_the_walks_of_the_assessment(coverage):
    nearest = coverage.distances().groupby("demand_id")["walk_m"].min()
    walks = coverage.demand.set_index("demand_id")["walk_m"]
    within = walks[walks <= coverage.standard.walk_limit_m]
    assert set(nearest.index) == set(within.index)
    assert np.allclose(nearest[within.index], within, atol=1e-6)


def test_isochrones_of_all_outlets_are_those_of_each_together(coverage):
    every = coverage.isochrones(minutes=[3, 15]).set_index("minutes")
    assert list(every.index) == [15, 3]
    assert every["street_m"].loc[15] == pytest.approx(coverage.reached_streets()["length_m"].sum())
    # Three minutes are 200 m: two arms of 200 m from a corner, three from a side; the outlets
    # are too far apart to meet.
    each = coverage.isochrones(minutes=[3], per_outlet=True)
    assert sorted(each["street_m"]) == pytest.approx([400.0, 600.0], abs=1.0)
    assert every["street_m"].loc[3] == pytest.approx(each["street_m"].sum())
    first = coverage.isochrones(coverage.outlets["outlet_id"].iloc[:1], [3])
    assert first["street_m"].iloc[0] == pytest.approx(400.0, abs=1.0)


def test_siting_questions_are_those_of_the_functions(coverage):
    plan = coverage.recommend(add=2)
    assert_frame_equal(
        pd.DataFrame(plan.sites),
        pd.DataFrame(gd.recommend_sites(coverage, None, gd.Terms(add=2)).sites),
    )
    percent, share = coverage.recommend(target=95), coverage.recommend(target=0.95)
    assert percent.rate_after == share.rate_after >= 0.95


def test_rates_above_one_are_per_cent():
    asked = _terms({"add": 1, "target": None, "rate_least": {"440981": 60, "440982": 0.5}})
    assert asked.rate_least == {"440981": 0.6, "440982": 0.5}
    assert (_terms({"target": 95}).target, _terms({"target": 1}).target) == (0.95, 1)
    assert _terms({"add": 1, "rate_least": 80}).rate_least == 0.8


def test_what_is_asked_by_a_wrong_name_is_told_with_the_right_one(coverage):
    with pytest.raises(TypeError, match="target_rate; did you mean target"):
        coverage.recommend(target_rate=95)
    with pytest.raises(ValueError, match=r"95% 写 0\.95"):
        gd.Terms(target=95)
    with pytest.raises(gd.InputError, match="没有这个在营网点"):
        coverage.isochrones(["X9"])


def test_two_assessments_beside_each_other(coverage):
    fewer = coverage.outlets.iloc[:1]
    lost = coverage.compare(gd.assess(fewer, coverage.demand, coverage.network))
    assert lost.places["lost"].sum() == lost.totals.eval("covered_before - covered_after").sum() > 0
    assert set(lost.by_cause["cause"]) == {"退出"}
    assert "people gained" in repr(lost)
    assert "退出" in lost._repr_html_()
    slow = gd.Standard(walking_speed_kmh=2.0)
    slower = gd.assess(coverage.outlets, coverage.demand, coverage.network, slow)
    assert set(coverage.compare(slower).by_cause["cause"]) == {"标准变化"}
    # The same streets read once more are no other streets; others may be to blame as well.
    again = replace(coverage.network)
    read_again = gd.assess(coverage.outlets, coverage.demand, again, slow)
    assert set(coverage.compare(read_again).by_cause["cause"]) == {"标准变化"}
    others = replace(coverage.network, profile="osmnx")
    elsewhere = gd.assess(coverage.outlets, coverage.demand, others, slow)
    assert set(coverage.compare(elsewhere).by_cause["cause"]) == {"街道或标准变化"}
    assert not len(coverage.compare(coverage).places)
    with pytest.raises(ValueError, match="same demand points"):
        coverage.compare(gd.assess(fewer, coverage.demand.iloc[:5], coverage.network))


def test_a_report_has_the_coverage_and_its_siting(coverage):
    text = report_text(coverage.report("一县", made_on="2026-01-31", add=1))
    assert "建议新增 1 个网点" in text
    assert "2026-01-31" in text


def test_the_map_is_as_high_as_asked(coverage):
    assert 'height="321px"' in coverage.explore(height=321)._repr_html_()


def test_a_drawing_has_people_and_outlets(coverage):
    mpl.use("Agg")
    axes = coverage.plot()
    _, covered, uncovered, outlets = axes.collections
    sizes = [len(group.get_offsets()) for group in (covered, uncovered, outlets)]
    assert sizes == [*np.bincount(~coverage.demand["covered"]), 2]


CELLS = """
import gdcoverage as gd, sys
sys.path.insert(0, "../tests")
import worlds, pathlib, tempfile
folder = pathlib.Path(tempfile.mkdtemp())
coverage = gd.assess(
    worlds.outlets([(0.0, 0.0)]),
    worlds.demand([(0.0, 200.0), (400.0, 400.0)]),
    worlds.lattice(folder, 4, 4, 200.0),
)
coverage
---
from gdcoverage.report import report_text, write_text
report = coverage.report()
write_text(report, folder / "report.txt")
text = (folder / "report.txt").read_text(encoding="utf-8")
print(len(text) > 500, text == report_text(report))
---
coverage.explore()
---
gd.read_outlets(coverage.outlets, datum="wgs84")
"""


def test_a_kernel_is_told_what_a_terminal_is_told():
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS.split("---")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    text = executed(notebook, ROOT / "notebooks")
    assert "True True" in text
    assert "100.0 % of 200 people covered" in text
    assert "<iframe srcdoc" in text
