from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

import worlds
from gdcoverage.assessment import assess
from gdcoverage.demand import read_demand
from gdcoverage.findings import StreetsWalked, with_streets
from gdcoverage.network import WalkNetwork
from gdcoverage.numbers import NUMBERS
from gdcoverage.places.counties import one_county
from gdcoverage.policy import Standard
from gdcoverage.service_areas import reached_streets
from often import costly

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def lattice(tmp_path_factory):
    """Eleven by eleven crossings, 200 m apart: 2 km across."""
    return worlds.lattice(tmp_path_factory.mktemp("assess"), 11, 11, 200.0)


def test_urban_point_walks_and_rural_point_looks_straight(lattice):
    """Both 1,600 m on foot (1,131 m straight) from the outlet.

    They stand on the crossing itself, which files place to a centimetre: a step beside it one
    sees over the block.
    """
    demand = worlds.demand([(800, 800)] * 2, settlement=["urban", "rural"])
    demand = demand.set_geometry(shapely.set_precision(demand.geometry, 1e-7))
    found = assess(worlds.outlets([(0, 0)]), demand, lattice).demand
    assert found["covered"].tolist() == [False, True]
    assert found["walk_m"].tolist() == pytest.approx([1600, 1600], abs=0.05)
    assert found["distance_m"][0] == found["walk_m"][0]
    assert found["distance_m"][1] == found["radius_m"][1]
    assert found["walk_min"][0] == pytest.approx(24.0, abs=0.01)


@pytest.mark.parametrize("azimuth", [0, 37, 90, 180, 225, 270])
@pytest.mark.parametrize(("metres", "covered"), [(4999, True), (5000, True), (5001, False)])
def test_rural_boundary_value_counts_as_covered(lattice, metres, covered, azimuth):
    """Laid out on the ellipsoid in every direction: a metre more or less there is seen."""
    outlet = worlds.outlets([(0, 0)])
    demand = worlds.demand([(0, 0)], settlement="rural")
    lon, lat, _ = GEOD.fwd(*worlds.ORIGIN, azimuth, metres)
    demand = demand.set_geometry(gpd.points_from_xy([lon], [lat]), crs=4326)
    found = assess(outlet, demand, lattice)
    assert found.demand["radius_m"][0] == pytest.approx(metres, abs=0.001)
    assert found.demand["covered"].tolist() == [covered]
    assert found.demand["covering_outlets"].tolist() == [int(covered)]


def test_fifteen_minutes_exactly_counts_as_covered(lattice):
    """The standard is set to the very length of the walk, then a centimetre below it."""
    outlet, demand = worlds.outlets([(0, 0)]), worlds.demand([(400, 530)])
    walk_m = assess(outlet, demand, lattice).demand["walk_m"][0]

    def covered(limit_m):
        standard = Standard(walking_speed_kmh=limit_m / 250)
        assert standard.walk_limit_m == pytest.approx(limit_m)
        result = assess(outlet, demand, lattice, standard).demand
        assert bool(result["covering_outlets"][0]) == bool(result["covered"][0])
        return bool(result["covered"][0])

    assert covered(walk_m)
    assert not covered(walk_m - 0.01)


def test_only_active_outlets_serve(lattice):
    outlets = worlds.outlets([(0, 0)] * 4, ["suspended", "exited", "planned", "unknown"])
    result = assess(outlets, worlds.demand([(0, 0)]), lattice)
    assert not result.demand["covered"].any()
    assert result.demand["outlet_id"].tolist() == [""]
    assert result.total()["rate"] == 0.0


def test_off_network_and_island_points_stay_in_the_denominator(tmp_path):
    """Main streets, a 600 m piece on its own, and a hamlet far from both."""
    nodes = {1: (0, 0), 2: (2000, 0), 3: (0, 5000), 4: (600, 5000)}
    network = worlds.network(tmp_path, nodes, [[1, 2], [3, 4]])
    demand = worlds.demand([(100, 0), (100, 5000), (0, 2500)], [100, 50, 50])
    result = assess(worlds.outlets([(0, 0)]), demand, network)
    assert result.demand["status"].tolist() == ["ok", "island", "off_network"]
    assert result.demand["covered"].tolist() == [True, False, False]
    assert result.demand["walk_m"].isna().tolist() == [False, True, True]
    total = result.total()
    assert (total["population"], total["rate"]) == (200, 0.5)
    assert (total["island_population"], total["off_network_population"]) == (50, 50)


def test_rates_at_three_speeds_stand_side_by_side(lattice):
    demand = worlds.demand([(700, 0), (950, 0), (1150, 0), (1300, 0)])
    total = assess(worlds.outlets([(0, 0)]), demand, lattice).total()
    assert (total["rate_slow"], total["rate_default"], total["rate_brisk"]) == (0.25, 0.5, 0.75)
    assert total["rate"] == total["rate_default"]


def test_town_rule_both_reports_both_and_headlines_urban(lattice):
    """A town point 1,300 m on foot, well within 5 km."""
    demand = worlds.demand([(1300, 0), (100, 0)], town=[True, False])
    total = assess(worlds.outlets([(0, 0)]), demand, lattice, Standard(town_rule="both")).total()
    assert (total["rate"], total["rate_towns_rural"]) == (0.5, 1.0)
    judged = assess(worlds.outlets([(0, 0)]), demand, lattice).total()
    assert (judged["rate"], judged["rate_towns_rural"]) == (0.5, 1.0)


def test_towns_judged_as_rural_stand_beside_those_judged_as_urban(lattice):
    demand = worlds.demand([(1300, 0), (100, 0)], town=[True, False], settlement=["rural", "urban"])
    total = assess(worlds.outlets([(0, 0)]), demand, lattice, Standard(town_rule="rural")).total()
    assert (total["rate"], total["rate_towns_urban"]) == (1.0, 0.5)


def test_rates_if_every_point_lay_ten_metres_elsewhere(lattice):
    """Urban at 990, 1,000 and 1,010 m, one millimetre beyond, and rural at 5,010 m."""
    demand = worlds.demand(
        [(990, 0), (1000, 0), (1010, 0), (1010.01, 0), (0, -5010)],
        settlement=["urban"] * 4 + ["rural"],
    )
    total = assess(worlds.outlets([(0, 0)]), demand, lattice).total()
    assert total[["rate_farther", "rate", "rate_nearer"]].tolist() == [0.2, 0.4, 0.8]


def test_counties_and_classes_sum_to_the_total_and_outside_comes_last(lattice):
    demand = worlds.demand(
        [(0, 0), (500, 0), (90_000, 0)], [10, 20, 40], ["urban", "rural", "rural"]
    )
    counties = one_county("示例县", demand.iloc[:2])
    result = assess(worlds.outlets([(0, 0)]), demand, lattice, counties=counties)
    table = result.by_county()
    assert table["county_name"].tolist() == ["示例县", "县区外"]
    assert table["population"].tolist() == [30, 40]
    assert table["outlets"].tolist() == [1, 0]
    assert table["population"].sum() == result.total()["population"]
    assert result.by_settlement()["population"].sum() == result.total()["population"]


def test_county_without_people_or_outlets_is_a_row_without_a_rate(lattice):
    counties = one_county("甲县", worlds.demand([(0, 0)]))
    empty = one_county("乙县", worlds.demand([(50_000, 0)])).assign(adcode="000001")
    both = pd.concat([counties, empty], ignore_index=True)
    table = assess(
        worlds.outlets([(0, 0)]), worlds.demand([(0, 0)]), lattice, counties=both
    ).by_county()
    assert table["county_name"].tolist() == ["甲县", "乙县"]
    assert table["outlets"].tolist() == [1, 0]
    assert table["population"].tolist() == [100, 0]
    assert np.isnan(table["rate"][1])


def test_a_county_alone_reports_what_it_reports_among_others(lattice):
    demand = worlds.demand([(0, 0), (1900, 0)], [10, 20])
    counties = one_county("甲县", demand)
    result = assess(worlds.outlets([(0, 0)]), demand, lattice, counties=counties)
    alone = result.in_county("000000")
    pd.testing.assert_frame_equal(alone.by_county(), result.by_county())
    assert alone.covers.shape == (2, 1)


def test_no_outlets_and_no_demand_are_possible(lattice):
    none = assess(worlds.outlets([]), worlds.demand([(0, 0)]), lattice)
    assert none.demand["covered"].tolist() == [False]
    assert none.demand["radius_m"].isna().all()
    empty = assess(worlds.outlets([(0, 0)]), worlds.demand([]), lattice)
    assert empty.by_county().empty


def test_frames_without_a_crs_or_a_column_are_refused(lattice):
    bare = worlds.outlets([(0, 0)]).set_crs(None, allow_override=True)
    with pytest.raises(ValueError, match="4326"):
        assess(bare, worlds.demand([(0, 0)]), lattice)
    with pytest.raises(ValueError, match="population"):
        assess(
            worlds.outlets([(0, 0)]), worlds.demand([(0, 0)]).drop(columns="population"), lattice
        )


spot = st.tuples(st.integers(-400, 2400), st.integers(-400, 2400))
classes = st.lists(st.sampled_from(["urban", "rural"]), min_size=12, max_size=12)
crowd = st.lists(st.integers(0, 500), min_size=12, max_size=12)


@costly(25)
@given(
    st.lists(spot, min_size=2, max_size=6, unique=True),
    st.lists(spot, min_size=12, max_size=12),
    classes,
    crowd,
    st.randoms(use_true_random=False),
)
def test_what_always_holds(lattice, sites, spots, kinds, people, random):
    demand = worlds.demand(spots, people, kinds)
    outlets = worlds.outlets(sites)
    standard = Standard(rural_radius_m=900.0)
    result = assess(outlets, demand, lattice, standard)
    found = result.demand

    # Covered is what some outlet covers; who covers whom agrees with the counts.
    assert (found["covered"] == (found["covering_outlets"] > 0)).all()
    assert (np.asarray(result.covers.sum(axis=1)).ravel() == found["covering_outlets"]).all()

    # Fewer outlets never cover more.
    fewer = assess(outlets.iloc[:-1], demand, lattice, standard).demand
    assert not (fewer["covered"] & ~found["covered"]).any()

    # Nobody drops out.
    assert result.total()["population"] == sum(people)

    # The order of rows does not matter.
    rows = list(range(len(spots)))
    random.shuffle(rows)
    turned = assess(outlets.iloc[::-1], demand.iloc[rows], lattice, standard).demand
    same = turned.set_index("demand_id").loc[found["demand_id"]].reset_index()
    pd.testing.assert_frame_equal(same[list(found)], found)


def test_porto_alegre_to_the_last_person(shared):
    """Hexagons with census people; outlets are the hexagons with healthcare, all urban."""
    folder = shared / "data/portoalegre-r5r"
    demand = read_demand(folder / "poa_hexgrid.csv", settlement="urban").frame
    clinics = pd.read_csv(folder / "poa_hexgrid.csv").query("healthcare > 0")
    outlets = gpd.GeoDataFrame(
        {"outlet_id": clinics["id"].to_numpy(), "status": "active"},
        geometry=gpd.points_from_xy(clinics["lon"], clinics["lat"]),
        crs="EPSG:4326",
    )
    result = assess(outlets, demand, WalkNetwork.from_osm(folder / "poa.osm.pbf"))
    total = result.total()
    assert total["population"] == 812_935
    assert total["demand_points"] == 1_227
    assert total["covered_population"] == pytest.approx(716_042, abs=2_000)
    assert total["rate_slow"] < total["rate"] < total["rate_brisk"]


def test_a_coverage_without_streets_says_so_and_keeps_every_number(tmp_path):
    coverage = assess(
        worlds.outlets([(100, 0)]), worlds.demand([(200, 10), (500, 480)]), worlds.lattice(tmp_path)
    )
    alone = coverage.without_streets()
    pd.testing.assert_frame_equal(alone.by_county(), coverage.by_county())
    with pytest.raises(ValueError, match="streets are not kept"):
        reached_streets(alone)  # type: ignore[arg-type]  # what the type forbids
    with pytest.raises(ValueError, match="streets are not kept"):
        with_streets(alone)
    again = alone.on(coverage.network, coverage.outlets_joined, coverage.demand_joined)
    pd.testing.assert_frame_equal(reached_streets(again), reached_streets(coverage))
    assert with_streets(again) is again


def test_people_with_one_outlet_and_with_two_or_more_are_told_apart(lattice):
    """Within 1,000 m of the people: no outlet, one, two, three.

    ::

        W0 W1 W2          W0 at 0, W1 at 400, W2 at 800
        +--+--+--+--…     D1 at 1800 (one), D2 at 1400 (two), D3 at 400 (three)
    """
    demand = worlds.demand([(2000, 2000), (1800, 0), (1400, 0), (400, 0)], [1, 20, 300, 4000])
    result = assess(worlds.outlets([(0, 0), (400, 0), (800, 0)]), demand, lattice)
    assert result.demand["covering_outlets"].tolist() == [0, 1, 2, 3]
    assert (result.total()["one_outlet"], result.total()["two_outlets"]) == (20, 4300)


@pytest.fixture
def told_apart(tmp_path):
    """Each of seven places has its own digit of the people, so a sum tells who is in it.

    ::

        5000  +---+ D3             an island of 600 m
        2500  D4 (a town), D5 (rural): far from every street
           0  W0 D0 W1 . . . D1 D2 (a town) . . . . +      0, 200, 400, 1200, 1500 … 3000
       -8000  D6 (rural)
    """
    nodes = {1: (0, 0), 2: (3000, 0), 3: (0, 5000), 4: (600, 5000)}
    network = worlds.network(tmp_path, nodes, [[1, 2], [3, 4]])
    demand = worlds.demand(
        [(200, 0), (1200, 0), (1500, 0), (100, 5000), (0, 2500), (0, 2500), (0, -8000)],
        [1, 20, 300, 4_000, 50_000, 600_000, 7_000_000],
        ["urban"] * 5 + ["rural"] * 2,
        town=[False, False, True, False, True, False, False],
    )
    demand["elderly"] = [1, np.nan, 3, 4, 5, 6, 7]
    demand["area_km2"] = [0.5, 1, 2, np.nan, 4, 8, 16]
    demand["county"] = ["440002"] * 3 + ["440001"] * 2 + ["", None]
    return assess(
        worlds.outlets([(0, 0), (400, 0)]).assign(county="440002"),
        demand,
        network,
        Standard(town_rule="both"),
    )


def test_every_number_of_the_tally_on_paper(told_apart):
    """Walks: D0 200 m, D1 800 m, D2 1,100 m; 720 m are walked slowly, 1,200 m briskly."""
    total, people = told_apart.total(), 7_654_321
    assert total.to_dict() == pytest.approx(
        {
            "population": people,
            "covered_population": 600_021,
            "rate": 600_021 / people,
            "rate_slow": 600_001 / people,
            "rate_default": 600_021 / people,
            "rate_brisk": 600_321 / people,
            "rate_nearer": 600_021 / people,
            "rate_farther": 600_021 / people,
            "rate_towns_rural": 650_321 / people,
            "rate_by_nearest_street": 600_021 / people,
            "urban_population": 54_321,
            "urban_covered": 21,
            "urban_rate": 21 / 54_321,
            "rural_population": 7_600_000,
            "rural_covered": 600_000,
            "rural_rate": 600_000 / 7_600_000,
            "demand_points": 7,
            "covered_points": 3,
            "area_km2": 31.5,
            "covered_area_km2": 9.5,
            "elderly": 26,
            "elderly_covered": 7,
            "one_outlet": 20,
            "two_outlets": 600_001,
            "off_network_population": 7_650_000,
            "barred_population": 0,
            "island_population": 4_000,
        },
        rel=1e-12,
    )
    assert list(total.index) == [name for name in NUMBERS if name in total]


def test_counties_are_tallied_by_code_and_what_lies_outside_last(told_apart):
    table = told_apart.by_county()
    head = ["county", "county_name", "city", "outlets", "population"]
    assert table[head].to_numpy().tolist() == [
        ["440001", "", "", 0, 54_000],
        ["440002", "", "", 2, 321],
        ["", "县区外", "", 0, 7_600_000],
    ]
    assert list(table)[:5] == head
    assert table["elderly"].tolist() == [9, 4, 13]
    assert table["covered_area_km2"].tolist() == [0, 1.5, 8]
    classes = told_apart.by_settlement()
    head = ["county", "settlement", "settlement_name", "population"]
    assert list(classes)[:4] == head
    assert classes[head].to_numpy().tolist() == [
        ["", "rural", "乡村", 7_600_000],
        ["440001", "urban", "城区", 54_000],
        ["440002", "urban", "城区", 321],
    ]


def test_counties_named_keep_their_city_and_an_empty_one_knows_nothing_but_noughts(told_apart):
    demand = told_apart.demand
    named = [
        one_county(name, place).assign(adcode=code, city=city)
        for name, code, city, place in (
            ("空县", "440003", "丙市", worlds.demand([(50_000, 0)])),
            ("街县", "440002", "乙市", demand.iloc[:3]),
        )
    ]
    result = assess(
        told_apart.outlets.drop(columns="county"),
        demand.drop(columns=["county", "elderly", "area_km2"]),
        told_apart.network,
        counties=pd.concat(named, ignore_index=True),
    )
    table = result.by_county()
    assert table["county_name"].tolist() == ["街县", "空县", "县区外"]
    assert table["city"].tolist() == ["乙市", "丙市", ""]
    assert table["outlets"].tolist() == [2, 0, 0]
    empty = table.iloc[1].drop(["county", "county_name", "city"])
    unknown = {name for name in empty.index if NUMBERS[name].unknown or "rate" in name}
    assert set(empty.index[empty.isna()]) == unknown
    assert (empty.drop(list(unknown)) == 0).all()
    assert table[["area_km2", "covered_area_km2", "elderly"]].isna().all(axis=None)
    assert table["demand_points"].dtype == table["covered_points"].dtype == np.int64


def test_a_county_taken_out_keeps_its_rows_and_where_they_join(told_apart):
    alone = told_apart.in_county("440001")
    rows = told_apart.demand["county"] == "440001"
    pd.testing.assert_frame_equal(alone.demand, told_apart.demand[rows])
    assert alone.demand_joined.status.tolist() == ["island", "off_network"]
    assert alone.covers.shape == (2, 2)
    assert alone.total()["population"] == 54_000
    counties = pd.concat(
        [
            one_county(code, told_apart.demand.iloc[[i]]).assign(adcode=code)
            for i, code in ((3, "440001"), (0, "440002"))
        ],
        ignore_index=True,
    )
    named = replace(told_apart, counties=counties).in_county("440002")
    assert named.counties["adcode"].tolist() == ["440002"]
    assert named.counties.index.tolist() == [0]


def test_distances_are_whole_millimetres(lattice):
    """A third of a metre along and beside a street, whatever that is on the ellipsoid."""
    demand = worlds.demand([(700 / 3, 100 / 3)] * 2, settlement=["urban", "rural"])
    # No leg to the crossing, 47 m off.
    standard = Standard(snap_limit_m=40)
    found = assess(worlds.outlets([(0, 0)]), demand, lattice, standard).demand
    for name in ("walk_m", "radius_m"):
        millimetres = found[name].to_numpy() * 1000
        assert millimetres == pytest.approx(millimetres.round(), abs=1e-6)
    exact = GEOD.inv(*worlds.ORIGIN, *worlds.degrees(700 / 3, 100 / 3))[2]
    assert found["radius_m"].tolist() == pytest.approx([round(exact, 3)] * 2, abs=1e-9)
    # 266.6666… on foot: not 266.67.
    assert found["walk_m"].tolist() == pytest.approx([266.667] * 2, abs=1e-9)


def test_streets_walked_on_are_those_of_the_counties_and_what_hangs_on_doubt_is_told(tmp_path):
    """A trunk road is in doubt; D1 needs it, D2 does not; the county ends at 500 m.

    ::

        W0 ---- residential ---- 400 ==== trunk ==== 900
        0        D2 300                    D1 800
    """
    nodes = {1: (0, 0), 2: (400, 0), 3: (900, 0)}
    ways = [([1, 2], {"highway": "residential"}), ([2, 3], {"highway": "trunk"})]
    network = WalkNetwork.from_osm(worlds.write_osm(tmp_path / "w.osm", nodes, ways))
    west, south = worlds.degrees(-50, -50)
    east, north = worlds.degrees(500, 50)
    county = gpd.GeoDataFrame(
        {"adcode": ["440001"], "name": ["甲县"], "city": ["乙市"]},
        geometry=[shapely.box(west, south, east, north)],
        crs=4326,
    )
    standard = Standard(smallest_component_m=100)
    people = worlds.demand([(800, 0), (300, 0)], [10, 30])
    found = assess(worlds.outlets([(0, 0)]), people, network, standard, county)
    total = found.total()
    assert (total["rate"], total["rate_without_doubtful_ways"]) == (1.0, 0.75)
    walked = StreetsWalked.of(found)
    assert walked.profile == "walk"
    # The trunk road begins within the county.
    assert walked.metres == pytest.approx(900, abs=0.02)
    assert walked.doubtful_m == pytest.approx(500, abs=0.02)
    farther = county.set_geometry([shapely.box(west, south, worlds.degrees(300, 0)[0], north)])
    near = StreetsWalked.of(assess(worlds.outlets([(0, 0)]), people, network, standard, farther))
    assert (round(near.metres), near.doubtful_m) == (400, 0)
    both = StreetsWalked.together([walked, near])
    assert (both.profile, round(both.metres), round(both.doubtful_m)) == ("walk", 1300, 500)
