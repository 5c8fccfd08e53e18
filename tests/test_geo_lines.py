import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gdcoverage.geo.lines import Lines

POINT = st.tuples(st.integers(-50, 50), st.integers(-50, 50))
LINES = st.lists(st.lists(POINT, min_size=2, max_size=20), max_size=5)


def lines_of(coordinates):
    return np.array([shapely.LineString(xy) for xy in coordinates], object)


@given(LINES)
def test_shapes_come_back_as_they_were(coordinates):
    shapes = lines_of(coordinates)
    assert shapely.equals_exact(Lines.of(shapes).shapes(), shapes).all()


def test_a_bend_within_the_tolerance_is_dropped_and_one_beyond_it_stays():
    shapes = lines_of([[(0, 0), (5, 1), (10, 0)], [(0, 0), (5, 3), (10, 0)], [(0, 0), (1, 1)]])
    simple = Lines.of(shapes).simplified(2).shapes()
    assert [shapely.get_num_points(line) for line in simple] == [2, 3, 2]
    assert simple[1].equals(shapes[1])


@given(LINES, st.sampled_from([0.0, 0.5, 3.0, 20.0]))
def test_simplified_lines_keep_their_ends_and_stay_near(coordinates, tolerance):
    shapes = lines_of(coordinates)
    for before, after in zip(shapes, Lines.of(shapes).simplified(tolerance).shapes(), strict=True):
        assert after.coords[0] == before.coords[0]
        assert after.coords[-1] == before.coords[-1]
        assert set(after.coords) <= set(before.coords)
        assert all(after.distance(shapely.Point(xy)) <= tolerance + 1e-9 for xy in before.coords)


@given(LINES, st.sampled_from([0.5, 3.0, 20.0]))
def test_simplified_as_geos_does_it(coordinates, tolerance):
    """GEOS keeps a closed ring open where ours does; neither keeps more than the other by much."""
    open_ones = [xy for xy in coordinates if xy[0] != xy[-1]]
    shapes = lines_of(open_ones)
    simple = Lines.of(shapes).simplified(tolerance).shapes()
    theirs = shapely.simplify(shapes, tolerance, preserve_topology=False)
    assert shapely.get_num_points(simple).tolist() == pytest.approx(
        shapely.get_num_points(theirs).tolist(), abs=2
    )
