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
    assert "直线 " in page.locator(".emap-item").first.inner_text()


def test_services_places_and_hours_in_any_order(page, outlets):
    saturday = outlets["hours"].isin([HOURS[1], HOURS[2]])
    wanted = ids(outlets, outlets["social_card"] & (outlets["county"] == "440113") & saturday)
    assert search(page, "社保卡 番禺 周六") == wanted
    assert search(page, "周六番禺办社保卡") == wanted
    read = page.locator(".emap-read").inner_text()
    assert all(word in read for word in ("社会保障卡", "番禺区", "周六"))
    assert "时间不详" in page.locator(".emap-count").inner_text()
    assert search(page, "工商銀行") == ids(outlets, outlets["bank"] == BANKS[0])


def test_nothing_found_offers_what_finds_some(page, outlets):
    assert search(page, "番禺 月球上的大街") == set()
    page.locator(".emap-try", has_text="番禺").click()
    settle(page)
    assert set(listed(page)) == ids(outlets, outlets["county"] == "440113")
    assert page.locator("#emap_query").input_value() == "番禺"


def test_what_is_done_elsewhere_is_said(page):
    assert search(page, "生育津贴") == set()
    assert "医疗保障部门" in page.locator(".emap-read").inner_text()


def test_a_place_beside_other_words_sorts_from_it_and_leaves_them(page, outlets):
    found = search(page, "上门 沙湾")
    assert found == ids(outlets, outlets["door_to_door"])
    assert "沙湾镇" in page.locator(".emap-read").inner_text()
    assert "直线 " in page.locator(".emap-item").nth(1).inner_text()
    page.locator(".emap-place").click()
    settle(page)
    assert page.locator("#emap_query").input_value() == "上门"
    assert set(listed(page)) == found


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
def test_counts_equal_pandas(filtered, outlets, county, item, mode, now_only):
    page = filtered
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


@pytest.fixture(scope="module")
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


def meets(hours, days, spans):
    """Whether one of the sample's hours has all the spans on all the days, by hand."""
    noon, whole = (720, 840), (540, 1020)
    if hours == HOURS[0]:
        return max(days) < 5 and not set(spans) & {noon, whole}
    return hours == HOURS[1] or (hours == HOURS[2] and max(days) < 6 and whole not in spans)


@pytest.mark.parametrize(
    ("chips", "days", "spans"),
    [
        (["周六"], [5], []),
        (["周日"], [6], []),
        (["周六", "周日"], [5, 6], []),
        (["中午 12:00–14:00"], range(5), [(720, 840)]),
        (["周六", "中午 12:00–14:00"], [5], [(720, 840)]),
    ],
)
def test_chips_of_the_week(filtered, outlets, chips, days, spans):
    page = filtered
    page.evaluate("() => emap.look.ask({ county: -1, items: 0, modes: 0, open: false, week: 0 })")
    page.locator(".emap-filters details").evaluate("(node) => { node.open = true; }")
    for chip in chips:
        page.locator(f'.emap-chip:has-text("{chip}")').press("Enter")
    wanted = outlets["hours"].map(lambda hours: meets(hours, days, spans))
    assert set(listed(page)) == ids(outlets, wanted)
    # Who says nothing of hours is left out, and told.
    unknown = outlets["hours"].isin(HOURS[3:]).sum()
    assert f"另有 {unknown} 个时间不详" in page.locator(".emap-count").inner_text()
    for chip in page.locator('.emap-chip[data-filter="week"][aria-pressed="true"]').all():
        assert int(chip.locator(".emap-number").inner_text()) == wanted.sum()
    page.evaluate("() => emap.look.ask({ week: 0 })")


def test_a_day_and_time_of_ones_choice(browser, path, outlets):
    page = opened(browser, path, at=WEDNESDAY).page
    page.locator(".emap-filters summary").click()
    day, time = page.locator(".emap-day"), page.locator(".emap-time")
    assert time.is_disabled()
    assert day.locator("option").all_inner_texts()[1:4] == [
        "周一（6月15日）",
        "周二（6月16日）",
        "周三（6月10日）",
    ]
    day.select_option(label="周三（6月10日）")
    time.fill("16:45")
    time.blur()
    settle(page)
    wanted = outlets["hours"].isin(HOURS[:2])
    assert set(listed(page)) == ids(outlets, wanted)
    assert "1" in page.locator(".emap-chosen").inner_text()
    fragment = page.evaluate("location.hash").lstrip("#")
    assert "time=3.1645" in fragment
    again = opened(browser, path, at=WEDNESDAY, fragment=fragment).page
    assert set(listed(again)) == ids(outlets, wanted)
    assert again.locator(".emap-time").input_value() == "16:45"
    # Friday of the next week is a holiday, of which only some say something.
    friday = opened(browser, path, at="2026-06-15T10:00:00+08:00", fragment="time=5.1000").page
    assert set(listed(friday)) == ids(outlets, outlets["hours"] == HOURS[2])
    others = (outlets["hours"] != HOURS[2]).sum()
    assert f"另有 {others} 个时间不详" in friday.locator(".emap-count").inner_text()
    friday.locator(".emap-language").click()
    assert "Fri (6/19)" in friday.locator(".emap-day option").all_text_contents()
    friday.locator(".emap-filters summary").click()
    friday.locator(".emap-clear").click()
    assert counted(friday) == len(outlets)
    assert friday.locator(".emap-time").is_disabled()


def test_a_page_left_open_tells_the_time_that_it_is(browser, path, outlets):
    page = opened(browser, path, at=WEDNESDAY).page
    row = outlets[outlets["hours"] == HOURS[0]].iloc[0]

    def later(time):
        page.clock.set_fixed_time(time)
        page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")

    page.locator("#emap_query").fill(row["name"])
    settle(page)
    first = page.locator(".emap-item").first
    first.focus()
    assert "营业中 · 12:00 关门" in first.inner_text()
    later("2026-06-10T12:30:00+08:00")
    assert "休息中 · 14:00 开门" in first.inner_text()
    # Who reads with the keys stays where he is.
    assert first.evaluate("(node) => node === document.activeElement")
    first.press("Enter")
    card = page.locator(".emap-card")
    assert "休息中 · 14:00 开门" in card.inner_text()
    later("2026-06-12T18:00:00+08:00")
    assert "休息中 · 周一 09:00 开门" in card.inner_text()
    assert "今天 09:00–12:00，14:00–17:30" in card.inner_text()
    later("2026-06-13T10:00:00+08:00")
    assert "今天 不营业" in card.inner_text()
    assert card.locator("h2").evaluate("(node) => node === document.activeElement")
    page.context.close()


@pytest.mark.parametrize(
    ("time", "said"),
    [(WEDNESDAY, ""), ("2031-01-01T10:00:00+08:00", "节假日安排只到")],
)
def test_an_old_page_asks_to_call_first(browser, path, time, said):
    page = opened(browser, path, at=time).page
    banner = page.locator(".emap-stale")
    assert banner.is_visible() == bool(said)
    assert said in banner.inner_text()
    page.context.close()


OPEN = {
    "2026-06-10T08:59:59+08:00": {2},  # Wednesday
    "2026-06-10T09:00:00+08:00": {0, 1, 2},
    "2026-06-10T11:59:00+08:00": {0, 1, 2},
    "2026-06-10T12:00:00+08:00": {1, 2},
    "2026-06-10T16:30:00+08:00": {0, 1},
    "2026-06-10T17:30:00+08:00": set(),
    "2026-06-14T10:00:00+08:00": {1},  # Sunday
    "2026-06-15T00:30:00+08:00": set(),  # Monday, Sunday noon in New York
    "2026-10-01T10:00:00+08:00": {2},  # National Day, a Thursday
}


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_open_now_is_judged_in_guangdong(browser, path, outlets, zone):
    page = opened(browser, path, at=WEDNESDAY, timezone_id=zone).page
    for time, open_now in OPEN.items():
        page.evaluate("() => emap.look.ask({ open: false })")
        page.clock.set_fixed_time(time)
        page.evaluate("() => emap.look.ask({ open: true })")
        wanted = outlets["hours"].isin([HOURS[i] for i in open_now])
        assert set(listed(page)) == ids(outlets, wanted), time


def test_a_city_is_chosen_before_its_counties(page, outlets):
    wanted = ids(outlets, outlets["county"].isin(["440112", "440113"]))
    page.locator('select[data-filter="city"]').select_option(label=f"广州市（{len(wanted)}）")
    settle(page)
    assert set(listed(page)) == wanted
    offered = page.locator('select[data-filter="county"] option:not([disabled])')
    assert [text.split("（")[0] for text in offered.all_inner_texts()] == [
        "全部县区",
        "广州市 黄埔区",
        "广州市 番禺区",
    ]
    page.locator('select[data-filter="county"]').select_option(index=2)
    page.locator('select[data-filter="city"]').select_option(index=0)
    settle(page)
    assert set(listed(page)) == set(outlets["outlet_id"])


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


@pytest.mark.parametrize(
    ("accuracy", "said"), [(23, "定位误差约 30 米"), (2440, "定位误差约 2.4 公里，排列不一定准")]
)
def test_how_far_the_position_may_be_off_is_said(browser, path, accuracy, said):
    here = {"latitude": 22.95, "longitude": 113.35, "accuracy": accuracy}
    page = opened(browser, path, geolocation=here, permissions=["geolocation"]).page
    page.locator(".emap-near").click()
    page.wait_for_function("() => emap.look.near.origin")
    assert said in page.locator(".emap-notice").inner_text()
    page.locator(".emap-language").click()
    assert "straight-line" in page.locator(".emap-notice").inner_text() or accuracy > 1000
    # A better place is chosen on the map.
    page.locator(".emap-aim").click()
    assert page.evaluate("emap.look.near.picking")


def test_a_place_is_chosen_by_keyboard_alone(browser, path, outlets):
    page = opened(browser, path, permissions=[]).page
    page.locator(".emap-near").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => emap.look.near.picking")
    assert page.locator(".emap-cross").is_visible()
    page.locator(".leaflet-container").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    lat, lon = page.evaluate("[emap.map.getCenter().lat, emap.map.getCenter().lng]")
    page.keyboard.press("Enter")
    settle(page)
    assert page.locator(".emap-cross").is_hidden()
    assert_nearest_first(page, outlets, lon, lat)


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


def test_apples_devices_get_apples_map(browser, path, outlets):
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 13_0 like Mac OS X) AppleWebKit/605.1.15"
    page = opened(browser, path, user_agent=agent).page
    page.evaluate("(id) => emap.look.open(emap.look.store.id.indexOf(id))", "W0100")
    assert page.locator('[data-way="geo"]').count() == 0
    lon, lat = place_of(page.locator('[data-way="apple"]').get_attribute("href"))
    spot = outlets.set_index("outlet_id").loc["W0100"].geometry
    assert Geod(ellps="WGS84").inv(lon, lat, spot.x, spot.y)[2] < 1


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
    elif parts.netloc == "maps.apple.com":
        assert words["dirflg"] == "w"
        lat, lon = map(float, words["daddr"].split(","))
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


def test_every_card_opens_however_long_its_name(browser, outlets, tmp_path):
    rng = np.random.default_rng(3)
    signs = np.array(list("中国农业银行股份有限公司广东省分行营业部支行（）()，,·&<#%+/ A9𠮷"))
    names = ["".join(rng.choice(signs, length)) for length in rng.integers(34, 201, 60)]
    frame = outlets.head(60).assign(name=names)
    write_map(build_public_map(frame, counties(), title="t"), tmp_path / "长.html")
    found = opened(browser, tmp_path / "长.html", at=WEDNESDAY)
    # Every name is that of an outlet, and its card has a heading and a code.
    shown = found.page.evaluate(
        "() => emap.look.store.name.map((name, i) => { emap.look.open(i, { move: false });"
        " const at = (part) => document.querySelector(`.emap-card ${part}`);"
        " return [name, at('h2').textContent, at('figure path').getAttribute('d').length]; })"
    )
    assert len(shown) == 60
    assert max(len(name) for name, *_ in shown) > 180
    assert all(name == heading and path > 1000 for name, heading, path in shown)
    assert found.complaints == []
    found.page.context.close()


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


# First question, Back, sharing -----------------------------------------------------------------


def test_what_one_has_come_for_is_asked_first_and_remembered(browser, path, outlets):
    page = opened(browser, path, 390, 844, at=WEDNESDAY, has_touch=True).page
    doors = page.locator(".emap-errand")
    assert [text.split("\n")[0] for text in doors.all_inner_texts()] == list(ITEMS.values())
    count = outlets["unemployment"].sum()
    assert f"{count} 个网点" in doors.nth(2).inner_text()
    assert page.locator(".emap-item").first.is_hidden()
    doors.nth(2).tap()
    settle(page)
    assert set(listed(page)) == ids(outlets, outlets["unemployment"])
    assert page.locator(".emap-item").first.is_visible()
    assert page.locator(".emap-doors").is_hidden()
    page.reload()
    page.wait_for_function("() => window.emap && emap.ready")
    assert set(listed(page)) == ids(outlets, outlets["unemployment"])
    page.go_back()
    settle(page)
    page.locator(".emap-past").tap()
    settle(page)
    assert "all=1" in page.url
    assert counted(page) == len(outlets)


def test_back_closes_the_card_then_the_filters_then_undoes_what_was_asked(browser, path, outlets):
    page = opened(browser, path, 390, 844, at=WEDNESDAY, has_touch=True).page
    page.locator(".emap-past").tap()
    page.locator(".emap-filter").tap()
    page.locator('.emap-chip:has-text("社会保障卡")').tap()
    settle(page)
    # With the filters open a result is on the screen.
    box = known(page.locator(".emap-item").first.bounding_box())
    assert box["y"] + box["height"] < 844
    wanted = ids(outlets, outlets["social_card"])
    page.locator(".emap-item").first.tap()
    settle(page)
    assert page.locator(".emap-card h2").is_visible()
    page.go_back()
    settle(page)
    assert page.locator(".emap-card").is_hidden()
    assert page.locator(".emap-filters").is_visible()
    page.go_back()
    settle(page)
    assert page.locator(".emap-filters").is_hidden()
    assert set(listed(page)) == wanted
    page.go_back()
    settle(page)
    assert page.locator(".emap-doors").is_visible()
    assert counted(page) == len(outlets)
    assert page.evaluate("history.state.depth") == 0


def test_closing_by_hand_leaves_no_step_behind(page):
    depth = page.evaluate("history.length")
    page.evaluate("() => emap.look.open(7)")
    settle(page)
    page.locator(".emap-back").click()
    settle(page)
    page.evaluate("() => emap.look.open(8)")
    settle(page)
    page.keyboard.press("Escape")
    settle(page)
    assert page.evaluate("history.state.depth") == 0
    assert page.evaluate("history.length") == depth + 1


def test_an_address_written_by_hand_is_obeyed(page, outlets):
    page.evaluate("() => { location.hash = 'outlet=W0100&items=失业保险&theme=dark'; }")
    settle(page)
    assert page.locator(".emap-card h2").inner_text() == outlets["name"].iloc[100]
    assert set(listed(page)) == ids(outlets, outlets["unemployment"])
    assert page.evaluate("document.documentElement.className").strip() == "emap-night"
    page.evaluate("() => { location.hash = 'q=饶平'; }")
    settle(page)
    assert page.locator(".emap-card").is_hidden()
    assert set(listed(page)) == ids(outlets, outlets["county"] == "445122")
    # Back leads to the older address.
    page.go_back()
    settle(page)
    assert page.locator(".emap-card h2").inner_text() == outlets["name"].iloc[100]


def test_an_outlet_is_shared(browser, path, outlets):
    page = opened(browser, path, at=WEDNESDAY).page
    page.evaluate("() => { navigator.share = async (given) => { window.given = given; }; }")
    page.evaluate("() => emap.look.open(emap.look.store.id.indexOf('W0100'))")
    page.locator(".emap-share").click()
    given = page.evaluate("window.given")
    assert given["title"] == outlets["name"].iloc[100]
    assert "url" not in given  # a file is nobody else's
    page.evaluate("() => { navigator.share = undefined; document.execCommand = () => true; }")
    page.locator(".emap-share").click()
    page.locator(".emap-outcome", has_text="本页是文件").wait_for()


def test_the_link_that_is_shared_opens_the_card(browser, path, outlets):
    folder = functools.partial(QuietHandler, directory=str(path.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://emap.example:{server.server_port}/{urllib.parse.quote(path.name)}"
        page = opened(browser, address, at=WEDNESDAY, fragment="q=支行").page
        page.evaluate("() => emap.look.open(emap.look.store.id.indexOf('W0100'))")
        page.evaluate(
            "() => { document.execCommand = () => {"
            " window.copied = document.activeElement.value; return true; }; }"
        )
        page.locator(".emap-share").click()
        page.locator(".emap-outcome", has_text="已复制链接").wait_for()
        link = page.evaluate("window.copied").splitlines()[-1]
        assert link == f"{address}#outlet=W0100"
        again = opened(browser, link, at=WEDNESDAY).page
        assert again.locator(".emap-card h2").inner_text() == outlets["name"].iloc[100]
        again.go_back()
        settle(again)
        assert again.locator(".emap-card").is_hidden()
        server.shutdown()


def test_a_card_opens_though_no_code_or_link_can_be_made(browser, path):
    found = opened(browser, path, at=WEDNESDAY)
    found.page.evaluate("() => { window.TextEncoder = undefined; }")
    found.page.evaluate("() => emap.look.open(7)")
    card = found.page.locator(".emap-card")
    assert "电话" in card.inner_text()
    assert card.locator(".emap-links a").count() == 4
    assert "请按地址查找" in card.inner_text()
    assert not [text for text in found.complaints if "Uncaught" in text]


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
