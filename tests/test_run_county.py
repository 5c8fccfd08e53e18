"""What of everything one county's work gets: enough for every answer, and little else."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.files import Source
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.places.counties import assign_counties
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.run import How, Inputs, load_plan, make_report, read_inputs, run_plan
from gdcoverage.run.county import _grid, _Outlets, county_tasks
from gdcoverage.run.identity import digest
from gdcoverage.run.osm_layers import Pictured
from gdcoverage.run.province import require_reconciled
from gdcoverage.tables import Reading
from three_counties import write_plan

DATE = "2026-06-14"
KM = st.floats(-60_000, 60_000)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(KM, KM), min_size=1, max_size=40),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40),
    st.floats(500, 30_000),
)
def test_every_outlet_that_is_nearest_to_any_place_of_a_county_is_among_its_own(
    sites, places, side
):
    """By brute force: no place in the box has a nearest outlet that was left out."""
    outlets = worlds.outlets(sites)
    box = shapely.box(*worlds.degrees(0, 0), *worlds.degrees(side, side))
    near = _Outlets(outlets).near(*_grid(box), 0.0)
    at = lonlat(outlets.geometry.to_numpy())
    west, south, east, north = box.bounds
    share = np.array(places)
    lon, lat = west + share[:, 0] * (east - west), south + share[:, 1] * (north - south)
    _, nearest = ellipsoid.nearest(lon, lat, *at)
    assert near[nearest].all()


def row_of_counties(count=6, apart_m=60_000.0) -> Inputs:
    """Counties of 3 km, far from one another, with one outlet and a few people in each."""
    spots = [(i * apart_m, 0.0) for i in range(count)]
    boxes = [
        shapely.box(*worlds.degrees(x, 0), *worlds.degrees(x + 3_000, 3_000)) for x, _ in spots
    ]
    counties = gpd.GeoDataFrame(
        {"adcode": [f"99010{i}" for i in range(count)], "name": list("甲乙丙丁戊己"), "city": ""},
        geometry=boxes,
        crs="EPSG:4326",
    ).astype({"adcode": "str", "name": "str", "city": "str"})
    outlets = worlds.outlets([(x + 1_000, 1_000) for x, _ in spots])
    people = worlds.demand([(x + 500 * j, 700) for x, _ in spots for j in range(4)])

    def reading(frame: gpd.GeoDataFrame, role: str) -> Reading:
        told = {"source_file": "t", "source_row": np.arange(len(frame)) + 2}
        frame = frame.assign(county=assign_counties(frame, counties), **told)
        return Reading(frame, (), Source(role, "t", ""))

    read = reading(outlets, "网点"), reading(people, "人口")
    nothing = (None,) * 3
    return Inputs(*read, counties, *nothing, Pictured(), (), (read[0].source, read[1].source))


def subjects(plan, inputs) -> dict[str, str]:
    return {task.name: digest(task.subject) for task in county_tasks(plan, inputs, DATE)}


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return load_plan(write_plan(tmp_path_factory.mktemp("plan"), sites=False))


def test_an_outlet_that_moves_is_the_affair_of_those_whom_it_serves_or_is_nearest_to(plan):
    inputs = row_of_counties()
    before = subjects(plan, inputs)
    moved = inputs.outlets.frame.copy()
    moved.loc[2, "geometry"] = shapely.Point(*worlds.degrees(2 * 60_000 + 2_000, 2_000))
    after = subjects(plan, replace(inputs, outlets=replace(inputs.outlets, frame=moved)))
    assert [name for name in before if before[name] != after[name]] == ["丙"]


def test_what_a_row_says_of_itself_decides_no_number(plan):
    inputs = row_of_counties()
    before = subjects(plan, inputs)
    told = inputs.outlets.frame.assign(phone="1", hours="2", source_row=99, source_file="u")
    after = subjects(plan, replace(inputs, outlets=replace(inputs.outlets, frame=told)))
    assert after == before


def test_another_standard_is_another_subject(plan):
    inputs = row_of_counties()
    other = replace(plan, standard=Standard(minutes=14))
    assert not set(subjects(plan, inputs).values()) & set(subjects(other, inputs).values())


@pytest.mark.parametrize("lost", ["people", "outlet", "moved"])
def test_sums_that_do_not_agree_are_refused_with_the_numbers(tmp_path, lost):
    loaded = load_plan(write_plan(tmp_path, sites=False))
    inputs = read_inputs(loaded)
    report = make_report(loaded, inputs, DATE)
    require_reconciled(inputs, report, [])
    demand, outlets = inputs.demand.frame.copy(), inputs.outlets.frame
    if lost == "people":
        demand.loc[3, "population"] += 1
    elif lost == "moved":
        demand["county"] = demand["county"].to_numpy()[::-1]
    else:
        twice = outlets[outlets["status"] == "active"].head(1).assign(outlet_id="again")
        outlets = gpd.GeoDataFrame(pd.concat([outlets, twice], ignore_index=True), crs=4326)
    wrong = replace(
        inputs,
        demand=replace(inputs.demand, frame=demand),
        outlets=replace(inputs.outlets, frame=outlets),
    )
    with pytest.raises(InputError, match=r"对不上：读入 [0-9,.]+，结果 [0-9,.]+"):
        require_reconciled(wrong, report, [])


def test_a_table_of_all_counties_serves_for_one(tmp_path, monkeypatch):
    """People of counties that are not asked about are told, and in no rate of those that are."""
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))
    path = write_plan(tmp_path / "plan", people=60)
    everything = load_plan(path)
    whole = make_report(everything, read_inputs(everything), DATE)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[counties]", '[counties]\nadcodes = ["990102"]'), "utf-8")
    one = load_plan(path)
    inputs = read_inputs(one)
    alone = make_report(one, inputs, DATE)
    columns = ["population", "covered_population", "rate", "demand_points"]
    ours = whole.counties.set_index("county").loc[["990102"], columns]
    assert alone.counties.set_index("county").loc[["990102"], columns].equals(ours)
    # Two points lie in no county of the layer, and stay.
    assert set(inputs.demand.frame["county"]) == {"990102", ""}
    assert (inputs.demand.frame["county"] == "").sum() == 2
    (told,) = (p for p in inputs.problems if p.kind == "people_elsewhere")
    others = whole.counties.set_index("county").loc[["990101", "990103"]]
    assert f"{others['population'].sum():,.0f} 人" in told.what
    assert f"{others['demand_points'].sum()} 个需求点" in told.what


def asked_of_banks(folder, line):
    """Three counties of which the last alone has an outlet and a candidate of 农商银行."""
    path = write_plan(folder, people=60)
    outlets = pd.read_csv(folder / "outlets.csv", dtype=str)
    outlets["所属银行"] = ["甲银行"] * 4 + ["农商银行"]
    outlets.to_csv(folder / "outlets.csv", index=False)
    candidates = pd.read_csv(folder / "candidates.csv", dtype=str)
    lon = candidates["经度"].astype(float)
    candidates["所属银行"] = np.where(lon == lon.max(), "农商银行", "甲银行")
    candidates.to_csv(folder / "candidates.csv", index=False)
    text = path.read_text(encoding="utf-8").replace("[sites]\n", f"[sites]\n{line}\n")
    standard = "[standard]\nrural_radius_m = 300\nminutes = 3\n[outputs]"
    path.write_text(text.replace("[outputs]", standard), encoding="utf-8")
    return load_plan(path)


def test_a_cap_of_a_bank_binds_where_the_bank_is_and_nobody_else(tmp_path, monkeypatch):
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))
    plan = asked_of_banks(tmp_path, 'bank_caps = { "农商银行" = 0 }')
    ran = run_plan(plan, DATE, How(workers=1, only_numbers=True))
    assert ran.failures == ()
    tasks = county_tasks(plan, read_inputs(plan), DATE)
    caps = [dict(task.asked.terms.bank_caps) for task in tasks if task.asked.terms is not None]
    assert caps == [{}, {}, {"农商银行": 0}]


@pytest.mark.parametrize("key", ["bank_caps", "bank_least"])
def test_a_bank_that_is_nowhere_is_refused_with_the_banks_that_there_are(tmp_path, key):
    plan = asked_of_banks(tmp_path, f'{key} = {{ "农商行" = 0 }}')
    with pytest.raises(InputError, match=f"{key} 里的银行 农商行.*甲银行"):
        county_tasks(plan, read_inputs(plan), DATE)
