"""Offices that write places, names and numbers in many ways."""

from dataclasses import replace

from gdcoverage.geo.datum import from_wgs84
from offices._book import Formula, Row, Sheet
from offices._columns import Columns, by_name
from offices._office import FULL, SHORT, entries, office, some, table

NAMES = {"序号": "no", "网点名称": "name", "所属银行": "bank"}
GCJ02 = "gcj02"


def _lon(form):
    return lambda o: form(o.place(GCJ02)[0])


def _lat(form):
    return lambda o: form(o.place(GCJ02)[1])


def _sheet(columns, outlets=None):
    outlets = outlets or some(6)
    return [Sheet("Sheet1", table(outlets, columns))], outlets


def _sexagesimal(degrees):
    """Degrees, minutes, and seconds to the hundredth."""
    seconds = round(degrees * 3600, 2)
    return int(seconds // 3600), int(seconds % 3600 // 60), round(seconds % 60, 2)


def _marked(degrees):
    return "{}°{}′{:.2f}″".format(*_sexagesimal(degrees))


def _baidu(which):
    return lambda o: round(float(from_wgs84(o.lon, o.lat, "bd09")[which]), 6)


@office(plain=True)
def longitude_and_latitude_in_a_cell():
    return _sheet({**NAMES, "坐标": "lonlat", "服务方式": "modes"})


@office()
def latitude_first_in_a_cell():
    def write(outlet):
        return "{1:.6f},{0:.6f}".format(*outlet.place(GCJ02))

    return _sheet({**NAMES, "坐标（纬度,经度）": ("lonlat", write)})


@office(plain=True)
def degrees_minutes_seconds():
    return _sheet({**NAMES, "经度": ("lon", _lon(_marked)), "纬度": ("lat", _lat(_marked))})


@office()
def degrees_minutes_seconds_in_columns():
    columns = dict(NAMES)
    for heading, side in (("经度", _lon), ("纬度", _lat)):
        for i, unit in enumerate("度分秒"):
            columns[f"{heading}|{unit}"] = side(lambda x, i=i: _sexagesimal(x)[i])
    return _sheet(columns)


@office(datum="wgs84")
def minutes_and_seconds_typed_as_decimals():
    outlets = [replace(o, lon=114 + (7 + 3 * i) / 60 + (5 + 4 * i) / 3600,
                       lat=23 + (28 + 2 * i) / 60 + (11 + 3 * i) / 3600)
               for i, o in enumerate(some(9))]  # fmt: skip

    def typed(degrees):
        return round(sum(part / 100**k for k, part in enumerate(_sexagesimal(degrees))), 4)

    columns = {"经度": ("lon", lambda o: typed(o.lon)), "纬度": ("lat", lambda o: typed(o.lat))}
    return _sheet({**NAMES, **columns}, outlets)


@office(plain=True, datum="wgs84")
def four_decimals():
    outlets = [replace(o, lon=round(o.lon, 4), lat=round(o.lat, 4)) for o in some(9)]
    return _sheet({**NAMES, "经度": lambda o: o.lon, "纬度": lambda o: o.lat}, outlets)


@office()
def longitude_and_latitude_exchanged():
    return _sheet({**NAMES, "经度": "lat", "纬度": "lon", "服务方式": "modes"})


@office(plain=True)
def heading_names_the_datum():
    return _sheet({**NAMES, "高德经度": "lon", "高德纬度": "lat"})


@office(plain=True)
def two_datums_the_declared_first():
    columns = {**NAMES, "高德经度": "lon", "高德纬度": "lat"}
    return _sheet({**columns, "百度经度": _baidu(0), "百度纬度": _baidu(1)})


@office(plain=True, datum="bd09")
def two_datums_the_declared_last():
    columns = {**NAMES, "高德经度": "lon", "高德纬度": "lat"}
    return _sheet({**columns, "百度经度": _baidu(0), "百度纬度": _baidu(1)})


@office()
def another_datum_than_declared():
    return _sheet({**NAMES, "百度经度": _baidu(0), "百度纬度": _baidu(1)})


@office()
def old_and_new_coordinates():
    moved = {"原经度": lambda _: 114.3, "原纬度": lambda _: 23.9}
    return _sheet({**NAMES, **moved, "现经度": "lon", "现纬度": "lat"})


@office()
def old_coordinates_hidden():
    old = {"经度": lambda o: o.lon + 0.02, "纬度": lambda o: o.lat}
    columns: Columns = {**NAMES, **old, "经度（新）": "lon", "纬度（新）": "lat"}
    return [Sheet("Sheet1", table(some(5), columns), hidden_columns=[3, 4])], some(5)


@office()
def coordinates_with_spaces():
    columns = {"经度": ("lon", _lon(" {:.6f} ".format))}
    columns |= {"纬度": ("lat", _lat(lambda x: f"{x:.6f}".replace(".", ". ")))}
    return _sheet({**NAMES, **columns})


@office(plain=True)
def numbers_in_full_width():
    def wide(degrees):
        return f"{degrees:.6f}".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789."})

    return _sheet({**NAMES, "经度": ("lon", _lon(wide)), "纬度": ("lat", _lat(wide))})


@office(plain=True)
def numbers_kept_as_text():
    columns = {"经度": ("lon", _lon("{:.6f}".format)), "纬度": ("lat", _lat("{:.6f}".format))}
    return _sheet({**NAMES, **columns, "服务方式": "modes"})


@office(plain=True)
def numbers_that_are_formulas():
    columns = {"经度": ("lon", _lon(lambda x: Formula(f"={x}+0", x)))}
    columns |= {"纬度": ("lat", _lat(lambda x: Formula(f"={x}*1", x)))}
    return _sheet({**NAMES, **columns})


@office()
def formulas_that_broke():
    def write(outlet):
        lon = outlet.place(GCJ02)[0]
        return Formula("=VLOOKUP(1,A:B,2)", "#N/A") if outlet.name == "永汉支行" else lon

    return _sheet({**NAMES, "经度": ("lon", write), "纬度": "lat"})


@office(plain=True)
def headings_of_a_letter():
    return _sheet({**NAMES, "E": "lon", "N": "lat"})


@office(plain=True)
def headings_with_a_word_before():
    return _sheet({**NAMES, "地点经度": "lon", "地点纬度": "lat", "服务方式": "modes"})


@office(plain=True)
def headings_in_english():
    columns = {"No": "no", "Outlet": "name", "Bank": "bank", "Address": "address"}
    return _sheet({**columns, "Longitude": "lon", "Latitude": "lat", "Status": lambda _: "open"})


@office()
def some_without_coordinates():
    def write(outlet):
        return "" if outlet.name[:2] in ("永汉", "平陵") else outlet.place(GCJ02)[0]

    return _sheet({**NAMES, "经度": ("lon", write), "纬度": "lat"})


@office()
def the_same_as_above():
    rows = table(some(4), SHORT)
    rows[2] = Row((*rows[2].cells[:3], "同上", "同上"), rows[2].of, rows[2].says)
    return [Sheet("Sheet1", rows)], some(4)


@office(plain=True)
def one_name_in_two_banks():
    outlets = [replace(o, name="城区支行") for o in (*some(1), *some(1, 3), *some(1, 6))]
    return _sheet(FULL, outlets)


@office(plain=True)
def one_name_in_two_banks_across_the_street():
    first, second = some(1)[0], some(1, 3)[0]
    second = replace(second, name=first.name, lon=first.lon + 0.0002, lat=first.lat)
    return _sheet(FULL, [first, second])


@office(plain=True)
def an_outlet_entered_twice():
    return [Sheet("Sheet1", [*table(some(4)), *entries(some(1))])], some(4)


@office()
def an_outlet_entered_twice_in_other_words():
    again = entries(some(1), {**FULL, "网点名称": lambda _: "龙门龙城支行"})
    return [Sheet("Sheet1", [*table(some(4)), *again])], some(4)


@office()
def one_number_for_several_outlets():
    return _sheet({"网点编号": lambda _: "N1", **FULL})


@office()
def names_with_marks_of_a_page():
    outlets = [replace(o, name=f"<b>{o.name}</b>&amp;") for o in some(4)]
    return _sheet(FULL, outlets)


@office(plain=True)
def anything_as_phone_and_hours():
    columns = {**FULL, "联系电话": lambda _: "0752-7780001/13800000000（张）"}
    return _sheet({**columns, "营业时间": lambda _: "（冬令时）9：00—17:00，周末及节假日休息"})


@office(plain=True)
def headings_spread_out():
    return _sheet({"序 号": "no", "网 点 名 称": "name", "经  度": "lon", "纬  度": "lat"})


@office(plain=True)
def headings_with_instructions():
    columns = {
        "网点名称\n（全称）": "name",
        "经度\n（保留6位小数）": "lon",
        "纬度（如23.723456）": "lat",
    }
    return _sheet({**columns, "所属银行（填简称）": "bank", "服务方式（可多选）": "modes"})


@office(plain=True)
def headings_starred():
    return _sheet({"*网点名称": "name", "*所属银行": "bank", "*经度": "lon", "*纬度": "lat"})


@office()
def a_sheet_for_each_datum():
    baidu = {**NAMES, "经度": _baidu(0), "纬度": _baidu(1)}
    sheets = [Sheet("百度坐标", table(some(4), baidu)), Sheet("高德坐标", table(some(4), SHORT))]
    return sheets, some(4)


@office()
def a_datum_in_each_row():
    def lon(outlet):
        return _baidu(0)(outlet) if outlet.name == "永汉支行" else outlet.place(GCJ02)[0]

    def lat(outlet):
        return _baidu(1)(outlet) if outlet.name == "永汉支行" else outlet.place(GCJ02)[1]

    datum = by_name({"永汉": "百度"}, "高德")
    return _sheet({**NAMES, "经度": ("lon", lon), "纬度": ("lat", lat), "坐标系": datum})


@office()
def two_decimals():
    columns = {"经度": ("lon", _lon("{:.2f}".format)), "纬度": ("lat", _lat("{:.2f}".format))}
    return _sheet({**NAMES, **columns}, some(9))
