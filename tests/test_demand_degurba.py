"""Stages of the degree of urbanisation on small arrays, worked out on paper or by brute force."""

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gdcoverage.demand._degurba import (
    CENTRE,
    CLUSTER,
    RURAL,
    degree_of_urbanisation,
    density_on_land,
    smoothed,
    urban_centres,
    urban_clusters,
    without_holes,
)
from gdcoverage.demand._kilometres import _spread

SLOW = settings(max_examples=25, deadline=None)
CELL = {".": 0, "a": 300, "b": 1_500, "5": 5_000}


def people(picture: str) -> np.ndarray:
    return np.array([[CELL[c] for c in row] for row in picture.split()], float)


def mask(picture: str) -> np.ndarray:
    """`.` is nought, digits are themselves."""
    return np.array([[0 if c == "." else int(c) for c in row] for row in picture.split()], np.int32)


def drawn(classes: np.ndarray) -> str:
    letters = {RURAL: ".", CLUSTER: "t", CENTRE: "U"}
    return "\n".join("".join(letters[int(c)] for c in row) for row in classes)


def assert_drawn(classes: np.ndarray, picture: str) -> None:
    assert drawn(classes) == "\n".join(picture.split())


def test_a_tile_worked_out_stage_by_stage() -> None:
    """24 squares of 5,000 around a hole of 16 km²; 300 at a corner; 300 alone; 5,000 alone."""
    tile = people("""
        555555...
        5....5...
        5....5.a.
        5....5...
        5....5...
        555555...
        5555..a.5
    """)
    centres = urban_centres(tile, tile)
    np.testing.assert_array_equal(
        centres,
        mask("""
            111111...
            1....1...
            1....1...
            1....1...
            1....1...
            111111...
            1111.....
        """),
    )
    # The corners of the hole have five neighbours in the centre. The square right of the last
    # row's four has four: it stays out.
    smooth = smoothed(centres)
    np.testing.assert_array_equal(
        smooth,
        mask("""
            111111...
            11..11...
            1....1...
            1....1...
            11..11...
            111111...
            1111.....
        """),
    )
    # The hole has 12 km² left.
    full = np.zeros((7, 9), np.int32)
    full[:6, :6] = full[6, :4] = 1
    np.testing.assert_array_equal(without_holes(smooth), full)
    clusters = tile == 5_000
    clusters[6, 6] = True  # touches the centre by a corner
    np.testing.assert_array_equal(urban_clusters(tile, tile), clusters)
    assert_drawn(
        degree_of_urbanisation(tile),
        """
        UUUUUU...
        UUUUUU...
        UUUUUU...
        UUUUUU...
        UUUUUU...
        UUUUUU...
        UUUU..t.t
        """,
    )


def test_centres_hang_together_by_sides_and_towns_by_corners_too() -> None:
    steps = people("5555.....\n....55555\n.........")
    assert_drawn(
        degree_of_urbanisation(steps),
        "tttt.....\n....ttttt\n.........",
    )
    joined = people("55555....\n....55555\n.........")
    assert (degree_of_urbanisation(joined)[joined > 0] == CENTRE).all()


def test_density_counts_land_alone_and_people_count_in_all() -> None:
    tile = np.array([[750.0, 150.0, 3.0]])
    land = np.array([[0.5, 0.1, 0.0]])
    assert density_on_land(tile, land).tolist() == [[1_500, 1_500, 3]]
    shore = np.full((1, 68), 750.0)
    assert (degree_of_urbanisation(shore) == CLUSTER).all()
    assert (degree_of_urbanisation(shore, np.full(shore.shape, 0.5)) == CENTRE).all()
    assert (degree_of_urbanisation(shore[:, :66], np.full((1, 66), 0.5)) == CLUSTER).all()


@pytest.mark.parametrize(("cells", "filled"), [(14, True), (15, False)])
def test_holes_below_15_km2_are_filled(cells: int, filled: bool) -> None:
    ring = np.ones((8, 8), np.int32)
    ring[2:6, 2:6].flat[:cells] = 0
    assert (without_holes(ring) > 0).all() == filled


def test_what_is_open_or_between_two_centres_is_no_hole() -> None:
    for picture in ("11.1\n1..1\n1111", "1122\n1..2\n1122"):
        np.testing.assert_array_equal(without_holes(mask(picture)), mask(picture))
    # Shut in but for a corner: squares touch by sides.
    np.testing.assert_array_equal(without_holes(mask("111.\n1.11\n1111")), mask("111.\n1111\n1111"))


def test_majority_is_five_of_one_centre() -> None:
    tied = mask("111\n1.2\n222")
    np.testing.assert_array_equal(smoothed(tied), tied)
    assert smoothed(mask("111\n1.1\n222"))[1, 1] == 1
    np.testing.assert_array_equal(smoothed(mask("1111\n...."))[1], 0)


def test_smoothing_goes_on_till_nothing_is_added() -> None:
    lane = np.ones((5, 60), np.int32)
    lane[1:4, :-1] = 0
    filled = smoothed(lane)
    assert (filled[1:4, 1:] == 1).all()
    wide = np.ones((6, 60), np.int32)
    wide[1:5, :-1] = 0
    assert (smoothed(wide) != wide).sum() == 2


# --- against brute force ------------------------------------------------------------------------

DENSE = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14),
    elements=st.sampled_from([0.0, 0.0, 299.0, 300.0, 1_500.0, 9_000.0, 30_000.0]),
)

RECTANGLES = st.lists(st.tuples(*[st.integers(0, 13)] * 2, *[st.integers(1, 6)] * 2), max_size=6)


@st.composite
def cities(draw: st.DrawFn) -> np.ndarray:
    """A city of 14 km with rectangles in which fewer live: bays, lanes and holes."""
    city = np.full((14, 14), 1_500.0)
    for line, file, high, wide in draw(RECTANGLES):
        city[line : line + high, file : file + wide] = draw(st.sampled_from([0.0, 299.0, 1_499.0]))
    return city


def groups(dense: np.ndarray, corners: bool) -> list[set[tuple[int, int]]]:
    graph = nx.Graph()
    cells = {(int(r), int(c)) for r, c in np.argwhere(dense)}
    graph.add_nodes_from(cells)
    steps = [(0, 1), (1, 0)] + ([(1, 1), (1, -1)] if corners else [])
    graph.add_edges_from(
        ((r, c), (r + dr, c + dc))
        for r, c in cells
        for dr, dc in steps
        if (r + dr, c + dc) in cells
    )
    return list(nx.connected_components(graph))


def by_brute_force(tile: np.ndarray) -> np.ndarray:
    def enough(least: float, density: float, corners: bool) -> list[set[tuple[int, int]]]:
        found = groups(tile >= density, corners)
        return [g for g in found if sum(tile[cell] for cell in g) >= least]

    centres = enough(50_000, 1_500, False)
    rows, columns = tile.shape
    while True:
        new = [
            (number, (r, c))
            for r in range(rows)
            for c in range(columns)
            for number, centre in enumerate(centres)
            if not any((r, c) in other for other in centres)
            and sum((r + i, c + j) in centre for i in (-1, 0, 1) for j in (-1, 0, 1)) >= 5
        ]
        if not new:
            break
        for number, cell in new:
            centres[number].add(cell)
    for centre in centres:
        rest = np.ones((rows + 2, columns + 2), bool)
        for r, c in centre:
            rest[r + 1, c + 1] = False
        for gap in groups(rest, False):
            if (0, 0) not in gap and len(gap) < 15:
                centre |= {(r - 1, c - 1) for r, c in gap}
    degree = np.zeros(tile.shape, int)
    for code, found in ((CLUSTER, enough(5_000, 300, True)), (CENTRE, centres)):
        for group in found:
            for cell in group:
                degree[cell] = code
    return degree


@SLOW
@given(st.one_of(DENSE, cities()))
def test_all_stages_agree_with_brute_force(tile: np.ndarray) -> None:
    np.testing.assert_array_equal(degree_of_urbanisation(tile), by_brute_force(tile))


@SLOW
@given(DENSE, st.integers(0, 3), st.integers(0, 5), st.integers(0, 5))
def test_classes_do_not_depend_on_order_or_extent(
    tile: np.ndarray, turns: int, before: int, behind: int
) -> None:
    degree = degree_of_urbanisation(tile)
    np.testing.assert_array_equal(
        degree_of_urbanisation(np.rot90(tile, turns)), np.rot90(degree, turns)
    )
    np.testing.assert_array_equal(degree_of_urbanisation(tile[::-1]), degree[::-1])
    around = degree_of_urbanisation(np.pad(tile, (before, behind)))
    inner = tuple(slice(before, before + side) for side in tile.shape)
    np.testing.assert_array_equal(around[inner], degree)


# --- people spread over squares -----------------------------------------------------------------

SIDE = st.floats(-3, 3).map(lambda side: side if abs(side) > 1e-6 else 0.0)


@SLOW
@given(st.tuples(st.floats(8, 12), st.floats(8, 12)), st.tuples(SIDE, SIDE, SIDE, SIDE))
def test_a_cell_is_spread_by_area(
    middle: tuple[float, float], sides: tuple[float, float, float, float]
) -> None:
    grid = np.zeros((20, 20))
    (x, y), (ux, uy, vx, vy) = middle, sides
    _spread(grid, *(np.array([n]) for n in (x, y, ux, uy, vx, vy, 100.0)))
    assert grid.sum() == pytest.approx(100)
    corners = [
        (x + a * ux + b * vx, y + a * uy + b * vy)
        for a, b in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
    ]
    cell = shapely.Polygon(corners)
    if cell.area > 1e-3:
        line, file = np.indices(grid.shape)
        squares = shapely.box(file, line, file + 1, line + 1)
        share = shapely.area(shapely.intersection(squares, cell)) / cell.area
        np.testing.assert_allclose(grid, 100 * share, atol=1e-3)
