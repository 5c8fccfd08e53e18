"""The main job on real streets: Porto Alegre with census people, Nanshan with real banks."""

import importlib.util
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from gdcoverage.run import load_plan, make_report, read_inputs, write_outputs
from gdcoverage.service_areas import served_area
from known import known

PLANS = Path(__file__).parent.parent / "benchmarks/data.py"


@pytest.fixture
def real_plan(shared, monkeypatch, tmp_path):
    """Makes the plan of a real place in a folder of the test's."""
    monkeypatch.setenv("GDCOVERAGE_SHARED", str(shared))
    spec = known(importlib.util.spec_from_file_location("real_plans", PLANS))
    module = importlib.util.module_from_spec(spec)
    known(spec.loader).exec_module(module)
    return lambda place: getattr(module, place)(tmp_path / place)


def run(path):
    plan = load_plan(path)
    report = make_report(plan, read_inputs(plan), "2024-06-14")
    written = write_outputs(report, plan.outputs.folder)
    assert not written.failures
    return report, {path.name: path for path in written.files}


def test_porto_alegre(real_plan):
    report, files = run(real_plan("porto_alegre"))
    (county,) = report.counties.to_dict("records")
    assert county["county_name"] == "阿雷格里港"
    assert county["outlets"] == 117
    assert county["population"] == 812_935
    assert county["rate"] == pytest.approx(0.880, abs=0.003)
    # Of the streets around a block most people's nearest is not the one that is shortest in all.
    assert county["rate_by_nearest_street"] == pytest.approx(0.808, abs=0.01)
    assert report.witness is not None
    assert report.witness.agrees
    missed = county["population"] - county["covered_population"]
    assert report.gaps["population"].sum() == pytest.approx(missed)
    assert files["地图.html"].stat().st_size < 3_000_000


def test_nanshan(real_plan):
    report, files = run(real_plan("nanshan"))
    (county,) = report.counties.to_dict("records")
    assert (county["county"], county["outlets"]) == ("440305", 14)
    assert 0.4 < county["rate"] < 0.7
    # Named after places of the OSM file.
    assert report.gaps["name"].str.contains("大冲").any()
    # What is uncovered is nowhere served, and the layer has the shapes of the map.
    gaps, served = report.gaps.geometry.to_numpy(), served_area(report.walked)
    assert shapely.area(shapely.intersection(gaps, served)).max() < 1e-14
    layer = gpd.read_file(files["结果图层.gpkg"], layer="gaps")
    assert shapely.equals(layer.geometry.to_numpy(), gaps).all()
    assert files["公众版地图.html"].stat().st_size < 700_000
    assert set(files) == {
        "汇总.xlsx", "汇总.csv", "汇总.json", "事项与时段.csv",
        "读表说明.html", "地图.html", "公众版地图.html", "结果图层.gpkg",
    }  # fmt: skip
