"""The table of numbers: what each is called, of what kind it is, and where it appears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gdcoverage.policy import COMPARISON_SPEEDS


class Kind(NamedTuple):
    """What values of one kind have in common.

    Parameters
    ----------
    unit : Chinese, as it stands behind a number.
    text : format on a terminal and on maps.
    cell : format in a workbook.
    decimals : in CSV; whole numbers for 0, left as it is for None.
    """

    unit: str = ""
    text: str = ""
    cell: str = "@"
    decimals: int | None = None


# In the order in which maps list them.
KINDS = {
    "text": Kind(),
    "yes": Kind(),
    # The fourth decimal of a rate keeps one person in a county apart from none.
    "rate": Kind("%", ".1%", "0.0%", 4),
    "people": Kind("人", ",.0f", "#,##0", 0),
    "count": Kind("个", ",.0f", "#,##0", 0),
    "km2": Kind("平方公里", ",.2f", "#,##0.00", 4),
    "metres": Kind("米", ",.0f", "#,##0", 1),
    "minutes": Kind("分钟", ".1f", "0.0", 1),
    "degrees": Kind("", ".6f", "0.000000", 6),
    "row": Kind("", ".0f", "0"),
}

# Where a number may appear: three files, three tables of the text, and the planner's maps.
FILES = frozenset({"workbook", "csv", "json"})
MAP = frozenset({"map"})
PEOPLE = FILES | {"text_people"}
SPEEDS = FILES | {"text_speeds"}
OTHER = FILES | {"text_other"}
SHOWN = FILES | MAP


class Column(NamedTuple):
    """A column as reports and maps show it.

    Parameters
    ----------
    label : official term, without the unit.
    kind : what its values are, a key of `KINDS`; decides unit, rounding and number format.
    short : label in a terminal table, where the table's title says the rest.
    group : label that it shares with its neighbours in the workbook's county table.
    english : label for readers of English.
    alone : label where nothing stands around it, in a sentence or on a map, if another.
    where : where it appears.
    by_class : whether it is also counted for one settlement class.
    unknown : whether a sum over nothing that is known is unknown; every rate is.
    """

    label: str
    kind: str = "text"
    short: str = ""
    group: str = ""
    english: str = ""
    alone: str = ""
    where: frozenset[str] = FILES
    by_class: bool = True
    unknown: bool = False

    @property
    def empty(self) -> float:
        """What a group without demand points shows: nought, or NaN for unknown."""
        return float("nan") if self.unknown or self.kind == "rate" else 0

    @property
    def unit(self) -> str:
        """The kind's unit."""
        return KINDS[self.kind].unit

    @property
    def said(self) -> str:
        """The label where it stands alone."""
        return self.alone or self.label

    @property
    def clause(self) -> str:
        """The label before a number of people, whose unit says that they are people."""
        return self.label.removesuffix("人口")


def _speed_label(label: str) -> str:
    """“默认 4.0公里/小时” on three lines."""
    return label.replace(" ", "\n").replace("/", "\n/")


# Column of the rate at each comparison speed, slowest first.
SPEED_COLUMNS = tuple(f"rate_{speed.name}" for speed in COMPARISON_SPEEDS)

_SPEEDS = {
    column: Column(
        f"覆盖率（{speed.label}）",
        "rate",
        _speed_label(speed.label),
        "不同步速",
        f"Coverage rate at {speed.kmh:.1f} km/h",
        where=SPEEDS,
    )
    for column, speed in zip(SPEED_COLUMNS, COMPARISON_SPEEDS, strict=True)
}

# What `assess.tally` counts, the people that are left, and the outlets, in the order of reports.
NUMBERS = {
    "outlets": Column(
        "在营网点", "count", "网点", "", "Outlets in service", where=PEOPLE | MAP, by_class=False
    ),
    "population": Column(
        "人口", "people", "", "常住人口", "Residents", alone="常住人口", where=PEOPLE | MAP
    ),
    "covered_population": Column(
        "达标人口", "people", "达标", "常住人口", "People within the standard", where=PEOPLE
    ),
    "uncovered_population": Column(
        "未达标人口",
        "people",
        "未达标",
        "常住人口",
        "People outside the standard",
        alone="不达标人口",
        where=PEOPLE | MAP,
    ),
    "rate": Column("覆盖率", "rate", "", "常住人口", "Coverage rate", where=PEOPLE | SPEEDS | MAP),
    **_SPEEDS,
    "rate_nearer": Column(
        "覆盖率（各点近10米）", "rate", "", "不确定性", "Coverage rate with every point 10 m nearer"
    ),
    "rate_farther": Column(
        "覆盖率（各点远10米）",
        "rate",
        "",
        "不确定性",
        "Coverage rate with every point 10 m farther",
    ),
    "rate_towns_rural": Column(
        "覆盖率（镇区按乡村）", "rate", "", "不确定性", "Coverage rate with towns as rural"
    ),
    "rate_towns_urban": Column(
        "覆盖率（镇区按城区）", "rate", "", "不确定性", "Coverage rate with towns as urban"
    ),
    "rate_by_nearest_street": Column(
        "覆盖率（只由最近街道出入）",
        "rate",
        "",
        "不确定性",
        "Coverage rate by the nearest streets alone",
    ),
    "rate_without_doubtful_ways": Column(
        "覆盖率（不走存疑道路）", "rate", "", "不确定性", "Coverage rate without doubtful ways"
    ),
    "doubtful_outlets": Column(
        "存疑网点", "count", "", "存疑", "Outlets in doubt", where=SHOWN, by_class=False
    ),
    "rate_with_doubtful": Column(
        "计入存疑网点的覆盖率",
        "rate",
        "计入\n存疑",
        "存疑",
        "Coverage rate with outlets in doubt",
        where=SPEEDS | MAP,
    ),
    "urban_population": Column("城区人口", "people", "", "城区", "Urban residents", by_class=False),
    "urban_covered": Column(
        "城区达标人口", "people", "", "城区", "Urban people within the standard", by_class=False
    ),
    "urban_rate": Column(
        "城区覆盖率",
        "rate",
        "城区",
        "城区",
        "Urban coverage rate",
        where=PEOPLE | MAP,
        by_class=False,
    ),
    "rural_population": Column("乡村人口", "people", "", "乡村", "Rural residents", by_class=False),
    "rural_covered": Column(
        "乡村达标人口", "people", "", "乡村", "Rural people within the standard", by_class=False
    ),
    "rural_rate": Column(
        "乡村覆盖率",
        "rate",
        "乡村",
        "乡村",
        "Rural coverage rate",
        where=PEOPLE | MAP,
        by_class=False,
    ),
    "demand_points": Column(
        "需求点", "count", "", "需求点（不加权）", "Demand points", where=OTHER
    ),
    "covered_points": Column(
        "达标需求点",
        "count",
        "其中\n达标",
        "需求点（不加权）",
        "Demand points within the standard",
        where=OTHER,
    ),
    "area_km2": Column(
        "面积", "km2", "面积\n平方公里", "需求点（不加权）", "Area", where=OTHER, unknown=True
    ),
    "covered_area_km2": Column(
        "达标面积",
        "km2",
        "其中\n达标",
        "需求点（不加权）",
        "Area within the standard",
        where=OTHER,
        unknown=True,
    ),
    "elderly": Column(
        "60岁以上人口", "people", "", "60岁以上", "People aged 60 and over", unknown=True
    ),
    "elderly_covered": Column(
        "60岁以上达标人口",
        "people",
        "",
        "60岁以上",
        "People aged 60 and over within the standard",
        unknown=True,
    ),
    "one_outlet": Column(
        "仅一个网点达标人口",
        "people",
        "仅一个\n网点",
        "多点可办",
        "People with one outlet",
        where=OTHER,
    ),
    "two_outlets": Column(
        "两个及以上网点达标人口",
        "people",
        "两个及\n以上",
        "多点可办",
        "People with two outlets or more",
        where=OTHER,
    ),
    "off_network_population": Column(
        "未接入路网人口", "people", "未接入\n路网", "路网", "People off the network", where=OTHER
    ),
    "barred_population": Column(
        "接驳受阻人口",
        "people",
        "接驳\n受阻",
        "路网",
        "People barred from the network",
        where=OTHER,
    ),
    "island_population": Column(
        "路网孤岛人口",
        "people",
        "路网\n孤岛",
        "路网",
        "People on islands of the network",
        where=OTHER,
    ),
}

GAP = {
    "gap_id": Column("编号"),
    "county_name": Column("县区"),
    "name": Column("空白区"),
    "settlement_name": Column("城乡类别", english="Class", where=SHOWN),
    "population": Column("人口", "people", english="People", where=SHOWN),
    "elderly": Column("60岁以上人口", "people"),
    "demand_points": Column("需求点", "count", english="Demand points", where=SHOWN),
    "area_km2": Column("面积", "km2", english="Area", where=SHOWN),
    "demand_id": Column("代表点编号"),
    "demand_name": Column("代表点", english="Its central point", where=SHOWN),
    "outlet_name": Column(
        "代表点最近网点", english="Nearest outlet", alone="最近网点", where=SHOWN
    ),
    "radius_m": Column(
        "代表点到该网点直线",
        "metres",
        english="Straight line from that point to it",
        alone="到该网点直线",
        where=SHOWN,
    ),
    "walk": Column(
        "代表点到该网点步行",
        "metres",
        english="Walk from that point to it",
        alone="到该网点步行",
        where=SHOWN,
    ),
    "distance": Column(
        "按标准的人口中位距离",
        "metres",
        english="Median distance to an outlet",
        alone="人口中位距离",
        where=SHOWN,
    ),
    "beyond_m": Column(
        "中位距离超出标准", "metres", english="Median beyond the standard", where=SHOWN
    ),
    "off_network_population": Column("其中未接入路网人口", "people"),
    "barred_population": Column("其中接驳受阻人口", "people"),
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
DEMAND = {
    "demand_id": Column("需求点编号"),
    "name": Column("名称"),
    "county_name": Column("县区"),
    "settlement_name": Column("城乡类别", english="Class", where=SHOWN),
    "population": Column("人口", "people", english="People", where=SHOWN),
    "covered": Column("是否达标", "yes", english="Within the standard", where=MAP),
    "distance_m": Column("按标准的距离", "metres"),
    "walk_m": Column("步行距离", "metres", english="Walk", where=SHOWN),
    "walk_min": Column("步行时间", "minutes"),
    "radius_m": Column("直线距离", "metres", english="Straight line", where=SHOWN),
    "outlet_name": Column("最近网点", english="Nearest outlet", where=MAP),
    "status_name": Column("路网状态", english="Network", alone="路网", where=SHOWN),
    "lon": Column("经度（WGS-84）", "degrees"),
    "lat": Column("纬度（WGS-84）", "degrees"),
}
SITE = {
    "rank": Column("次序", "row", english="Order of building", alone="建设次序", where=SHOWN),
    "candidate_id": Column("候选点编号"),
    "name": Column("候选点"),
    "bank": Column("银行", english="Bank", where=SHOWN),
    "population": Column(
        "新增达标人口", "people", english="People gained", alone="新增达标", where=SHOWN
    ),
    "urban": Column("其中城区", "people", english="Of them", alone="其中", where=SHOWN),
    "rural": Column("其中乡村", "people"),
    "elderly": Column("其中60岁以上", "people"),
    "lost_without": Column("缺它则失去", "people"),
    "gap_name": Column("主要填补的空白区", english="Gap filled", alone="填补", where=SHOWN),
    "gap_population": Column("该空白区受益人口", "people"),
    "outlet_name": Column("最近网点", english="Nearest outlet", where=SHOWN),
    "outlet_m": Column("到最近网点直线", "metres"),
    "kind": Column("场所类别", english="Kind of place", where=SHOWN),
    "where": Column("位置", english="Where", where=SHOWN),
    "lon": Column(
        "经度（WGS-84）", "degrees", english="WGS-84", alone="坐标（WGS-84）", where=SHOWN
    ),
    "lat": Column("纬度（WGS-84）", "degrees"),
    "gcj02_lon": Column(
        "经度（GCJ-02，高德）",
        "degrees",
        english="GCJ-02 (Amap)",
        alone="高德坐标（GCJ-02）",
        where=SHOWN,
    ),
    "gcj02_lat": Column("纬度（GCJ-02，高德）", "degrees"),
}
SHARE = {
    "bank": Column("银行"),
    "outlets": Column("现有网点", "count"),
    "sites": Column("建议新增", "count"),
    "population": Column("新增达标人口", "people"),
    "share_before": Column("网点占比（现在）", "rate"),
    "share_after": Column("网点占比（之后）", "rate"),
}
CURVE = {
    "sites": Column("新增网点数", "count"),
    "population": Column("新增达标人口", "people"),
    "added": Column("比少一个多", "people"),
    "rate": Column("覆盖率", "rate"),
    "bound": Column("上界", "people"),
    "gap": Column("与上界差距", "rate"),
    "nested": Column("按次序建设的人口", "people"),
    "price": Column("按次序建设的代价", "people"),
}
FURTHER = {
    "plan": Column("方案", "row"),
    "population": Column("新增达标人口", "people"),
    "below_best": Column("比最优少", "rate"),
    "rate": Column("覆盖率", "rate"),
    "sites": Column("网点数", "count"),
    "other_sites": Column("与最优不同", "count"),
    "candidates": Column("候选点编号"),
}
FURTHER_SITE = {
    "plan": Column("方案", "row", english="Plans", alone="备选方案", where=SHOWN),
    **{name: SITE[name] for name in ("rank", "candidate_id", "name", "bank", "population")},
    "apart_m": Column(
        "距最优方案的网点",
        "metres",
        english="From the sites of the best plan",
        where=SHOWN,
    ),
    **{name: SITE[name] for name in ("kind", "where", "lon", "lat", "gcj02_lon", "gcj02_lat")},
}
EXIT = {
    "rank": Column("名次", "row"),
    "outlet_id": Column("网点编号"),
    "name": Column("网点名称"),
    "bank": Column("所属银行"),
    "population": Column("退出后失去达标的人口", "people"),
    "urban": Column("其中城区", "people"),
    "rural": Column("其中乡村", "people"),
    "elderly": Column("其中60岁以上", "people"),
    "demand_points": Column("需求点", "count"),
    "covered_population": Column("现覆盖人口", "people"),
    "rate_after": Column("退出后覆盖率", "rate"),
}
CLOSED = {
    "outlet_id": Column("网点编号", english="Outlet number", where=SHOWN),
    "name": Column("网点名称"),
    "bank": Column("所属银行", english="Bank", where=SHOWN),
    "county_name": Column("县区"),
    "change_name": Column("怎样调整", english="What becomes of it", where=SHOWN),
    "to": Column("迁往或由谁承接（编号）"),
    "to_name": Column("迁往或由谁承接", english="Moves to, or is followed by", where=SHOWN),
    "to_m": Column("直线距离", "metres", english="Straight distance there", where=SHOWN),
    "population": Column("现覆盖人口", "people", english="People covered now", where=SHOWN),
    "lost": Column("其中失去达标", "people", english="Of them lose the standard", where=SHOWN),
}
CHANGED = {
    "county": Column("区划代码"),
    "county_name": Column("县区"),
    "outlets": Column("现有网点", "count"),
    "closed": Column("关闭", "count"),
    "opened": Column("新设", "count"),
    "population": Column("人口", "people"),
    "rate_before": Column("覆盖率（现在）", "rate"),
    "rate_after": Column("覆盖率（之后）", "rate"),
    "won": Column("新达标人口", "people"),
    "elderly_won": Column("其中60岁以上（新达标）", "people"),
    "lost": Column("失去达标人口", "people"),
    "elderly_lost": Column("其中60岁以上（失去）", "people"),
    "net": Column("净增达标人口", "people"),
}
CHANGE_STEP = {
    "closings": Column("最多关闭几个", "count"),
    "closed": Column("关闭", "count"),
    "opened": Column("新设", "count"),
    "population": Column("净增达标人口", "people"),
    "bound": Column("上界", "people"),
    "gap": Column("与上界差距", "rate"),
}
LOAD = {
    "outlet_id": Column("网点或候选点编号"),
    "name": Column("名称"),
    "bank": Column("所属银行"),
    "county_name": Column("县区"),
    "kind_name": Column("现有或新增"),
    "reach": Column("服务范围内人口", "people"),
    "load_now": Column("现在服务人口", "people"),
    "full_now": Column("现在容量不够", "yes"),
    "load": Column("新增后服务人口", "people"),
    "full": Column("新增后容量不够", "yes"),
}
ROOM = {
    "county": Column("区划代码"),
    "county_name": Column("县区"),
    "population": Column("人口", "people"),
    "covered_now": Column("现在达标人口", "people"),
    "over_now": Column("其中超出容量", "people"),
    "strained_now": Column("其中可用网点全部容量不够", "people"),
    "covered": Column("新增后达标人口", "people"),
    "over": Column("其中超出容量（新增后）", "people"),
    "strained": Column("其中可用网点全部容量不够（新增后）", "people"),
}
CROWDED = {
    "candidate_id": Column("候选点编号"),
    "name": Column("候选点"),
    "bank": Column("银行"),
    "outlet_id": Column("网点编号"),
    "outlet_name": Column("同一银行的网点"),
    "outlet_m": Column("直线距离", "metres"),
}
SERVICE = {
    "county": Column("区划代码"),
    "county_name": Column("县区"),
    "item_name": Column("业务事项"),
    "mode_name": Column("服务方式"),
    "when_name": Column("时段"),
    "outlets": Column("办理的在营网点", "count", "网点"),
    "population": Column("人口", "people"),
    "covered_population": Column("达标人口", "people", "达标"),
    "rate": Column("覆盖率", "rate"),
    "below_headline": Column("比总覆盖率低", "rate", "比总覆\n盖率低"),
    "unsaid_outlets": Column("未写明的网点", "count", "未写明\n的网点"),
    "rate_with_unsaid": Column("未写明的也算能办的覆盖率", "rate", "也算\n能办"),
}
TOWN = {
    "county": Column("区划代码"),
    "county_name": Column("县区"),
    "town_code": Column("镇街代码"),
    "town_label": Column("镇街", english="Town", where=SHOWN),
    "town_kind": Column("类型"),
    "population": Column("人口", "people", english="People", where=SHOWN),
    "covered_population": Column("达标人口", "people", "达标"),
    "uncovered_population": Column(
        "未达标人口",
        "people",
        "未达标",
        english="People outside the standard",
        alone="不达标人口",
        where=SHOWN,
    ),
    "rate": Column("覆盖率", "rate", english="Coverage rate", where=SHOWN),
    "demand_points": Column("需求点", "count"),
    "outlets": Column("在营网点", "count", "网点", english="Outlets in service", where=SHOWN),
    "banks": Column("各银行网点", english="Outlets of each bank", where=SHOWN),
    "outlet_name": Column("最近网点", english="Nearest outlet", where=SHOWN),
    "radius_m": Column(
        "人口中位直线距离", "metres", "中位\n直线(米)", english="Median straight line", where=SHOWN
    ),
    "villages": Column("村居", "count"),
    "villages_without": Column("无人达标的村居", "count", "无人达标\n的村居"),
    "town_by": Column("归属依据"),
}
VILLAGE = {
    "county_name": Column("县区"),
    "town_label": Column("镇街"),
    "village_id": Column("村居代码"),
    "village_label": Column("村居"),
    "population": Column("人口", "people"),
    "outlet_name": Column("最近网点"),
    "radius_m": Column("直线距离", "metres"),
}
QUOTA = {
    "county_name": Column("县区"),
    "settlement_name": Column("城乡类别"),
    "kind_name": Column("网点类型"),
    "planned": Column("计划", "count"),
    "present": Column("现有", "count"),
    "missing": Column("缺", "count"),
}
SUPERVISION = {
    "kind": Column("类别"),
    "county_name": Column("县区"),
    "outlet_id": Column("网点编号", english="Outlet number", where=SHOWN),
    "name": Column("网点名称"),
    "bank": Column("所属银行", english="Bank", where=SHOWN),
    "status_name": Column("状态", english="Status", where=SHOWN),
    "what": Column("说明"),
    "population": Column(
        "若退出失去达标的人口",
        "people",
        english="People who lose the standard if it leaves",
        where=SHOWN,
    ),
}
UNSAID = {
    "outlet_id": Column("网点编号"),
    "name": Column("网点名称"),
    "bank": Column("所属银行"),
    "county_name": Column("所在县区"),
    "unsaid": Column("没有写明的"),
    "hours": Column("营业时间（原文）"),
    "source_file": Column("来源文件"),
    "source_sheet": Column("工作表"),
    "source_row": Column("原表行号", "row"),
}


def county_columns() -> dict[str, Column]:
    """The county table: places, then every number."""
    places = {"county": Column("区划代码"), "county_name": Column("县区"), "city": Column("地市")}
    return places | NUMBERS


def class_columns() -> dict[str, Column]:
    """The table of settlement classes: places, class, and the numbers counted by class."""
    return {
        "county": Column("区划代码"),
        "county_name": Column("县区"),
        "settlement_name": Column("城乡类别", short="类别"),
        **{name: column for name, column in NUMBERS.items() if column.by_class},
    }


def shown_in(place: str, columns: Mapping[str, Column]) -> dict[str, Column]:
    """The columns that appear in a place, in the order of the table.

    Parameters
    ----------
    place : ``workbook``, ``csv``, ``json``, ``map``, or a table of the text: ``text_people``,
        ``text_speeds``, ``text_other``.
    """
    return {name: column for name, column in columns.items() if place in column.where}


def map_labels(columns: Mapping[str, Column]) -> dict[str, dict[str, str]]:
    """Column -> label and unit, for scripts that put a map's cards together."""
    return {
        name: {"label": column.said, "unit": column.unit}
        for name, column in shown_in("map", columns).items()
    }


def map_words(*tables: Mapping[str, Column]) -> dict[str, str]:
    """Label -> its English, of all that maps show of the tables."""
    shown = [column for table in tables for column in shown_in("map", table).values()]
    return {column.said: column.english for column in shown}


# One budget over many counties: ways of dividing it, and what falls on each county.
JOINT_WAY = {
    "way_name": Column("分配方式"),
    "sites": Column("新增网点", "count"),
    "population": Column("新增达标人口", "people"),
    "below_joint": Column("比统筹少", "people"),
    "rate": Column("覆盖率（之后）", "rate"),
    "bound": Column("理论上界", "people"),
    "gap": Column("与上界差距", "rate"),
    "least_rate": Column("最低县区覆盖率", "rate"),
    "least_name": Column("最低的县区"),
    "counties_without": Column("没有新增的县区", "count"),
}
JOINT_CURVE = {
    "sites": Column("新增网点数", "count"),
    "population": Column("新增达标人口", "people"),
    "added": Column("比上一行多", "people"),
    "rate": Column("覆盖率", "rate"),
    "bound": Column("理论上界", "people"),
    "gap": Column("与上界差距", "rate"),
    "floors_population": Column("按下限：新增达标人口", "people"),
    "floors_rate": Column("按下限：覆盖率", "rate"),
    "floors_bound": Column("按下限：理论上界", "people"),
    "floors_gap": Column("按下限：与上界差距", "rate"),
    "price": Column("下限的代价", "people"),
}
JOINT_COUNTY = {
    "county_name": Column("县区"),
    "population": Column("人口", "people"),
    "rate_before": Column("覆盖率（现在）", "rate"),
    "rate_after": Column("覆盖率（之后）", "rate"),
    "sites": Column("统筹：新增网点", "count"),
    "won": Column("统筹：新增达标人口", "people"),
    "missed": Column("统筹后仍未达标", "people"),
    "without_floors_sites": Column("不设下限：新增网点", "count"),
    "without_floors_won": Column("不设下限：新增达标人口", "people"),
    "equal_sites": Column("均分：新增网点", "count"),
    "equal_won": Column("均分：新增达标人口", "people"),
    "by_people_sites": Column("按人口：新增网点", "count"),
    "by_people_won": Column("按人口：新增达标人口", "people"),
}
