"""Nothing of a table gets lost or garbled unsaid: sheets, layers, rows, characters, memory."""

import zipfile

import geopandas as gpd
import pytest
import shapely
import xlsxwriter

from gdcoverage.problems import InputError
from gdcoverage.tables import fields_of, read_layer, read_tables, spellings_of

HEADINGS = {
    "name": ("网点名称", "名称", "机构名称"),
    "lon": ("经度",),
    "lat": ("纬度",),
    "modes": ("服务方式",),
    "_number": ("序号",),
}


def read(path, sheet=None):
    return read_tables(path, HEADINGS, ("name",), sheet)


def workbook(path, rows, write=None, **sheets):
    with xlsxwriter.Workbook(str(path)) as book:
        for name, cells in ({"表": rows} | sheets).items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(cells):
                sheet.write_row(i, 0, row)
            if write:
                write(sheet)
    return path


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def kind_of(path, sheet=None):
    with pytest.raises(InputError) as error:
        read(path, sheet)
    return error.value.problem.kind, str(error.value)


def test_name_that_begins_like_a_total_is_an_entry(tmp_path):
    rows = [["名称", "经度"], ["合计路支行", 1], ["说明书店", 2], ["备注街支行", 3]]
    rows += [["天河区小计", 3], ["合计", 3], ["总计（家）", 3], ["填表人：张三", "审核人"]]
    (table,) = read(workbook(tmp_path / "t.xlsx", rows))
    assert table.columns["name"].tolist() == ["合计路支行", "说明书店", "备注街支行"]


def test_rows_that_hold_only_a_running_number_are_blank(tmp_path):
    rows = [["序号", "名称", "经度"], [1, "甲", 113], [2], [3, "乙", 113], [4], [5]]
    (table,) = read(workbook(tmp_path / "t.xlsx", rows))
    assert table.row.tolist() == [2, 4]


def test_header_without_rows_is_a_table_without_rows(tmp_path):
    (table,) = read(workbook(tmp_path / "t.xlsx", [["名称", "经度"], ["合计", 0]]))
    assert len(table) == 0
    assert table.headings == {"name": "名称", "lon": "经度"}


def test_of_two_columns_for_one_field_the_better_heading_wins(tmp_path):
    rows = [["机构名称", "网点名称", "经度"], ["总行", "甲支行", 113]]
    (table,) = read(workbook(tmp_path / "t.xlsx", rows))
    assert table.columns["name"].tolist() == ["甲支行"]
    assert table.unused == ("机构名称",)


def test_sheets_with_rows_but_no_header_are_named(tmp_path):
    rows = [["名称", "经度"], ["甲", 113]]
    path = workbook(
        tmp_path / "t.xlsx", rows, 续表=[["乙", 113.1], ["丙", 113.2]], 说明=[["请如实填写"]], 空=[]
    )
    (table,) = read(path)
    assert [unread.sheet for unread in table.unread] == ["续表"]


def test_merged_cells_beyond_the_content_do_no_harm(tmp_path):
    def merge(sheet):
        sheet.merge_range(1, 9, 5, 9, "")

    path = workbook(tmp_path / "t.xlsx", [["名称", "经度"], ["甲", 113]], merge)
    assert read(path)[0].columns["name"].tolist() == ["甲"]


def test_stray_cell_in_the_last_corner_does_not_take_all_memory(tmp_path):
    """calamine would reserve 17 thousand million cells, fail, and end the process."""
    path = workbook(
        tmp_path / "t.xlsx",
        [["名称", "经度"], ["甲", 113]],
        lambda sheet: sheet.write(1_048_575, 16_383, "x"),
    )
    kind, told = kind_of(path)
    assert kind == "sheet_too_large"
    assert "第 1048576 行、第 16384 列" in told


def test_lists_inside_cells_do_not_pass_for_the_delimiter(tmp_path):
    modes = "窗口办，网办，自助办，导办，专窗，上门"
    text = "名称,经度,服务方式\n" + "".join(f"第{i}支行,113,{modes}\n" for i in range(30))
    (table,) = read(written(tmp_path / "t.csv", text))
    assert set(table.columns["modes"]) == {modes}


def test_quotation_mark_never_closed_is_told_with_its_row(tmp_path):
    kind, told = kind_of(written(tmp_path / "t.csv", '名称,经度\n甲,1\n"乙,2\n丙,3\n丁,4\n'))
    assert kind == "quote_unclosed"
    assert "第 3 行" in told


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_one_bad_byte_in_utf8_is_told_and_not_read_as_gb18030(tmp_path, mark):
    text = f"{mark}name,名称,经度\n" + "".join(f"x,广州天河支行{i},113\n" for i in range(9))
    damaged = text.encode() + b"x,\xe5\xe5,113\n"
    assert damaged.removeprefix(mark.encode()).decode("gb18030")  # it would be read, as nonsense
    kind, told = kind_of(written(tmp_path / "t.csv", damaged))
    assert kind == "encoding_unknown"
    assert "第 11 行" in told


def test_utf16_cut_in_the_middle_of_a_character(tmp_path):
    path = written(tmp_path / "t.csv", "名称,经度\n上,1\n上,2\n".encode("utf-16") + b"x")
    kind, told = kind_of(path)
    assert kind == "encoding_unknown"
    assert "第 4 行" in told


def test_web_page_saved_as_xls_is_called_one(tmp_path):
    kind, told = kind_of(written(tmp_path / "t.xls", "\n<html><table></table></html>"))
    assert kind == "not_a_table"
    assert "HTML" in told


def test_apostrophe_that_guards_a_formula_is_no_part_of_the_text(tmp_path):
    text = "名称,经度\n'=1+1,113\n'甲,113\n'-乙,113\n"
    (table,) = read(written(tmp_path / "t.csv", text))
    assert table.columns["name"].tolist() == ["=1+1", "'甲", "-乙"]


def test_of_several_layers_one_must_be_chosen(tmp_path):
    path = tmp_path / "l.gpkg"
    for layer, name in (("城区", "甲"), ("乡村", "乙")):
        frame = gpd.GeoDataFrame({"名称": [name]}, geometry=[shapely.Point(113, 23)], crs=4326)
        frame.to_file(path, layer=layer)
    kind, told = kind_of(path)
    assert kind == "layer_ambiguous"
    assert "城区、乡村" in told
    (table,) = read(path, "乡村")
    assert (table.columns["name"].tolist(), table.sheet) == (["乙"], "乡村")
    assert kind_of(path, "郊区")[0] == "sheet_missing"
    assert read_layer(path, "城区")["名称"].tolist() == ["甲"]


@pytest.mark.parametrize(
    "rows",
    [
        [["名称", "坐标", ""], ["", "经度", "纬度"], ["甲", "113", "23"]],
        [["登记表"], ["名称", "位置", ""], ["名称", "经度", "纬度"], ["甲", "113", "23"]],
    ],
    ids=["merging lost", "merging kept"],
)
def test_header_of_two_rows(tmp_path, rows):
    text = "\n".join(",".join(row) for row in rows)
    (table,) = read(written(tmp_path / "t.csv", text))
    assert {name: cells.tolist() for name, cells in table.columns.items()} == {
        "name": ["甲"], "lon": ["113"], "lat": ["23"],
    }  # fmt: skip
    assert table.row.tolist() == [len(rows)]


def test_row_that_looks_like_a_heading_is_an_entry_where_it_adds_no_field(tmp_path):
    rows = [["名称", "经度", "服务方式"], ["经度", "名称", ""], ["甲", 113, ""]]
    (table,) = read(workbook(tmp_path / "t.xlsx", rows))
    assert table.columns["name"].tolist() == ["经度", "甲"]


def test_header_with_only_the_needed_field_is_a_header_where_there_is_no_better(tmp_path):
    poor, good = [["名称", "颜色"], ["甲", "红"]], [["名称", "经度"], ["乙", 113]]
    (table,) = read(workbook(tmp_path / "t.xlsx", poor))
    assert table.unused == ("颜色",)
    (table,) = read(workbook(tmp_path / "t.xlsx", good, 说明=poor))
    assert (table.sheet, [unread.sheet for unread in table.unread]) == ("表", ["说明"])


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("said", [True, False], ids=["cpg", "no-cpg"])
@pytest.mark.parametrize("packed", [True, False], ids=["zip", "shp"])
def test_shapefile_says_its_encoding_or_not(tmp_path, encoding, said, packed):
    """GDAL takes a silent one for Latin-1, and every heading and status would be lost."""
    frame = gpd.GeoDataFrame({"名称": ["甲支行"]}, geometry=[shapely.Point(113, 23)], crs=4326)
    frame.to_file(tmp_path / "t.shp", encoding=encoding)
    if not said:
        (tmp_path / "t.cpg").unlink(missing_ok=True)
    path = tmp_path / "t.shp"
    if packed:
        path = tmp_path / "t.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("t.[!z]*"):
                archive.write(part, part.name)
    (table,) = read(path)
    assert table.columns["name"].tolist() == ["甲支行"]


@pytest.mark.filterwarnings("ignore:Could not decode error message")  # GDAL's on what it cuts
@pytest.mark.parametrize("said", [True, False], ids=["cpg", "no-cpg"])
def test_heading_that_a_shapefile_cut_within_a_character(tmp_path, said):
    """Ten bytes hold three characters of UTF-8; GDAL cuts the fourth through and cannot read it."""
    names = {"网点名称": ["甲支行"], "服务方式": ["窗口办"], "服务方式二": ["网办"], "经度": [1]}
    point = [shapely.Point(113, 23)]
    gpd.GeoDataFrame(names, geometry=point, crs=4326).to_file(tmp_path / "t.shp", encoding="UTF-8")
    if not said:
        (tmp_path / "t.cpg").unlink()
    (table,) = read(tmp_path / "t.shp")
    assert {name: column.tolist() for name, column in table.columns.items()} == {
        "name": ["甲支行"], "modes": ["窗口办"], "lon": ["1"],
    }  # fmt: skip
    assert table.headings["name"] == "网点名\ufffd"
    assert len(table.unused) == 1


def test_cut_heading_that_may_mean_two_fields_means_none():
    places = spellings_of(
        {"code": ("行政区划代码",), "name": ("行政区", "行政区名称"), "x": ("市",)}
    )
    assert fields_of(["行政区\ufffd", "市"], places) == {"x": 1}
    assert fields_of(["行政区划\ufffd", "\ufffd"], places) == {"code": 0}


def test_damaged_zip_is_told(tmp_path):
    assert kind_of(written(tmp_path / "t.zip", b"PK\x03\x04 no more"))[0] == "layer_unreadable"
