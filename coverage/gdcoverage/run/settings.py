"""Every key of a plan in words of planners: the rows of the sheet 设置, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gdcoverage.geo.datum import DATUMS

SHEET, OUTLETS, PEOPLE, CANDIDATES = "设置", "网点", "人口", "候选点"
HEADINGS = ("项目", "值", "说明")

How = Literal["text", "number", "percent", "list", "caps", "choice", "datum", "counts"]


@dataclass(frozen=True)
class Setting:
    """A row of the sheet.

    Parameters
    ----------
    section, key : where it stands in TOML.
    name : 项目.
    about : what it means and what may be written.
    how : what the cell holds. ``percent`` is 0 to 100; ``list`` has 、 between; ``caps`` is
        银行=个数 with 、 between; ``counts`` is one number, or 代码=个数 likewise.
    needed : whether it must be filled in.
    first : what the template has in the cell.
    choices : what may be written -> what it means in TOML.
    """

    section: str
    key: str
    name: str
    about: str
    how: How = "text"
    needed: bool = False
    first: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


_DATUMS = {about: name for name, about in DATUMS.items()}
_DATUM_ABOUT = "坐标从哪里来：GPS 为 WGS-84，高德、腾讯为 GCJ-02，百度为 BD-09，国土部门为 CGCS2000"


def _datum(section: str, name: str, about: str = _DATUM_ABOUT, *, needed: bool = True) -> Setting:
    return Setting(section, "datum", name, about, "datum", needed, choices=_DATUMS)


_CLASSES = {"城区": "urban", "镇区": "town", "乡村": "rural"}
_TOWNS = {"按城区": "urban", "按乡村": "rural", "两种都列": "both"}

_PROFILES = {"本程序": "walk", "osmnx": "osmnx"}
_WAIVER = "姓名：理由，会印在地图上"

# Group -> its rows, in the order of the sheet.
SETTINGS: dict[str, tuple[Setting, ...]] = {
    "必填": (
        Setting("", "title", "标题", "报告和地图的标题，如 龙门县社保服务合作网点覆盖分析", first="社保服务合作网点覆盖分析"),
        Setting("counties", "names", "县区", "县区名（龙门县）、市名（惠州市，即其全部县区）或区划代码（441324、4413），可写多个，用、隔开；全部县区写 全省", "list", True),
        _datum("outlets", "网点坐标系"),
        _datum("demand", "人口坐标系"),
        Setting("network", "osm", "街道文件", "OpenStreetMap 的 .osm.pbf 或 .osm 文件，可从 download.geofabrik.de 下载广东（guangdong）；与本工作簿放在同一文件夹时只写文件名。改用其他来源时留空"),
        Setting("outputs", "folder", "结果文件夹", "结果写到哪里；不写绝对路径时在本工作簿所在文件夹下", first="结果"),
    ),
    "布点（不需要时留空）": (
        Setting("sites", "add", "新增网点数", "最多新增几个网点；与目标覆盖率只写一个", "number"),
        Setting("sites", "target", "目标覆盖率", "为达到这一覆盖率（%）最少新增几个；95 或 95%", "percent"),
        Setting("sites", "scope", "布点范围", "多个县区时：各县区分别新增，还是全部县区合用一个总数；默认分别", "choice", choices={"各县区分别": "county", "全省统筹": "province"}),
        Setting("sites", "item", "布点看哪项业务", "基本养老保险、工伤保险、失业保险、社会保障卡之一：只数写明能办它的网点，新增网点视为能办；不写则不分"),
        Setting("sites", "mode", "布点看哪种服务方式", "窗口办、网办、自助办、导办之一；不写则不分"),
        Setting("sites", "when", "布点看哪个时段", "工作日、工作日中午、工作日17:30以后、星期六、星期日，或 星期六上午 等；不写则不分"),
        Setting("sites", "fixed", "必选候选点", "候选点编号，用、隔开", "list"),
        Setting("sites", "forbidden", "禁选候选点", "候选点编号，用、隔开", "list"),
        Setting("sites", "bank_caps", "各银行上限", "如 农商银行=2、工商银行=1", "caps"),
        Setting("sites", "bank_least", "各银行下限", "每家银行至少几个，如 农商银行=2", "caps"),
        Setting("sites", "county_least", "各县区下限", "每个县区至少新增几个（没有候选点的除外），或按代码写 441324=2、440305=1", "counts"),
        Setting("sites", "county_most", "各县区上限", "每个县区最多新增几个，或按代码写 441324=2、440305=1", "counts"),
        Setting("sites", "city_least", "各市下限", "每个市至少新增几个，或按代码前四位写 4413=2", "counts"),
        Setting("sites", "city_most", "各市上限", "每个市最多新增几个，或按代码前四位写 4413=2", "counts"),
        Setting("sites", "kind_least", "各类别下限", "每类候选点至少几个，如 网点=2、自助点=3（候选点表按服务方式：有窗口为网点，只有自助机为自助点；osm 候选点按场所类别）", "caps"),
        Setting("sites", "kind_most", "各类别上限", "每类候选点最多几个，写法同上", "caps"),
        Setting("sites", "class_least", "城乡下限", "城区、乡村各至少新增几个，如 城区=2、乡村=3；候选点的城乡同最近的需求点", "caps"),
        Setting("sites", "class_most", "城乡上限", "城区、乡村各最多新增几个，写法同上", "caps"),
        Setting("sites", "people_least", "新增达标人口下限", "某县区、市或城乡居民中至少新增达标多少人，如 441324=3000、4413=20000、乡村=10000；不能与可关闭网点数、每个网点最多服务人数同时写", "caps"),
        Setting("sites", "rate_least", "县区最低覆盖率", "新增后每个县区至少达到的覆盖率（%）", "percent"),
        Setting("sites", "costs", "候选点费用", "如 C001=12、C002=8；不写的为 1；须同时写费用上限", "caps"),
        Setting("sites", "budget", "费用上限", "全部新增网点的费用合计不超过多少；与新增网点数同时写", "number"),
        Setting("sites", "excluded", "不布点区域", "面图层文件（水域、机场等）"),
        Setting("sites", "then", "其次看什么", "新增达标人口相同时再看什么", "choice", choices={"两个以上网点可达": "two_outlets", "到网点的平均路程最短": "mean_walk", "网点最分散": "spread"}),
        Setting("sites", "robust", "稳健方案", "另列一个在各种情景下都好的方案（三种步速；只接最近街道；不走存疑道路；各点近或远 10 米）：平均达标人口最多，或在最差情景下比最优少得最少；各项下限按计划的步速要求；不写则不列", "choice", choices={"平均最多": "expected", "最差情景少得最少": "regret"}),
        Setting("sites", "bank_apart_m", "同一银行网点间距", "同一家银行的网点（现有的和新增的）之间至少相距多少米；不写则不限", "number"),
        Setting("sites", "capacity", "每个网点最多服务人数", "另列每个网点的负荷、达标但超出容量的人口，以及按容量选的布点；不写则不限", "number"),
        Setting("sites", "close", "可关闭网点数", "另列一个网点调整方案：最多关闭几个现有网点、新设不超过新增网点数，使达标人口最多；两数相等即迁移，新设较少即合并；不写则不列", "number"),
        Setting("sites", "close_of", "哪些网点可关闭", "网点编号、银行或区划代码，用、隔开；不写则都可以", "list"),
        Setting("sites", "close_most", "各县区关闭上限", "每个县区最多关闭几个（迁走的也算），或按区划代码、市代码、银行写 441324=1、农商银行=2；不写则不限", "counts"),
        Setting("sites", "keep", "哪些网点不得关闭", "网点编号、银行或区划代码，用、隔开", "list"),
        Setting("sites", "move_most_m", "最远迁移多少米", "每个新设网点须由同一银行的一个网点迁来，直线不超过多少米（新增数超过可关闭数的部分除外）；不写则不限", "number"),
        Setting("sites", "merge_most_m", "合并距离", "网点只有在多少米以内有本行另一个网点承接时才可关闭；不写则不限", "number"),
        Setting("sites", "frontier", "曲线算到几个", "覆盖—投入曲线算到几个网点；默认 10", "number"),
        Setting("sites", "alternatives", "备选方案数", "再列几个备选方案；默认 3", "number"),
        Setting("sites", "differ", "备选方案至少不同", "备选方案与前面各方案至少有几个网点不同；默认 1", "number"),
        Setting("sites", "differ_m", "备选方案网点相距", "离前面方案的网点多少米以上才算不同的网点；默认 500，写 0 则换一个候选点就算", "number"),
        Setting("sites", "within", "备选方案至多少百分之几", "备选方案新增达标人口最多比最优少百分之几；默认 5", "percent"),
        Setting("sites", "generate", "生成候选点数", "没有候选点时由程序在街道上生成几个；默认 300", "number"),
        Setting("sites", "apart_m", "生成候选点间距", "至少相距多少米；默认 500，加密时 200", "number"),
        Setting("sites", "refine_m", "候选点加密到", "在选中的生成候选点周围每隔多少米再加候选点，直到不再增加达标人口，并给出任何位置都不能超过的上界；如 50；不写则不加密", "number"),
        Setting("sites", "time_limit", "求解时限", "每个布点问题最多算多少秒，按固定速度折成计算量，结果不随机器忙闲变化；默认 60", "number"),
    ),
    "标准（不写则按默认）": (
        Setting("standard", "minutes", "步行分钟数", "城区步行分钟数；默认 15", "number"),
        Setting("standard", "walking_speed_kmh", "步行速度", "公里/小时；政策未规定，默认 4.0（GB 50180—2018：15 分钟 1000 米）", "number"),
        Setting("standard", "rural_radius_m", "乡村半径", "米；默认 5000", "number"),
        Setting("standard", "town_rule", "镇区怎样判定", "城乡分类代码 121、122、123；默认按城区", "choice", choices=_TOWNS),
        Setting("standard", "snap_limit_m", "接驳上限", "离街道超过多少米算走不到；默认 300", "number"),
        Setting("standard", "smallest_component_m", "最小路网", "总长不足多少米的孤立路网不用；默认 500", "number"),
    ),
    "其他文件（不写则用本工作簿各表）": (
        Setting("outlets", "path", "网点文件", "一个文件，或一个文件夹（各县区、各银行分别上报的表放在一起）；不写则用本工作簿“网点”表"),
        Setting("outlets", "expected", "在营网点数（核对用）", "自己掌握的在营网点数，与读到的对照", "number"),
        Setting("outlets", "register", "网点台账", "不用网点表而用台账时写：台账文件，或 postgresql://… 的地址；见 gdcoverage register"),
        Setting("outlets", "as_of", "截至日期", "网点按哪一天的情况算，如 2025-06-30；不写则为运行当天"),
        Setting("demand", "expected_population", "总人口（核对用）", "自己掌握的总人口，与读到的对照", "number"),
        Setting("outlets", "sheet", "网点工作表", "网点文件里的哪个工作表；不写则全部"),
        Setting("demand", "path", "人口文件", "表格、图层，放着这些表的文件夹，或每格人数的 GeoTIFF（.tif）；不写则用本工作簿“人口”表"),
        Setting("demand", "places", "村居位置图层", "人口表没有坐标时，按区划代码或村名取位置的图层（列 name，有则 code、town）"),
        Setting("demand", "sheet", "人口工作表", "人口文件里的哪个工作表或图层"),
        Setting("demand", "settlement", "无代码时的城乡分类", "没有城乡分类代码的人口点一律按什么算", "choice", choices=_CLASSES),
        Setting("demand", "settlement_polygons", "城乡分类图层", "面图层，或 GHS-SMOD 栅格（.tif），给没有代码的人口点定城乡"),
        Setting("demand", "land", "陆地比例栅格", "人口栅格判定城乡时按陆地面积算密度（GHS-LAND）；不写则全算陆地"),
        Setting("sites", "candidates", "候选点文件", "格式同网点表；写 osm 则取街道文件里的银行网点、自助银行、村居委会、政府机构、邮政网点、社区中心；不写则用本工作簿“候选点”表，该表也空则由程序生成"),
        _datum("sites", "候选点坐标系", "不写则与网点坐标系相同", needed=False),
        Setting("sites", "sheet", "候选点工作表", "候选点文件里的哪个工作表"),
        Setting("places", "towns", "镇街文件", "镇街（可含村居）的面图层、点图层，或名称与统计用区划代码表；按镇街统计用。不写则只按人口表的镇街列"),
        _datum("places", "镇街坐标系", "镇街文件是带经纬度的表时写；不写则按 WGS-84", needed=False),
        Setting("quotas", "table", "网点配额表", "各县区按城区、乡村计划设几个网点：县区、城乡类别、网点类型、计划数四列"),
        Setting("counties", "path", "县区图层", "自己的县区面图层；不写则用程序自带的广东 124 个县区"),
        Setting("counties", "single", "合为一个单元", "不用县区界线，把全部人口当作一个单元；写单元名称，“县区”须留空"),
    ),
    "核对": (
        Setting("network", "witness", "抽查步行路线", "每个县区抽几条步行路线用另一套软件（osmnx、networkx）重算核对；默认 10，写 0 为不抽查", "number"),
    ),
    "街道的其他来源（与街道文件五选一）": (
        Setting("network", "saved", "路网文件", "gdcoverage network build 生成的 .npz"),
        Setting("network", "graphml", "GraphML 文件", "osmnx 保存的 .graphml"),
        Setting("network", "place", "下载：地名", "联网下载该地的街道"),
        Setting("network", "polygon", "下载：范围", "联网下载该图层范围内的街道"),
        Setting("network", "profile", "步行规则", "哪些道路可以步行；默认用本程序的步行规则，osmnx 为 osmnx 的 walk 规则（供对照）", "choice", choices=_PROFILES),
        Setting("network", "overpass_url", "Overpass 网址", "下载用的服务器"),
        Setting("network", "nominatim_url", "Nominatim 网址", "按地名查范围用的服务器"),
        Setting("network", "doh_url_template", "DNS 网址模板", "含 {hostname}，一般不需要"),
        Setting("network", "cache_folder", "下载缓存文件夹", "已下载的街道存在哪里"),
    ),
    "联网底图（不写则不联网）": (
        Setting("map", "tiles", "底图", "浏览器联网时显示", "choice", choices={"天地图": "tianditu", "高德": "amap", "OSM": "osm"}),
        Setting("map", "key", "底图密钥", "天地图须填"),
        Setting("map", "approval", "审图号", "地图审核通过后给的号，显示在地图左下角；没有则不能发布公众版"),
    ),
    "发布公众版（gdcoverage publish）": (
        Setting("publish", "url", "公众版网址", "公众版地图发布后的网址，印成二维码；不写则不印二维码"),
        Setting("publish", "decimals", "坐标小数位数", "公众版网点坐标保留几位小数：3 约百米，4 约十米，5 约一米；默认 5", "number"),
        Setting("publish", "waive_hours", "放行：营业时间", f"营业时间没有读懂也要发布时写 {_WAIVER}"),
        Setting("publish", "waive_phones", "放行：电话", f"电话没有读懂也要发布时写 {_WAIVER}"),
        Setting("publish", "waive_personal", "放行：姓名手机", f"疑似个人姓名、手机号确可公开时写 {_WAIVER}"),
        Setting("publish", "waive_date", "放行：数据日期", f"数据日期不明也要发布时写 {_WAIVER}"),
        Setting("publish", "waive_banks", "放行：银行名称", f"银行名称分不清也要发布时写 {_WAIVER}"),
        Setting("publish", "waive_approval", "放行：审图号", f"没有审图号也要发布时写 {_WAIVER}"),
    ),
}  # fmt: skip

ALL = tuple(setting for group in SETTINGS.values() for setting in group)
NAMES = {(setting.section, setting.key): setting.name for setting in ALL}
