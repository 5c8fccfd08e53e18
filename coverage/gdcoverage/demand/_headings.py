"""The words of tables of people: headings, units, and what names of rows and tables say."""

from __future__ import annotations

import re
import unicodedata

from gdcoverage.demand import _settlement
from gdcoverage.tables import Headings, coordinates

# Field -> the spellings of its heading, as `tables.plain_heading` writes them.
HEADINGS: Headings = {
    "demand_id": (
        *("编号", "编码", "代码", "村代码", "格网编号", "网格编号", "h3编号", "六边形编号"),
        *("demandid", "id", "gridid", "hexid", "idhex", "hex", "hexagon", "h3", "h3index", "h3id"),
    ),
    "division": (
        *("统计用区划代码", "统计区划代码", "区划代码", "行政区划代码", "村级代码", "村级区划代码"),
        *("村居代码", "村居编码", "村编码", "村委会代码", "村居委会代码", "居委会代码"),
    ),
    "name": (
        *("名称", "村名", "小区", "小区名称", "村居名称", "村居", "居民点", "居民点名称", "地名"),
        *("自然村", "自然村名称", "行政村", "行政村名称", "村社区", "村社区名称", "社区名称"),
        *("社区", "村委会", "村委会名称", "村居委会", "村居委会名称", "村居名", "村", "区划名称"),
        "name",
    ),
    "town_name": (
        *("镇街", "乡镇", "乡镇街道", "镇街道", "镇", "街道", "镇名", "镇街名称", "乡镇名称"),
        *("乡镇街道名称", "所属镇", "所属镇街", "所属乡镇", "所属街道", "所属乡镇街道", "所在镇"),
        *("所在镇街", "所在乡镇", "所在街道", "所在乡镇街道"),
    ),
    # People who live there come before people who are registered there.
    "population": (
        *("常住人口", "常住人口数", "常住人数", "人口常住", "人口", "人口数", "总人口", "人数"),
        *("人口数量", "人口总数", "七普人口", "普查人口"),
        *("population", "pop", "people", "totalpopulation", "poptotal"),
        *("户籍人口", "户籍人口数", "户籍人数", "户籍总人口", "人口户籍"),
    ),
    "male": ("男", "男性", "男性人口", "男性人数", "男人数", "男人口", "人口男", "人口男性"),
    "female": ("女", "女性", "女性人口", "女性人数", "女人数", "女人口", "人口女", "人口女性"),
    "elderly": (
        *("60岁以上人口", "60岁及以上人口", "60岁以上", "60岁及以上", "老年人口", "老年人"),
        *("老年人口数", "elderly"),
    ),
    "settlement": tuple(h for h in _settlement.CODE_HEADINGS if h != "settlementcode"),
    "settlement_code": ("settlementcode",),
    "settlement_source": ("settlementsource",),
    "town": ("town",),
    "area_km2": ("面积", "面积平方公里", "面积km2", "土地面积", "areakm2", "area"),
    "year": ("年度", "年份", "统计年度", "数据年度", "统计年份"),
    "_number": ("序号", "no"),
} | dict(coordinates.HEADINGS)

MEANINGS = {
    **{"demand_id": "编号", "division": "区划代码", "name": "名称", "town_name": "所属镇街"},
    **{
        "population": "人口",
        "male": "男（不用）",
        "female": "女（不用）",
        "elderly": "60 岁以上人口",
    },
    **{"settlement": "城乡分类", "settlement_code": "城乡分类", "town": "是否镇区"},
    **{"settlement_source": "城乡分类来源", "area_km2": "面积", "year": "年度"},
    **{"_number": "序号（不用）", "lon": "经度", "lat": "纬度", "lonlat": "坐标"},
}

REGISTERED = re.compile(r"户籍")
# Columns that say how many people there are, as `plain_heading` writes them.
OF_PEOPLE = re.compile(
    r"(?:(?:19|20)\d\d年?(?:末|底|度)?)?(?:人口)?(?:常住|户籍|总|年末|年末总|普查|登记|户籍总)?"
    r"(?:人口|人数)(?:数|总数|数量)?(?:(?:19|20)\d\d年?)?|人口(?:常住|户籍|(?:19|20)\d\d年?)"
)
# Columns that only a table of something else has.
OF_OTHERS = re.compile(
    r"(?:网点|银行|支行|学校|企业|公司|医院|养老机构|合作网点|服务网点|营业网点)(?:名称|全称)"
    r"|(?:所属|合作|开户)(?:银行|行)|(?:营业|服务)时间|服务方式|业务事项|经办业务|网点(?:地址|编号)"
)
# A name column that does not say what of.
NAME_OF_ANYTHING = frozenset({"名称", "地名", "name"})

_BRACKETS = re.compile(r"[(\[{【〔](.*?)[)\]}】〕]")
# The unit of people that a heading has in brackets, or a line above the table after 单位：.
UNITS = {"万人": 1e4, "万": 1e4, "千人": 1e3, "百人": 1e2, "人": 1.0, "户": 0.0, "万户": 0.0}
UNIT_LINE = re.compile(r"单位[:：]\s*([^\s　,，;；()（）]+)")
# 735人, 约800, 1.2万余人.
NUMBER = re.compile(
    r"(?P<near>约|大约|将近|近|逾|超过?|不足|不到)?(?P<number>\d+(?:\.\d+)?)(?P<unit>[万千百])?"
    r"(?P<more>余|多|来)?(?P<who>人|名|口)?(?P<about>左右|上下|以上|以下)?"
)
CELL_UNITS = {"万": 1e4, "千": 1e3, "百": 1e2}

# Names that say what is counted in a row, from the whole down; a place has none of them.
TOTAL = re.compile(
    r"(?:合计|总计|小计|共计|总数|总人口)(?:[(:：].*)?"
    r"|(?:全|本)(?:省|市|县|区|镇|乡|街道|场|县区)(?:人口|总人口|合计|总计|小计)?"
    r"|.*(?:合计|总计|小计)"
)
_CITY = re.compile(r".{2,6}(?:省|市|自治州|地区)")
_COUNTY = re.compile(
    r".{1,5}县|.{2,6}(?<![小社镇城园林矿业新校景库片理宅街村墟圩老舍活营辖心厂发乡山])区"
)
_TOWN = re.compile(r".{1,8}(?:镇|乡|街道(?:办事处|办)?)(?:人民政府|政府)?")
_LIKE_TOWN = re.compile(r".{1,10}(?:农场|林场|茶场|管委会|开发区|管理区|试验区|华侨区|工业园)")
_ENDS = frozenset("省市州县区镇乡道处办府场会园计数口)）")
# So end names that no place has: 东区, 林场 may be one.
SURELY = frozenset("县镇乡道处办府")
WHOLE, CITY, COUNTY, TOWN, PLACE = range(5)
# Named like a town, but within one perhaps: a total only where it is a sum.
NEARLY_TOWN = 5
PART = re.compile(r"其中[:：]?")
# A stem: 永汉 of 永汉镇, as names of villages begin and sheets are called.
STEM = re.compile(r"(?:镇|乡|街道(?:办事处|办)?|县|区|市)(?:人民政府|政府)?$")
# In the name of a sheet or part of a table: people who do not live there yet.
NOT_YET = re.compile(r"规划|预测|目标|模拟|测算")
ASIDE = re.compile(r"重复|已计入|已含在|含在.{1,12}[中内]|不计|剔除|作废|已拆迁|已搬空|整村搬迁")
_ASIDE_COLUMN = re.compile(r"备注|说明|情况|注")


def level_of(name: str) -> int:
    """Of what a name is: `WHOLE`, `CITY`, `COUNTY`, `TOWN`, `NEARLY_TOWN`, or `PLACE`."""
    if name[-1:] not in _ENDS:
        return PLACE
    for level, pattern in (
        (WHOLE, TOTAL),
        (TOWN, _TOWN),
        (NEARLY_TOWN, _LIKE_TOWN),
        (CITY, _CITY),
        (COUNTY, _COUNTY),
    ):
        if pattern.fullmatch(name):
            return level
    return PLACE


def unit_of(heading: str, units: dict[str, float]) -> float | None:
    """What a heading's unit in brackets is in people or km²; None without a known one."""
    inside = _BRACKETS.findall(unicodedata.normalize("NFKC", heading).lower())
    return next((units[text.strip()] for text in inside if text.strip() in units), None)


def is_remark(plain: str) -> bool:
    """Whether a heading is that of remarks."""
    return bool(_ASIDE_COLUMN.search(plain))
