"""Demand points from population rasters: totals preserved, and the degree of urbanisation."""

import sys
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pyproj import Geod
from rasterio.transform import Affine

from gdcoverage import demand
from gdcoverage.demand import read_demand
from gdcoverage.demand._ground import Ground
from gdcoverage.demand._kilometres import Kilometres
from gdcoverage.geo.datum import Datum
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.tables import Reading

# The plane in which the squares of the degree of urbanisation are 1,000 m wide.
GRID = "ESRI:54009"
QUIET = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def corner_at(west: float, north: float, side: float) -> Affine:
    return Affine(side, 0, west, 0, -side, north)


DEGREES = corner_at(113, 23.5, 0.01)


def raster(
    folder: Path,
    people: np.ndarray,
    crs: str | None = "EPSG:4326",
    transform: Affine = DEGREES,
    **profile: object,
) -> Path:
    path = folder / "people.tif"
    shape = {"height": people.shape[-2], "width": people.shape[-1], "dtype": people.dtype}
    shape |= {"count": len(people) if people.ndim == 3 else 1, "crs": crs, "transform": transform}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(path, "w", driver="GTiff", **(shape | profile)) as file:
            file.write(people if people.ndim == 3 else people[None])
    return path


def kinds(reading: Reading) -> list[tuple[str, int | None]]:
    return [(p.kind, p.row) for p in reading.problems]


def said(reading: Reading, kind: str) -> str:
    (problem,) = (p for p in reading.problems if p.kind == kind)
    return problem.what


HUGE = float(np.float32(3.4e38))  # as a raster can hold it, for NumPy 1 compares in full
VALUES = st.one_of(
    st.floats(0, 5_000, width=32), st.sampled_from([0.0, -9999.0, -1.0, np.nan, np.inf, HUGE])
)


@QUIET
@given(
    hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=VALUES)
)
def test_totals_are_preserved_whatever_is_missing(tmp_path: Path, people: np.ndarray) -> None:
    reading = read_demand(raster(tmp_path, people, nodata=-9999.0))
    wide = people.astype(float)
    valid = np.isfinite(wide) & (wide > 0) & (wide <= 1e9)
    assert len(reading.frame) == valid.sum()
    assert reading.frame["population"].sum() == pytest.approx(wide[valid].sum(), rel=1e-9)
    told = "".join(p.what for p in reading.problems if p.kind == "population_negative")
    assert told.startswith(f"{(wide == -1).sum()} ") if (wide == -1).any() else told == ""


def test_totals_do_not_depend_on_the_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = raster(tmp_path, np.arange(35, dtype=np.float64).reshape(5, 7))
    whole = read_demand(path).frame
    monkeypatch.setattr("gdcoverage.demand._raster._WINDOW_CELLS", 14)
    pd.testing.assert_frame_equal(read_demand(path).frame, whole)
    assert whole["population"].sum() == 34 * 35 / 2


def test_cells_are_points_at_their_middle_with_geodesic_area(tmp_path: Path) -> None:
    frame = read_demand(raster(tmp_path, np.array([[0, 7.0], [3.0, 0]]))).frame
    assert frame.geometry.x.tolist() == pytest.approx([113.015, 113.005])
    assert frame.geometry.y.tolist() == pytest.approx([23.495, 23.485])
    for point in frame.itertuples():
        x, y = point.geometry.x, point.geometry.y
        cell = shapely.box(x - 0.005, y - 0.005, x + 0.005, y + 0.005)
        area = Geod(ellps="WGS84").geometry_area_perimeter(cell)[0] / 1e6
        assert point.area_km2 == pytest.approx(area, rel=1e-6)


@pytest.mark.parametrize(
    ("crs", "corner"),
    [("EPSG:32649", (700_000, 2_560_000)), ("EPSG:3857", (12_579_000, 2_640_000))],
)
def test_area_on_a_projected_grid_is_that_on_the_ground(
    tmp_path: Path, crs: str, corner: tuple[float, float]
) -> None:
    path = raster(tmp_path, np.ones((300, 300)), crs, corner_at(*corner, 1_000))
    frame = read_demand(path, settlement="rural").frame
    rng = np.random.default_rng(7)
    for i in rng.integers(0, len(frame), 20):
        x, y = corner[0] + (i % 300) * 1_000, corner[1] - (i // 300) * 1_000
        outline = shapely.segmentize(shapely.box(x, y - 1_000, x + 1_000, y), 50)
        ground = gpd.GeoSeries([outline], crs=crs).to_crs(4326).iloc[0]
        area = Geod(ellps="WGS84").geometry_area_perimeter(ground)[0] / 1e6
        assert frame["area_km2"].iloc[i] == pytest.approx(area, rel=2e-6)


@pytest.mark.parametrize(
    ("crs", "transform", "told"),
    [
        (None, DEGREES, "没有坐标系"),
        ("EPSG:4326", Affine.identity(), "没有地理位置"),
    ],
)
def test_raster_that_lies_nowhere_is_refused(
    tmp_path: Path, crs: str | None, transform: Affine, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        read_demand(raster(tmp_path, np.ones((2, 2)), crs, transform))


def test_raster_without_people_says_so(tmp_path: Path) -> None:
    reading = read_demand(raster(tmp_path, np.full((4, 4), -9999.0), nodata=-9999.0))
    assert reading.frame.empty
    assert kinds(reading) == [("no_people", None)]


def test_only_the_first_band_counts_and_that_is_told(tmp_path: Path) -> None:
    reading = read_demand(raster(tmp_path, np.ones((2, 3, 3))))
    assert reading.frame["population"].sum() == 9
    assert "2 个波段" in said(reading, "bands_unused")


def test_cut_off_raster_is_refused(tmp_path: Path) -> None:
    path = raster(tmp_path, np.random.default_rng(0).random((300, 300)))
    path.write_bytes(path.read_bytes()[:200_000])
    with pytest.raises(InputError, match="无法读取"):
        read_demand(path)


def test_raster_with_more_cells_than_memory_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gdcoverage.demand._raster._MOST_CELLS", 8)
    with pytest.raises(InputError, match="裁剪"):
        read_demand(raster(tmp_path, np.ones((3, 3))))


@pytest.mark.parametrize(("width", "height"), [(1_000_000, 1_000_000), (10_000_000, 16)])
def test_raster_too_large_to_look_through_is_refused_by_its_header(
    tmp_path: Path, width: int, height: int
) -> None:
    path = tmp_path / "people.tif"
    shape = {"width": width, "height": height, "count": 1, "dtype": "float32"}
    shape |= {"crs": "EPSG:4326", "transform": corner_at(113, 23.5, 1e-6)}
    tiles = {"tiled": True, "blockxsize": 8192, "blockysize": 8192, "BIGTIFF": "YES"}
    with rasterio.open(path, "w", driver="GTiff", SPARSE_OK=True, **shape, **tiles):
        pass
    with pytest.raises(InputError, match=f"{width:,} × {height:,} 个像元.*裁剪") as error:
        read_demand(path)
    assert error.value.problem.kind == "raster_too_large"


# --- degree of urbanisation --------------------------------------------------------------------


def drawn(picture: str) -> np.ndarray:
    """Thousands of people per km² as digits; `.` is nobody, `a` 300, `z` 299, `b` 1,500."""
    people = {".": 0, "a": 300, "z": 299, "b": 1_500} | {str(i): i * 1_000 for i in range(1, 10)}
    return np.array([[people[c] for c in row] for row in picture.split()], float)


def classed(folder: Path, picture: str, metres: int = 1_000) -> list[str]:
    """Each cell of a picture as U (centre), t (town) or r (rural); `.` where nobody lives."""
    people = drawn(picture)
    path = raster(folder, people, GRID, corner_at(11_000_000, 2_700_000, metres))
    frame = read_demand(path).frame
    assert set(frame["settlement_source"]) == {"degurba"}
    out = np.full(people.shape, ".")
    out[people > 0] = np.select([frame["town"], frame["settlement"] == "urban"], ["t", "U"], "r")
    return ["".join(row) for row in out]


def test_centre_is_joined_by_sides_and_town_by_corners_too(tmp_path: Path) -> None:
    picture = """
        99...........2
        99..........2.
        99.........2..
        a.............
        .a........z...
        ..........z...
        7.............
    """
    # The 54,000 are a centre, with a town around it that touches by corners. The three cells of
    # 2,000 hang together by corners alone: 6,000 people, a town. 299 is too thin. The 7,000 are
    # dense enough for a centre but too few: a town.
    assert classed(tmp_path, picture) == [
        "UU...........t",
        "UU..........t.",
        "UU.........t..",
        "t.............",
        ".t........r...",
        "..........r...",
        "t.............",
    ]


def test_dense_cells_that_touch_by_corners_make_no_centre(tmp_path: Path) -> None:
    picture = """
        999...
        ...999
    """
    assert classed(tmp_path, picture) == ["ttt...", "...ttt"]


@pytest.mark.parametrize(("cells", "kind"), [("a" * 16, "r"), ("a" * 17, "t")])
def test_town_begins_at_5000_people(tmp_path: Path, cells: str, kind: str) -> None:
    assert classed(tmp_path, cells) == [kind * len(cells)]


@pytest.mark.parametrize(("cells", "kind"), [("b" * 33, "t"), ("b" * 34, "U"), ("9" * 5, "t")])
def test_centre_begins_at_50000_people(tmp_path: Path, cells: str, kind: str) -> None:
    assert classed(tmp_path, cells) == [kind * len(cells)]


def test_exactly_5000_and_50000_count(tmp_path: Path) -> None:
    assert classed(tmp_path, "5") == ["t"]
    assert classed(tmp_path, "55555\n55555") == ["UUUUU", "UUUUU"]


@pytest.mark.parametrize("metres", [250, 925, 3_000])
def test_density_is_per_km2_whatever_the_raster(tmp_path: Path, metres: int) -> None:
    side = 30_000 // metres
    for density, town in ((290, False), (310, True)):
        people = np.full((side, side), density * (metres / 1_000) ** 2)
        crs, corner = GRID, corner_at(11_000_000, 2_700_000, metres)
        frame = read_demand(raster(tmp_path, people, crs, corner)).frame
        inner = frame["town"].to_numpy().reshape(side, side)[4:-4, 4:-4]
        assert (inner == town).all()


def test_class_does_not_depend_on_how_far_the_raster_reaches(tmp_path: Path) -> None:
    people = np.random.default_rng(3).gamma(0.3, 1_500, (60, 60)).astype("float32")
    corner = corner_at(113, 23.5, 1 / 120)
    alone = read_demand(raster(tmp_path, people, transform=corner)).frame
    wide = np.zeros((90, 60), "float32")
    wide[:60] = people
    wide[-1, -1] = 1.0  # far to the south
    among = read_demand(raster(tmp_path, wide, transform=corner)).frame
    assert among["town"].tolist()[:-1] == alone["town"].tolist()
    assert alone["town"].any()
    assert not alone["town"].all()


def test_town_rule_applies_to_urban_clusters(tmp_path: Path) -> None:
    path = raster(tmp_path, drawn("9"), GRID, corner_at(11_000_000, 2_700_000, 1_000))
    for rule in ("urban", "rural"):
        point = read_demand(path, standard=Standard(town_rule=rule)).frame.iloc[0]
        assert (point.settlement, point.town, point.settlement_code) == (rule, True, "")


def test_declaration_spares_a_raster_the_rule(tmp_path: Path) -> None:
    frame = read_demand(raster(tmp_path, drawn("1")), settlement="urban").frame
    assert frame[["settlement", "settlement_source"]].to_numpy().tolist() == [["urban", "declared"]]


# --- clipped to an area -------------------------------------------------------------------------


def assert_clipped_as_whole(path: Path, area: shapely.Geometry, **options: Any) -> Reading:
    """What is inside is as in the whole raster: ids, people, areas, classes; the rest is told."""
    whole = read_demand(path, **options)
    clipped = read_demand(path, within=area, **options)
    inside = whole.frame.intersects(area)
    pd.testing.assert_frame_equal(clipped.frame, whole.frame[inside].reset_index(drop=True))
    told = [p for p in clipped.problems if p.kind == "cells_outside"]
    assert len(told) == int(not inside.all())
    if told:
        people = whole.frame.loc[~inside, "population"].sum()
        assert told[0].what.startswith(f"{(~inside).sum():,} 个栅格（{people:,.0f} 人）")
    return clipped


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    hnp.arrays(np.float32, (12, 15), elements=st.sampled_from([0, 1, 7, 300, 2_000, 30_000, -1])),
    st.tuples(st.integers(0, 30), st.integers(0, 24), st.integers(1, 30), st.integers(1, 24)),
)
def test_inside_an_area_is_as_in_the_whole_raster(
    tmp_path: Path, people: np.ndarray, box: tuple[int, int, int, int]
) -> None:
    """Areas with their outline on centres and corners of cells, or past the raster's end."""
    west, south, wide, high = (n * 0.005 for n in box)
    area = shapely.box(113 + west, 23.38 + south, 113 + west + wide, 23.38 + south + high)
    assert_clipped_as_whole(raster(tmp_path, people), area)


def test_neighbours_share_out_the_people(tmp_path: Path) -> None:
    """Row r holds 10r to 10r + 9; the first four of each row lie in the west."""
    path = raster(tmp_path, np.arange(60, dtype=float).reshape(6, 10))
    west, east = shapely.box(113, 23, 113.0401, 24), shapely.box(113.0401, 23, 114, 24)
    parts = [read_demand(path, within=area).frame["population"].sum() for area in (west, east)]
    assert sum(parts) == 59 * 60 / 2
    assert "（636 人）" in said(read_demand(path, within=east), "cells_outside")


def test_a_centre_across_the_border_is_one(tmp_path: Path) -> None:
    """30,000 people on either side: a centre, of which the area holds half."""
    path = raster(
        tmp_path, drawn("55555555\n5555...."), GRID, corner_at(11_000_000, 2_700_000, 1e3)
    )
    x = read_demand(path).frame.geometry.x
    middle = (x.iloc[3] + x.iloc[4]) / 2
    east = read_demand(path, within=shapely.box(middle, 0, 180, 90)).frame
    assert east["population"].sum() == 20_000
    assert set(east["settlement"]) == {"urban"}
    assert not east["town"].any()


@pytest.mark.parametrize(
    ("density", "cells", "diagonal", "kind"),
    [
        (1_500, 33, False, "town"),
        (1_500, 34, False, "centre"),
        (300, 16, False, "rural"),
        (300, 17, False, "town"),
        (300, 17, True, "town"),
    ],
)
@pytest.mark.parametrize("metres", [250, 1_000])
def test_a_chain_that_leaves_the_area_counts_as_far_as_it_matters(
    tmp_path: Path, density: int, cells: int, diagonal: bool, kind: str, metres: int
) -> None:
    """Cells of 1 km in a row, the first of them in the area; straight or corner to corner."""
    y, x = np.indices((40_000 // metres, 40_000 // metres)) * metres // 1_000
    chain = (x < cells) & (y == (x if diagonal else 20))
    people = np.where(chain, density * (metres / 1_000) ** 2, 0)
    path = raster(tmp_path, people, GRID, corner_at(11_000_000, 2_700_000, metres))
    first = read_demand(path).frame.geometry.iloc[0]
    clipped = assert_clipped_as_whole(path, first.buffer(0.002)).frame
    assert set(zip(clipped["settlement"], clipped["town"], strict=True)) == {
        {"town": ("urban", True), "centre": ("urban", False), "rural": ("rural", False)}[kind]
    }


@pytest.mark.parametrize("datum", ["wgs84", "gcj02"])
@pytest.mark.parametrize(
    ("crs", "corner"),
    [("EPSG:4326", None), ("EPSG:32649", (600_000, 2_620_000)), ("EPSG:3857", (12.5e6, 2.7e6))],
)
def test_far_cells_are_left_alone_and_change_nothing(
    tmp_path: Path, datum: Datum, crs: str, corner: tuple[float, float] | None
) -> None:
    people = np.random.default_rng(8).gamma(0.3, 900, (260, 260)).astype("float32")
    transform = corner_at(*corner, 1_000) if corner else corner_at(112, 24, 0.01)
    path = raster(tmp_path, people, crs, transform)
    middle = read_demand(path, datum=datum, settlement="rural").frame.geometry.iloc[130 * 260 + 130]
    clipped = assert_clipped_as_whole(path, middle.buffer(0.15), datum=datum)
    assert 200 < len(clipped.frame) < 2_000
    assert clipped.frame["town"].any()
    assert not clipped.frame["town"].all()


def test_the_limit_holds_for_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = raster(tmp_path, np.ones((6, 6)))
    monkeypatch.setattr("gdcoverage.demand._raster._MOST_CELLS", 4)
    assert len(read_demand(path, within=shapely.box(113, 23.48, 113.02, 24)).frame) == 4
    with pytest.raises(InputError, match="裁剪"):
        read_demand(path, within=shapely.box(113, 23.48, 113.03, 24))


def test_windows_do_not_change_what_is_clipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = np.random.default_rng(5).gamma(0.3, 1_500, (40, 50))
    path = raster(tmp_path, people)
    area = shapely.Point(113.2, 23.3).buffer(0.1)
    whole = read_demand(path, within=area)
    monkeypatch.setattr("gdcoverage.demand._raster._WINDOW_CELLS", 130)
    parts = read_demand(path, within=area)
    pd.testing.assert_frame_equal(parts.frame, whole.frame)
    assert parts.problems == whole.problems


def test_area_without_cells_says_where_the_people_are(tmp_path: Path) -> None:
    reading = read_demand(raster(tmp_path, np.ones((3, 3))), within=shapely.box(0, 0, 1, 1))
    assert reading.frame.empty
    assert kinds(reading) == [("cells_outside", None), ("no_people", None)]
    assert said(reading, "cells_outside").startswith("9 个栅格（9 人）")


def test_smoothing_along_a_lane_is_the_same_though_it_begins_far_away(tmp_path: Path) -> None:
    """Two rows of a centre 120 km long, closed at one end; the area lies at the other.

    Square by square the lane is filled from its closed end, 120 km away.
    """
    people = np.full((4, 120), 2_000.0)
    people[1:3, :-1] = 10
    path = raster(tmp_path, people, GRID, corner_at(10_900_000, 2_700_000, 1_000))
    found = classes(path).reshape(people.shape)
    # At the open end two squares have four neighbours each.
    assert (found == "U").sum() == people.size - 2
    second = read_demand(path).frame.geometry.iloc[120 + 1]
    assert len(assert_clipped_as_whole(path, second.buffer(0.003)).frame) == 1


# --- squares of 1 km² ---------------------------------------------------------------------------


@pytest.mark.parametrize("crs", [GRID, "ESRI:102028", "EPSG:6933"])
def test_a_grid_of_1_km_keeps_its_own_cells(tmp_path: Path, crs: str) -> None:
    """Equal-area planes, on lines that are no whole kilometres: 1,500 people a cell are dense."""
    people = np.full((5, 7), 1_499.0)
    people[1:4, 1:6] = 4_000
    found = classes(raster(tmp_path, people, crs, corner_at(10_000_300, 2_600_700, 1_000)))
    expected = np.full(people.shape, "t")
    expected[1:4, 1:6] = "U"
    np.testing.assert_array_equal(found.reshape(people.shape), expected)


def classes(path: Path, **options: Any) -> np.ndarray:
    frame = read_demand(path, **options).frame
    return np.select([frame["town"], frame["settlement"] == "urban"], ["t", "U"], "r")


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    hnp.arrays(float, (5, 6), elements=st.sampled_from([100.0, 300.0, 1_500.0, 6_000.0, 20_000.0])),
    st.booleans(),
)
def test_100_m_of_ghs_pop_add_up_to_its_kilometres(
    tmp_path: Path, people: np.ndarray, turned: bool
) -> None:
    corner = corner_at(11_000_000, 2_700_000, 1_000)
    wide = classes(raster(tmp_path, people, GRID, corner)).reshape(people.shape)
    share = np.random.default_rng(1).dirichlet(np.ones(100), people.shape).reshape(5, 6, 10, 10)
    fine = (people[:, :, None, None] * share).transpose(0, 2, 1, 3).reshape(50, 60)
    corner = corner_at(11_000_000, 2_700_000, 100)
    if turned:  # rows from south to north
        fine, corner = fine[::-1], Affine(100, 0, 11_000_000, 0, 100, 2_695_000)
    found = classes(raster(tmp_path, fine, GRID, corner)).reshape(50, 60)
    np.testing.assert_array_equal(
        found[::-1] if turned else found, wide.repeat(10, 0).repeat(10, 1)
    )


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32649", "EPSG:4490"])
def test_other_rasters_are_spread_over_the_ghsl_grid_by_area(tmp_path: Path, crs: str) -> None:
    """All people stay; each square holds what an overlay of the cells' outlines gives."""
    people = np.random.default_rng(4).gamma(0.5, 500, (20, 30))
    corner = (
        corner_at(700_000, 2_560_000, 800) if crs == "EPSG:32649" else corner_at(113, 23, 1 / 120)
    )
    path = raster(tmp_path, people, crs, corner)
    with rasterio.open(path) as file:
        kilometres = Kilometres(Ground(file, "wgs84"))
    row, column = (axis.ravel() for axis in np.indices(people.shape))
    for part in np.array_split(np.arange(people.size), 7):
        kilometres.add(column[part], row[part], people.ravel()[part])
    (line, file_, held) = map(np.concatenate, zip(*kilometres._parts, strict=True))
    assert held.sum() == pytest.approx(people.sum(), rel=1e-12)
    (x0, y1), (x1, y0) = (corner @ (c, r) for c, r in ((column, row), (column + 1, row + 1)))
    cells = gpd.GeoSeries(shapely.box(x0, y0, x1, y1), crs=crs).to_crs(GRID).to_numpy()
    squares = np.unique(np.column_stack([line, file_]), axis=0)
    outlines = shapely.box(*(squares[:, ::-1] * 1e3).T, *((squares[:, ::-1] + 1) * 1e3).T)
    square, cell = shapely.STRtree(cells).query(outlines)
    area = shapely.area(shapely.intersection(outlines[square], cells[cell]))
    share = area / shapely.area(cells)[cell]
    expected = np.bincount(square, people.ravel()[cell] * share, len(squares))
    index = {tuple(s): i for i, s in enumerate(squares)}
    found = np.zeros(len(squares))
    np.add.at(found, [index[key] for key in zip(line, file_, strict=True)], held)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=0.05)


# --- land ---------------------------------------------------------------------------------------


def land(folder: Path, share: np.ndarray, whole: float = 1.0, **profile: object) -> Path:
    """A raster of land beside `raster`'s."""
    (folder / "land").mkdir(exist_ok=True)
    options: dict[str, Any] = {
        "crs": GRID,
        "transform": corner_at(11_000_000, 2_700_000, 1_000),
        **profile,
    }
    return raster(folder / "land", share * whole, **options)


@pytest.mark.parametrize("whole", [1.0, 100.0, 1e6])
@pytest.mark.parametrize("metres", [1_000, 250])
def test_density_counts_land_alone(tmp_path: Path, whole: float, metres: int) -> None:
    """68 squares of 750 people; of the northern half of them half is sea, of 250 m or 1 km."""
    times = 1_000 // metres
    people = np.full((2, 34), 750.0).repeat(times, 0).repeat(times, 1) / times**2
    corner = corner_at(11_000_000, 2_700_000, metres)
    path = raster(tmp_path, people, GRID, corner)
    assert set(classes(path)) == {"t"}
    share = np.ones((2, 34))
    share[0] = 0.5
    # 34 x 750 people are too few for a centre.
    assert set(classes(path, land=land(tmp_path, share, whole))) == {"t"}
    share[1, :-1] = 0.4
    found = classes(path, land=land(tmp_path, share, whole)).reshape(people.shape)
    assert (found[:times] == "U").all()
    assert (found[times:, :-times] == "U").all()
    assert (found[times:, -times:] == "t").all()


def test_land_of_another_grid_is_averaged(tmp_path: Path) -> None:
    path = raster(tmp_path, np.full((2, 40), 750.0), GRID, corner_at(11_000_000, 2_700_000, 1_000))
    checked = np.indices((20, 400)).sum(0) % 2 == 0
    half = land(
        tmp_path, checked.astype(float), 1e4, transform=corner_at(11_000_000, 2_700_000, 100)
    )
    assert set(classes(path, land=half)) == {"U"}


def test_land_that_is_unknown_or_unused_is_told(tmp_path: Path) -> None:
    path = raster(tmp_path, np.full((2, 40), 750.0), GRID, corner_at(11_000_000, 2_700_000, 1_000))
    share = land(tmp_path, np.full((2, 10), 0.5))
    assert said(read_demand(path, land=share), "land_unknown").startswith("有 45,000 人")
    assert "没有用到" in said(read_demand(path, settlement="urban", land=share), "land_unused")


@pytest.mark.parametrize("values", [-1.0, 2e6])
def test_what_is_no_land_is_refused(tmp_path: Path, values: float) -> None:
    path = raster(tmp_path, np.full((2, 4), 750.0), GRID, corner_at(11_000_000, 2_700_000, 1_000))
    with pytest.raises(InputError, match="不是陆地比例栅格"):
        read_demand(path, land=land(tmp_path, np.full((2, 4), values)))


def test_who_has_not_installed_what_reads_rasters_is_told_how(tmp_path, monkeypatch):
    for name in ("_raster", "_open", "_clip", "_ground", "_kilometres", "_land"):
        monkeypatch.delitem(sys.modules, f"gdcoverage.demand.{name}", raising=False)
        monkeypatch.delattr(demand, name, raising=False)
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(InputError) as told:
        read_demand(tmp_path / "人口.tif")
    assert "gdcoverage[raster]" in told.value.problem.action
    assert told.value.problem.file == "人口.tif"
