"""What the whole table of services costs beside one assessment: ``python -m benchmarks.services``.

Porto Alegre's streets and people; outlets where there is healthcare, with services and hours
strewn over them.
"""

from __future__ import annotations

import sys

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.data import SHARED
from benchmarks.timing import Figure, seconds
from gdcoverage.assessment import assess
from gdcoverage.demand import read_demand
from gdcoverage.network import WalkNetwork
from gdcoverage.policy import ITEMS, MODES

# An assessment and its table together, times one assessment.
MOST_TIMES = 3.0
_HOURS = ("周一至周五 9:00-17:00", "每天 9:00-20:00", "周六 9:00-12:00", "9:00-17:00", "")


def main() -> list[Figure]:
    """How many times as long as one assessment it takes with all 96 combinations."""
    folder = SHARED / "data/portoalegre-r5r"
    demand = read_demand(folder / "poa_hexgrid.csv", settlement="urban").frame
    clinics = pd.read_csv(folder / "poa_hexgrid.csv").query("healthcare > 0")
    rng = np.random.default_rng(1)
    flags = {name: rng.random(len(clinics)) < 0.5 for name in (*ITEMS, *MODES)}
    outlets = gpd.GeoDataFrame(
        {"outlet_id": clinics["id"].to_numpy(), "status": "active", **flags}
        | {"hours": rng.choice(_HOURS, len(clinics))},
        geometry=gpd.points_from_xy(clinics["lon"], clinics["lat"]),
        crs="EPSG:4326",
    )
    network = WalkNetwork.from_osm(folder / "poa.osm.pbf")
    once = seconds(lambda: assess(outlets, demand, network))
    with_table = seconds(lambda: assess(outlets, demand, network).by_service())
    remark = f"{len(outlets)} outlets, {len(demand):,} demand points, {once:.2f} s one assessment"
    return [
        Figure("an assessment by 96 services", with_table / once, "times one", MOST_TIMES, remark)
    ]


if __name__ == "__main__":
    found = main()
    for figure in found:
        print(f"{figure.what}: {figure.value:.2f} {figure.unit} ({figure.remark})")
    sys.exit(any(figure.missed for figure in found))
