"""Points dealt out to areas by tiles: the same as testing every point against every area."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gdcoverage.geo.areas import Areas

# On the lines between tiles, a rounding away from them, and anywhere.
ON_LINES = st.integers(-300, 300).map(lambda n: n / 100)
DEGREES = st.one_of(
    ON_LINES,
    ON_LINES.map(lambda x: float(np.nextafter(x, 9))),
    ON_LINES.map(lambda x: float(np.nextafter(x, -9))),
    st.floats(-3, 3),
)
SPOTS = st.lists(st.tuples(DEGREES, DEGREES), max_size=40)


def dealt(areas: Areas, spots: list[tuple[float, float]]) -> list[tuple[int, list[int]]]:
    lon, lat = np.array(spots, float).reshape(-1, 2).T
    return [(number, sorted(at.tolist())) for number, at in areas.deal(lon, lat)]


@pytest.mark.parametrize("outline", [True, False])
@settings(max_examples=200, deadline=None)
@given(corners=st.lists(SPOTS.filter(lambda s: len(s) > 2), min_size=1, max_size=4), batch=SPOTS)
def test_same_as_testing_every_point(outline, corners, batch):
    """Ragged areas, overlapping and with holes; points inside, outside and on outlines."""
    shapes = [shapely.make_valid(shapely.Polygon(ring)) for ring in corners]
    spots = batch + [spot for ring in corners for spot in ring]
    lon, lat = np.array(spots, float).T
    test = shapely.intersects_xy if outline else shapely.contains_xy
    areas = Areas(shapes, outline=outline)
    for _ in range(2):  # the second time all tiles are known
        found = dict(dealt(areas, spots))
        for number, shape in enumerate(shapes):
            assert found.get(number, []) == np.flatnonzero(test(shape, lon, lat)).tolist()


def test_points_on_the_outline_count_if_that_is_said():
    square = shapely.box(0, 0, 1, 1)
    spots = [(0.0, 0.5), (1.0, 1.0), (0.5, 0.5), (1.000001, 0.5)]
    assert dealt(Areas([square], outline=True), spots) == [(0, [0, 1, 2])]
    assert dealt(Areas([square], outline=False), spots) == [(0, [2])]


def test_holes_slivers_and_islands_smaller_than_a_tile():
    ring = shapely.box(0, 0, 0.1, 0.1).difference(shapely.box(0.0501, 0.0501, 0.0502, 0.0502))
    island = shapely.box(0.5551, 0.5551, 0.5552, 0.5552)
    areas = Areas([shapely.union(ring, island)], outline=True)
    spots = [(0.05015, 0.05015), (0.0505, 0.0505), (0.55515, 0.55515), (0.556, 0.556)]
    assert dealt(areas, spots) == [(0, [1, 2])]


def test_batches_do_not_matter():
    rng = np.random.default_rng(4)
    areas = [shapely.Point(*rng.uniform(-1, 1, 2)).buffer(0.5) for _ in range(6)]
    lon, lat = rng.uniform(-2, 2, (2, 3_000))
    whole = {n: set(at) for n, at in Areas(areas, outline=True).deal(lon, lat)}
    piecemeal: dict[int, set[int]] = {}
    dealer = Areas(areas, outline=True)
    for start in range(0, 3_000, 170):
        part = slice(start, start + 170)
        for number, at in dealer.deal(lon[part], lat[part]):
            piecemeal.setdefault(number, set()).update(at + start)
    assert piecemeal == whole


def test_nothing_to_deal_out():
    assert dealt(Areas([shapely.box(0, 0, 1, 1)], outline=True), []) == []
    assert dealt(Areas([], outline=True), [(0.5, 0.5)]) == []
    assert dealt(Areas([shapely.Polygon()], outline=True), [(0.5, 0.5)]) == []
