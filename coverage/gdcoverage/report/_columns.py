"""How each number is called and shown: one table for text, workbook and CSV alike."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

import pandas as pd

from gdcoverage.assessment import SPEED_COLUMNS
from gdcoverage.policy import COMPARISON_SPEEDS, Standard


class Column(NamedTuple):
    """A column as reports show it.

    Parameters
    ----------
    heading : official term, without the unit.
    kind : what its values are, a key of `UNITS`; decides unit, rounding and number format.
    short : heading in a terminal table, where the table's title says the rest.
    group : heading that it shares with its neighbours in the workbook's county table.
    """

    heading: str
    kind: str = "text"
    short: str = ""
    group: str = ""


UNITS = {
    "text": "",
    "yes": "",
    "people": "人",
    "count": "个",
    "rate": "%",
    "km2": "平方公里",
    "metres": "米",
    "minutes": "分钟",
    "degrees": "",
    "row": "",
}


def _speed_heading(label: str) -> str:
    """“默认 4.0公里/小时” on three lines."""
    return label.replace(" ", "\n").replace("/", "\n/")


_SPEEDS = {
    column: Column(f"覆盖率（{speed.label}）", "rate", _speed_heading(speed.label), "不同步速")
    for column, speed in zip(SPEED_COLUMNS, COMPARISON_SPEEDS, strict=True)
}

# What `assess.tally` counts, and the people that are left.
AMOUNTS = {
    "population": Column("人口", "people", group="常住人口"),
    "covered_population": Column("达标人口", "people", "达标", "常住人口"),
    "uncovered_population": Column("未达标人口", "people", "未达标", "常住人口"),
    "rate": Column("覆盖率", "rate", group="常住人口"),
    **_SPEEDS,
    "rate_towns_rural": Column("覆盖率（镇区按乡村）", "rate", "镇区\n按乡村", "镇区"),
    "urban_population": Column("城区人口", "people", group="城区"),
    "urban_covered": Column("城区达标人口", "people", group="城区"),
    "urban_rate": Column("城区覆盖率", "rate", "城区", "城区"),
    "rural_population": Column("乡村人口", "people", group="乡村"),
    "rural_covered": Column("乡村达标人口", "people", group="乡村"),
    "rural_rate": Column("乡村覆盖率", "rate", "乡村", "乡村"),
    "demand_points": Column("需求点", "count", group="需求点（不加权）"),
    "covered_points": Column("达标需求点", "count", "其中\n达标", "需求点（不加权）"),
    "area_km2": Column("面积", "km2", "面积\n平方公里", "需求点（不加权）"),
    "covered_area_km2": Column("达标面积", "km2", "其中\n达标", "需求点（不加权）"),
    "elderly": Column("60岁以上人口", "people", group="60岁以上"),
    "elderly_covered": Column("60岁以上达标人口", "people", group="60岁以上"),
    "one_outlet": Column("仅一个网点达标人口", "people", "仅一个\n网点", "多点可办"),
    "two_outlets": Column("两个及以上网点达标人口", "people", "两个及\n以上", "多点可办"),
    "off_network_population": Column("未接入路网人口", "people", "未接入\n路网", "路网"),
    "island_population": Column("路网孤岛人口", "people", "路网\n孤岛", "路网"),
}
COUNTY = {
    "county": Column("区划代码"),
    "county_name": Column("县区"),
    "city": Column("地市"),
    "outlets": Column("在营网点", "count", "网点"),
    **AMOUNTS,
}
SETTLEMENT = {
    "county": Column("区划代码"),
    "county_name": Column("县区"),
    "settlement_name": Column("城乡类别", short="类别"),
    **{k: v for k, v in AMOUNTS.items() if not k.startswith(("urban_", "rural_"))},
}
GAP = {
    "gap_id": Column("编号"),
    "county_name": Column("县区"),
    "name": Column("空白区"),
    "settlement_name": Column("城乡类别"),
    "population": Column("人口", "people"),
    "elderly": Column("60岁以上人口", "people"),
    "demand_points": Column("需求点", "count"),
    "area_km2": Column("面积", "km2"),
    "outlet_name": Column("最近网点（直线）"),
    "radius_m": Column("最近处直线距离", "metres"),
    "distance": Column("按标准的距离", "metres"),
    "beyond_m": Column("超出标准", "metres"),
    "off_network_population": Column("其中未接入路网人口", "people"),
    "lon": Column("经度（WGS-84）", "degrees"),
    "lat": Column("纬度（WGS-84）", "degrees"),
}
OUTLET = {
    "outlet_id": Column("网点编号"),
    "name": Column("网点名称"),
    "bank": Column("所属银行"),
    "county_name": Column("所在县区"),
    "address": Column("地址"),
    "status_name": Column("状态"),
    "counts": Column("计入覆盖", "yes"),
    "covered_population": Column("达标人口", "people"),
    "only_population": Column("仅由其达标人口", "people"),
    "access_m": Column("到最近街道", "metres"),
    "source_file": Column("来源文件"),
    "source_sheet": Column("工作表"),
    "source_row": Column("原表行号", "row"),
}
UNCOVERED = {
    "demand_id": Column("需求点编号"),
    "name": Column("名称"),
    "county_name": Column("县区"),
    "settlement_name": Column("城乡类别"),
    "population": Column("人口", "people"),
    "distance_m": Column("按标准的距离", "metres"),
    "walk_m": Column("步行距离", "metres"),
    "walk_min": Column("步行时间", "minutes"),
    "radius_m": Column("直线距离", "metres"),
    "status_name": Column("路网状态"),
    "lon": Column("经度（WGS-84）", "degrees"),
    "lat": Column("纬度（WGS-84）", "degrees"),
}
SNAP_STATUS = {"ok": "正常", "island": "路网孤岛", "off_network": "未接入路网"}
UNKNOWN = "—"

# Control and bidirectional characters would move a terminal's cursor or reverse a line.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def heading(column: Column, *, rate_unit: bool) -> str:
    """Heading with its unit in brackets; rates carry “%” only where the cells do not."""
    unit = UNITS[column.kind]
    if not unit or (column.kind == "rate" and not rate_unit):
        return column.heading
    if column.heading.endswith("）"):
        return f"{column.heading[:-1]}，{unit}）"
    return f"{column.heading}（{unit}）"


def percent(rate: float) -> str:
    """A rate with one decimal, never rounded to all or to nobody: “77.1%”, “>99.9%”, “<0.1%”."""
    if math.isnan(rate):
        return UNKNOWN
    text = f"{rate:.1%}"
    if text == "100.0%" and rate < 1:
        return ">99.9%"
    return "<0.1%" if text == "0.0%" and rate > 0 else text


def people(number: float) -> str:
    """People as a whole number with separators; a fraction of one person is “<1”, not nobody."""
    if math.isnan(number):
        return UNKNOWN
    return "<1" if 0 < number < 0.5 else f"{number:,.0f}"


def distance_text(metres: float, standard: Standard, settlement: str = "urban") -> str:
    """Metres to an outlet by the class's own measure, or what is known where none was found."""
    if not math.isnan(metres):
        return f"{metres:,.0f}"
    if settlement == "urban":
        return f"步行超过{standard.walk_search_m / 1000:.1f}公里或无路可达"
    return "无在营网点"


def plain(value: Any) -> str:
    """Somebody's text on one line, without control characters; empty where missing."""
    return "" if pd.isna(value) else _UNPRINTABLE.sub(" ", str(value)).strip()


def shown(value: object, kind: str) -> str:
    """A value as text for people; “—” for what is not known."""
    if kind == "text":
        return plain(value)
    if kind == "yes":
        return "是" if value else "否"
    number = math.nan if pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]
    if kind == "rate":
        return percent(number)
    if kind == "people":
        return people(number)
    if math.isnan(number):
        return UNKNOWN
    digits = {"km2": ",.2f", "minutes": ".1f", "degrees": ".6f", "row": ".0f"}
    return f"{number:{digits.get(kind, ',.0f')}}"
