"""Offices that send people: villages among totals, years, sexes, units and hexagons."""

from dataclasses import replace
from itertools import zip_longest

import h3

from offices._book import EVERY_CELL, Formula, Row, Sheet, lines
from offices._census import ORDINARY, TOWNS, census, total, villages
from offices._columns import Columns, entries, header
from offices._office import some
from offices._office import table as outlet_table

NAMED: Columns = {"村名": "name", "经度": "lon", "纬度": "lat", "城乡分类代码": "code"}
FIRST, SECOND, THIRD = villages(4), villages(3, 1), villages(4, 2)
ALL = [*FIRST, *SECOND, *THIRD]


def _rows(listed, columns=ORDINARY, **look):
    return entries(listed, columns, "wgs84", **look)


def _table(listed, columns=ORDINARY):
    return [*header(columns), *_rows(listed, columns)]


def _sheet(columns, listed=FIRST):
    return [Sheet("Sheet1", _table(listed, columns))], listed


@census(plain=True)
def an_ordinary_table():
    rows = [*lines("龙门县各村人口"), *_table(ALL), Row(("合计", "", sum(v.people for v in ALL)))]
    return [Sheet("Sheet1", rows)], ALL


@census(plain=True)
def towns_above_their_villages():
    rows = header(ORDINARY)
    for town, listed in zip(TOWNS, (FIRST, SECOND, THIRD), strict=True):
        rows += [total(town, listed), *_rows(listed)]
    return [Sheet("Sheet1", rows)], ALL


@census()
def towns_below_their_villages():
    rows = header(ORDINARY)
    for town, listed in zip(TOWNS, (FIRST, SECOND, THIRD), strict=True):
        rows += [*_rows(listed), total(town, listed)]
    return [Sheet("Sheet1", rows)], ALL


@census(plain=True)
def towns_without_places():
    rows = header(ORDINARY)
    for town, listed in zip(TOWNS, (FIRST, SECOND, THIRD), strict=True):
        rows += [total(town, listed, lon="", lat=""), *_rows(listed)]
    return [Sheet("Sheet1", rows)], ALL


@census()
def county_and_towns_above_their_villages():
    rows = [*header(ORDINARY), total("龙门县", ALL)]
    for town, listed in zip(TOWNS, (FIRST, SECOND, THIRD), strict=True):
        rows += [total(town, listed), *_rows(listed)]
    return [Sheet("Sheet1", rows)], ALL


@census()
def all_towns_above_all_villages():
    towns = zip(TOWNS, (FIRST, SECOND, THIRD), strict=True)
    rows = [*header(ORDINARY), *(total(town, listed) for town, listed in towns), *_rows(ALL)]
    return [Sheet("Sheet1", rows)], ALL


@census()
def a_town_of_more_than_its_villages():
    rows = [*header(ORDINARY), total(TOWNS[0], FIRST, people=sum(v.people for v in FIRST) + 57)]
    return [Sheet("Sheet1", [*rows, *_rows(FIRST)])], FIRST


@census(plain=True)
def the_whole_without_a_word_for_it():
    return [Sheet("Sheet1", [*_table(ALL), total("龙门县", ALL)])], ALL


@census(plain=True)
def a_sum_with_a_number():
    return [Sheet("Sheet1", [*_table(ALL), total("合计", ALL, no=len(ALL) + 1)])], ALL


@census()
def hamlets_of_a_village():
    whole = total(FIRST[0].name, SECOND)
    hamlets = [replace(v, name=f"其中：{v.name[2:3]}围") for v in SECOND]
    rows = [*header(ORDINARY), whole, *_rows(hamlets), *_rows(FIRST[1:])]
    return [Sheet("Sheet1", rows)], [*hamlets, *FIRST[1:]]


@census(plain=True)
def a_sheet_for_each_town():
    sheets = zip(TOWNS, (FIRST, SECOND, THIRD), strict=True)
    return [Sheet(town, _table(listed)) for town, listed in sheets], ALL


@census()
def all_and_each_town():
    sheets = zip(TOWNS, (FIRST, SECOND, THIRD), strict=True)
    return [Sheet("汇总", _table(ALL)), *(Sheet(t, _table(v)) for t, v in sheets)], ALL


@census()
def sums_on_a_sheet_before():
    towns = list(zip(TOWNS, (FIRST, SECOND, THIRD), strict=True))
    sums = [*header(ORDINARY), *(total(town, listed) for town, listed in towns)]
    return [Sheet("汇总", sums), *(Sheet(t, _table(v)) for t, v in towns)], ALL


@census()
def sheets_of_years():
    older = [replace(v, people=v.people + 40) for v in FIRST]
    return [Sheet("2020年", _table(older)), Sheet("2023年", _table(FIRST))], FIRST


@census(plain=True)
def people_with_a_unit():
    return _sheet({**NAMED, "人口": ("people", lambda v: f"{v.people:.0f}人")})


@census(plain=True)
def tens_of_thousands():
    return _sheet({**NAMED, "人口": ("people", lambda v: f"{v.people / 1e4:g}万")})


@census(plain=True)
def tens_of_thousands_in_the_heading():
    return _sheet({**NAMED, "人口（万人）": ("people", lambda v: v.people / 1e4)})


@census()
def tens_of_thousands_above_the_table():
    rows = _table(FIRST, {**NAMED, "人口": ("people", lambda v: v.people / 1e4)})
    return [Sheet("Sheet1", [*lines("各村人口", "单位：万人"), *rows])], FIRST


@census(plain=True)
def separated_thousands():
    listed = [replace(v, people=v.people + 3000) for v in FIRST]
    return _sheet({**NAMED, "人口": ("people", lambda v: f"{v.people:,.0f}")}, listed)


@census()
def about_so_many():
    return _sheet({**NAMED, "人口": ("people", lambda v: "约800" if "东" in v.name else v.people)})


@census(plain=True)
def households_beside():
    return _sheet({**NAMED, "户数": lambda v: round(v.people / 3), "人口": "people"})


@census(plain=True)
def households_beside_in_units():
    return _sheet({**NAMED, "户数（户）": lambda v: round(v.people / 3), "人数（人）": "people"})


@census()
def households_under_people():
    counts: Columns = {"人口|户数": lambda v: round(v.people / 3), "人口|人数": "people"}
    return _sheet({**NAMED, **counts})


@census(plain=True)
def registered_beside_resident():
    return _sheet({**NAMED, "户籍人口": lambda v: v.people + 300, "常住人口": "people"})


@census()
def people_of_two_years():
    return _sheet({**NAMED, "2020年人口": lambda v: v.people + 40, "2023年人口": "people"})


@census()
def years_under_people():
    years: Columns = {"人口|2020年": lambda v: v.people + 40, "人口|2023年": "people"}
    return _sheet({**NAMED, **years})


@census(plain=True)
def men_and_women_beside():
    sexes: Columns = {"男": lambda v: v.people // 2, "女": lambda v: v.people - v.people // 2}
    return _sheet({**NAMED, **sexes, "人口": "people"})


@census()
def men_and_women_under_people():
    sexes = {"人口|男": lambda v: v.people // 2, "人口|女": lambda v: v.people - v.people // 2}
    return _sheet({**NAMED, **sexes, "人口|合计": "people"})


@census()
def men_and_women_alone():
    sexes: Columns = {"男": lambda v: v.people // 2, "女": lambda v: v.people - v.people // 2}
    return _sheet({**NAMED, **sexes})


@census()
def the_old_among_them():
    return _sheet({**NAMED, "人口": "people", "其中|60岁以上": lambda v: v.people // 5})


@census()
def some_without_people():
    return _sheet({**NAMED, "人口": ("people", lambda v: v.people if "东" in v.name else "")})


@census(plain=True)
def sections_by_town():
    rows = header(ORDINARY)
    for town, listed in zip(TOWNS, (FIRST, SECOND, THIRD), strict=True):
        rows += [*lines(town), *_rows(listed)]
    return [Sheet("Sheet1", rows)], ALL


@census()
def two_tables_side_by_side():
    pairs = zip_longest(_table(FIRST), _table(SECOND), fillvalue=Row(("",) * len(ORDINARY)))
    rows = [Row((*a.cells, *b.cells), (*a.of, *b.of), a.says) for a, b in pairs]
    return [Sheet("Sheet1", rows)], [*FIRST, *SECOND]


@census()
def a_table_below_with_other_columns():
    rows = [*_table(FIRST), *lines("", "另："), *_table(SECOND, {**NAMED, "人口": "people"})]
    return [Sheet("Sheet1", rows)], [*FIRST, *SECOND]


@census()
def a_village_entered_twice():
    return [Sheet("Sheet1", [*_table(FIRST), *_rows(FIRST[:1])])], FIRST


@census()
def villages_struck_through():
    rows = [*_table(FIRST), *_rows(SECOND, struck=EVERY_CELL)]
    return [Sheet("Sheet1", rows)], FIRST


@census()
def last_years_sheet_hidden():
    sheets = [Sheet("人口", _table(FIRST)), Sheet("旧", _table(SECOND), hidden=True)]
    return sheets, FIRST


@census(plain=True)
def official_words_for_the_class():
    words = {"111": "主城区", "121": "镇中心区", "210": "乡中心区", "220": "村庄"}
    columns = {**ORDINARY, "城乡分类代码": ("code", lambda v: words[v.code])}
    return _sheet(columns)


@census(plain=True)
def town_or_country():
    columns = {h: f for h, f in ORDINARY.items() if f != "code"}
    words = {"1": "城镇", "2": "乡村"}
    return _sheet({**columns, "城乡类型": ("code", lambda v: words[v.code[0]])})


@census()
def code_and_words_together():
    words = {"111": "主城区", "121": "镇中心区", "210": "乡中心区", "220": "村庄"}
    columns = {**ORDINARY, "城乡分类代码": ("code", lambda v: v.code + words[v.code])}
    return _sheet(columns)


@census()
def class_in_a_long_code():
    columns = {h: f for h, f in ORDINARY.items() if f != "code"}
    return _sheet({**columns, "统计用区划代码": ("code", lambda v: f"441324101201{v.code}")})


@census()
def neighbourhood_or_village_committee():
    columns = {h: f for h, f in ORDINARY.items() if f != "code"}
    kind = ("code", lambda v: "居委会" if v.code[0] == "1" else "村委会")
    return _sheet({**columns, "城乡属性": kind})


@census(plain=True)
def hexagons():
    cells = [h3.latlng_to_cell(v.lat, v.lon, 8) for v in FIRST]
    places = [h3.cell_to_latlng(cell) for cell in cells]
    listed = [
        replace(v, name=cell, lat=lat, lon=lon)
        for v, cell, (lat, lon) in zip(FIRST, cells, places, strict=True)
    ]
    return _sheet({"H3编号": "name", "人口": "people", "城乡分类": "code"}, listed)


@census(plain=True)
def people_from_a_model():
    listed = [replace(v, people=v.people + 0.25) for v in FIRST]
    return _sheet(ORDINARY, listed)


@census(plain=True)
def people_that_are_formulas():
    write = ("people", lambda v: Formula(f"={v.people - 5:g}+5", v.people))
    return _sheet({**NAMED, "人口": write})


@census()
def a_table_of_outlets():
    return [Sheet("Sheet1", outlet_table(some(5)))], []


@census()
def staff_of_outlets():
    columns: Columns = {"网点名称": "name", "经度": "lon", "纬度": "lat", "人数": lambda _: 12}
    return [Sheet("Sheet1", [Row(row.cells) for row in outlet_table(some(5), columns)])], []


@census(plain=True, encoding="gb18030", suffix=".csv")
def text_in_gb18030():
    return [Sheet("", [*lines("龙门县各村人口"), *_table(ALL)])], ALL


@census(encoding="utf-8-sig", suffix=".csv")
def text_with_towns_among_villages():
    rows = header(ORDINARY)
    for town, listed in zip(TOWNS, (FIRST, SECOND, THIRD), strict=True):
        rows += [total(town, listed), *_rows(listed)]
    return [Sheet("", rows)], ALL


@census(plain=True)
def a_town_centre_among_villages():
    centre = replace(SECOND[0], name="永汉镇镇区", town=TOWNS[0], people=2500.0, code="121")
    return _sheet(ORDINARY, [centre, *FIRST])


@census(plain=True)
def a_village_of_as_many_as_the_next_two():
    people = (300.0, 100.0, 200.0, 600.0)
    listed = [replace(v, people=p) for v, p in zip(FIRST, people, strict=True)]
    return _sheet(ORDINARY, listed)


@census(plain=True)
def small_numbers():
    people = (3.0, 1.0, 2.0, 6.0, 5.0, 1.0, 4.0, 0.0, 10.0, 10.0, 20.0)
    listed = [replace(v, people=p) for v, p in zip(ALL, people, strict=True)]
    return _sheet({**ORDINARY, "村名": lambda _: ""}, listed)
