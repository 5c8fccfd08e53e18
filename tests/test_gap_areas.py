"""The areas of gaps: what is uncovered, without what is served, each apart from the others."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.assessment import assess
from gdcoverage.gap_areas import _without
from gdcoverage.gaps import find_gaps, gap_of_demand
from gdcoverage.service_areas import radius_area, reached_lines, served_area, service_area

# Of a square metre, in square degrees: what rounding may leave.
LITTLE = 1e-4 / 111_195.0**2


@pytest.fixture(scope="module")
def lattice(tmp_path_factory):
    """Streets every 200 m on 4 km."""
    return worlds.lattice(tmp_path_factory.mktemp("areas"), 21, 21, 200.0)


def found(lattice, spots, people=None, settlement="urban"):
    return assess(worlds.outlets([(0, 0)]), worlds.demand(spots, people, settlement), lattice)


def overlaps(coverage, gaps):
    """Square degrees of the gaps that are served, and that two of them share."""
    shapes = gaps.geometry.to_numpy()
    served = shapely.area(shapely.intersection(shapes, served_area(coverage))).max(initial=0)
    one, other = np.triu_indices(len(shapes), 1)
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other])).max(initial=0)
    return max(served, shared)


def test_a_gap_is_cut_at_what_is_served_and_at_its_neighbours(lattice):
    """Outlet at the origin serves 1 km along streets; people every 200 m along the diagonal."""
    spots = [(200 * i, 200 * i) for i in range(11)]
    coverage = found(lattice, spots)
    gaps = find_gaps(coverage)
    covered = coverage.demand["covered"].to_numpy()
    assert covered.tolist() == [True, True, True] + [False] * 8
    assert overlaps(coverage, gaps) < LITTLE
    inside = gaps.geometry.union_all()
    # 600, 600 is uncovered; the land towards 400, 400 belongs to the people there.
    assert inside.contains(worlds.points([(600, 600)])[0])
    assert not inside.intersects(worlds.points([(470, 470)])[0])
    # The notches between discs are filled.
    assert inside.contains(worlds.points([(1100, 1100)])[0])


def test_who_stands_in_the_drawn_area_keeps_his_own_ground(lattice):
    """A block's middle is drawn as served; one who joins no street there is not."""
    coverage = found(lattice, [(300, 290), (200, 0)])
    coverage.demand["covered"] = [False, True]
    point = coverage.demand.geometry.iloc[0]
    assert service_area(reached_lines(coverage)).contains(point)
    assert not served_area(coverage).intersects(point)
    gaps = find_gaps(coverage)
    assert gaps.geometry.iloc[0].contains(point)
    assert overlaps(coverage, gaps) < LITTLE


def test_in_the_country_a_gap_ends_at_the_radius(lattice):
    """Two villages 5,100 m and 6,000 m off, farther apart than they are from the radius."""
    coverage = found(lattice, [(5100, 0), (6000, 0)], settlement="rural")
    gaps = find_gaps(coverage)
    assert len(gaps) == 1
    discs = radius_area(coverage.outlets, coverage.standard.rural_radius_m)
    assert gaps.geometry.iloc[0].intersection(discs).area < LITTLE
    assert gaps.geometry.iloc[0].contains(worlds.points([(5100, 0), (6000, 0)])).all()


def test_townspeople_and_villagers_at_one_place_have_a_side_each(lattice):
    coverage = found(lattice, [(4000, 4000)] * 2, [50, 60], ["urban", "rural"])
    gaps = find_gaps(coverage)
    assert len(gaps) == 2
    assert not gaps.geometry.is_empty.any()
    assert overlaps(coverage, gaps) < LITTLE


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=30),
    st.integers(0, 2**16),
)
def test_gaps_never_lie_over_what_is_served_or_over_one_another(lattice, cells, seed):
    rng = np.random.default_rng(seed)
    spots = [(100.0 * x, 100.0 * y) for x, y in cells]
    settlement = rng.choice(["urban", "rural"], len(spots)).tolist()
    coverage = found(lattice, spots, rng.integers(0, 3, len(spots)).tolist(), settlement)
    gaps, gap = find_gaps(coverage), gap_of_demand(coverage)
    assert gaps.geometry.is_valid.all()
    assert overlaps(coverage, gaps) < LITTLE
    assert len(gaps) == gap.max(initial=-1) + 1
    for number, place in zip(gap, coverage.demand.geometry, strict=True):
        # Two gaps at one place have it a metre beside.
        assert number < 0 or gaps.geometry.iloc[number].distance(place) < 40 / 111_195.0


def test_what_is_taken_far_away_is_not_looked_at_and_changes_nothing():
    """Against the difference from all of it, of areas beside, within, around and far from it."""
    random = np.random.default_rng(3)
    spots = shapely.points(113 + random.random((90, 2)) / 5)
    areas, taken = (
        shapely.buffer(spots[:60], 0.01),
        shapely.union_all(shapely.buffer(spots[60:], 0.02)),
    )
    more = shapely.box(112.9, 112.9, 113.3, 113.3), shapely.box(0, 0, 1, 1), shapely.Polygon()
    areas = np.append(areas, more)
    whole = shapely.difference(areas, taken)
    apart = shapely.symmetric_difference(whole, _without(areas, taken))
    assert shapely.area(apart).max() < 1e-12
    assert (shapely.is_empty(whole) == shapely.is_empty(_without(areas, taken))).all()
    assert shapely.is_empty(whole).any()
    assert _without(areas, shapely.MultiPolygon())[0].equals(areas[0])
