"""Files that harm: whatever a file holds, a reader answers with a reading or with a message."""

import multiprocessing
import random
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import osmnx as ox
import psutil
import pytest
import rasterio
import shapely
import xlsxwriter
from rasterio.transform import Affine

from gdcoverage import WalkNetwork, read_counties, read_demand, read_outlets
from gdcoverage.emap.basemap import read_base
from gdcoverage.emap.names import read_names
from gdcoverage.network import read_places
from gdcoverage.places.gazetteer import read_gazetteer
from gdcoverage.problems import InputError
from gdcoverage.tables import read_layer, read_tables
from gdcoverage.tables._cells import read_cells
from test_tables_sheet import raw_workbook

NAMES = ["甲支行", "乙支行", "丙支行"]
POINTS = [shapely.Point(113 + i / 10, 23 + i / 10) for i in range(3)]
# What stands where a number should: for every width that a reader may reserve by.
NUMBERS = (
    "-1", "0", "4294967296", "18446744073709551616", "1e308", "1e999", "nan", "-inf", "", "99" * 99,
)  # fmt: skip


# --- small valid files -----------------------------------------------------------------------


def outlets_workbook(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, gone = book.add_worksheet("网点"), book.add_format({"font_strikeout": True})
        sheet.write_row(0, 0, ["网点名称", "经度", "纬度", "地址", "营业时间"])
        for i, name in enumerate(NAMES, 1):
            sheet.write_row(i, 0, [name, 112 + i, 23, "某路", "9:00-17:00"], gone)
        sheet.merge_range(1, 5, 3, 5, "某市")
        sheet.set_row(2, None, None, {"hidden": True})
        book.add_worksheet("说明").write("C5", "请如实填写")


def outlets_text(path: Path) -> None:
    rows = "".join(f'{name},113.{i},23,"某路\n{i}号"\n' for i, name in enumerate(NAMES))
    path.write_text("网点名称,经度,纬度,地址\n" + rows, encoding="utf-8")


def people() -> gpd.GeoDataFrame:
    columns = {"村名": NAMES, "常住人口": [5, 6, 7], "城乡代码": ["111", "122", "220"]}
    return gpd.GeoDataFrame(columns, geometry=POINTS, crs=4326)


def people_layer(path: Path) -> None:
    if path.suffix == ".parquet":
        people().to_parquet(path)
    else:
        people().to_file(path)


def people_shapefile(path: Path) -> None:
    with TemporaryDirectory() as folder, zipfile.ZipFile(path, "w") as packed:
        people().to_file(Path(folder) / "people.shp", encoding="GBK")
        for part in sorted(Path(folder).iterdir()):
            packed.write(part, part.name)


def counties_layer(path: Path) -> None:
    units = {"adcode": ["440106", "440105"], "name": ["天河区", "海珠区"]}
    boxes = [shapely.box(113, 23, 114, 24), shapely.box(114, 23, 115, 24)]
    gpd.GeoDataFrame(units, geometry=boxes, crs=4326).to_file(path)


def people_raster(path: Path) -> None:
    shape = {"height": 40, "width": 50, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    corner = Affine(0.01, 0, 113, 0, -0.01, 23.5)
    with rasterio.open(
        path, "w", driver="GTiff", transform=corner, compress="deflate", **shape
    ) as f:
        f.write(np.arange(2_000, dtype="float32").reshape(1, 40, 50))


def graphml(path: Path) -> None:
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for node in range(5):
        graph.add_node(node, x=113 + node / 1_000, y=23.0)
        if node:
            graph.add_edge(node - 1, node, osmid=node, length=100.0, oneway=False)
    graph[0][1][0]["geometry"] = shapely.LineString([(113, 23), (113.0005, 23.1), (113.001, 23)])
    ox.save_graphml(graph, path)


def outlets(path: Path) -> object:
    return read_outlets(path, datum="wgs84")


Reader = Callable[[Path], object]


def streets(path: Path) -> None:
    """A grid of 8 × 8 crossings, a river, a town; XML or PBF by the suffix."""
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path)) as writer:
        for i in range(64):
            place = {"place": "town", "name": "永汉镇"} if i == 9 else {}
            at = (114 + i % 8 / 500, 23 + i // 8 / 500)
            writer.add_node(osmium.osm.mutable.Node(id=i + 1, location=at, version=1, tags=place))
        rows = [range(8 * i + 1, 8 * i + 9) for i in range(8)]
        columns = [range(i + 1, 65, 8) for i in range(8)]
        for number, refs in enumerate((*rows, *columns), 1):
            tags = {"waterway": "river"} if number == 7 else {"highway": "primary", "name": "路"}
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=[*refs], version=1, tags=tags))


def all_of_osm(path: Path) -> WalkNetwork:
    for read in (read_places, read_base, read_gazetteer, read_names):
        read(path)
    return WalkNetwork.from_osm(path)


KINDS: dict[str, tuple[str, Callable[[Path], None], Reader]] = {
    "outlets workbook": ("网点.xlsx", outlets_workbook, outlets),
    "outlets text": ("网点.csv", outlets_text, outlets),
    "people geojson": ("人口.geojson", people_layer, read_demand),
    "people geopackage": ("人口.gpkg", people_layer, read_demand),
    "people geoparquet": ("人口.parquet", people_layer, read_demand),
    "people flatgeobuf": ("人口.fgb", people_layer, read_demand),
    "people shapefile": ("人口.zip", people_shapefile, read_demand),
    "people raster": ("人口.tif", people_raster, read_demand),
    "layer": ("县区.geojson", counties_layer, read_layer),
    "counties": ("县区.geojson", counties_layer, read_counties),
    "graphml": ("路网.graphml", graphml, WalkNetwork.from_graphml),
    "osm": ("街道.osm", streets, all_of_osm),
    "osm pbf": ("街道.osm.pbf", streets, all_of_osm),
}


# --- harm ------------------------------------------------------------------------------------


def flipped(raw: bytes, chance: random.Random) -> bytes:
    out = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw))]


def spliced(raw: bytes, chance: random.Random) -> bytes:
    """A chunk of it, maybe none, instead of another."""
    a, b, c, d = (chance.randrange(len(raw)) for _ in range(4))
    return raw[: min(a, b)] + raw[min(c, d) : max(c, d)] * chance.randint(0, 3) + raw[max(a, b) :]


def misnumbered(raw: bytes, chance: random.Random) -> bytes:
    numbers = list(re.finditer(rb"\d+(?:\.\d+)?", raw))
    if not numbers:
        return flipped(raw, chance)
    at = chance.choice(numbers)
    return raw[: at.start()] + chance.choice(NUMBERS).encode() + raw[at.end() :]


HARMS = (flipped, cut, spliced, misnumbered)


def repacked(raw: bytes, chance: random.Random) -> bytes:
    """Harm within a part of an archive, which is sound itself."""
    with zipfile.ZipFile(BytesIO(raw)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = chance.choice([name for name, part in parts.items() if part])
    parts[name] = chance.choice(HARMS)(parts[name], chance)
    with zipfile.ZipFile(out := BytesIO(), "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(name, part)
    return out.getvalue()


def harmed(raw: bytes, chance: random.Random) -> bytes:
    if raw.startswith(b"PK") and chance.random() < 0.8:
        return repacked(raw, chance)
    return chance.choice(HARMS)(raw, chance)


@pytest.mark.filterwarnings("ignore")  # of libraries, on what they can still read
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_file_holds_ends_in_a_reading_or_a_message(tmp_path, kind):
    name, make, read = KINDS[kind]
    path = tmp_path / name
    make(path)
    assert read(path) is not None, "the sound file is read"
    sound, messages = path.read_bytes(), 0
    for seed in range(15):
        path.write_bytes(harmed(sound, random.Random(seed)))
        try:
            read(path)
        except InputError as error:
            messages += 1
            assert error.problem.file == name or len(error.problems) > 1
            assert re.search("[一-龥]", error.problem.action)
    assert messages


# --- files that once did ---------------------------------------------------------------------


def told(path: Path) -> tuple[str, str]:
    with pytest.raises(InputError) as error:
        read_cells(path, lambda row: 0)
    assert error.value.problem.file == path.name
    return error.value.problem.kind, str(error.value)


def sheet_of(cells: str, more: str = "") -> str:
    return f"<sheetData>{cells}</sheetData>{more}"


def endless(path: Path) -> Path:
    """300,000 merged ranges of 20,000 rows each: 6,000 million cells to fill."""
    rows = "".join(f"<row><c><v>{i}</v></c></row>" for i in range(20_000))
    merged = "<mergeCell ref='A1:A1048576'/>" * 300_000
    return raw_workbook(path, sheet_of(rows, f"<mergeCells>{merged}</mergeCells>"))


def repeated(path: Path, cells: int) -> Path:
    """One text of 30,000 characters, referred to by many cells."""
    rows = ("<row>" + "<c t='s'><v>0</v></c>" * 100 + "</row>") * (cells // 100)
    return raw_workbook(path, sheet_of(rows), strings=f"<si><t>{'x' * 30_000}</t></si>")


def test_workbook_that_ends_the_process_that_reads_it(tmp_path):
    """calamine reserves what the file says: strings, and rows up to the last."""
    cell = "<row><c r='%s' t='s'><v>0</v></c></row>"
    path = raw_workbook(
        tmp_path / "t.xlsx", sheet_of(cell % "A1"), strings="<si/>", count="4294967296"
    )
    kind, what = told(path)
    assert kind == "workbook_unreadable"
    assert "另存为 .xlsx" in what
    path = raw_workbook(tmp_path / "t.xlsx", sheet_of(cell % "A99999999999"), strings="<si/>")
    assert told(path)[0] == "workbook_unreadable"


def test_workbook_that_takes_all_time(tmp_path, monkeypatch):
    monkeypatch.setattr("gdcoverage.tables._workbook._SECONDS", 1)
    monkeypatch.setattr("gdcoverage.tables._workbook._SECONDS_PER_MB", 0)
    kind, what = told(endless(tmp_path / "t.xlsx"))
    assert kind == "file_too_large"
    assert "没有读完" in what


def test_workbook_that_repeats_a_long_text_without_end(tmp_path):
    kind, what = told(repeated(tmp_path / "t.xlsx", 4_000))
    assert kind == "file_too_large"
    assert "1 亿字" in what


@pytest.mark.skipif(sys.platform != "linux", reason="no other system holds a process to it")
def test_workbook_that_takes_all_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("gdcoverage.tables._workbook._MEMORY", 256 * 1024**2)
    kind, what = told(repeated(tmp_path / "t.xlsx", 20_000))
    assert kind == "workbook_unreadable"
    assert "内存" in what


def test_workbook_that_unpacks_to_more_than_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.frozen", True, raising=False)  # so that the limit reaches its reader
    monkeypatch.setattr("gdcoverage.workbook.reading.LARGEST_UNPACKED_BYTES", 1_000)
    path = raw_workbook(tmp_path / "t.xlsx", sheet_of("<row><c><v>1</v></c></row>"))
    assert told(path)[0] == "file_too_large"


@pytest.mark.parametrize("content", ["word/document.xml", "xl/workbook.xml"])
def test_archive_that_is_no_workbook(tmp_path, content):
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as packed:
        packed.writestr(content, "<a/>")
    assert told(tmp_path / "t.xlsx")[0] == "workbook_unreadable"


def test_workbook_is_read_within_a_worker_that_may_have_no_children(tmp_path):
    """multiprocessing's own workers may not start processes of its kind."""
    outlets_workbook(tmp_path / "t.xlsx")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        (sheets,) = pool.starmap(read_cells, [(tmp_path / "t.xlsx", len)])
    assert list(sheets) == ["网点", "说明"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows interrupts a whole console at once")
def test_interrupted_reading_leaves_no_process_behind(tmp_path):
    code = "import sys; from gdcoverage import read_demand; read_demand(sys.argv[1])"
    command = [sys.executable, "-c", code, str(endless(tmp_path / "t.xlsx"))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as reading:
        readers: list[psutil.Process] = []
        # At work, so that whoever started it is waiting for it.
        while not any(reader.cpu_times().user > 0.1 for reader in readers):
            time.sleep(0.01)
            readers = psutil.Process(reading.pid).children()
        reading.send_signal(signal.SIGINT)  # to it alone
        assert b"KeyboardInterrupt" in reading.communicate()[1]
    assert not any(reader.is_running() for reader in readers)


@pytest.mark.parametrize(
    "text",
    ["名称,经度\n" + "," * 300, "名称,经度\n" + "\n" * 101, "," * 40 + "\n甲\n乙\n"],
    ids=["delimiters", "rows", "wide and long"],
)
def test_text_table_of_nothing_but_delimiters(tmp_path, monkeypatch, text):
    monkeypatch.setattr("gdcoverage.tables._cells.LARGEST_CELLS", 100)
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    assert told(tmp_path / "t.csv")[0] == "sheet_too_large"


def test_pages_of_brackets_are_no_heading(tmp_path):
    """Each bracket would be looked for its end to the end of the text."""
    text = "名称,经度\n甲,113\n" + f"{'(' * 100_000},{'(' * 100_000}\n" * 9
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    (table,) = read_tables(tmp_path / "t.csv", {"name": ("名称",), "lon": ("经度",)}, ("name",))
    assert len(table) == 10


def test_graph_with_collections_within_collections(tmp_path):
    """Read as a shape, they end the process."""
    path = tmp_path / "t.graphml"
    graphml(path)
    deep = "GEOMETRYCOLLECTION(" * 100_000 + "POINT(1 1)" + ")" * 100_000
    text, changed = re.subn(r"LINESTRING[^<]*", deep, path.read_text(encoding="utf-8"))
    assert changed
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        WalkNetwork.from_graphml(path)
    assert error.value.problem.kind == "graphml_unreadable"
