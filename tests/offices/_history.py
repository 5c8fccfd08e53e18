"""Offices whose tables tell what was, is, and will be."""

import datetime
from dataclasses import replace

from offices._book import Sheet
from offices._columns import by_name
from offices._office import FULL, SHORT, STATED, each, entries, office, some, table, turned


@office(plain=True)
def exit_dates():
    outlets = each(some(5), "active", "exited", "active")
    columns = {**FULL, "启用日期": lambda _: datetime.date(2022, 3, 1)}
    dates = {"永汉": datetime.date(2024, 5, 1), "平陵": datetime.date(2099, 1, 1)}
    return [Sheet("Sheet1", table(outlets, {**columns, "退出日期": by_name(dates)}))], outlets


@office(plain=True)
def exit_dates_as_text():
    outlets = each(some(5), "active", "exited", "active")
    dates = by_name({"永汉": "2024年5月", "平陵": "2099年"}, "—")
    return [Sheet("Sheet1", table(outlets, {**FULL, "退出时间": dates}))], outlets


@office(plain=True)
def start_dates_to_come():
    outlets = each(some(5), "active", "planned", "active")
    columns = {**FULL, "启用日期": by_name({"永汉": "2099-01-01"}, "2023-06-01")}
    return [Sheet("Sheet1", table(outlets, columns))], outlets


@office()
def moved_with_dates():
    columns = {**SHORT, "启用日期": "start", "退出日期": "end"}
    old, dates = replace(some(1)[0], lon=114.3, lat=23.9), ("启用日期", "退出日期")
    before = {**columns, dates[0]: lambda _: "2021-01-01", dates[1]: lambda _: "2025-03-31"}
    after = {**columns, dates[0]: lambda _: "2025-04-01", dates[1]: lambda _: ""}
    rows = [*table([old], before), *entries(some(4), after)]
    return [Sheet("Sheet1", rows)], some(4)


@office()
def a_later_row_says_exited():
    rows = [*table(some(4), STATED), *entries(each(some(1), "exited"), STATED)]
    return [Sheet("Sheet1", rows)], each(some(4), "exited", "active")


@office()
def a_later_row_elsewhere():
    moved = replace(some(1)[0], lon=114.3, lat=23.9)
    rows = [*table(some(4), {**FULL, "备注": lambda _: ""})]
    rows += entries([moved], {**FULL, "备注": lambda _: "搬迁新址"})
    return [Sheet("Sheet1", rows)], [moved, *some(3, 1)]


@office(plain=True)
def sheets_of_years_alike():
    return [Sheet(f"{year}年", table(some(5))) for year in (2024, 2025)], some(5)


@office()
def sheets_of_years_apart():
    old, new = some(5), [replace(some(1)[0], lon=114.3, lat=23.9), *some(3, 1), *some(2, 8)]
    sheets = [Sheet("2024年", table(old)), Sheet("2025年", table(new))]
    return sheets, [*new, *each(old[4:], "inactive")]


@office()
def months_of_one_list():
    sheets = [Sheet("3月", table(some(5))), Sheet("9月", table(some(5, 2)))]
    return sheets, [*each(some(2), "inactive"), *some(5, 2)]


@office()
def the_old_list_kept_beside():
    sheets = [Sheet("网点（旧）", table(some(6))), Sheet("网点（新）", table(some(4)))]
    return sheets, [*some(4), *each(some(2, 4), "inactive")]


@office()
def the_later_of_two_dated_lists():
    sheets = [Sheet(f"截至{day}", table(rows)) for day, rows in
              (("20240630", some(5)), ("20250630", some(5, 1)))]  # fmt: skip
    return sheets, [*each(some(1), "inactive"), *some(5, 1)]


@office(plain=True)
def lists_of_what_is_offered():
    parts = {"社保卡网点": some(5), "养老保险网点": some(5, 1)}
    return [Sheet(name, table(rows)) for name, rows in parts.items()], some(6)


@office()
def status_of_two_years():
    outlets = each(some(4), "active", "exited", "active")
    columns = {**FULL, "2024年状态": turned({}), "2025年状态": turned({"exited": "已退出"})}
    return [Sheet("Sheet1", table(outlets, columns))], outlets


@office()
def changes_this_year():
    outlets = each(some(5), "active", "exited", "active")
    columns = {**FULL, "变动情况": by_name({"永汉": "撤销", "龙城": "新增"}, "不变")}
    return [Sheet("Sheet1", table(outlets, columns))], outlets


@office()
def years_in_a_column():
    old = [*table(some(5), {"年度": lambda _: 2024, **FULL})]
    new = [replace(some(1)[0], lon=114.3, lat=23.9), *some(3, 1)]
    rows = [*old, *entries(new, {"年度": lambda _: 2025, **FULL})]
    return [Sheet("Sheet1", rows)], [*new, *each(some(1, 4), "inactive")]


@office()
def terms_of_agreement():
    outlets = each(some(5), "active", "inactive", "active")
    terms = turned({"inactive": "2021.1.1-2023.12.31"}, "2024.1.1-2099.12.31")
    return [Sheet("Sheet1", table(outlets, {**FULL, "协议期限": terms}))], outlets
