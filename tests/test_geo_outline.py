import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gdcoverage.geo.lines import Lines
from gdcoverage.geo.outline import around


def lines(*coordinates):
    return Lines.of(np.array([shapely.LineString(xy) for xy in coordinates], object))


def test_a_street_becomes_a_ribbon_of_its_width():
    area = around(lines([(0, 0), (1000, 0)]), 50.0, 0.0)
    exact = shapely.LineString([(0, 0), (1000, 0)]).buffer(50)
    assert area.is_valid
    assert area.hausdorff_distance(exact) < 10
    assert area.area == pytest.approx(exact.area, rel=0.05)


def test_small_holes_are_filled_and_large_ones_kept():
    block = [(0, 0), (300, 0), (300, 300), (0, 300), (0, 0)]
    square = [(1000, 0), (2000, 0), (2000, 1000), (1000, 1000), (1000, 0)]
    area = around(lines(block, square), 50.0, 240.0**2)
    assert area.contains(shapely.Point(150, 150))
    assert not area.contains(shapely.Point(1500, 500))


def test_a_street_is_drawn_the_same_beside_another_far_away():
    one, other = [(0, 0), (900, 40)], [(50_000, 90_000), (50_400, 90_400)]
    alone = around(lines(one), 50.0, 0.0)
    beside = around(lines(one, other), 50.0, 0.0)
    parts = shapely.get_parts(beside)
    assert len(parts) == 2
    assert shapely.get_parts(alone)[0].equals_exact(parts[0])


def test_nothing_around_nothing():
    assert around(lines(), 50.0, 0.0).is_empty


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3000), st.integers(0, 3000)), min_size=2, max_size=6, unique=True
    )
)
def test_area_is_that_of_the_united_buffers(corners):
    streets = lines(*itertools.pairwise(corners))
    area = around(streets, 60.0, 0.0)
    exact = shapely.union_all(shapely.buffer(streets.shapes(), 60.0))
    assert area.is_valid
    # Two thirds of a cell of the grid: what it decides is nothing, what it shows is a few pixels.
    assert area.buffer(20).contains(exact)
    assert exact.buffer(20).contains(area)
