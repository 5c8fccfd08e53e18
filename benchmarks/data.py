"""Real data that the benchmarks run on, and plans for real places made from them."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import pandas as pd

SHARED = Path(os.environ.get("GDCOVERAGE_SHARED", Path(__file__).parents[2] / "shared"))

_PORTO_ALEGRE = """title = "阿雷格里港：以有医疗设施的六边形为网点（真实街道与普查人口）"
[outlets]
path = "outlets.csv"
datum = "wgs84"
[demand]
path = "{shared}/data/portoalegre-r5r/poa_hexgrid.csv"
settlement = "urban"
[network]
osm = "{shared}/data/portoalegre-r5r/poa.osm.pbf"
[counties]
single = "阿雷格里港"
[outputs]
folder = "results"
"""

_NANSHAN = """title = "深圳南山：14 家真实银行（街道节选，人口为按街道均布的示意点）"
[outlets]
path = "outlets.csv"
datum = "wgs84"
[demand]
path = "demand.csv"
[network]
osm = "{shared}/data/gd-osm-extracts/shenzhen_nanshan_2021.osm.pbf"
[counties]
adcodes = ["440305"]
[outputs]
folder = "results"
"""


def porto_alegre(folder: Path) -> Path:
    """A plan for Porto Alegre: hexagons with census people, those with healthcare as outlets."""
    folder.mkdir(parents=True, exist_ok=True)
    hexagons = pd.read_csv(SHARED / "data/portoalegre-r5r/poa_hexgrid.csv")
    clinics = hexagons[hexagons["healthcare"] > 0]
    outlets = clinics[["id", "lon", "lat"]].set_axis(["网点编号", "经度", "纬度"], axis=1)
    outlets.insert(1, "网点名称", [f"医疗点{i:03d}" for i in range(1, len(outlets) + 1)])
    outlets.to_csv(folder / "outlets.csv", index=False)
    return _plan(folder, _PORTO_ALEGRE)


def nanshan(folder: Path) -> Path:
    """A plan for Nanshan: the 14 banks of the extract, and points along its streets.

    No census goes with these streets, so every demand point stands for 100 people: the plan
    tests the program on real streets and banks and says nothing about Nanshan.
    """
    from gdcoverage.network import WalkNetwork

    folder.mkdir(parents=True, exist_ok=True)
    extracts = SHARED / "data/gd-osm-extracts"
    places = gpd.read_file(extracts / "osm_outlet_like_pois.geojson")
    banks = places[(places["extract"] == "shenzhen_nanshan_2021") & (places["amenity"] == "bank")]
    pd.DataFrame(
        {
            "网点名称": banks["name"].fillna("银行") + "（" + banks["@id"].astype(str) + "）",
            "所属银行": banks["name"].fillna("银行"),
            "经度": banks.geometry.representative_point().x,
            "纬度": banks.geometry.representative_point().y,
        }
    ).to_csv(folder / "outlets.csv", index=False)
    network = WalkNetwork.from_osm(extracts / "shenzhen_nanshan_2021.osm.pbf")
    core = (network.shape_lon > 113.925) & (network.shape_lon < 113.968)
    core &= (network.shape_lat > 22.539) & (network.shape_lat < 22.559)
    cells = pd.DataFrame(
        {
            "经度": (network.shape_lon[core] / 0.002).round() * 0.002,
            "纬度": (network.shape_lat[core] / 0.002).round() * 0.002,
        }
    ).drop_duplicates()
    cells.assign(人口=100, 城乡分类代码="111").round(6).to_csv(folder / "demand.csv", index=False)
    return _plan(folder, _NANSHAN)


def _plan(folder: Path, text: str) -> Path:
    path = folder / "plan.toml"
    path.write_text(text.format(shared=SHARED.resolve().as_posix()), encoding="utf-8")
    return path
