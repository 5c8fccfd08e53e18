"""The planner's map by service and by town: who is covered by one service, towns by rate."""

import numpy as np
import pandas as pd
import pytest

import worlds
from browser import chromium, opened, settle
from gdcoverage.assessment import assess
from gdcoverage.emap import build_map, write_map
from gdcoverage.emap._local import services_of, town_rows
from gdcoverage.gaps import find_gaps
from gdcoverage.outlets.offers import SERVICES
from gdcoverage.places.assign_towns import assign_towns
from gdcoverage.places.towns import read_towns
from test_places_towns import COUNTIES, layer, people, square
from test_services import OFFICE, SATURDAY, offering


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Two outlets, two towns that are drawn, and one that is not."""
    streets = worlds.lattice(tmp_path_factory.mktemp("streets"), 9, 9, 500.0)
    outlets = offering(
        worlds.outlets([(0, 0), (1500, 1500)]),
        [["pension"], ["pension", "social_card"]],
        [["window"], ["window"]],
        [OFFICE, SATURDAY],
    ).assign(county="441324", bank="农商银行")
    demand = people(
        [(0, 0), (1500, 1500), (1900, 100)],
        "441324",
        population=[100.0, 200.0, 400.0],
        town_name=["", "", "平陵街道"],
    )
    towns = read_towns(
        layer(
            [
                ("441324101", "永汉镇", square(-100, -100)),
                ("441324102", "龙华镇", square(900, 900)),
                ("441324103", "平陵街道", None),
            ]
        ),
        COUNTIES,
    ).frame
    demand, outlets, _ = assign_towns(demand, outlets, towns)
    return assess(outlets, demand, streets, counties=COUNTIES.iloc[:1]), towns


def test_masks_say_who_is_served_by_each_service(found):
    coverage, _ = found
    block = services_of(coverage)
    assert block is not None
    table = coverage.by_service()
    served = np.array([[int(c) for c in block["masks"][number]] for number in block["mask"]])
    covered = coverage.demand["population"].to_numpy() @ served
    assert covered.tolist() == table["covered_population"].tolist()
    first = SERVICES[0].label
    assert block["told"][0] == f"{first}：覆盖率 42.9%，达标 300 人，能办的在营网点 2 个"
    bare = assess(worlds.outlets([(0, 0)]), worlds.demand([(0, 0)]), coverage.network)
    assert services_of(bare) is None
    assert town_rows(bare, None) == []


def test_towns_are_listed_by_who_is_outside_and_drawn_where_they_have_an_area(found):
    rows = town_rows(*found)
    assert [(row["name"], row["missed"]) for row in rows] == [
        ("平陵街道", 400),
        ("永汉镇", 0),
        ("龙华镇", 0),
    ]
    assert [bool(row["area"]) for row in rows] == [False, True, True]
    assert [row["style"] for row in rows] == ["rate_4", "rate_0", "rate_0"]
    told = dict(pd.DataFrame(rows[0]["facts"]).itertuples(index=False, name=None))
    assert (told["在营网点"], told["各银行网点"], told["最近网点"]) == ("0 个", "无", "第1支行")


def counts(page):
    """Demand points covered, missed in town and in the country: as told, which is as drawn."""
    keys = ("covered", "uncovered", "uncovered_rural")
    told = [page.locator(f'[data-count="{key}"]').inner_text() for key in keys]
    drawn = [page.evaluate(f"emap.layers.{key}.getLayers().length") for key in keys]
    assert told == [str(number) for number in drawn]
    return tuple(drawn)


@pytest.mark.browser
def test_who_is_missed_in_the_country_is_not_counted_as_missed_in_town(tmp_path):
    outlet = worlds.outlets([(0, 0)])
    offers = offering(outlet, [["pension"]], [["window"]], [OFFICE]).assign(bank="农商银行")
    spots = [(0, 0), (100, 0), (2000, 0), (0, 6000), (0, 7000)]
    demand = worlds.demand(spots, settlement=["urban", "rural", "urban", "rural", "rural"])
    coverage = assess(offers, demand, worlds.lattice(tmp_path, 9, 9, 500.0))
    emap = build_map(coverage, find_gaps(coverage), title="城乡")
    write_map(emap, tmp_path / "地图.html")
    with chromium() as browser:
        page = opened(browser, tmp_path / "地图.html").page
        assert counts(page) == (2, 1, 2)
        item, _, when = page.locator(".emap-services select").all()
        item.select_option(label="基本养老保险")
        when.select_option(label="星期六")
        assert counts(page) == (0, 2, 3)


@pytest.mark.browser
def test_a_planner_looks_at_one_service_and_at_a_town(found, tmp_path):
    coverage, towns = found
    emap = build_map(coverage, find_gaps(coverage), title="事项", towns=towns)
    write_map(emap, tmp_path / "地图.html")
    with chromium() as browser:
        opening = opened(browser, tmp_path / "地图.html")
        page = opening.page
        whole = page.locator(".emap-headline").inner_text()
        item, mode, when = page.locator(".emap-services select").all()
        assert counts(page) == (2, 1, 0)
        assert mode.is_disabled()
        item.select_option(label="基本养老保险")
        when.select_option(label="星期六")
        told = page.locator(".emap-headline").inner_text()
        assert told.startswith("基本养老保险·窗口办·星期六：覆盖率 28.6%")
        assert counts(page) == (1, 2, 0)
        item.select_option(label="全部网点")
        assert page.locator(".emap-headline").inner_text() == whole
        assert counts(page) == (2, 1, 0)
        page.locator('[data-layer="rate_0"]').check()
        settle(page)
        assert page.evaluate("emap.layers.rate_0.getLayers().length") == 2
        page.locator("#tab_ranking").click()
        assert page.locator(".emap-towns li").count() == 3
        page.locator(".emap-towns button").nth(1).click()
        assert "永汉镇" in page.locator(".leaflet-popup-content").inner_text()
        assert opening.complaints == []
