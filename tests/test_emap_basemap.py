"""The base map: what is read of an OSM file, how it is packed, what of it a page has room for."""

import base64
import gzip
import json
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import worlds
from browser import chromium, opened, pixel, settle
from gdcoverage.emap import Ground, build_public_map, write_map
from gdcoverage.emap._base import base_block
from gdcoverage.emap._drawn import Drawn, from_world, in_world
from gdcoverage.emap._drawn_pack import _sevens, packed_base, unbroken
from gdcoverage.emap.basemap import read_base
from gdcoverage.places.around import land_around
from gdcoverage.places.counties import read_counties

ROOM = 10**6


@pytest.fixture(scope="module")
def osm(tmp_path_factory):
    """A street in two pieces, a path, a river with a lake, a school with a yard, a metro exit."""
    spots = {
        **{1: (0, 0), 2: (500, 0), 3: (1000, 0), 4: (0, 300), 5: (1000, 300)},
        **{10: (100, 100), 11: (200, 100), 12: (200, 200), 13: (100, 200)},
        **{20: (120, 120), 21: (140, 120), 22: (140, 140), 23: (120, 140)},
        **{30: (600, 100), 31: (660, 100)},
    }
    ways = [
        ((1, 2), {"highway": "primary", "name": "中山路"}),
        ((2, 3), {"highway": "primary", "name": "中山路"}),
        ((4, 5), {"highway": "footway"}),
        ((1, 4), {"waterway": "river", "name": "清溪"}),
        ((10, 11, 12, 13, 10), {"amenity": "school", "name": "第一小学"}),
        ((20, 21, 22, 23, 20), {"building": "yes", "name": "教学楼", "addr:housenumber": "8号"}),
        ((4, 5), {"highway": "service", "service": "parking_aisle"}),
        ((4, 5), {"railway": "subway", "tunnel": "yes", "name": "1号线"}),
        ((4, 5), {"waterway": "stream", "tunnel": "culvert"}),
    ]
    tags = {
        30: {
            "railway": "station",
            "station": "subway",
            "name": "深大",
            "name:en": "Shenzhen Univ.",
        },
        31: {"railway": "subway_entrance", "ref": "A", "name": "A口"},
    }
    folder = tmp_path_factory.mktemp("base")
    places = [((800, 200), "village", "上村")]
    return worlds.write_osm(folder / "s.osm", spots, ways, places, tags)


@pytest.fixture(scope="module")
def drawn(osm):
    return read_base(osm)


def unpacked(block):
    """What the page makes of a packed base map: kind, rank, name, rings in degrees."""
    data = gzip.decompress(base64.b64decode(block.text))
    size = int.from_bytes(data[:4], "little")
    heading = json.loads(data[4 : 4 + size])
    numbers, value, shift = [], 0, 0
    for byte in data[4 + size :]:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(value)
            value = shift = 0
    queue = iter(numbers)
    names, at, found = ["", *heading["names"]], np.zeros(2), []
    for kind, rank, things, lines, points in heading["layers"]:
        name = [names[next(queue)] for _ in range(things)]
        rings = [next(queue) for _ in range(things)]
        sizes = [next(queue) for _ in range(lines)]
        steps = np.array([next(queue) for _ in range(2 * points)]).reshape(-1, 2)
        xy = at + np.cumsum((steps >> 1) ^ -(steps & 1), axis=0)
        at = xy[-1] if len(xy) else at
        lines_xy = iter(np.split(from_world(xy), np.cumsum(sizes)[:-1]))
        found += [
            (kind, rank, text, [next(lines_xy) for _ in range(count)])
            for text, count in zip(name, rings, strict=True)
        ]
    assert next(queue, None) is None
    return found


def drawn_of(kinds, ranks, names, shapes):
    planar = shapely.transform(np.array(shapes, object), in_world)
    return Drawn.of(kinds, ranks, names, planar)


def test_everything_that_people_find_themselves_by_is_read(drawn):
    frame = drawn.frame()
    rows = sorted(zip(frame["kind"], frame["rank"], frame["name"], strict=True))
    assert rows == [
        *[("building", 4, ""), ("campus", 3, ""), ("exit", 1, "A"), ("house", 1, "8号")],
        *[("place", 4, "上村"), ("rail", 2, "1号线"), ("river", 2, "清溪")],
        *[("road", 2, "中山路"), ("road", 2, "中山路"), ("road", 7, "")],
        *[("school", 2, "第一小学"), ("station", 2, "深大"), ("title", 4, "教学楼")],
    ]
    written = frame[frame["kind"].isin(["school", "title", "house"])]
    assert set(written.geom_type) == {"Point"}


def test_pieces_of_a_street_become_one_and_come_back_to_within_a_metre(drawn):
    found = unpacked(packed_base(drawn, ROOM))
    (street,) = [rings for kind, rank, _, rings in found if (kind, rank) == ("road", 2)]
    ends = [worlds.degrees(0, 0), worlds.degrees(1000, 0)]
    got = np.array(street[0])
    assert len(got) == 2
    assert min(np.abs(got - ends).max(), np.abs(got[::-1] - ends).max()) < 1e-5
    (house,) = [rings for kind, _, _, rings in found if kind == "building"]
    corners = [worlds.degrees(x, y) for x in (120, 140) for y in (120, 140)]
    real = shapely.MultiPoint(corners).envelope
    assert shapely.Polygon(house[0]).symmetric_difference(real).area < 0.1 * real.area
    assert {name for _, _, name, _ in found} == {*drawn.names}


def test_a_building_with_a_yard_keeps_it():
    yard = shapely.box(113, 23, 113.001, 23.001) - shapely.box(113.0003, 23.0003, 113.0006, 23.0006)
    ((_, _, _, rings),) = unpacked(packed_base(drawn_of(["building"], [3], [""], [yard]), ROOM))
    assert [len(ring) for ring in rings] == [5, 5]


def test_what_is_dearest_goes_first_and_the_room_is_kept():
    rng = np.random.default_rng(4)
    corner = rng.uniform([113, 23], [113.2, 23.2], (3000, 2))
    size = rng.uniform(1e-4, 6e-4, 3000)
    houses = shapely.box(*corner.T, *(corner.T + size))
    path = shapely.linestrings(rng.uniform([113, 23], [113.2, 23.2], (300, 8, 2)))
    street = shapely.linestrings([[113, 23], [113.2, 23.2]])
    frame = drawn_of(
        ["building"] * 3000 + ["road"] * 301,
        [4] * 3000 + [7] * 300 + [1],
        [""] * 3300 + ["深南大道"],
        [*houses, *path, street],
    )
    whole = packed_base(frame, ROOM)
    for share in (0.8, 0.4, 0.1):
        room = int(share * len(whole.text))
        block = packed_base(frame, room)
        assert len(block.text) <= room
        found = unpacked(block)
        assert ("road", 1, "深南大道") in [(kind, rank, name) for kind, rank, name, _ in found]
        kept = [np.ptp(rings[0][:, 0]) for kind, _, _, rings in found if kind == "building"]
        # The largest stay.
        assert not kept or min(kept) > np.quantile(size, 1 - len(kept) / 3000) * 0.9
    assert len(unpacked(packed_base(frame, len(whole.text)))) == len(frame)


@given(st.lists(st.integers(0, 2**40 - 1), max_size=40))
def test_whole_numbers_travel_seven_bits_a_byte(values):
    data, value, shift, back = _sevens(np.array(values, np.int64)), 0, 0, []
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            back.append(value)
            value = shift = 0
    assert back == values


def test_nothing_drawn_makes_an_empty_base(drawn):
    assert unpacked(packed_base(drawn.take(np.arange(0)), ROOM)) == []
    assert len(Drawn.together([])) == 0


def test_things_come_back_from_the_arrays_as_shapes(drawn):
    for part in (drawn, Drawn.together([drawn, drawn])):
        again = Drawn.of(
            part.frame()["kind"], part.rank.tolist(), part.frame()["name"], part.shapes()
        )
        assert all(
            np.array_equal(getattr(part, name), getattr(again, name))
            for name in ("kind", "rank", "name", "names", "ring", "start", "xy")
        )


def test_what_lies_in_a_box_of_degrees_is_found_by_its_own_box(drawn):
    west, south = worlds.degrees(790, 190)
    east, north = worlds.degrees(810, 210)
    near = drawn.within(west, south, east, north)
    # The lake-side street and the river's path go by; the village lies in it.
    assert "上村" in near.names
    assert "第一小学" not in near.names
    assert len(drawn.within(-180, -90, 180, 90)) == len(drawn)


def test_a_main_street_stays_one_where_a_lesser_piece_of_its_name_joins_it():
    xs = (0, 1, 2, 3, 4, 5)
    pieces = [
        shapely.LineString([(113 + a / 100, 23), (113 + b / 100, 23)]) for a, b in pairwise(xs)
    ]
    # A gap of two pieces; at the end a lesser street that leads on; another name beside.
    roads = drawn_of(["road"] * 5, [2, 3, 4, 2, 4], ["中山路"] * 5, pieces)
    assert unbroken(roads).rank.tolist() == [2, 2, 2, 2, 4]
    other = drawn_of(["road"] * 3, [2, 3, 2], ["中山路", "横街", "中山路"], pieces[:3])
    assert unbroken(other).rank.tolist() == [2, 3, 2]


# The land around ------------------------------------------------------------------------------


def test_neighbours_are_land_with_their_names_and_the_sea_is_sea():
    own = read_counties(adcodes=["440305"])  # 南山
    block = base_block(own)
    assert block["frame"][0] < own.total_bounds[0]
    names = {label["name"] for label in block["beyond"]}
    assert {"福田区", "宝安区", "香港"} <= names
    assert "南山区" not in names
    beyond = land_around(113.8, 22.3, 114.2, 22.7, without=["440305"])
    assert beyond is not None
    land = beyond.union_all()
    assert land.contains(shapely.Point(114.05, 22.54))  # 福田
    assert not land.contains(shapely.Point(113.93, 22.54))  # 南山 itself
    assert not land.contains(shapely.Point(113.83, 22.42))  # the estuary


def test_beside_lines_of_ones_own_and_abroad_no_lines_are_borrowed():
    own = read_counties(adcodes=["440305"])
    block = base_block(own, own_lines=True)
    assert (block["around"], block["beyond"], block["frame"]) == ([], [], None)
    assert land_around(-51.3, -30.2, -51.1, -30.0) is None


# In a browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(drawn, tmp_path_factory):
    outlets = worlds.outlets([(600, 40)]).assign(name="甲支行")
    path = tmp_path_factory.mktemp("page") / "m.html"
    write_map(build_public_map(outlets, title="底图", ground=Ground(drawn=drawn)), path)
    return path


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


def _at(page, x, y, zoom):
    lon, lat = worlds.degrees(x, y)
    page.evaluate(f"void emap.map.setView([{lat}, {lon}], {zoom}, {{ animate: false }})")
    settle(page)


WRITTEN = "emap.layers.counties.written.map(({ text }) => text)"


@pytest.mark.browser
def test_streets_and_places_are_drawn_by_name_from_the_file_alone(browser, page):
    found = opened(browser, page)
    _at(found.page, 500, 100, 17)
    written = found.page.evaluate(WRITTEN)
    assert written.count("中山路") >= 2
    assert {"甲支行", "深大", "A", "上村", "第一小学", "清溪"} <= set(written)
    _at(found.page, 500, 100, 14)
    assert set(found.page.evaluate(WRITTEN)) == {"中山路", "上村", "清溪"}
    assert found.requests == [page.as_uri()]
    assert found.complaints == []
    text = found.page.locator(".leaflet-control-attribution").inner_text()
    assert "街道 © OpenStreetMap 贡献者（ODbL）" in text
    assert "边界示意，非标准地图" in text


@pytest.mark.browser
def test_ground_changes_with_the_looks_and_is_light_on_paper(browser, page):
    shown = opened(browser, page).page
    _at(shown, 250, 60, 17)
    street, land = worlds.degrees(270, 0), worlds.degrees(270, 50)

    def seen():
        return [sum(pixel(shown, lat, lon)) for lon, lat in (street, land)]

    day = seen()
    shown.locator(".emap-dark").click()
    settle(shown)
    night = seen()
    assert min(day) > 600 and max(night) < 350
    assert all(abs(one - other) > 15 for one, other in (day, night))
    shown.evaluate("() => emap.print.lay('A4')")
    picture = "document.querySelector('.emap-drawing canvas')"
    middle = f"{picture}.getContext('2d').getImageData(5, 5, 1, 1).data.slice(0, 3)"
    assert min(shown.evaluate(f"[...{middle}]")) > 220


@pytest.mark.browser
def test_hidden_outlets_are_not_written(browser, page):
    shown = opened(browser, page).page
    _at(shown, 500, 100, 17)
    shown.evaluate("() => emap.look.ask({ query: '没有这样的网点' })")
    settle(shown)
    assert "甲支行" not in shown.evaluate(WRITTEN)
