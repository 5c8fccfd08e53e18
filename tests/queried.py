"""A made-up look-up to be asked: outlets of many banks in real counties, and names around them."""

from __future__ import annotations

from itertools import product

import geopandas as gpd
import numpy as np
import shapely

from gdcoverage.places.counties import read_counties
from gdcoverage.policy import FLAGS, ITEMS, MODES

# What a cell says, the days (0 Monday) and hours that it means; None where nobody knows.
HOURS: dict[str, list[tuple[tuple[int, ...], float, float]] | None] = {
    "周一至周五 9:00-17:00": [((0, 1, 2, 3, 4), 9, 17)],
    "周一至周六 9:00-17:00": [((0, 1, 2, 3, 4, 5), 9, 17)],
    "周一至周五 8:30-12:00，14:00-17:30": [((0, 1, 2, 3, 4), 8.5, 12), ((0, 1, 2, 3, 4), 14, 17.5)],
    "周一至周日 9:00-20:00，节假日照常营业": [((0, 1, 2, 3, 4, 5, 6), 9, 20)],
    "": None,
}
# adcode: towns, streets, the rural bank.
_COUNTIES: dict[str, tuple[str, str, str]] = {
    "440106": ("石牌 沙河 棠下 车陂", "体育西路 天河路 中山大道", "广州农村商业银行股份有限公司"),
    "440104": ("北京 洪桥 六榕", "北京路 中山五路 环市东路", "广州农商银行"),
    "440105": ("江南中 赤岗 琶洲", "江南大道 新港中路 昌岗路", "广州农商银行"),
    "440113": ("市桥 大石 南村 石楼", "大北路 迎宾路 兴南大道", "广州农商银行"),
    "440305": ("粤海 蛇口 桃源", "深南大道 科苑路 南海大道", "深圳农村商业银行"),
    "440304": ("华强北 莲花 香蜜湖", "福华路 红荔路 振兴路", "深圳农村商业银行"),
    "440604": ("祖庙 石湾 张槎", "汾江中路 季华五路 人民路", "佛山农商银行"),
    "440606": ("大良 容桂 北滘", "凤山东路 容桂大道 南国中路", "顺德农商银行"),
    "440402": ("拱北 吉大 前山", "情侣中路 迎宾南路 人民西路", "珠海农商银行"),
    "441422": ("湖寮 高陂 三河", "虎源路 同仁路", "大埔农商银行"),
    "441900": ("莞城 南城 虎门 长安", "鸿福路 东城路 连升路", "东莞农商银行"),
    "445122": ("黄冈 三饶 钱东", "河南大道 沿河路", "饶平县农村信用合作联社"),
    "441826": ("三江 寨岗", "朝阳路", "连南农商银行"),
    "440781": ("台城 广海", "环市中路 桥湖路", "台山农商银行"),
}
_BANKS = (
    *("中国工商银行股份有限公司", "中国农业银行", "中国银行", "中国建设银行", "交通银行"),
    *("中国邮政储蓄银行", "招商银行"),
)
# Name, kind and county of what one may ask for outlets near.
_NAMES = """
珠江新城 station 440106; 体育西路 station 440106; 岗顶 station 440106; 猎德村 village 440106
天河城 mall 440106; 天河公园 park 440106; 华南师范大学 school 440106; 冼村路 street 440106
公园前 station 440104; 广东省人民医院 hospital 440104; 越秀公园 park 440104; 东风东路 street 440104
客村 station 440105; 中山大学 school 440105; 海珠湖公园 park 440105; 沥滘村 village 440105
汉溪长隆 station 440113; 万博中心 mall 440113; 沙湾镇 town 440113; 番禺中心医院 hospital 440113
高新园 station 440305; 深圳大学 school 440305; 海岸城 mall 440305; 南头古城 village 440305
会展中心 station 440304; 莲花山公园 park 440304; 华强南路 street 440304; 岗厦村 village 440304
佛山市第一医院 hospital 440604; 岭南天地 mall 440604; 文华公园 park 440604
清晖园 park 440606; 美的大道 street 440606; 顺德区人民政府 government 440606
拱北口岸 station 440402; 华发商都 mall 440402; 唐家湾镇 town 440402; 情侣南路 street 440402
百侯村 village 441422; 大埔县人民医院 hospital 441422; 虎门站 station 441900
长安医院 hospital 441900; 松山湖 town 441900; 厚街镇 town 441900; 所城村 village 445122
饶平县人民医院 hospital 445122; 千年瑶寨 village 441826; 上下川岛 village 440781"""


def counties() -> gpd.GeoDataFrame:
    return read_counties(adcodes=tuple(_COUNTIES))


def queried_outlets() -> gpd.GeoDataFrame:
    """An outlet of every bank in every town; every other one is named without its bank."""
    rng, polygons, rows = np.random.default_rng(3), counties().set_index("adcode"), []
    for adcode, (towns, streets, rural) in _COUNTIES.items():
        county = polygons.loc[adcode]
        for number, (town, bank) in enumerate(product(towns.split(), (*_BANKS, rural))):
            short = bank.removesuffix("股份有限公司")
            street = streets.split()[number % len(streets.split())]
            rows.append(
                {
                    "name": f"{short}{town}支行" if number % 2 else f"{town}支行",
                    "bank": bank,
                    "address": f"{county['city']}{county['name']}{street}{number + 1}号",
                    "hours": list(HOURS)[(number + number // 8) % len(HOURS)],
                    "county": adcode,
                    "geometry": _inside(county.geometry, rng),
                }
            )
    frame = gpd.GeoDataFrame(rows, crs="EPSG:4326")
    frame["outlet_id"] = [f"W{i:04d}" for i in range(len(frame))]
    frame["status"] = "active"
    for column in MODES | FLAGS | ITEMS:
        frame[column] = rng.random(len(frame)) < 0.6
    frame["window"] = True
    return frame


def names() -> gpd.GeoDataFrame:
    """Stations, streets, villages and landmarks, as `read_names` would read them."""
    rng, polygons = np.random.default_rng(4), counties().set_index("adcode")
    known = [entry.split() for line in _NAMES.split("\n") for entry in line.split(";") if entry]
    known += [
        [street, "street", adcode]
        for adcode, (_, streets, _) in _COUNTIES.items()
        for street in streets.split()
    ]
    return gpd.GeoDataFrame(
        {
            "name": [name for name, _, _ in known],
            "kind": [kind for _, kind, _ in known],
            "rank": 1,
        },
        geometry=[_inside(polygons.geometry[adcode], rng) for _, _, adcode in known],
        crs="EPSG:4326",
    )


def _inside(polygon: shapely.Geometry, rng: np.random.Generator) -> shapely.Point:
    """A point in a polygon, on the map's grid."""
    west, south, east, north = polygon.bounds
    while True:
        point = shapely.Point(
            round(rng.uniform(west, east), 4), round(rng.uniform(south, north), 4)
        )
        if polygon.contains(point):
            return point
