"""A province's base map in squares beside the page: what they hold, and how a page reads them."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from browser import chromium, opened, settle
from gdcoverage.emap import Ground, Squares, build_public_map, write_map
from gdcoverage.emap import _base as base_module
from gdcoverage.emap._drawn import Drawn, from_world, in_world
from gdcoverage.emap._drawn_pieces import _SIDE, FOLDER, MOST_BYTES
from known import known

# Two squares' common side; the lattice's east is east of it.
WEST, NORTH = (np.array(in_world(np.array([worlds.degrees(0, 0)]))[0]) // _SIDE + [1, 0]).tolist()
CORNER = np.array([WEST * _SIDE, NORTH * _SIDE + _SIDE / 2])

spots = st.tuples(*[st.integers(-3 * _SIDE, 3 * _SIDE)] * 2)
lines = st.lists(spots, min_size=2, max_size=5, unique=True).map(shapely.LineString)
areas = (
    st.lists(spots, min_size=3, max_size=5, unique=True)
    .map(lambda points: shapely.convex_hull(shapely.MultiPoint(points)))
    .filter(lambda shape: shape.geom_type == "Polygon" and shape.area > 100)
)
things = st.lists(
    st.one_of(
        st.tuples(st.just("road"), lines),
        st.tuples(st.just("water"), areas),
        st.tuples(st.just("place"), spots.map(shapely.Point)),
    ),
    min_size=1,
    max_size=5,
)


def _drawn(made):
    kinds, shapes = zip(*made, strict=True)
    moved = shapely.transform(np.array(shapes, object), lambda xy: xy + np.round(CORNER))
    return Drawn.of(kinds, [1] * len(kinds), [f"第{i}" for i in range(len(kinds))], moved)


@settings(max_examples=25, deadline=None)
@given(things)
def test_within_each_square_all_is_as_it_is_in_the_whole(made):
    drawn = _drawn(made)
    squares = Squares.of(drawn)
    whole = drawn.shapes()
    found = np.zeros(len(drawn), int)
    for number, (x, y) in enumerate(squares.square.tolist()):
        # Corners of cuts lie on the units.
        box = shapely.box(x * _SIDE, y * _SIDE, (x + 1) * _SIDE, (y + 1) * _SIDE).buffer(-3)
        own = squares._cut(number)
        shapes, names = own.shapes(), np.array(own.names, object)[own.name]
        for i, shape in enumerate(whole):
            here = shapely.union_all(shapes[names == drawn.names[drawn.name[i]]])
            found[i] += not here.is_empty
            assert shape.intersection(box).difference(here.buffer(2)).is_empty
            assert here.intersection(box).difference(shape.buffer(2)).is_empty
    # Nothing is lost: each thing is in a square, and a point in one.
    assert (found >= 1).all()
    assert (found[[shape.geom_type == "Point" for shape in whole]] == 1).all()


def test_a_change_changes_the_squares_in_which_it_lies_only():
    far = shapely.LineString([(-2 * _SIDE, 9), (-2 * _SIDE + 500, 900)])
    near = shapely.LineString([(10, 10), (900, 10)])
    moved = shapely.LineString([(10, 10), (900, 99)])
    one, other = (
        dict(Squares.of(_drawn([("road", far), ("road", shape)])).scripts())
        for shape in (near, moved)
    )
    changed = [path for path in one if one[path] != other[path]]
    assert one.keys() == other.keys() and len(one) == 2 and len(changed) == 1
    assert all(
        path.startswith(f"{FOLDER}/") and len(text) < MOST_BYTES for path, text in one.items()
    )


# In a browser ---------------------------------------------------------------------------------

LANES = ("西小巷", "东小巷")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A page with room for the great street alone; lanes on both sides of two squares' side."""
    folder = tmp_path_factory.mktemp("pieces")
    great = shapely.LineString([(-4000, 0), (4000, 0)])
    lanes = [shapely.LineString([(x, 300), (x + 1500, 300)]) for x in (-2000, 500)]
    moved = shapely.transform(np.array([great, *lanes], object), lambda xy: xy + np.round(CORNER))
    drawn = Drawn.of(["road"] * 3, [1, 6, 6], ["大道", *LANES], moved)
    squares = Squares.of(drawn)
    lon, lat = from_world(CORNER[None])[0]
    # Far apart, so that the page opens from afar.
    outlets = worlds.outlets([(0, 0), (9, 9)]).assign(name=["甲支行", "乙支行"])
    spots = [shapely.Point(lon, lat - 0.002), shapely.Point(lon, lat + 1)]
    outlets = outlets.set_geometry(spots, crs="EPSG:4326")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base_module, "_MOST_BYTES", 0)
        patch.setattr(base_module, "_LEAST_BASE", 160)
        ground = Ground(drawn=drawn, pieces=squares.square.tolist())
        write_map(build_public_map(outlets, title="底图", ground=ground), folder / "m.html")
    (folder / "alone").mkdir()
    shutil.copy(folder / "m.html", folder / "alone")
    (folder / FOLDER).mkdir()
    for path, script in squares.scripts():
        (folder / path).write_text(script, encoding="utf-8")
    return folder, (float(lat), float(lon))


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


def _looked(page, at, zoom):
    page.evaluate(f"void emap.map.setView([{at[0]}, {at[1]}], {zoom}, {{ animate: false }})")
    page.wait_for_function(
        "() => ![...emap.layers.counties.pieces.pieces.values()]"
        ".some(({ state }) => state === 'reading')"
    )
    settle(page)
    return set(page.evaluate("emap.layers.counties.written.map(({ text }) => text)"))


@pytest.mark.browser
def test_lanes_are_named_from_near_and_read_when_looked_at_only(browser, folder):
    place, at = folder
    found = opened(browser, place / "m.html")
    _looked(found.page, at, 12)
    assert not [url for url in found.requests if url.endswith(".js")]
    assert {"大道", *LANES} <= _looked(found.page, at, 16.5)
    scripts = [url for url in found.requests if url.endswith(".js")]
    assert len(scripts) == len(set(scripts)) == 2
    # Looked at again they are here.
    _looked(found.page, at, 12)
    assert {"大道", *LANES} <= _looked(found.page, at, 16.5)
    assert [url for url in found.requests if url.endswith(".js")] == scripts
    assert found.page.text_content(".emap-pieces") == ""
    assert found.complaints == []


@pytest.mark.browser
def test_a_page_alone_has_its_streets_and_says_what_is_missing(browser, folder):
    place, at = folder
    page = opened(browser, place / "alone" / "m.html").page
    written = _looked(page, at, 16.5)
    assert "大道" in written and not written & set(LANES)
    assert "读不到这里的详细底图" in known(page.text_content(".emap-pieces"))
    _looked(page, at, 12)
    assert page.text_content(".emap-pieces") == ""


@pytest.mark.browser
def test_what_crosses_two_squares_is_whole_where_they_meet(browser, folder):
    place, (lat, lon) = folder
    page = opened(browser, place / "m.html").page
    _looked(page, (lat, lon), 16)
    # Along the great street, over the squares' common side: one colour, without a seam.
    seen = page.evaluate(
        """([lat, lon]) => {
            const canvas = document.querySelector('.leaflet-emap-ground-pane canvas');
            const corner = L.DomUtil.getPosition(canvas), context = canvas.getContext('2d');
            const at = emap.map.latLngToLayerPoint([lat, lon]).subtract(corner);
            const { data } = context.getImageData(at.x - 30, Math.round(at.y), 60, 1);
            return [...Array(60).keys()].map((i) => data.slice(4 * i, 4 * i + 3).join());
        }""",
        [lat, lon],
    )
    assert len(set(seen)) == 1
