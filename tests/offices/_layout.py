"""Offices whose sheets are more, or other, than one table under one header."""

from itertools import groupby, zip_longest

from gdcoverage.policy import MODES
from offices._book import ABOVE, LEFT, Row, Sheet, lines
from offices._columns import Columns, header
from offices._office import FULL, PLACE, SHORT, each, entries, office, some, table

GONE = each(some(3, 8), "exited")
NAMED = {"网点名称": "name", "服务方式": "modes", "经度": "lon", "纬度": "lat"}


def _by_bank(outlets):
    return {bank: list(rows) for bank, rows in groupby(outlets, lambda o: o.bank)}


@office(plain=True)
def a_sheet_for_each_bank():
    return [Sheet(b, table(rows, NAMED)) for b, rows in _by_bank(some(9)).items()], some(9)


@office(plain=True)
def a_sheet_for_each_town():
    return [Sheet(f"{o.name[:2]}镇", table([o])) for o in some(5)], some(5)


@office(plain=True)
def towns_that_count_from_one():
    def counted(rows):
        numbers = {o.name: i for i, o in enumerate(rows, 1)}
        return table(rows, {"编号": lambda o: numbers[o.name], **FULL})

    towns = [some(3), some(4, 3), some(2, 7)]
    return [Sheet(f"{t[0].name[:2]}镇", counted(t)) for t in towns], some(9)


@office(plain=True)
def number_of_the_bank():
    return [Sheet("Sheet1", table(some(6), {"机构编码": lambda _: "102581", **FULL}))], some(6)


@office(plain=True)
def all_and_each_town():
    towns = [Sheet(f"{o.name[:2]}镇", table([o])) for o in some(5)]
    return [Sheet("汇总", table(some(5))), *towns], some(5)


@office(plain=True)
def counts_by_town_beside():
    counts = [Row(("乡镇", "网点数")), *(Row((f"{o.name[:2]}镇", 1)) for o in some(4))]
    return [Sheet("汇总", [*counts, Row(("合计", 4))]), Sheet("明细", table(some(4)))], some(4)


@office(plain=True)
def sections_by_bank():
    rows = header(NAMED)
    for number, (bank, outlets) in zip("一二三", _by_bank(some(9)).items(), strict=True):
        rows += [*lines(f"{number}、{bank}"), *entries(outlets, NAMED)]
    return [Sheet("Sheet1", rows)], some(9)


@office(plain=True)
def subtotals_by_bank():
    rows = header(SHORT)
    for bank, outlets in _by_bank(some(9)).items():
        rows += [*entries(outlets, SHORT), Row((f"{bank}小计", len(outlets)))]
    return [Sheet("Sheet1", [*rows, Row(("总计", "", 9))])], some(9)


@office(plain=True)
def bank_merged_downwards():
    columns = {"所属银行": "bank", **{h: f for h, f in FULL.items() if f != "bank"}}
    rows = header(columns)
    for outlets in _by_bank(some(9)).values():
        first, *rest = entries(outlets, columns)
        rows += [first, *(Row((ABOVE, *r.cells[1:]), r.of, r.says) for r in rest)]
    return [Sheet("Sheet1", rows)], some(9)


@office(plain=True)
def status_merged_downwards():
    outlets = [*some(3), *GONE]
    rows = table(outlets, {**FULL, "状态": "status"})
    rows = [Row((*r.cells[:-1], ABOVE), r.of, r.says) if i in (2, 3, 5, 6) else r
            for i, r in enumerate(rows)]  # fmt: skip
    return [Sheet("Sheet1", rows)], outlets


@office(plain=True)
def one_table_below_another():
    planned = each(some(2, 10), "planned")
    rows = [*lines("一、在营网点"), *table(some(4)), *lines("", "二、拟建网点"), *table(planned)]
    return [Sheet("Sheet1", rows)], [*some(4), *planned]


@office()
def a_table_below_with_other_columns():
    columns: Columns = {**PLACE, "网点名称": "name", "退出原因": lambda _: "合并"}
    rows = [*table(some(4)), *lines("", "退出网点"), *table(GONE, columns)]
    return [Sheet("Sheet1", rows)], [*some(4), *GONE]


@office()
def two_tables_side_by_side():
    title = Row(("在营网点", *[LEFT] * (len(SHORT) - 1), "", "已退出网点"))
    pairs = zip_longest(table(some(4), SHORT), table(GONE, SHORT), fillvalue=Row(("",) * 5))
    rows = [Row((*a.cells, "", *b.cells), (*a.of, *b.of), a.says) for a, b in pairs]
    return [Sheet("Sheet1", [title, *rows])], [*some(4), *GONE]


@office()
def working_tables_side_by_side():
    pairs = zip(table(some(4), SHORT), table(some(4, 4), SHORT), strict=True)
    rows = [Row((*a.cells, *b.cells), (*a.of, *b.of), a.says) for a, b in pairs]
    return [Sheet("Sheet1", rows)], some(8)


@office(plain=True)
def header_on_every_page():
    rows = [*table(some(4)), *lines("续上表"), *table(some(4, 4)), *lines("第 2 页，共 2 页")]
    return [Sheet("Sheet1", rows)], some(8)


@office()
def continued_on_a_sheet_without_header():
    return [Sheet("Sheet1", table(some(4))), Sheet("续表", entries(some(4, 4)))], some(8)


@office()
def no_header_at_all():
    return [Sheet("Sheet1", entries(some(6)))], some(6)


@office()
def header_below_a_long_letter():
    letter = lines("关于报送网点信息的函", *[f"第{i}条 ……" for i in range(1, 40)])
    return [Sheet("Sheet1", [*letter, *table(some(4))])], some(4)


@office(plain=True)
def blank_rows_and_notes():
    rows = [
        *lines("网点表", "", "填报单位：龙门县人社局"),
        *table(some(3)),
        *lines(""),
        *entries(some(3, 3)),
    ]
    notes = [
        "",
        "说明：1.坐标取自高德地图。",
        "2.营业时间以公告为准。",
        "经办人：张三　电话：0752-7780000",
    ]
    return [Sheet("Sheet1", [*rows, *lines(*notes)])], some(6)


@office()
def units_below_the_header():
    head, *rows = table(some(4), SHORT)
    return [Sheet("Sheet1", [head, Row(("", "", "", "度", "度")), *rows])], some(4)


@office()
def an_example_to_fill_in_by():
    head, *rows = table(some(4))
    example = ("例", "××支行", "某某银行", "某县某镇1号", 114.25, 23.72, "窗口办、网办", "养老", "")
    return [Sheet("Sheet1", [head, Row(example), *rows])], some(4)


@office()
def a_form_for_each_outlet():
    def form(row):
        pairs = zip(FULL, row.cells, strict=True)
        return [*lines("网点登记表"), *(Row(pair, row.of, row.says) for pair in pairs)]

    return [Sheet(f"表{i}", form(r)) for i, r in enumerate(entries(some(3)), 1)], some(3)


@office()
def turned_on_its_side():
    keys = tuple(o.key for o in some(4))
    rows = entries(some(4), SHORT)
    body = [Row((h, *(r.cells[i] for r in rows)), keys, rows[0].says) for i, h in enumerate(SHORT)]
    return [Sheet("Sheet1", body)], some(4)


@office(plain=True)
def contacts_of_the_banks_beside():
    people = [Row((b, "张经理", "0752-7780000")) for b in _by_bank(some(9))]
    contacts = [Row(("银行名称", "联系人", "联系电话")), *people]
    return [Sheet("网点", table(some(9))), Sheet("联系人", contacts)], some(9)


@office()
def contacts_of_the_banks_alone():
    people = [Row((b, "张经理", "0752-7780000")) for b in _by_bank(some(9))]
    return [Sheet("Sheet1", [Row(("银行名称", "联系人", "联系电话")), *people])], []


@office()
def a_list_of_candidates():
    places = each(some(4), "planned")
    columns = {"序号": "no", "候选点名称": "name", "经度": "lon", "纬度": "lat"}
    rows = [*lines("龙门县拟布点清单"), *table(places, columns)]
    return [Sheet("拟布点", rows)], places


@office()
def candidates_called_outlets():
    places = each(some(4), "planned")
    rows = [*lines("社保服务合作网点选址建议表"), *table(places, SHORT)]
    return [Sheet("Sheet1", rows)], places


@office()
def a_table_of_people():
    place = {"名称": lambda o: o.name[:2] + "村", **PLACE}
    columns: Columns = {**place, "人口": lambda _: 1234, "城乡分类代码": lambda _: "220"}
    return [Sheet("Sheet1", [Row(row.cells) for row in table(some(5), columns)])], []


@office(plain=True)
def sections_by_town():
    rows = header(SHORT)
    for outlet in some(5):
        rows += [*lines(f"{outlet.name[:2]}镇"), *entries([outlet], SHORT)]
    return [Sheet("Sheet1", rows)], some(5)


@office(plain=True, encoding="gb18030", suffix=".csv")
def text_in_gb18030():
    return [Sheet("", [*lines("网点表"), *table(some(6), {**FULL, "状态": "status"})])], some(6)


@office(plain=True, encoding="utf-8-sig", suffix=".csv")
def text_in_utf8():
    outlets = each(some(6), "active", "exited", "active")
    return [Sheet("", table(outlets, {**FULL, "状态": "status"}))], outlets


@office(plain=True, encoding="utf-16", suffix=".txt")
def text_with_tabs_in_utf16():
    return [Sheet("", table(some(6)))], some(6)


@office(encoding="gb18030", suffix=".csv")
def text_of_two_tables():
    rows = [*lines("在营网点"), *table(some(4)), *lines("", "已退出网点"), *table(GONE)]
    return [Sheet("", rows)], [*some(4), *GONE]


@office()
def an_outlet_over_several_rows():
    rows = header({**SHORT, "服务方式": "modes"})
    for outlet, (row,) in ((o, entries([o], SHORT)) for o in some(4)):
        told = [term for mode, term in MODES.items() if mode in outlet.services]
        merged = (ABOVE,) * len(SHORT)
        for i, term in enumerate(told):
            says = {**row.says, "服务方式": "modes"}
            rows.append(Row((*(merged if i else row.cells), term), row.of, says))
    return [Sheet("Sheet1", rows)], some(4)
