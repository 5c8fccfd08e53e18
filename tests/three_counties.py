"""A plan of three square counties with streets, outlets and people across their borders."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import worlds

STEP, SIDE = 250.0, 3000.0
ADCODES = ("990101", "990102", "990103")


def write_plan(folder: Path, sites: bool = True, seed: int = 3, people: int = 150) -> Path:
    """Write inputs and plan; results go to ``results`` beside it.

    Three squares of 3 km in a row share one lattice of streets; outlets stand on either side of
    the borders, two people-less; two demand points lie north of all counties, one near, one far.
    """
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    columns, rows = int(3 * SIDE / STEP) + 1, int(SIDE / STEP) + 1
    nodes = {i * rows + j + 1: (i * STEP, j * STEP) for i in range(columns) for j in range(rows)}
    ways = [[i * rows + j + 1 for j in range(rows)] for i in range(columns)]
    ways += [[i * rows + j + 1 for i in range(columns)] for j in range(rows)]
    tags = {"highway": "residential"}
    places = [((1500.0, 1500.0), "town", "西镇"), ((7500.0, 1500.0), "town", "东镇")]
    worlds.write_osm(folder / "streets.osm", nodes, [(w, tags) for w in ways], places)

    corners = [worlds.degrees(i * SIDE, 0) + worlds.degrees((i + 1) * SIDE, SIDE) for i in range(3)]
    gpd.GeoDataFrame(
        {"代码": ADCODES, "名称": ["西县", "中县", "东县"]},
        geometry=[shapely.box(*corner) for corner in corners],
        crs="EPSG:4326",
    ).to_file(folder / "counties.geojson")

    # Outlets 200 m from the borders: they serve people of both sides.
    spots: list[worlds.Spot] = [(200, 300), (2800, 1500), (3200, 2700), (6200, 700), (8800, 2900)]
    _table(folder / "outlets.csv", spots, {
        "网点编号": [f"W{i}" for i in range(5)],
        "网点名称": [f"第{i}支行" for i in range(5)],
        "所属银行": ["甲银行", "乙银行", "甲银行", "乙银行", "甲银行"],
        "状态": ["在营"] * 4 + ["暂停"],
    })  # fmt: skip
    spots = [tuple(spot) for spot in rng.uniform((0, 0), (3 * SIDE, SIDE), (people, 2))]
    spots += [(4500, SIDE + 400), (4500, SIDE + 40_000)]
    _table(folder / "people.csv", spots, {
        "编号": [f"D{i}" for i in range(len(spots))],
        "常住人口": rng.integers(1, 900, len(spots)),
        "城乡分类代码": rng.choice(["111", "112", "121", "220"], len(spots)),
    })  # fmt: skip
    spots = [tuple(spot) for spot in rng.uniform((0, 0), (3 * SIDE, SIDE), (12, 2))]
    _table(folder / "candidates.csv", spots, {
        "网点编号": [f"C{i:02d}" for i in range(12)],
        "网点名称": [f"候选{i}" for i in range(12)],
    })  # fmt: skip
    plan = """title = "三县"
[outlets]
path = "outlets.csv"
datum = "wgs84"
[demand]
path = "people.csv"
[network]
osm = "streets.osm"
[counties]
path = "counties.geojson"
[outputs]
folder = "results"
"""
    if sites:
        plan += '[sites]\ncandidates = "candidates.csv"\nadd = 2\nfrontier = 0\nalternatives = 0\n'
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    return folder / "plan.toml"


def _table(path: Path, spots: list, columns: dict) -> None:
    lon, lat = np.array([worlds.degrees(*spot) for spot in spots]).T
    pd.DataFrame(columns | {"经度": lon.round(8), "纬度": lat.round(8)}).to_csv(path, index=False)


def files_of(folder: Path) -> dict[str, bytes]:
    """All results by name, but for the manifest, which tells times."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "运行清单.json"
    }
