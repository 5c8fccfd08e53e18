"""Offices that hide, strike through, colour and annotate instead of saying so."""

from offices._book import EVERY_CELL, GREY, RED, Row, Sheet, lines
from offices._office import FULL, STATED, each, entries, office, some, table

MIXED = each(some(6), "active", "exited", "active", "planned", "active", "suspended")
GONE = each(some(2, 8), "exited")


@office()
def hidden_rows_of_exits():
    rows = [*table(some(3)), *entries(GONE, hidden=True), *entries(some(2, 3))]
    return [Sheet("Sheet1", rows)], [*some(5), *GONE]


@office()
def rows_hidden_by_a_filter():
    rows = [*table(some(3)), *entries(some(3, 3), hidden=True), *entries(some(3, 6))]
    return [Sheet("Sheet1", rows, filtered=True)], some(9)


@office()
def last_years_sheet_hidden():
    sheets = [Sheet("网点", table(some(4))), Sheet("旧", table([*some(2), *GONE]), hidden=True)]
    return sheets, [*some(4), *GONE]


@office()
def status_column_hidden():
    return [Sheet("Sheet1", table(MIXED, STATED), hidden_columns=[len(FULL)])], MIXED


@office()
def rows_struck_through():
    rows = [*table(some(4)), *entries(GONE, struck=EVERY_CELL)]
    return [Sheet("Sheet1", rows)], [*some(4), *GONE]


@office()
def only_the_name_struck_through():
    return [Sheet("Sheet1", [*table(some(4)), *entries(GONE, struck=[1])])], [*some(4), *GONE]


@office()
def coloured_by_a_legend():
    rows = [*lines("龙门县网点表", "注：红色为已退出"), *table(some(4)), *entries(GONE, fill=RED)]
    return [Sheet("Sheet1", rows)], [*some(4), *GONE]


@office()
def legend_below_the_table():
    rows = [*table(some(4)), *entries(GONE, fill=RED), *lines("", "颜色说明：红色底为已撤销网点")]
    return [Sheet("Sheet1", rows)], [*some(4), *GONE]


@office(plain=True)
def every_other_row_grey():
    rows = [Row(r.cells, r.of, r.says, fill=GREY * (i % 2)) for i, r in enumerate(table(some(6)))]
    return [Sheet("Sheet1", rows)], some(6)


@office()
def exits_in_cell_comments():
    return [Sheet("Sheet1", [*table(some(4)), *entries(GONE, comment="已退出")])], [*some(4), *GONE]
