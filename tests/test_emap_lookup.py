"""The public's map in a browser: searching, filtering, opening, finding the way."""

import datetime as dt
import functools
import http.server
import re
import threading
import urllib.parse

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from browser import EMAP, chromium, on_screen, opened, settle
from gdcoverage.emap import Ground, build_public_map, write_map
from gdcoverage.geo.datum import to_wgs84
from gdcoverage.places.counties import assign_counties
from gdcoverage.policy import ITEMS, MODES
from known import known
from public_outlets import BANKS, HOSTILE, HOURS, counties, public_outlets

pytestmark = pytest.mark.browser

# A Wednesday morning in Guangdong, in the middle of the working hours of all.
WEDNESDAY = "2026-06-10T10:00:00+08:00"


@pytest.fixture(scope="module")
def outlets():
    frame = public_outlets()
    return frame.assign(county=assign_counties(frame, counties()))


@pytest.fixture(scope="module")
def path(outlets, tmp_path_factory):
    file = tmp_path_factory.mktemp("lookup") / "公众版.html"
    places = counties().assign(geometry=counties().representative_point(), name="沙湾镇").head(1)
    emap = build_public_map(
        outlets, counties(), title="测试", made_on="2026-06-01", ground=Ground(places=places)
    )
    write_map(emap, file)
    return file


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser, path):
    return opened(browser, path, at=WEDNESDAY).page


def listed(page):
    """Numbers of the outlets that the list holds, in its order, shown and yet to be shown."""
    return page.evaluate("() => emap.look.listed.map((i) => emap.look.store.id[i])")


def search(page, text):
    page.locator("#emap_query").fill(text)
    settle(page)
    return set(listed(page))


def ids(outlets, wanted):
    return set(outlets.loc[wanted, "outlet_id"])


def counted(page):
    number = known(re.search(r"[\d,]+", page.locator(".emap-count").inner_text()))[0]
    return int(number.replace(",", ""))


# Search ---------------------------------------------------------------------------------------


def test_asks_for_nothing_and_does_not_complain(browser, path):
    found = opened(browser, path, at=WEDNESDAY)
    search(found.page, "番禺")
    found.page.locator(".emap-item").first.click()
    settle(found.page)
    assert found.requests == [path.as_uri()]
    assert found.complaints == []


def test_starts_with_every_outlet(page, outlets):
    assert set(listed(page)) == set(outlets["outlet_id"])
    assert counted(page) == len(outlets)
    assert 0 < page.locator(".emap-item").count() <= 60


def test_search_by_name_address_bank_and_county(page, outlets):
    assert search(page, "第77支行") == ids(outlets, outlets["name"].str.contains("第77支行"))
    assert search(page, "涌口街50号") == ids(outlets, outlets["address"] == "涌口街50号")
    assert search(page, "邮政储蓄") == ids(outlets, outlets["bank"] == BANKS[3])
    assert search(page, "饶平") == ids(outlets, outlets["county"] == "445122")


@pytest.mark.parametrize(
    ("letters", "county"),
    [("panyu", "440113"), ("huangpu", "440112"), ("dabu", "441422"), ("lechang", "440281")],
)
def test_search_by_full_pinyin_minds_readings_of_place_names(page, outlets, letters, county):
    assert search(page, letters) == ids(outlets, outlets["county"] == county)


def test_search_by_initials_and_by_ways_of_writing(page, outlets):
    icbc = ids(outlets, outlets["bank"] == BANKS[0])
    assert icbc <= search(page, "zggsyh")
    assert icbc <= search(page, "ZGGSYH")
    assert icbc <= search(page, "工行")
    assert search(page, "chongkou") == ids(outlets, outlets["address"].str.contains("涌口街"))


def test_two_words_must_both_be_found(page, outlets):
    both = (outlets["county"] == "440113") & (outlets["bank"] == BANKS[1])
    assert search(page, "番禺 农业银行") == ids(outlets, both)
    assert search(page, "番禺农行") == ids(outlets, both)
    assert search(page, "ny panyu") >= ids(outlets, both)


def test_no_hit_says_so(page):
    assert search(page, "月球支行") == set()
    assert "没有符合条件的网点" in page.locator(".emap-count").inner_text()
    assert page.locator(".emap-item").count() == 0


def test_first_result_clicked_at_once_opens_its_card(browser, path):
    page = opened(browser, path, at=WEDNESDAY).page
    page.locator("#emap_query").press_sequentially("第77支行")
    page.locator('.emap-item:has-text("第77支行")').first.click()
    settle(page)
    assert "第77支行" in page.locator(".emap-card h2").inner_text()


def test_a_place_leads_to_the_outlets_near_it(page):
    search(page, "沙湾")
    page.locator(".emap-place").click()
    settle(page)
    assert "按离所选位置的远近" in page.locator(".emap-notice").inner_text()
    assert "直线约" in page.locator(".emap-item").first.inner_text()


# Filters --------------------------------------------------------------------------------------


def is_open(hours, time):
    """Whether an outlet with one of the sample's hours is open, worked out by hand."""
    minute, weekday = time.hour * 60 + time.minute, time.weekday()
    if hours == HOURS[0]:
        return weekday < 5 and (540 <= minute < 720 or 840 <= minute < 1050)
    if hours == HOURS[1]:
        return 540 <= minute < 1020
    return hours == HOURS[2] and weekday < 6 and 510 <= minute < 990


@pytest.mark.parametrize("county", ["", "440113", "441900"])
@pytest.mark.parametrize("item", ["", "work_injury"])
@pytest.mark.parametrize("mode", ["", "self_service"])
@pytest.mark.parametrize("now_only", [False, True])
def test_counts_equal_pandas(browser, path, outlets, county, item, mode, now_only):
    page = filtered(browser, path)
    wanted = pd.Series(True, outlets.index)
    change = {"county": -1, "items": 0, "modes": 0, "open": now_only}
    if county:
        wanted &= outlets["county"] == county
        change["county"] = page.evaluate(
            f"emap.look.store.county.values.findIndex((c) => c.adcode === '{county}')"
        )
    if item:
        wanted &= outlets[item]
        change["items"] = 1 << list(ITEMS).index(item)
    if mode:
        wanted &= outlets[mode]
        change["modes"] = 1 << list(MODES).index(mode)
    if now_only:
        wanted &= outlets["hours"].map(lambda h: is_open(h, dt.datetime.fromisoformat(WEDNESDAY)))
    page.evaluate("(change) => emap.look.ask(change)", change)
    assert set(listed(page)) == ids(outlets, wanted)
    assert counted(page) == wanted.sum()
    # The number beside a choice is what choosing it would leave.
    chip = page.locator('.emap-chip[data-filter="items"][data-bit="3"] .emap-number')
    assert int(chip.text_content()) == (wanted & outlets["social_card"]).sum()


@functools.cache
def filtered(browser, path):
    """One page for the many combinations of filters."""
    return opened(browser, path, at=WEDNESDAY).page


def test_filters_work_by_hand(page, outlets):
    page.locator(".emap-filters summary").click()
    page.locator('.emap-chip:has-text("社会保障卡")').click()
    page.locator('.emap-chip:has-text("上门")').click()
    label = page.locator('select[data-filter="county"] option[data-name$="番禺区"]').text_content()
    page.locator('select[data-filter="county"]').select_option(label=label)
    settle(page)
    wanted = outlets["social_card"] & outlets["door_to_door"] & (outlets["county"] == "440113")
    assert set(listed(page)) == ids(outlets, wanted)
    assert "3" in page.locator(".emap-chosen").inner_text()
    page.locator(".emap-clear").click()
    assert counted(page) == len(outlets)


@pytest.mark.parametrize(
    ("time", "open_now"),
    [
        ("2026-06-10T08:59:59+08:00", {2}),  # Wednesday
        ("2026-06-10T09:00:00+08:00", {0, 1, 2}),
        ("2026-06-10T11:59:00+08:00", {0, 1, 2}),
        ("2026-06-10T12:00:00+08:00", {1, 2}),
        ("2026-06-10T16:30:00+08:00", {0, 1}),
        ("2026-06-10T17:30:00+08:00", set()),
        ("2026-06-14T10:00:00+08:00", {1}),  # Sunday
        ("2026-06-15T00:30:00+08:00", set()),  # Monday, Sunday noon in New York
        ("2026-10-01T10:00:00+08:00", {2}),  # National Day, a Thursday
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_open_now_is_judged_in_guangdong(browser, path, outlets, time, open_now, zone):
    page = opened(browser, path, at=time, timezone_id=zone).page
    page.evaluate("() => emap.look.ask({ open: true })")
    wanted = outlets["hours"].isin([HOURS[i] for i in open_now])
    assert set(listed(page)) == ids(outlets, wanted)
    page.context.close()


def test_hours_in_words(browser, path, outlets):
    def state(kind, time):
        page = opened(browser, path, at=time).page
        number = outlets.loc[outlets["hours"] == HOURS[kind], "outlet_id"].iloc[0]
        page.evaluate("(id) => emap.look.open(emap.look.store.id.indexOf(id))", number)
        words = page.locator(".emap-card .emap-state").inner_text()
        page.context.close()
        return words

    assert state(0, WEDNESDAY) == "营业中 · 12:00 关门"
    assert state(0, "2026-06-10T12:30:00+08:00") == "休息中 · 14:00 开门"
    assert state(0, "2026-06-10T18:00:00+08:00") == "休息中 · 明天 09:00 开门"
    assert state(0, "2026-06-12T18:00:00+08:00") == "休息中 · 周一 09:00 开门"
    assert state(4, WEDNESDAY) == "营业时间未知"
    assert state(1, "2026-10-01T10:00:00+08:00") == "节假日，请电话确认"


# Near -----------------------------------------------------------------------------------------


def by_distance(outlets, lon, lat):
    count = len(outlets)
    _, _, metres = Geod(ellps="WGS84").inv(
        np.full(count, lon), np.full(count, lat), outlets.geometry.x, outlets.geometry.y
    )
    return pd.Series(metres, outlets["outlet_id"])


def assert_nearest_first(page, outlets, lon, lat):
    away = by_distance(outlets, lon, lat)
    order = listed(page)
    assert len(order) == len(outlets)
    # The page measures on a sphere, which differs from the ellipsoid by less than half a percent.
    found = away[order].to_numpy()
    assert (found[:-1] <= found[1:] * 1.006).all()
    assert found[0] <= away.min() * 1.006


def test_nearest_by_the_devices_position(browser, path, outlets):
    here = {"latitude": 22.95, "longitude": 113.35}
    page = opened(browser, path, geolocation=here, permissions=["geolocation"]).page
    page.locator(".emap-near").click()
    page.wait_for_function("() => emap.look.near.origin")
    settle(page)
    assert_nearest_first(page, outlets, 113.35, 22.95)
    assert "不会发送" in page.locator(".emap-notice").inner_text()
    page.locator(".emap-near").click()
    assert listed(page)[0] == sorted(ids(outlets, outlets["county"] == "440112"))[0]


def test_position_denied_leads_to_a_tap_on_the_map(browser, path, outlets):
    page = opened(browser, path, permissions=[]).page
    page.locator(".emap-near").click()
    page.wait_for_function("() => emap.look.near.picking")
    assert "在地图上点一下" in page.locator(".emap-notice").inner_text()
    lat, lon = pick_on_a_cluster(page)
    assert page.locator(".emap-card").is_hidden()
    assert_nearest_first(page, outlets, lon, lat)


def test_on_plain_http_one_taps_the_map(browser, path, outlets):
    folder = functools.partial(QuietHandler, directory=str(path.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        name = urllib.parse.quote(path.name)
        address = f"http://emap.example:{server.server_port}/{name}"
        here = {"latitude": 22.95, "longitude": 113.35}
        page = opened(browser, address, geolocation=here, permissions=[]).page
        assert page.evaluate("window.isSecureContext") is False
        page.locator(".emap-near").click()
        lat, lon = pick_on_a_cluster(page)
        assert_nearest_first(page, outlets, lon, lat)
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def pick_on_a_cluster(page):
    """Clicks on a mark that stands for several outlets while a place is asked for."""
    x, y = page.evaluate(
        "() => { const { marks, pad } = emap.layers.outlets;"
        " const m = marks.find((mark) => mark.members.length > 1);"
        " return [Math.round(m.x - pad.x), Math.round(m.y - pad.y)]; }"
    )
    corners = page.evaluate(
        "([x, y]) => [[x - 2, y - 2], [x + 2, y + 2]]"
        ".map((p) => emap.map.containerPointToLatLng(p)).map((at) => [at.lat, at.lng])",
        [x, y],
    )
    page.locator(".leaflet-container").click(position={"x": x, "y": y})
    settle(page)
    lat, lon = page.evaluate("[emap.look.near.origin.lat, emap.look.near.origin.lon]")
    (north, west), (south, east) = corners
    assert south < lat < north
    assert west < lon < east
    return lat, lon


# Card -----------------------------------------------------------------------------------------


def test_navigation_links_carry_the_datum_that_each_expects(browser, path, outlets):
    page = opened(browser, path, at=WEDNESDAY).page
    for row in outlets.iloc[[0, 5, 100]].itertuples():
        page.evaluate("(id) => emap.look.open(emap.look.store.id.indexOf(id))", row.outlet_id)
        links = page.locator(".emap-links a")
        assert links.count() == 4
        for i in range(4):
            link = links.nth(i)
            assert "noopener" in known(link.get_attribute("rel"))
            lon, lat = place_of(link.get_attribute("href"))
            _, _, off = Geod(ellps="WGS84").inv(lon, lat, row.geometry.x, row.geometry.y)
            assert off < 1


def place_of(url):
    """The WGS-84 place that a navigation link means: by its host, order and datum."""
    parts = urllib.parse.urlsplit(url)
    words = dict(urllib.parse.parse_qsl(parts.query))
    if parts.netloc == "uri.amap.com":
        assert words["mode"] == "walk"
        lon, lat = map(float, words["to"].split(",")[:2])
    elif parts.netloc == "api.map.baidu.com":
        assert words["coord_type"] == "gcj02"
        lat, lon = map(float, words["location"].split(","))
    elif parts.netloc == "apis.map.qq.com":
        assert words["type"] == "walk"
        lat, lon = map(float, words["tocoord"].split(","))
    else:
        assert parts.scheme == "geo"
        lat, lon = map(float, parts.path.split(","))
        return lon, lat
    [wgs84_lon], [wgs84_lat] = to_wgs84(np.array([lon]), np.array([lat]), "gcj02")
    return wgs84_lon, wgs84_lat


def test_hostile_names_stay_text_in_list_card_and_links(page, outlets):
    search(page, "onerror")
    assert page.locator(".emap-item .emap-name").first.inner_text() == HOSTILE
    page.locator(".emap-item").first.click()
    card = page.locator(".emap-card")
    assert card.locator("h2").inner_text() == HOSTILE
    assert page.locator("img").count() == 0
    assert "<" not in card.locator(".emap-links a").first.get_attribute("href")


def test_missing_facts_are_said_to_be_unknown(page, outlets):
    page.evaluate("(id) => emap.look.open(emap.look.store.id.indexOf(id))", "W0000")
    text = page.locator(".emap-card dl").inner_text()
    for label in ("地址", "营业时间", "电话"):
        assert re.search(rf"{label}\s+未知", text), label


def test_phone_can_be_called_and_the_sign_is_named(page):
    page.evaluate("(id) => emap.look.open(emap.look.store.id.indexOf(id))", "W0007")
    assert page.locator('.emap-card a[href="tel:02080000007"]').count() == 1
    assert "社保服务合作网点" in page.locator(".emap-card dl").inner_text()
    assert page.locator(".emap-card svg path").get_attribute("d").count("M") > 200


def test_every_number_of_a_cell_has_its_link_and_no_person_is_named(page):
    page.evaluate("(id) => emap.look.open(emap.look.store.id.indexOf(id))", "W0001")
    links = page.locator('.emap-card a[href^="tel:"]')
    assert [link.get_attribute("href") for link in links.all()] == [
        "tel:02080000001,801",
        "tel:02080000002",
    ]
    assert links.all_inner_texts() == ["020-80000001 转 801", "020-80000002"]
    assert "经理" not in page.content()


# Map and list ---------------------------------------------------------------------------------


def test_list_follows_the_map_when_it_is_dragged(page, outlets):
    page.evaluate("void emap.map.setView([22.95, 113.4], 12, { animate: false })")
    box = page.locator(".leaflet-container").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1], steps=6)
    page.mouse.up()
    page.wait_for_timeout(900)
    west, south, east, north = page.evaluate(
        "() => { const b = emap.map.getBounds();"
        " return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]; }"
    )
    inside = outlets.cx[west:east, south:north]
    assert set(listed(page)) == set(inside["outlet_id"])
    assert "地图范围内" in page.locator(".emap-count").inner_text()
    page.locator(".emap-all").click()
    assert counted(page) == len(outlets)


def test_outlets_on_one_spot_are_listed(page, outlets):
    spot = outlets.iloc[-1]
    page.evaluate(
        "([lat, lon]) => emap.map.setView([lat, lon], 17, { animate: false })",
        [spot.geometry.y, spot.geometry.x],
    )
    settle(page)
    x, y = on_screen(page, spot.geometry.y, spot.geometry.x)
    page.locator(".leaflet-container").click(position={"x": x, "y": y})
    settle(page)
    assert set(listed(page)) == set(outlets["outlet_id"].iloc[-12:])
    assert "这里有 12 个网点" in page.locator(".emap-count").inner_text()


def test_chosen_outlet_is_seen_on_the_map(browser, path, outlets):
    for width, height in ((1440, 900), (390, 844)):
        page = opened(browser, path, width, height, at=WEDNESDAY).page
        page.evaluate("(id) => emap.look.open(emap.look.store.id.indexOf(id))", "W0100")
        settle(page)
        row = outlets.set_index("outlet_id").loc["W0100"]
        x, y = on_screen(page, row.geometry.y, row.geometry.x)
        box = known(page.locator(".leaflet-container").bounding_box())
        assert 30 < x < box["width"] - 30
        assert 30 < y < box["height"] - 30


def test_state_is_in_the_address(browser, path, page, outlets):
    search(page, "支行")
    page.evaluate("() => emap.look.ask({ items: 8, open: true })")
    page.evaluate("(id) => emap.look.open(emap.look.store.id.indexOf(id))", "W0100")
    settle(page)
    fragment = page.evaluate("location.hash").lstrip("#")
    again = opened(browser, path, at=WEDNESDAY, fragment=fragment).page
    assert again.locator(".emap-card h2").inner_text() == outlets["name"].iloc[100]
    again.locator(".emap-back").click()
    assert again.locator("#emap_query").input_value() == "支行"
    wanted = outlets["social_card"] & outlets["hours"].map(
        lambda h: is_open(h, dt.datetime.fromisoformat(WEDNESDAY))
    )
    assert set(listed(again)) == ids(outlets, wanted & outlets["name"].str.contains("支行"))


# Tiles ----------------------------------------------------------------------------------------


def test_over_a_gcj02_base_everything_is_shifted_to_fit(browser, outlets, tmp_path):
    file = tmp_path / "m.html"
    ground = Ground(tiles="amap", approval="GS(2024)0001号")
    write_map(build_public_map(outlets, counties(), title="t", ground=ground), file)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(EMAP)
    hosts = []

    def answer(route):
        hosts.append(urllib.parse.urlsplit(route.request.url).netloc)
        route.abort()

    page.route(re.compile("^https?:"), answer)
    page.goto(file.as_uri())
    page.wait_for_function("() => window.emap && emap.ready")
    assert set(hosts) == {"webrd01.is.autonavi.com"}
    # A WGS-84 place is drawn where its GCJ-02 coordinates lie in plain Web Mercator.
    lat, lon = 23.1, 113.3
    shift = page.evaluate(
        "([lat, lon]) => { const crs = emap.map.options.crs, plain = L.CRS.EPSG3857;"
        " const at = plain.pointToLatLng(crs.latLngToPoint(L.latLng(lat, lon), 18), 18);"
        " const back = crs.pointToLatLng(crs.latLngToPoint(L.latLng(lat, lon), 18), 18);"
        " return [at.lng, at.lat, back.lng, back.lat]; }",
        [lat, lon],
    )
    there = to_wgs84(np.array([shift[0]]), np.array([shift[1]]), "gcj02")
    assert np.ravel(there) == pytest.approx([lon, lat], abs=1e-6)
    assert shift[2:] == pytest.approx([lon, lat], abs=1e-7)
    assert "审图号：GS(2024)0001号" in page.locator(".emap-seal").inner_text()
