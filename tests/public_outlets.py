"""Made-up outlets in real counties, for tests of the public map."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from gdcoverage.places.counties import read_counties
from gdcoverage.policy import FLAGS, ITEMS, MODES

HOSTILE = "<img src=x onerror=alert(1)>“甲”支行"

# Text and what it means: a lunch break, every day, no weekend, nothing known, nothing clear.
HOURS = (
    "周一至周五 9:00-12:00，14:00-17:30",
    "周一至周日 9:00-17:00",
    "周一至周六 8:30-16:30，节假日照常营业",
    "",
    "详询网点",
)
BANKS = ("中国工商银行", "中国农业银行", "中国建设银行", "中国邮政储蓄银行")
COUNTIES = ("440113", "440112", "441422", "445122", "440281", "441900")


def counties() -> gpd.GeoDataFrame:
    """番禺, 黄埔, 大埔, 饶平, 乐昌, 东莞."""
    return read_counties(adcodes=COUNTIES)


def public_outlets(count: int = 300, seed: int = 5) -> gpd.GeoDataFrame:
    """Outlets spread over the counties, with everything that a card shows.

    The first has a hostile name, no phone, no hours; the second a cell full of phones; the last
    twelve stand on one spot.
    """
    rng = np.random.default_rng(seed)
    polygons = counties()
    which = rng.integers(0, len(polygons), count)
    points = [_inside(polygons.geometry.iloc[i], rng) for i in which]
    points[-12:] = [points[-12]] * 12
    which[-12:] = which[-12]
    banks = rng.choice(BANKS, count)
    names = [
        f"{bank}{polygons['name'].iloc[county]}第{number}支行"
        for number, (bank, county) in enumerate(zip(banks, which, strict=True))
    ]
    roads = ("市桥路", "涌口街", "解放中路", "重阳巷")
    frame = gpd.GeoDataFrame(
        {
            "outlet_id": [f"W{i:04d}" for i in range(count)],
            "name": names,
            "bank": banks,
            "address": [f"{roads[i % 4]}{i + 1}号" for i in range(count)],
            "phone": [f"020-8{i:07d}" for i in range(count)],
            "hours": rng.choice(HOURS, count),
            "status": "active",
        },
        geometry=points,
        crs="EPSG:4326",
    )
    for column in MODES | FLAGS | ITEMS:
        frame[column] = rng.random(count) < 0.6
    frame.loc[0, ["name", "phone", "hours", "address"]] = [HOSTILE, "", "", ""]
    frame.loc[1, "phone"] = "张经理13800138000，020-80000001转801；020-80000002（工作日）"
    return frame


def _inside(polygon: shapely.Geometry, rng: np.random.Generator) -> shapely.Point:
    west, south, east, north = polygon.bounds
    while True:
        # Rounded to the map's grid, so that distances can be compared.
        point = shapely.Point(
            round(rng.uniform(west, east), 5), round(rng.uniform(south, north), 5)
        )
        if polygon.contains(point):
            return point
