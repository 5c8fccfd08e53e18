"""Streets of a base map made whole: beside shapely's merging of lines, on any drawing."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gdcoverage.emap._drawn import Drawn
from gdcoverage.emap._drawn_chains import chained, less_closely

# Corners of a small lattice, so that pieces meet, cross, double and go round.
corner = st.tuples(st.integers(0, 3), st.integers(0, 3))
pieces = st.lists(
    st.tuples(st.sampled_from(["", "一路", "二路"]), st.lists(corner, min_size=2, max_size=4)),
    max_size=12,
)


def drawn(given_pieces: list) -> Drawn:
    """Each piece as a street; those that stay on the spot are no lines."""
    lines = [shapely.LineString(points) for _, points in given_pieces]
    names = [name for name, _ in given_pieces]
    shapes = np.array(lines, object) if lines else np.empty(0, object)
    return Drawn.of(["road"] * len(names), [1] * len(names), names, shapes)


def by_name(layer: Drawn) -> dict:
    """Lines of each name, whichever way they run and in whichever order."""
    found: dict = {}
    for code, shape in zip(layer.name, layer.shapes(), strict=True):
        found.setdefault(layer.names[code], []).append(shape)
    return found


def once_around(line: shapely.LineString) -> tuple:
    """A line in one of the ways that it may be told: from either end, a round one from anywhere."""
    points = [tuple(map(int, point)) for point in line.coords]
    if points[0] != points[-1]:
        return min(tuple(points), tuple(points[::-1]))
    around = points[:-1]
    turns = [around[i:] + around[:i] for i in range(len(around))]
    return min(tuple(way) for turn in turns for way in (turn, turn[:1] + turn[:0:-1]))


@given(pieces)
def test_chains_are_the_lines_that_shapely_merges(given_pieces: list) -> None:
    layer = drawn(given_pieces)
    ours, before = by_name(chained(layer)), by_name(layer)
    assert ours.keys() == before.keys()
    for name, lines in before.items():
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
        assert sorted(map(once_around, ours[name])) == sorted(map(once_around, merged))


@given(pieces, st.floats(0.1, 3.0))
def test_less_closely_keeps_ends_and_stays_near(given_pieces: list, tolerance: float) -> None:
    layer = chained(drawn(given_pieces))
    less = less_closely(layer, tolerance)
    still = iter(less.shapes())
    for line in layer.shapes():
        # One that goes round within the tolerance is gone.
        first = shapely.Point(line.coords[0])
        far = max(first.distance(shapely.Point(point)) for point in line.coords)
        if line.is_closed and far <= tolerance:
            continue
        simple = next(still)
        assert (simple.coords[0], simple.coords[-1]) == (line.coords[0], line.coords[-1])
        assert set(simple.coords) <= set(line.coords)
        assert all(simple.distance(shapely.Point(p)) <= tolerance + 1e-9 for p in line.coords)
    assert next(still, None) is None
