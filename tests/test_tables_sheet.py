"""What a person sees in a workbook: hidden, struck through, coloured; by every writer."""

import zipfile

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color

from gdcoverage.tables._cells import read_cells

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def read(path):
    return read_cells(path, lambda row: 0)


def raw_workbook(path, sheet, styles="", strings="", prefix="", count="1"):
    """An XLSX as some other program writes it, part by part."""
    namespace = f"xmlns{':' + prefix[:-1] if prefix else ''}='{MAIN}' xmlns:r='{OFFICE}'"
    relation = f"<Relationship Id='%s' Type='{OFFICE}/%s' Target='%s'/>"
    parts = {
        "_rels/.rels": f"<Relationships xmlns='{PACKAGE}'>"
        + relation % ("a", "officeDocument", "xl/workbook.xml")
        + "</Relationships>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{PACKAGE}'>"
        + relation % ("a", "worksheet", "/xl/worksheets/sheet1.xml")
        + relation % ("b", "styles", "styles.xml")
        + relation % ("c", "sharedStrings", "sharedStrings.xml")
        + "</Relationships>",
        "xl/workbook.xml": f"<{prefix}workbook {namespace}><{prefix}sheets>"
        f"<{prefix}sheet name='表' sheetId='1' r:id='a'/></{prefix}sheets></{prefix}workbook>",
        "xl/worksheets/sheet1.xml": f"<{prefix}worksheet {namespace}>{sheet}</{prefix}worksheet>",
        "xl/styles.xml": f"<{prefix}styleSheet {namespace}>{styles}</{prefix}styleSheet>",
        "xl/sharedStrings.xml": f"<{prefix}sst {namespace} uniqueCount='{count}'>"
        f"{strings}</{prefix}sst>",
    }
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            book.writestr(name, text)
    return path


def test_hidden_sheets_rows_and_columns_and_content_that_begins_below_a1(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("表")
        sheet.write("C5", "甲", book.add_format({"font_strikeout": True, "bg_color": "#FFC000"}))
        sheet.write("D7", "乙")
        sheet.set_row(5, None, None, {"hidden": True})
        sheet.set_row(90, None, None, {"hidden": True})
        sheet.set_column("B:C", None, None, {"hidden": True})
        sheet.set_column("F:XFD", None, None, {"hidden": True})
        for name, hide in (("藏", "hide"), ("深藏", "very_hidden")):
            sheet = book.add_worksheet(name)
            sheet.write("A1", 1)
            getattr(sheet, hide)()
    sheets = read(path)
    assert {name: sheet.hidden for name, sheet in sheets.items()} == {
        "表": False, "藏": True, "深藏": True,
    }  # fmt: skip
    sheet = sheets["表"]
    assert sheet.cells.shape == (7, 4)
    assert (sheet.cells[4, 2], sheet.cells[6, 3]) == ("甲", "乙")
    assert sheet.hidden_rows.tolist() == [5]
    assert sheet.hidden_columns.tolist() == [1, 2]
    assert np.argwhere(sheet.struck).tolist() == [[4, 2]]
    assert np.argwhere(sheet.fill != "").tolist() == [[4, 2]]
    assert sheet.fill[4, 2] == "FFC000"
    assert sheet.look_known


def test_plain_sheet_has_no_look(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "t.xlsx")) as book:
        book.add_worksheet("表").write("A1", 1, book.add_format({"bg_color": "white"}))
    (sheet,) = read(tmp_path / "t.xlsx").values()
    assert sheet.struck is None
    assert sheet.fill is None  # white is what paper is
    assert not len(sheet.hidden_rows)
    assert not len(sheet.hidden_columns)


def test_rows_that_a_filter_hides(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "t.xlsx")) as book:
        sheet = book.add_worksheet("表")
        for i, row in enumerate([["名称", "状态"], ["甲", "开"], ["乙", "停"], ["丙", "开"]]):
            sheet.write_row(i, 0, row)
        sheet.autofilter(0, 0, 3, 1)
        sheet.filter_column(1, "x == 开")
        sheet.set_row(2, None, None, {"hidden": True})
    assert read(tmp_path / "t.xlsx")["表"].hidden_rows.tolist() == [2]


def test_text_struck_through_in_part(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "t.xlsx")) as book:
        sheet, gone = book.add_worksheet("表"), book.add_format({"font_strikeout": True})
        sheet.write_column("A1", ["甲", "乙"])
        sheet.write_rich_string("A3", gone, "旧支行", "新支行")
        sheet.write_string("B3", "丙")
    sheet = read(tmp_path / "t.xlsx")["表"]
    assert sheet.cells[2].tolist() == ["旧支行新支行", "丙"]
    assert np.argwhere(sheet.struck).tolist() == [[2, 0]]


def test_other_programs_write_prefixes_and_leave_out_names_of_cells(tmp_path):
    styles = (
        "<x:colors><x:indexedColors/></x:colors>"
        "<x:fonts><x:font/><x:font><x:strike/></x:font>"
        "<x:font><x:strike val='false'/></x:font></x:fonts>"
        "<x:fills><x:fill><x:patternFill patternType='none'/></x:fill>"
        "<x:fill><x:patternFill patternType='gray125'><x:fgColor rgb='FF123456'/></x:patternFill>"
        "</x:fill><x:fill><x:patternFill patternType='solid'><x:fgColor indexed='13'/>"
        "<x:bgColor indexed='64'/></x:patternFill></x:fill></x:fills>"
        "<x:cellStyleXfs><x:xf fontId='1' fillId='2'/></x:cellStyleXfs>"
        "<x:cellXfs><x:xf/><x:xf fontId='1'/><x:xf fontId='2' fillId='1'/><x:xf fillId='2'/>"
        "</x:cellXfs><x:dxfs><x:dxf><x:font><x:strike/></x:font></x:dxf></x:dxfs>"
    )
    sheet = (
        "<x:sheetData><x:row><x:c t='s'><x:v>0</x:v></x:c><x:c s='1'><x:v>1</x:v></x:c></x:row>"
        "<x:row hidden='true'><x:c r='AA2' s='2'><x:v>2</x:v></x:c><x:c s='3'><x:v>3</x:v></x:c>"
        "</x:row></x:sheetData>"
    )
    path = raw_workbook(tmp_path / "t.xlsx", sheet, styles, "<x:si><x:t>甲</x:t></x:si>", "x:")
    (sheet,) = read(path).values()
    assert sheet.cells.shape == (2, 28)
    assert sheet.cells[0, :2].tolist() == ["甲", "1"]
    assert sheet.cells[1, 26:].tolist() == ["2", "3"]
    assert sheet.hidden_rows.tolist() == [1]
    assert np.argwhere(sheet.struck).tolist() == [[0, 1]]
    assert np.argwhere(sheet.fill != "").tolist() == [[1, 27]]
    assert sheet.fill[1, 27] == "FFFF00"


def test_colours_of_the_theme_as_excel_shows_them(tmp_path):
    """Office 2007–2010: Excel's own names for these are F79646, FBD5B5 (60 % lighter), E46C0A."""
    book = openpyxl.Workbook()
    for column, tint in enumerate([0.0, 0.5999938962981048, -0.249977111117893], 1):
        cell = book.active.cell(1, column, "甲")
        cell.fill = PatternFill("solid", Color(theme=9, tint=tint))
    book.active.cell(1, 4, "乙").fill = PatternFill("solid", Color(theme=0))
    book.active.cell(1, 5, "丙").fill = PatternFill("solid", Color(theme=0, tint=-0.15))
    book.save(tmp_path / "t.xlsx")
    (sheet,) = read(tmp_path / "t.xlsx").values()
    shown = [[int(c[i : i + 2], 16) for i in (0, 2, 4)] for c in sheet.fill[0, [0, 1, 2, 4]]]
    excels = [[0xF7, 0x96, 0x46], [0xFB, 0xD5, 0xB5], [0xE4, 0x6C, 0x0A], [0xD9, 0xD9, 0xD9]]
    assert np.abs(np.array(shown) - excels).max() <= 3
    assert sheet.fill[0, 3] == ""


def test_document_with_entities_is_not_looked_into(tmp_path):
    """Its values are read; how it looks is said to be unknown."""
    sheet = "<sheetData><row hidden='1'><c r='A1'><v>1</v></c></row></sheetData>"
    path = raw_workbook(tmp_path / "t.xlsx", sheet)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    parts["xl/worksheets/sheet1.xml"] = (
        "<!DOCTYPE a [<!ENTITY b 'x'>]>" + parts["xl/worksheets/sheet1.xml"]
    )
    assert read(path)["表"].look_known
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            book.writestr(name, text)
    (sheet,) = read(path).values()
    assert sheet.cells.tolist() == [["1"]]
    assert not sheet.look_known


def test_text_table_is_known_to_have_no_look(tmp_path):
    (tmp_path / "t.csv").write_text("名称,经度\n甲,113\n", encoding="utf-8")
    (sheet,) = read(tmp_path / "t.csv").values()
    assert sheet.look_known
    assert sheet.struck is sheet.fill is None


PLACES = st.tuples(st.integers(1, 12), st.integers(1, 30))
LOOKS = st.tuples(st.booleans(), st.sampled_from(["", "FF0000", "00B050"]))


@settings(max_examples=25)
@given(
    cells=st.dictionaries(PLACES, LOOKS, min_size=1, max_size=12),
    rows=st.sets(st.integers(1, 12), max_size=4),
    columns=st.sets(st.integers(1, 30), max_size=4),
)
def test_every_look_is_where_openpyxl_put_it(tmp_path_factory, cells, rows, columns):
    book = openpyxl.Workbook()
    for (row, column), (struck, colour) in cells.items():
        cell = book.active.cell(row, column, f"{row},{column}")
        cell.font = Font(strike=struck)
        if colour:
            cell.fill = PatternFill("solid", colour)
    for row in rows:
        book.active.row_dimensions[row].hidden = True
    for column in columns:
        book.active.column_dimensions[openpyxl.utils.get_column_letter(column)].hidden = True
    path = tmp_path_factory.mktemp("book") / "t.xlsx"
    book.save(path)

    (sheet,) = read(path).values()
    height, width = sheet.cells.shape
    assert (height, width) == (max(r for r, _ in cells), max(c for _, c in cells))
    assert sheet.hidden_rows.tolist() == sorted(r - 1 for r in rows if r <= height)
    assert sheet.hidden_columns.tolist() == sorted(c - 1 for c in columns if c <= width)
    struck = np.zeros((height, width), bool) if sheet.struck is None else sheet.struck
    fill = np.full((height, width), "", object) if sheet.fill is None else sheet.fill
    for at in np.ndindex(height, width):
        place = at[0] + 1, at[1] + 1
        assert sheet.cells[at] == (f"{place[0]},{place[1]}" if place in cells else "")
        assert (struck[at], fill[at]) == cells.get(place, (False, ""))


@pytest.mark.parametrize("frozen", [False, True], ids=["process", "frozen program"])
def test_names_of_files_are_chinese(tmp_path, monkeypatch, frozen):
    monkeypatch.setattr("sys.frozen", frozen, raising=False)
    path = tmp_path / "二〇二四年 网点(终稿)-甲.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("表").write("A1", "甲")
    assert read(path)["表"].cells.tolist() == [["甲"]]
