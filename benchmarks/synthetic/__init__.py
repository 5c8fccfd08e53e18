"""A made-up province in the outlines of Guangdong's counties: streets, people, outlets."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from benchmarks.synthetic import osm, people
from benchmarks.synthetic.settlements import chosen, settle
from benchmarks.synthetic.streets import lay_streets
from gdcoverage.places.counties import read_counties

SEED = 44
LABEL = "合成示例（街道、人口、网点均为虚构）"
_PLAN = """# 由 benchmarks/synthetic 生成：街道、人口、网点和候选点均为虚构，仅县区界线是真实的。
title = "{label}：全省规模测试"

[outlets]
path = "outlets.csv"
datum = "wgs84"

[demand]
path = "population.csv"
datum = "wgs84"

[network]
osm = "streets.osm.pbf"

[counties]
{adcodes}
[sites]
candidates = "candidates.csv"
datum = "wgs84"
add = 3
frontier = 0
alternatives = 0

[outputs]
folder = "results"
"""


def make_province(folder: Path, adcodes: Collection[str] | None = None) -> Path:
    """Write a made-up province as a plan with its inputs; the same every time.

    126 million people live in some 1,700 towns, whose places are real where the data have them
    and whose sizes follow rank, and 26,842 villages strewn over the counties. Streets are uneven
    grids with missing links, rivers with few bridges and dead ends; country roads lead from
    settlement to settlement. Nothing here says anything about Guangdong.

    Parameters
    ----------
    folder : gets ``plan.toml``, ``streets.osm.pbf``, ``population.csv``, ``outlets.csv`` and
        ``candidates.csv``; files of these names are written anew.
    adcodes : only these counties with what is theirs of the province; all 124 by default.

    Returns
    -------
    The plan file.
    """
    rng = np.random.default_rng(SEED)
    every = read_counties()
    settlements = settle(every, rng)
    shares = people.shares(settlements, rng)
    wanted = np.ones(len(every), bool) if adcodes is None else every["adcode"].isin(adcodes)
    mine = np.asarray(wanted)[settlements.county]
    settlements = chosen(settlements, mine)
    shares = {name: count[mine] for name, count in shares.items()}
    land = every.geometry[wanted].union_all()
    streets = lay_streets(settlements, land, rng)

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "streets.osm.pbf").unlink(missing_ok=True)
    osm.write_osm(streets, settlements, folder / "streets.osm.pbf", rng)
    for make, share in (("population", "points"), ("outlets",) * 2, ("candidates",) * 2):
        table = getattr(people, make)(settlements, shares[share], streets, rng)
        table.to_csv(folder / f"{make}.csv", index=False, encoding="utf-8-sig")
    listed = "" if adcodes is None else f"adcodes = {sorted(adcodes)}\n".replace("'", '"')
    plan = folder / "plan.toml"
    plan.write_text(_PLAN.format(label=LABEL, adcodes=listed), encoding="utf-8")
    return plan
