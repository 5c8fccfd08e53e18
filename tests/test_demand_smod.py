"""Settlement class from a raster of GHS-SMOD's codes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from pyproj import Transformer
from rasterio.transform import Affine

from gdcoverage.demand import read_demand
from gdcoverage.problems import InputError
from gdcoverage.tables import Reading

CODES = np.array([[30, 23, 22, 21], [13, 12, 11, 10]])
# A cell of one minute at the north-west.
DEGREES = Affine(1 / 60, 0, 113, 0, -1 / 60, 23)


def smod(
    folder: Path,
    codes: np.ndarray = CODES,
    crs: str = "EPSG:4326",
    transform: Affine = DEGREES,
    nodata: float | None = -200,
) -> Path:
    path = folder / "smod.tif"
    shape = {"height": len(codes), "width": codes.shape[1], "count": 1, "dtype": codes.dtype}
    with rasterio.open(
        path, "w", driver="GTiff", crs=crs, transform=transform, nodata=nodata, **shape
    ) as file:
        file.write(codes[None])
    return path


def points(lon: np.ndarray, lat: np.ndarray, codes: str | list[str] = "") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "名称": [f"村{i}" for i in range(len(lon))],
            "人口": 10,
            "经度": lon,
            "纬度": lat,
            "城乡分类代码": codes,
        }
    )


def in_each(shape: tuple[int, int] = (2, 4)) -> pd.DataFrame:
    """A village of ten in every cell, off its middle."""
    row, column = (axis.ravel() for axis in np.indices(shape))
    return points(113 + (column + 0.9) / 60, 23 - (row + 0.2) / 60)


def classes(reading: Reading) -> list[str]:
    frame = reading.frame
    return list(np.select([frame["town"], frame["settlement"] == "urban"], ["t", "U"], "r"))


def told(reading: Reading) -> dict[str, str]:
    return {p.kind: p.what for p in reading.problems}


@pytest.mark.parametrize("dtype", ["int16", "uint8", "float64"])
def test_codes_are_classes(tmp_path: Path, dtype: str) -> None:
    path = smod(tmp_path, CODES.astype(dtype), nodata=None if dtype == "uint8" else -200)
    reading = read_demand(in_each(), settlement_polygons=path)
    assert classes(reading) == ["U", "t", "t", "t", "r", "r", "r", "r"]
    assert set(reading.frame["settlement_source"]) == {"degurba"}
    assert told(reading) == {
        "settlement_water": "1 个人口点（10 人）在城乡栅格的水域里，按乡村判定"
    }
    assert reading.problems[0].file == "smod.tif"


def test_a_raster_in_another_plane_is_asked_at_the_points(tmp_path: Path) -> None:
    """GHS-SMOD as it is published; one village in every cell."""
    corner = Affine(1_000, 0, 11_000_000, 0, -1_000, 2_700_000)
    row, column = (axis.ravel() for axis in np.indices(CODES.shape))
    back = Transformer.from_crs("ESRI:54009", 4326, always_xy=True)
    lon, lat = back.transform(*(corner @ (column + 0.01, row + 0.99)))
    path = smod(tmp_path, CODES.astype("int16"), "ESRI:54009", corner)
    reading = read_demand(points(lon, lat), settlement_polygons=path)
    assert classes(reading) == ["U", "t", "t", "t", "r", "r", "r", "r"]


def test_own_codes_come_first_and_what_lies_outside_is_told(tmp_path: Path) -> None:
    codes = CODES.astype("int16")
    codes[0, 1] = -200
    table = points(
        np.array([113.001, 113.001, 113.02, 113.2]), np.array([22.999] * 4), ["220", "", "", ""]
    )
    for nodata in (-200, None):
        path = smod(tmp_path, codes, nodata=nodata)
        reading = read_demand(table, settlement_polygons=path, settlement="urban")
        assert classes(reading) == ["r", "U", "r", "r"]
        assert reading.frame["settlement_source"].tolist() == ["code", *["degurba"] * 3]
        what = "2 个人口点（20 人）在城乡栅格之外，或该处无数据，按乡村判定"
        assert told(reading) == {"settlement_outside": what}


def test_rows_do_not_depend_on_their_order_or_the_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = np.random.default_rng(2).choice(CODES.ravel(), (30, 20)).astype("int16")
    path, table = smod(tmp_path, codes), in_each((30, 20))
    whole = read_demand(table, settlement_polygons=path).frame
    monkeypatch.setattr("gdcoverage.demand._smod._WINDOW_CELLS", 50)
    order = np.random.default_rng(3).permutation(len(table))
    mixed = read_demand(table.iloc[order], settlement_polygons=path).frame
    assert mixed["town"].tolist() == whole["town"].iloc[order].tolist()
    assert mixed["settlement"].tolist() == whole["settlement"].iloc[order].tolist()


def test_cells_of_a_raster_of_people_take_their_classes_from_it(tmp_path: Path) -> None:
    path = tmp_path / "people.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=4, width=8, count=1, dtype="float64",
        crs="EPSG:4326", transform=DEGREES @ Affine.scale(0.5),
    ) as file:  # fmt: skip
        file.write(np.ones((1, 4, 8)))
    found = classes(read_demand(path, settlement_polygons=smod(tmp_path, CODES.astype("int16"))))
    assert found == [*"UUtttttt"] * 2 + ["r"] * 16


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (np.array([[1, 2, 3, 0]] * 2), "不是城乡分类栅格：有 1、2、3值.*GHS-SMOD"),
        (np.random.default_rng(1).random((2, 4)) * 100, "不是城乡分类栅格：有 .*等值"),
        (np.full((2, 4), -200), "没有覆盖任何人口点"),
    ],
)
def test_another_raster_is_refused(tmp_path: Path, codes: np.ndarray, message: str) -> None:
    path = smod(tmp_path, codes.astype("float64"))
    with pytest.raises(InputError, match=message):
        read_demand(in_each(), settlement_polygons=path)


def test_a_raster_that_is_missing_or_cut_off_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="找不到文件"):
        read_demand(in_each(), settlement_polygons=tmp_path / "none.tif")
    path = smod(tmp_path, CODES.astype("int16"))
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(InputError, match="无法读取"):
        read_demand(in_each(), settlement_polygons=path)
