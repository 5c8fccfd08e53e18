import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import worlds
from gdcoverage.assessment import assess
from gdcoverage.gaps import find_gaps, gap_of_demand
from gdcoverage.geo.ellipsoid import GEOD
from gdcoverage.policy import Standard
from often import costly


@pytest.fixture(scope="module")
def streets(tmp_path_factory):
    """One long street along a parallel, 12 km."""
    nodes = {i: (i * 500, 0) for i in range(1, 26)}
    return worlds.network(tmp_path_factory.mktemp("gaps"), nodes, [list(nodes)])


def covered(streets, spots, people=None, settlement="urban", sites=((500, 0),)):
    return assess(worlds.outlets(list(sites)), worlds.demand(spots, people, settlement), streets)


def test_neighbours_are_one_gap_and_far_ones_another(streets):
    """Outlet at 500; two points near 3 km, one at 8 km."""
    result = covered(streets, [(600, 0), (3000, 0), (3100, 0), (8000, 0)], [10, 20, 30, 90])
    gaps = find_gaps(result)
    assert gaps["population"].tolist() == [90, 50]
    assert gaps["demand_points"].tolist() == [1, 2]
    assert gap_of_demand(result).tolist() == [-1, 1, 1, 0]


def test_gap_says_how_far_beyond_the_standard_its_outlet_is(streets):
    gap = find_gaps(covered(streets, [(600, 0), (2100, 0)])).iloc[0]
    assert gap["outlet_id"] == "W0"
    assert gap["outlet_name"] == "第0支行"
    assert gap["distance_m"] == pytest.approx(1600, abs=0.1)
    assert gap["beyond_m"] == pytest.approx(600, abs=0.1)


def test_walk_longer_than_the_search_is_not_given_as_a_number(streets):
    gap = find_gaps(covered(streets, [(9000, 0)])).iloc[0]
    assert np.isnan(gap["distance_m"])
    assert np.isnan(gap["beyond_m"])
    assert gap["radius_m"] == pytest.approx(8500, rel=0.01)


def test_wide_gap_is_divided_so_that_an_outlet_could_serve_each(streets):
    spots = [(3000 + 100 * i, 0) for i in range(80)]
    gaps = find_gaps(covered(streets, spots))
    assert len(gaps) >= 4
    assert gaps["population"].sum() == 8000
    for gap in gaps.itertuples():
        west, south, east, _ = gap.geometry.bounds
        wide = worlds.metres(east, south)[0] - worlds.metres(west, south)[0]
        assert wide <= 2 * 1000 + 2 * 160


def test_urban_and_rural_points_do_not_share_a_gap(streets):
    result = covered(
        streets, [(7000, 0), (7050, 0)], settlement=["urban", "rural"], sites=[(500, 0)]
    )
    gaps = find_gaps(result)
    assert sorted(gaps["settlement"]) == ["rural", "urban"]


def test_points_without_people_are_no_gap_and_full_coverage_has_none(streets):
    assert find_gaps(covered(streets, [(9000, 0)], [0])).empty
    full = find_gaps(covered(streets, [(600, 0)]))
    assert full.empty
    assert {"gap_id", "name", "population", "beyond_m"} <= set(full.columns)


def test_named_after_its_own_points_then_a_place_then_an_outlet(streets):
    result = covered(streets, [(3000, 0)])
    places = gpd.GeoDataFrame(
        {"name": ["石围村"]}, geometry=worlds.points([(3000, -1200)]).to_numpy(), crs="EPSG:4326"
    )
    assert find_gaps(result)["name"].tolist() == ["第0支行东2.5公里"]
    assert find_gaps(result, places)["name"].tolist() == ["石围村北1.2公里"]
    named = result.demand.assign(name=["龙田村"])
    from dataclasses import replace

    assert find_gaps(replace(result, demand=named), places)["name"].tolist() == ["龙田村"]


spot = st.tuples(st.integers(0, 12_000), st.integers(-800, 800))


@costly(30)
@given(st.lists(spot, min_size=1, max_size=25), st.randoms(use_true_random=False))
def test_gaps_hold_every_uncovered_person_once_whatever_the_order(streets, spots, random):
    people = [10.0 + i for i in range(len(spots))]
    result = covered(streets, spots, people)
    gaps = find_gaps(result)
    missed = result.demand.loc[~result.demand["covered"], "population"].sum()
    assert gaps["population"].sum() == pytest.approx(missed)
    assert gaps["population"].is_monotonic_decreasing

    rows = list(range(len(spots)))
    random.shuffle(rows)
    demand = worlds.demand(spots, people).iloc[rows]
    turned = find_gaps(assess(worlds.outlets([(500, 0)]), demand, streets))
    pd.testing.assert_frame_equal(
        turned.drop(columns="geometry"), gaps.drop(columns="geometry"), rtol=1e-9
    )


def test_points_farther_apart_than_usual_in_town_are_linked_where_the_county_is_sparse(streets):
    """Every 400 m a point: one and a half spacings (600 m) link, three tenths of 1,000 m do not."""
    assert find_gaps(covered(streets, [(3000 + 400 * i, 0) for i in range(4)])).shape[0] == 1


def test_points_three_tenths_of_a_walk_apart_are_linked_where_the_county_is_dense(streets):
    """Pairs 20 m apart, the pairs 250 m from one another: the spacing alone would not link them."""
    spots = [(3000 + 250 * i + 20 * j, 0) for i in range(3) for j in range(2)]
    assert find_gaps(covered(streets, spots)).shape[0] == 1


def test_the_outlet_of_a_gap_is_that_of_its_place(streets):
    """Most people live at 1700, and so does the gap; of its points two of three are W1's.

    ::

        W0 . . . 1700 | 1900 2000 . . . W1      500 … 3200
    """
    sites = [(500, 0), (3200, 0)]
    gap = find_gaps(covered(streets, [(1700, 0), (1900, 0), (2000, 0)], [50, 10, 10], sites=sites))
    assert gap["demand_points"].tolist() == [3]
    assert (gap["demand_id"][0], gap["outlet_id"][0]) == ("D0", "W0")
    more = find_gaps(covered(streets, [(1700, 0), (1900, 0), (2000, 0)], [50, 30, 30], sites=sites))
    assert (more["demand_id"][0], more["outlet_id"][0]) == ("D1", "W1")


@pytest.fixture(scope="module")
def river(tmp_path_factory):
    """Two streets 120 m apart with a river between them, and a bridge 2 km to the west.

    ::

        120   1---------------------2---B    B, 150 m from p in a line, 4,230 m on foot
              | bridge   ~~~~~~~~~~~~~~
          0   3-----------A-------p-----4    A, 1,200 m from p along its street
            -2000       -1200     0    90
    """
    nodes = {1: (-2000, 120), 2: (90, 120), 3: (-2000, 0), 4: (90, 0)}
    return worlds.network(tmp_path_factory.mktemp("river"), nodes, [[1, 2], [3, 4], [1, 3]])


def test_a_gap_tells_of_one_place_and_one_outlet(river):
    """The outlet nearest in a line is across the river; the one told of is nearest on foot."""
    found = covered(river, [(0, 0)], sites=[(90, 120), (-1200, 0)])
    assert found.demand["radius_outlet_id"].tolist() == ["W0"]
    assert found.demand["radius_m"].tolist() == pytest.approx([150], abs=0.01)
    gap = find_gaps(found).iloc[0]
    assert (gap["demand_id"], gap["demand_name"], gap["outlet_id"]) == ("D0", "D0", "W1")
    assert gap["outlet_name"] == "第1支行"
    assert gap["radius_m"] == pytest.approx(1200, abs=0.01)
    assert gap["walk_m"] == pytest.approx(1200, abs=0.01)


def test_across_the_river_alone_the_walk_is_that_to_the_same_outlet_or_unknown(river):
    """4,210 m on foot: more than is searched, unless the walk may take 25 minutes."""
    outlets, demand = worlds.outlets([(90, 120)]), worlds.demand([(0, 0)])
    gap = find_gaps(assess(outlets, demand, river)).iloc[0]
    assert gap["outlet_id"] == "W0"
    assert gap["radius_m"] == pytest.approx(150, abs=0.01)
    assert np.isnan(gap["walk_m"])
    patient = find_gaps(assess(outlets, demand, river, Standard(minutes=25.0))).iloc[0]
    assert patient["radius_m"] == pytest.approx(150, abs=0.01)
    assert patient["walk_m"] == pytest.approx(2000 + 120 + 2090, abs=0.01)


def test_in_the_country_the_walk_is_that_to_the_outlet_nearest_in_a_line(river):
    """A radius of 100 m; A is nearer on foot and not the one told of."""
    standard = Standard(minutes=25.0, rural_radius_m=100.0)
    outlets = worlds.outlets([(90, 120), (-1200, 0)])
    found = assess(outlets, worlds.demand([(0, 0)], None, "rural"), river, standard)
    assert found.demand["walk_outlet_id"].tolist() == ["W1"]
    gap = find_gaps(found).iloc[0]
    assert gap["outlet_id"] == "W0"
    assert gap["radius_m"] == pytest.approx(150, abs=0.01)
    assert gap["walk_m"] == pytest.approx(2000 + 120 + 2090, abs=0.01)


@pytest.fixture(scope="module")
def lattice(tmp_path_factory):
    """Eight by eight crossings, 200 m apart."""
    return worlds.lattice(tmp_path_factory.mktemp("ways"), 8, 8, 200.0)


SPOTS = st.lists(
    st.tuples(st.integers(-250, 1650), st.integers(-250, 1650)), min_size=1, max_size=8
)


@costly(30)
@given(SPOTS, SPOTS, st.sampled_from(["urban", "rural"]))
def test_the_straight_way_is_never_longer_than_the_walk(lattice, sites, spots, settlement):
    standard = Standard(walking_speed_kmh=2.0, rural_radius_m=200.0)
    demand = worlds.demand(spots, None, settlement)
    found = assess(worlds.outlets(sites), demand, lattice, standard)
    gaps, points = find_gaps(found), found.demand.set_index("demand_id")
    places = found.outlets.set_index("outlet_id").geometry
    for gap in gaps.itertuples():
        point, outlet = points.loc[gap.demand_id], places[gap.outlet_id]
        assert not gap.radius_m > gap.walk_m
        assert (gap.lon, gap.lat) == (point.geometry.x, point.geometry.y)
        away = GEOD.inv(gap.lon, gap.lat, outlet.x, outlet.y)[2]
        assert gap.radius_m == pytest.approx(away, abs=0.0015)
        # The printed walk is the shortest to that very outlet.
        alone = found.outlets[found.outlets["outlet_id"] == gap.outlet_id]
        walk_m = assess(alone, demand, lattice, standard).demand.set_index("demand_id")["walk_m"]
        assert gap.walk_m == pytest.approx(walk_m[gap.demand_id], abs=0.0015, nan_ok=True)


def test_links_are_as_long_as_an_outlet_could_serve_and_no_longer(streets):
    """1,900 m and 2,100 m between points, which is usual here: links end at twice 1,000 m.

    ::

        3000 – 4900   7000 – 8900   11000
    """
    found = covered(streets, [(x, 0) for x in (3000, 4900, 7000, 8900, 11_000)])
    assert find_gaps(found)["demand_points"].tolist() == [2, 2, 1]


def test_two_points_alone_in_their_county_have_their_own_distance_as_spacing(streets):
    """400 m apart: three tenths of a walk would not link them, one and a half spacings do."""
    assert find_gaps(covered(streets, [(3000, 0), (3400, 0)])).shape[0] == 1


def test_a_gap_as_wide_as_an_outlet_could_serve_stays_whole_however_many_points_it_has(streets):
    gaps = find_gaps(covered(streets, [(3000 + 100 * i, 0) for i in range(20)]))
    assert gaps["demand_points"].tolist() == [20]


def test_a_wide_gap_is_divided_in_its_middle(streets):
    """Eighty points on 7,900 m: halved twice, twenty on 1,900 m each."""
    gaps = find_gaps(covered(streets, [(3000 + 100 * i, 0) for i in range(80)]))
    assert gaps["demand_points"].tolist() == [20, 20, 20, 20]


@pytest.mark.parametrize(("spots", "radius_m"), [([3000], 100), ([3000, 7000], 3000)])
def test_a_point_alone_is_drawn_as_a_disc_as_wide_as_points_are_apart(streets, spots, radius_m):
    """Three quarters of the spacing, 100 m at least; a dodecagon's area is three times r²."""
    gaps = find_gaps(covered(streets, [(x, 0) for x in spots]))
    assert gaps["area_km2"].tolist() == pytest.approx(
        [3 * (radius_m / 1000) ** 2] * len(spots), rel=0.01
    )
    known = covered(streets, [(x, 0) for x in spots])
    known.demand["area_km2"] = 0.25
    assert find_gaps(known)["area_km2"].tolist() == [0.25] * len(spots)


def test_of_equal_points_the_lowest_number_names_the_gap(streets):
    """Forty points with as many people each, in any order."""
    spots = [(3000 + 10 * i, 0) for i in range(40)]
    demand = worlds.demand(spots).assign(
        demand_id=[f"D{i:02d}" for i in range(40)], name=[f"{i}号院" for i in range(40)]
    )
    for seed in range(3):
        turned = assess(
            worlds.outlets([(500, 0)]), demand.sample(frac=1, random_state=seed), streets
        )
        assert find_gaps(turned)["name"].tolist() == ["0号院等40处"]


def test_every_column_of_a_gap_on_paper(streets):
    """Three points on the street and one beside it, too far off to join it.

    ::

              D3                    outlets W0 at 500, W1 at 7000; D4 is covered
        W0 . . . D0 D1 D2 . . . . W1      2500 (60 people), 2750 (1), 3000 (40); D3 350 m off (20)
    """
    coverage = covered(
        streets,
        [(2500, 0), (2750, 0), (3000, 0), (2750, 350), (700, 0)],
        [60, 1, 40, 20, 1000],
        sites=[(500, 0), (7000, 0)],
    )
    coverage.demand["name"] = ["河北街32", "河北街7", "", "", ""]
    coverage.demand["elderly"] = [6, np.nan, 4, 2, 500]
    coverage.demand["area_km2"] = [0.5, 0.25, 1, 2, 64]
    gaps = find_gaps(coverage)
    assert gaps.iloc[0].drop(["geometry", "lon", "lat"]).to_dict() == {
        "gap_id": "000000-001",
        "county": "",
        "settlement": "urban",
        "name": "河北街等4处",
        "population": 121,
        "elderly": 12,
        "demand_points": 4,
        "area_km2": 3.75,
        "demand_id": "D1",
        "demand_name": "河北街7",
        "outlet_id": "W0",
        "outlet_name": "第0支行",
        "radius_m": pytest.approx(2250, abs=0.1),
        "walk_m": pytest.approx(2250, abs=0.1),
        # Sixty of 121 people walk 2,000 m, sixty-one no more than D1's 2,250 m.
        "distance_m": pytest.approx(2250, abs=0.1),
        "beyond_m": pytest.approx(1250, abs=0.1),
        "off_network_population": 20,
        "barred_population": 0,
    }
    # The people's centre is at 2709, 58: D1 is nearest to it.
    at = worlds.metres(gaps["lon"][0], gaps["lat"][0])
    assert at == pytest.approx((2750, 0), abs=0.1)
    # Discs of three quarters of the spacing, which is 250 m.
    assert gaps.crs.to_epsg() == 4326
    inside = worlds.points([(2340, 0), (3160, 0), (2750, 510)])
    assert inside.within(gaps.geometry[0]).all()
    assert not worlds.points([(2300, 0), (3200, 0), (2750, 550)]).intersects(gaps.geometry[0]).any()


def test_gaps_are_numbered_by_county_then_people_then_their_lowest_demand_number(streets):
    """Single points; those of 10 people each stand in the order of their numbers."""
    spots = [(3000, 0), (6000, 0), (9000, 0), (12_000, 0), (3000, 700)]
    demand = worlds.demand(spots, [10, 10, 1, 30, 5], ["urban"] * 4 + ["rural"]).assign(
        demand_id=["D3", "D1", "D2", "D4", "D5"], county=["440001"] * 3 + ["440002", ""]
    )
    coverage = assess(worlds.outlets([(500, 8000)]), demand, streets)
    gaps = find_gaps(coverage)
    assert gap_of_demand(coverage).tolist() == [2, 1, 3, 4, 0]
    assert gaps["gap_id"].tolist() == [
        "000000-001",
        "440001-001",
        "440001-002",
        "440001-003",
        "440002-001",
    ]
    assert gaps["population"].tolist() == [5, 10, 10, 1, 30]
    assert gaps["settlement"].tolist() == ["rural"] + ["urban"] * 4
    assert gaps["beyond_m"][0] == pytest.approx(gaps["radius_m"][0] - 5000)

    nothing = find_gaps(covered(streets, [(600, 0)]))
    assert nothing.dtypes.to_dict() == gaps.dtypes.to_dict()
    assert nothing.crs == gaps.crs


@pytest.mark.parametrize(
    ("metres", "azimuth", "name"),
    [
        (299.6, 90, "石围村附近"),
        (300.4, 90, "石围村东0.3公里"),
        (4999.6, 0, "石围村北5.0公里"),
        (5000.4, 0, "113.0600, 23.0000"),
        (2000, 22, "石围村北2.0公里"),
        (2000, 23, "石围村东北2.0公里"),
        (2000, 180, "石围村南2.0公里"),
        (2000, 225, "石围村西南2.0公里"),
        (2000, 337, "石围村西北2.0公里"),
        (2000, 338, "石围村北2.0公里"),
    ],
)
def test_a_gap_is_named_by_how_it_lies_from_a_place(streets, metres, azimuth, name):
    """The way from the place to the gap, on the ellipsoid; there is no outlet to name it after."""
    demand = worlds.demand([(0, 0)])
    demand = demand.set_geometry(gpd.points_from_xy([113.06], [23.0]), crs=4326)
    lon, lat, _ = GEOD.fwd(113.06, 23.0, azimuth + 180, metres)
    places = gpd.GeoDataFrame(
        {"name": ["石围村"]}, geometry=gpd.points_from_xy([lon], [lat]), crs=4326
    )
    gaps = find_gaps(assess(worlds.outlets([]), demand, streets), places)
    assert gaps["name"].tolist() == [name]
    assert (gaps["outlet_id"][0], gaps["outlet_name"][0]) == ("", "")


def test_outlets_without_names_are_called_by_their_numbers_and_only_active_ones_name_gaps(streets):
    outlets = worlds.outlets([(2900, 0), (500, 0)], ["exited", "active"]).drop(columns="name")
    gaps = find_gaps(assess(outlets, worlds.demand([(3000, 0)]), streets))
    assert gaps["outlet_name"].tolist() == ["W1"]
    assert gaps["name"].tolist() == ["W1东2.5公里"]


@pytest.mark.parametrize(
    ("people", "distance_m"), [([10, 10], 1600), ([10, 11], 2900), ([1, 2], 2900), ([2, 1], 1600)]
)
def test_the_distance_of_a_gap_is_that_of_its_middle_person(streets, people, distance_m):
    """Two points as far apart as is usual here; walks of more than 3,000 m are unknown."""
    gaps = find_gaps(covered(streets, [(2100, 0), (3400, 0)], people))
    assert gaps["distance_m"].tolist() == pytest.approx([distance_m], abs=0.1)
    farther = find_gaps(covered(streets, [(3000, 0), (4500, 0)], people))["distance_m"]
    assert farther.isna().tolist() == [distance_m == 2900]


@pytest.mark.parametrize(("step", "just_linked", "just_not"), [(400, 580, 620), (20, 290, 310)])
def test_points_are_linked_up_to_one_and_a_half_spacings_or_three_tenths_of_a_walk(
    streets, step, just_linked, just_not
):
    """Three points and two, each a step from the next: spacing 400 m, then 20 m."""

    def gaps(between):
        spots = [3000, 3000 + step, 3000 + 2 * step]
        spots += [spots[-1] + between, spots[-1] + between + step]
        return find_gaps(covered(streets, [(x, 0) for x in spots]))["demand_points"].tolist()

    assert gaps(just_linked) == [5]
    assert gaps(just_not) == [3, 2]


def test_a_single_person_is_a_gap(streets):
    assert find_gaps(covered(streets, [(3000, 0)], [1]))["population"].tolist() == [1]


@pytest.mark.parametrize("towards", [(1, 0), (0, 1), (1, 1), (-1, 1)])
def test_a_gap_lies_where_its_people_are_not_in_the_middle_of_its_points(streets, towards):
    """A person at each of two points, ten at the third: their centre is nearest to the third."""
    spots = [(3000 + 100 * i * towards[0], 100 * i * towards[1]) for i in range(3)]
    for people, at in (([1, 1, 10], spots[2]), ([10, 1, 1], spots[0]), ([1, 10, 1], spots[1])):
        gap = find_gaps(covered(streets, spots, people)).iloc[0]
        assert worlds.metres(gap["lon"], gap["lat"]) == pytest.approx(at, abs=0.1)


def test_points_on_one_spot_are_one_place_when_it_comes_to_how_far_apart_places_are(streets):
    """Two and two points 400 m apart: linked, as single ones there would be."""
    spots = [(3000, 0), (3000, 0), (3400, 0), (3400, 0)]
    assert find_gaps(covered(streets, spots))["demand_points"].tolist() == [4]
