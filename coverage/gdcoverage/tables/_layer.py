"""Layer files in degrees, in whatever encoding their text is."""

from __future__ import annotations

import codecs
import glob
import re
import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio
from pandas.api.types import is_string_dtype
from pyproj.exceptions import ProjError

from gdcoverage.problems import unusable

# Stands where a character was cut off: a Shapefile keeps ten bytes of a name, three Chinese
# characters and a third of the next.
CUT = "\ufffd"


def layers_of(path: Path) -> list[str]:
    """Names of the layers with geometry in a file that may hold several."""
    if path.suffix.lower() != ".gpkg":
        return []
    try:
        return [str(name) for name, shape in pyogrio.list_layers(path) if shape is not None]
    except pyogrio.errors.DataSourceError:
        return []  # damaged: reading it says so


def read_layer(path: str | Path, layer: str | None = None) -> gpd.GeoDataFrame:
    """A layer file in EPSG:4326; of several layers the first, unless one is named.

    Text that a Shapefile cut within a character ends with `CUT`.

    Raises
    ------
    InputError : unreadable, without geometry, or without a coordinate system.
    """
    path = Path(path)
    if not path.is_file():
        raise unusable("file_missing", "找不到文件", "请检查路径与文件名", file=path.name)
    try:
        if path.suffix.lower() == ".parquet":
            frame = gpd.read_parquet(path)
        else:
            frame = _read_gdal(path, {} if layer is None else {"layer": layer})
    except Exception as error:  # GDAL and Arrow raise many classes
        raise unusable(
            "layer_unreadable", f"图层无法读取（{error}）", "请检查文件是否完整", file=path.name
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame) or frame.geometry.isna().all():
        raise unusable("no_geometry", "图层里没有几何要素", "请导出带坐标的图层", file=path.name)
    if frame.crs is None:
        raise unusable(
            "crs_missing", "图层没有坐标系", "请在 GIS 软件里指定坐标系后重新导出", file=path.name
        )
    try:
        return frame.to_crs(4326)
    except ProjError as error:
        raise unusable(
            "crs_unknown",
            f"图层的坐标系无法换算成经纬度（{error}）",
            "请在 GIS 软件里重投影为 EPSG:4326 后重新导出",
            file=path.name,
        ) from error


def _read_gdal(path: Path, options: dict[str, str]) -> gpd.GeoDataFrame:
    """A layer that GDAL reads; a Shapefile that does not say its encoding as UTF-8 or GB18030."""
    parts = _shapefile(path)
    # GDAL would take one that says nothing for Latin-1.
    silent = {"encoding": "utf-8"} if ".shp" in parts and ".cpg" not in parts else {}
    try:
        return gpd.read_file(path, **silent, **options)
    except UnicodeDecodeError:
        if ".shp" not in parts:
            raise
    # Latin-1, by the name that GDAL has for it: a character for each byte.
    raw = gpd.read_file(path, encoding="ISO-8859-1", **options)
    try:
        return _decoded(raw, "utf-8")
    except UnicodeDecodeError:
        return _decoded(raw, "gb18030")


def _shapefile(path: Path) -> set[str]:
    """Suffixes of the files that belong to a Shapefile, packed or not; of any other, none."""
    if path.suffix.lower() == ".shp":
        return {part.suffix.lower() for part in path.parent.glob(f"{glob.escape(path.stem)}.*")}
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as packed:
            return {Path(name).suffix.lower() for name in packed.namelist()}
    return set()


def _decoded(raw: gpd.GeoDataFrame, encoding: str) -> gpd.GeoDataFrame:
    """A frame of which every character stands for a byte, with its text."""
    out = raw.rename(columns={name: _text(name, encoding) for name in raw if name != "geometry"})
    for name, values in out.items():
        if is_string_dtype(values.dtype):
            out[name] = values.map(lambda text: _text(text, encoding), na_action="ignore")
    return out


def _text(written: str, encoding: str) -> str:
    """Bytes, one in each character, as text; one whose end is missing as `CUT`.

    GDAL tells names that were cut alike apart by a number, which it writes over the end.
    """
    raw = written.encode("latin-1")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        begin = re.sub(rb"_\d+$", b"", raw)
        number = raw[len(begin) :].decode()
        return codecs.getincrementaldecoder(encoding)().decode(begin) + CUT + number
