import numpy as np
import pandas as pd
import pytest
import xlsxwriter

from gdcoverage.problems import InputError
from gdcoverage.tables import numbers, plain_heading, plain_number, read_tables
from gdcoverage.tables.spreadsheet import safe_text

HEADINGS = {"name": ("名称", "网点名称"), "lon": ("经度", "lng"), "lat": ("纬度", "lat")}
TEXT = "网点名称,经度,纬度\n甲支行,113.2,23.1\n乙支行,113.3,23.2\n"


def read(path, sheet=None):
    return read_tables(path, HEADINGS, ("name",), sheet)


def workbook(path, sheets, merged=()):
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                sheet.write_row(i, 0, row)
            for area in merged:
                sheet.merge_range(*area)
    return path


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"], ids=["utf8", "bom", "gb", "utf16"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_the_encodings_and_delimiters_offices_use(tmp_path, encoding, delimiter):
    path = tmp_path / "t.csv"
    path.write_bytes(TEXT.replace(",", delimiter).encode(encoding))
    (table,) = read(path)
    assert table.columns["name"].tolist() == ["甲支行", "乙支行"]
    assert table.row.tolist() == [2, 3]


def test_a_file_is_what_its_content_says(tmp_path):
    path = workbook(tmp_path / "t.xlsx", {"表": [["名称", "经度"], ["甲", 113.2]]})
    path = path.rename(tmp_path / "t.csv")
    assert read(path)[0].columns["lon"].tolist() == ["113.2"]


def test_title_rows_total_rows_notes_and_repeated_headers(tmp_path):
    rows = [
        ["2024年网点登记表"],
        ["填报单位：某局"],
        ["名称", "经度", "纬度"],
        ["甲", 113, 23],
        [],
        ["名称", "经度", "纬度"],
        ["乙", 113, 23],
        ["合 计", 2],
        ["备注：以上数据截至6月"],
    ]
    (table,) = read(workbook(tmp_path / "t.xlsx", {"表": rows}))
    assert table.columns["name"].tolist() == ["甲", "乙"]
    assert table.row.tolist() == [4, 7]


def test_cells_merged_downwards_stand_for_each_row(tmp_path):
    rows = [["名称", "经度"], ["", 1], ["", 2]]
    path = workbook(tmp_path / "t.xlsx", {"表": rows}, [(1, 0, 2, 0, "甲")])
    assert read(path)[0].columns["name"].tolist() == ["甲", "甲"]


def test_numbers_keep_their_digits(tmp_path):
    rows = [["名称", "经度"], [13800138000, 113.123456789012]]
    (table,) = read(workbook(tmp_path / "t.xlsx", {"表": rows}))
    assert table.columns["name"].tolist() == ["13800138000"]
    assert table.columns["lon"].tolist() == ["113.123456789012"]


def test_sheets_with_the_heading_are_read_and_one_can_be_chosen(tmp_path):
    rows = [["名称", "经度"], ["甲", 1]]
    path = workbook(tmp_path / "t.xlsx", {"城区": rows, "说明": [["看这里"]], "乡村": rows})
    assert [table.sheet for table in read(path)] == ["城区", "乡村"]
    assert [table.sheet for table in read(path, "乡村")] == ["乡村"]
    with pytest.raises(InputError, match="城区、说明、乡村"):
        read(path, "郊区")


def test_missing_heading_names_what_was_seen_and_what_is_wanted(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("机构,位置\n甲,乙\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"机构、位置.*名称/网点名称"):
        read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "空的"),
        (b"\x00\x01\x02\x03", "二进制"),
        ("名称,经度\n甲,113\n".encode() + b"\xff\xfe\xff\xff", "第 3 行的编码"),
        (b"PK\x03\x04 and then nothing", "工作簿无法读取"),
        (b"\n\n\n", "找不到所需的表头"),
    ],
    ids=["empty", "binary", "encoding", "broken-xlsx", "blank"],
)
def test_unusable_files_say_why(tmp_path, content, message):
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read(path)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="找不到文件"):
        read(tmp_path / "none.xlsx")


def test_headings_without_what_varies():
    for written in ("经度", " 经 度 ", "经度（°）", "经度(GCJ-02)", "＊经度：", "经度\n"):
        assert plain_heading(written) == "经度"
    assert plain_heading("Lng") == "lng"
    assert plain_heading("县（市、区）") == "县"


def test_full_width_and_grouped_numbers():
    assert plain_number("１，２３４．５") == "1234.5"
    found = numbers(np.array(["１２", "1,234", " 7 ", "x", "", "inf"], object))
    assert found[:3].tolist() == [12.0, 1234.0, 7.0]
    assert np.isnan(found[3:]).all()


def test_numbers_and_telephones_are_no_formulas():
    table = pd.DataFrame({"文字": ["=1+1", "+86 20-8888", "-5.2", "-甲", "+SUM(A1)", "@x", "平常"]})
    assert safe_text(table)["文字"].tolist() == [
        "'=1+1", "+86 20-8888", "-5.2", "'-甲", "'+SUM(A1)", "'@x", "平常",
    ]  # fmt: skip
