"""How each number is called and shown: one table for text, workbook and CSV alike."""

from __future__ import annotations

import math
from typing import NamedTuple

from gdcoverage.assess import SPEED_COLUMNS
from gdcoverage.policy import COMPARISON_SPEEDS


class Column(NamedTuple):
    """A column as reports show it: heading with unit, and kind of value."""

    heading: str
    kind: str  # text, people, count, rate, km2, metres, minutes, degrees, yes


_SPEEDS = {
    column: Column(f"覆盖率（{speed.label}）", "rate")
    for column, speed in zip(SPEED_COLUMNS, COMPARISON_SPEEDS, strict=True)
}

AMOUNTS = {
    "population": Column("人口", "people"),
    "covered_population": Column("达标人口", "people"),
    "rate": Column("覆盖率", "rate"),
    **_SPEEDS,
    "rate_towns_rural": Column("覆盖率（镇区按乡村）", "rate"),
    "urban_population": Column("城区人口", "people"),
    "urban_covered": Column("城区达标人口", "people"),
    "urban_rate": Column("城区覆盖率", "rate"),
    "rural_population": Column("乡村人口", "people"),
    "rural_covered": Column("乡村达标人口", "people"),
    "rural_rate": Column("乡村覆盖率", "rate"),
    "demand_points": Column("需求点（个）", "count"),
    "covered_points": Column("达标需求点（个）", "count"),
    "area_km2": Column("需求点面积（平方公里）", "km2"),
    "covered_area_km2": Column("达标面积（平方公里）", "km2"),
    "elderly": Column("60岁以上人口", "people"),
    "elderly_covered": Column("60岁以上达标人口", "people"),
    "one_outlet": Column("仅一个网点达标人口", "people"),
    "two_outlets": Column("两个及以上网点达标人口", "people"),
    "off_network_population": Column("未接入路网人口", "people"),
    "island_population": Column("路网孤岛人口", "people"),
}
COUNTY = {
    "county": Column("区划代码", "text"),
    "county_name": Column("县区", "text"),
    "city": Column("地市", "text"),
    "outlets": Column("在营网点（个）", "count"),
    **AMOUNTS,
}
SETTLEMENT = {
    "county": Column("区划代码", "text"),
    "settlement_name": Column("城乡类别", "text"),
    **{k: v for k, v in AMOUNTS.items() if not k.startswith(("urban_", "rural_"))},
}
GAP = {
    "gap_id": Column("编号", "text"),
    "name": Column("空白区", "text"),
    "settlement_name": Column("城乡类别", "text"),
    "population": Column("人口", "people"),
    "elderly": Column("60岁以上人口", "people"),
    "demand_points": Column("需求点（个）", "count"),
    "area_km2": Column("面积（平方公里）", "km2"),
    "outlet_name": Column("最近网点", "text"),
    "distance_m": Column("到网点距离（米）", "metres"),
    "beyond_m": Column("超出标准（米）", "metres"),
    "radius_m": Column("直线距离（米）", "metres"),
    "off_network_population": Column("其中未接入路网人口", "people"),
    "lon": Column("经度（WGS-84）", "degrees"),
    "lat": Column("纬度（WGS-84）", "degrees"),
}
OUTLET = {
    "outlet_id": Column("网点编号", "text"),
    "name": Column("网点名称", "text"),
    "bank": Column("所属银行", "text"),
    "county_name": Column("所在县区", "text"),
    "address": Column("地址", "text"),
    "status_name": Column("状态", "text"),
    "counts": Column("计入覆盖", "yes"),
    "covered_population": Column("达标人口", "people"),
    "only_population": Column("仅由其达标人口", "people"),
    "access_m": Column("到最近街道（米）", "metres"),
    "source_row": Column("原表行号", "count"),
}
UNCOVERED = {
    "demand_id": Column("需求点编号", "text"),
    "name": Column("名称", "text"),
    "county_name": Column("县区", "text"),
    "settlement_name": Column("城乡类别", "text"),
    "population": Column("人口", "people"),
    "walk_m": Column("步行距离（米）", "metres"),
    "walk_min": Column("步行时间（分钟）", "minutes"),
    "radius_m": Column("直线距离（米）", "metres"),
    "status_name": Column("路网状态", "text"),
    "lon": Column("经度（WGS-84）", "degrees"),
    "lat": Column("纬度（WGS-84）", "degrees"),
}
SNAP_STATUS = {"ok": "正常", "island": "路网孤岛", "off_network": "未接入路网"}
UNKNOWN = "—"


def percent(rate: float) -> str:
    """A rate with one decimal, never rounded to all or to nobody: “77.1%”, “>99.9%”, “<0.1%”."""
    if math.isnan(rate):
        return UNKNOWN
    text = f"{rate:.1%}"
    if text == "100.0%" and rate < 1:
        return ">99.9%"
    return "<0.1%" if text == "0.0%" and rate > 0 else text


def shown(value: object, kind: str) -> str:
    """A value as text; “—” for what is not known."""
    if kind == "text":
        return str(value)
    if kind == "yes":
        return "是" if value else "否"
    number = float(value)  # type: ignore[arg-type]
    if kind == "rate":
        return percent(number)
    if math.isnan(number):
        return UNKNOWN
    digits = {"km2": ".2f", "minutes": ".1f", "degrees": ".6f"}
    return f"{number:{digits.get(kind, ',.0f')}}"
