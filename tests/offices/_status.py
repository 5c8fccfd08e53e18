"""Offices that say in many ways which outlets work, and which have gone."""

from dataclasses import replace

from offices._book import Row, Sheet, lines
from offices._columns import by_name, header
from offices._office import FULL, STATED, each, entries, office, some, table, turned

MIXED = each(some(6), "active", "exited", "active", "planned", "active", "suspended")
WORKING = [o for o in MIXED if o.status == "active"]
GONE = each(some(2, 8), "exited")
PLANNED = each(some(2, 10), "planned")


@office(plain=True)
def an_ordinary_register():
    rows = [*lines("龙门县社保服务合作网点登记表"), *table(MIXED, STATED), Row(("合计", 6))]
    return [Sheet("登记表", [*rows, Row(("填报人：李四", "", "审核人：王五"))])], MIXED


@office(plain=True)
def sheets_by_status():
    sheets = {"在营网点": some(4), "拟新增网点": PLANNED, "已退出网点": GONE}
    return [Sheet(n, table(rows)) for n, rows in sheets.items()], [*some(4), *PLANNED, *GONE]


@office(plain=True)
def a_second_sheet_of_exits():
    return [Sheet("Sheet1", table(some(4))), Sheet("退出", table(GONE))], [*some(4), *GONE]


@office(plain=True)
def heading_present_status():
    words = turned({"exited": "已撤销", "planned": "筹建中", "suspended": "停业"}, "正常营业")
    return [Sheet("Sheet1", table(MIXED, {**FULL, "目前状态": words}))], MIXED


@office(plain=True)
def heading_business_status():
    words = turned({"exited": "关闭", "planned": "拟建", "suspended": "暂停营业"}, "正常")
    return [Sheet("Sheet1", table(MIXED, {**FULL, "经营情况": words}))], MIXED


@office(plain=True)
def heading_outlet_now():
    words = turned({"exited": "已退出", "planned": "在建", "suspended": "装修"}, "营业中")
    return [Sheet("Sheet1", table(MIXED, {**FULL, "网点现状": words}))], MIXED


@office(plain=True)
def heading_whether_working():
    outlets = each(some(5), "active", "inactive", "active")
    columns = {**FULL, "是否在营": turned({"inactive": "否"}, "是")}
    return [Sheet("Sheet1", table(outlets, columns))], outlets


@office(plain=True)
def heading_whether_exited():
    outlets = each(some(5), "active", "exited", "active")
    columns = {**FULL, "是否退出": turned({"exited": "是"}, "否")}
    return [Sheet("Sheet1", table(outlets, columns))], outlets


@office()
def status_words_of_their_own():
    outlets = each(some(7), "active", "exited", "inactive", "inactive", "inactive", "exited")
    words = {"永汉": "已撤销", "麻榨": "歇业", "平陵": "待定", "龙江": "停业整顿", "蓝田": "撤点"}
    words |= {"龙潭": "退出（2025年3月）"}
    return [Sheet("Sheet1", table(outlets, {**FULL, "状态": by_name(words, "在营")}))], outlets


@office()
def built_or_to_be_built():
    outlets = each(some(5), "active", "active", "planned")
    columns = {**FULL, "建设情况": turned({"planned": "拟建"}, "已建成")}
    return [Sheet("Sheet1", table(outlets, columns))], outlets


@office(plain=True)
def exits_in_the_notes():
    outlets = each(some(5), "active", "exited", "active", "exited", "active")
    return [Sheet("Sheet1", table(outlets, {**FULL, "备注": turned({"exited": "已退出"}, "")}))], (
        outlets
    )


@office()
def sentences_in_the_notes():
    outlets = each(some(6), "active", "exited", "suspended", "planned", "active")
    notes = {
        "永汉": "2025年6月已撤点",
        "麻榨": "停业整顿",
        "平陵": "拟建",
        "龙江": "2023年搬至现址",
    }
    return [Sheet("Sheet1", table(outlets, {**FULL, "备注": by_name(notes)}))], outlets


@office()
def notes_against_the_status():
    outlets = each(some(4), "active", "exited", "active")
    columns = {
        **FULL,
        "状态": lambda _: "在营",
        "备注": by_name({"永汉": "该网点已于上月退出合作"}),
    }
    return [Sheet("Sheet1", table(outlets, columns))], outlets


@office(plain=True)
def harmless_notes():
    notes = {"龙城": "有停车场", "永汉": "国庆放假", "麻榨": "周末照常营业", "平陵": "无"}
    return [Sheet("Sheet1", table(some(6), {**FULL, "备注": by_name(notes)}))], some(6)


@office(plain=True)
def title_says_exited():
    title = "龙门县已退出社保服务合作网点名单"
    sheets = [Sheet("Sheet1", table(some(4))), Sheet("Sheet2", [*lines(title), *table(GONE)])]
    return sheets, [*some(4), *GONE]


@office(plain=True)
def title_says_planned():
    sheets = [Sheet("Sheet1", [*lines("2026年拟布设网点清单", ""), *table(PLANNED)])]
    return [Sheet("表1", table(some(3))), *sheets], [*some(3), *PLANNED]


@office(plain=True)
def sections_by_status():
    rows = [*header(FULL), *lines("（一）在营网点"), *entries(some(3))]
    rows += [
        *lines("（二）已退出网点"),
        *entries(GONE),
        *lines("（三）筹建网点"),
        *entries(PLANNED),
    ]
    return [Sheet("Sheet1", rows)], [*some(3), *GONE, *PLANNED]


@office()
def sheet_of_scrapped_rows():
    return [Sheet("Sheet1", table(some(4))), Sheet("作废", table(GONE))], [*some(4), *GONE]


@office()
def status_in_the_name():
    words = {"永汉": "永汉支行（已撤销）", "平陵": "（筹）平陵支行", "蓝田": "原蓝田支行"}
    columns = {**FULL, "网点名称": lambda o: words.get(o.name[:2], o.name)}
    outlets = each(some(6), "active", "exited", "active", "planned", "active", "inactive")
    return [Sheet("Sheet1", table(outlets, columns))], outlets


@office()
def status_in_the_hours():
    hours = turned({"suspended": "暂停营业", "exited": "已停业"}, "9:00-17:00")
    outlets = each(some(5), "active", "suspended", "active", "exited", "active")
    return [Sheet("Sheet1", table(outlets, {**FULL, "营业时间": hours}))], outlets


@office()
def reasons_of_exit():
    outlets = each(some(5), "active", "exited", "active")
    columns = {**FULL, "退出原因": turned({"exited": "网点合并"}, "")}
    return [Sheet("Sheet1", table(outlets, columns))], outlets


@office()
def agreements_ended():
    outlets = each(some(5), "active", "exited", "active")
    columns = {**FULL, "协议状态": turned({"exited": "已终止"}, "履约中")}
    return [Sheet("Sheet1", table(outlets, columns))], outlets


@office()
def sheet_against_the_status():
    scrapped = table(each(GONE, "inactive"), {**FULL, "状态": lambda _: "在营"})
    sheets = [Sheet("在营网点", table(some(4), STATED)), Sheet("已退出网点", scrapped)]
    return sheets, [*some(4), *each(GONE, "inactive")]


@office(stem="龙门县已退出网点名单")
def the_files_name_says_exited():
    return [Sheet("Sheet1", table(GONE))], GONE


@office(stem="龙门县2026年拟设网点", encoding="gb18030", suffix=".csv")
def the_files_name_says_planned():
    return [Sheet("", table(PLANNED))], PLANNED


@office(plain=True)
def whether_a_cooperating_outlet():
    outlets = each(some(6), "active", "inactive", "active", "inactive", "active")
    columns = {**FULL, "是否社保合作网点": turned({"inactive": "否"}, "是")}
    return [Sheet("Sheet1", table(outlets, columns))], outlets


@office()
def all_branches_beside():
    others = each(some(3, 6), "inactive")
    sheets = [
        Sheet("全县银行网点", table([*some(4), *others])),
        Sheet("社保合作网点", table(some(4))),
    ]
    return sheets, [*some(4), *others]


@office(plain=True)
def sheet_of_new_ones():
    sheets = [Sheet("原有网点", table(some(3))), Sheet("2025年新增网点", table(some(3, 3)))]
    return sheets, some(6)


@office(plain=True)
def names_like_words():
    names = ("新建支行", "停车场支行", "退役军人支行", "规划路支行", "合计大厦支行", "总部支行")
    outlets = [replace(o, name=name) for o, name in zip(some(6), names, strict=True)]
    columns = {**FULL, "网点地址": lambda _: "拟建路1号（原关闭矿区旁）"}
    return [Sheet("Sheet1", table(outlets, columns))], outlets


@office(plain=True)
def hours_like_words():
    hours = by_name({"永汉": "9:00-17:00，节假日暂停营业"}, "周一至周五9:00-17:00，周末停业")
    return [Sheet("Sheet1", table(some(4), {**FULL, "营业时间": hours}))], some(4)
