"""The columns of the template's tables, and what there is to say of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gdcoverage.demand._headings import HEADINGS as PEOPLE_HEADINGS
from gdcoverage.outlets._headings import HEADINGS as OUTLET_HEADINGS
from gdcoverage.policy import FLAGS, ITEMS, MODES, OUTLET_STATUS
from gdcoverage.tables import Headings

NEEDED, WANTED, OPTIONAL = "必填", "建议填", "可不填"
_SETTLEMENT = {
    "111": "主城区", "112": "城乡结合区", "121": "镇中心区", "122": "镇乡结合区", "123": "特殊区域",
    "210": "乡中心区", "220": "村庄",
}


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    about, need, example : what it holds, whether it must be there, a made-up value.
    allowed : what may be written, in words.
    choices : values to choose from in the sheet; others may be written too, and are judged on
        reading.
    heading, spellings : as the readers' first spelling has it; others that are understood.
    """

    about: str
    need: str
    example: str
    allowed: str = ""
    choices: tuple[str, ...] = ()
    heading: str = ""
    spellings: tuple[str, ...] = ()


_YES_NO = ("是", "否")
_TERMS = {
    "modes": (MODES, "服务方式，有几种写几种，用、隔开", "窗口办、自助办"),
    "items": (ITEMS, "可办的社保业务，用、隔开", "基本养老保险、社会保障卡"),
}


def _listed(field: str) -> Column:
    terms, about, example = _TERMS[field]
    every = tuple(terms.values())
    return Column(about, WANTED, example, "、".join(every), (*every, "、".join(every)))


# Field -> what it holds, need, example, and what may be written.
_OUTLETS: Mapping[str, Column] = {
    "outlet_id": Column("每个网点一个，不重复；布点结果、退出影响用它", WANTED, "W001"),
    "name": Column("网点的名称", NEEDED, "示例银行城东支行"),
    "bank": Column("属于哪家银行", WANTED, "示例银行"),
    "address": Column("门牌地址", WANTED, "示例路1号"),
    "stated_county": Column("所在县区，用来核对坐标", OPTIONAL, "龙门县"),
    "phone": Column("对外公布的电话；手机号不会出现在公众版地图上", OPTIONAL, "0752-1234567"),
    "hours": Column("营业时间", OPTIONAL, "周一至周五 9:00-17:00", "星期与时刻，如 周一至周五 9:00-12:00、14:30-17:00"),
    "modes": _listed("modes"),
    "items": _listed("items"),
    "dedicated_window": Column("是否设有社保专窗", OPTIONAL, "是", "是、否", _YES_NO),
    "door_to_door": Column("是否提供上门服务", OPTIONAL, "否", "是、否", _YES_NO),
    "status": Column("只有在营的计入覆盖；空白按在营计并提醒", WANTED, "在营", "、".join(OUTLET_STATUS.values()), tuple(OUTLET_STATUS.values())),
    "lon": Column("经度（度）；坐标系写在“设置”表", NEEDED, "114.25", "如 114.254321；度分秒也可"),
    "lat": Column("纬度（度）", NEEDED, "23.72", "如 23.723456；度分秒也可"),
}  # fmt: skip
_PEOPLE: Mapping[str, Column] = {
    "demand_id": Column("每个居民点（村居、小区、格网）一个，不重复；H3 编号可代替坐标", WANTED, "P001"),
    "name": Column("居民点的名称", WANTED, "示例村"),
    "population": Column("常住人口数", NEEDED, "1200", "不小于 0 的数；表头写 人口（万人）则按万人"),
    "elderly": Column("60 岁及以上人口数", OPTIONAL, "240", "不大于人口"),
    "settlement": Column("统计局的城乡分类代码；决定按步行还是按半径判定", NEEDED, "220", "；".join(f"{code} {name}" for code, name in _SETTLEMENT.items()), tuple(_SETTLEMENT)),
    "area_km2": Column("面积（平方公里）", OPTIONAL, "3.5"),
    "lon": _OUTLETS["lon"],
    "lat": _OUTLETS["lat"],
}  # fmt: skip


def _columns(known: Mapping[str, Column], headings: Headings) -> tuple[Column, ...]:
    return tuple(
        replace(column, heading=headings[field][0], spellings=headings[field][1:])
        for field, column in known.items()
    )


OUTLETS = _columns(_OUTLETS, OUTLET_HEADINGS)
PEOPLE = _columns(_PEOPLE, PEOPLE_HEADINGS)
# A place for an outlet is a name and a place; the rest is welcome.
CANDIDATES = tuple(
    column
    for column, field in zip(OUTLETS, _OUTLETS, strict=True)
    if field in ("outlet_id", "name", "bank", "address", "lon", "lat")
)
# Understood beside them: one column a term, coordinates in one cell.
ALSO = f"坐标也可写在一列“{OUTLET_HEADINGS['lonlat'][0]}”里（如 114.254321,23.723456）。{'、'.join(FLAGS.values())}也可写在服务方式里。"
