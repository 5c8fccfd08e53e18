"""Where rows without coordinates may be: a table to look at, of which nothing is counted."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from gdcoverage.files import sha256, written_whole
from gdcoverage.places.gazetteer import propose_places, read_gazetteer
from gdcoverage.run.identity import digest, program
from gdcoverage.run.inputs import Inputs, Say
from gdcoverage.run.kept import Kept, packed, unpacked
from gdcoverage.run.outputs import Written
from gdcoverage.run.plan import Plan
from gdcoverage.tables.spreadsheet import write_sheet

PROPOSALS = "坐标建议.xlsx"
_ASK = "核对后把“经度、纬度、坐标系”抄回原表再运行"


def are_proposed(plan: Plan, inputs: Inputs) -> bool:
    """Whether rows lack coordinates, and there is a file whose names may tell of them."""
    return plan.network.osm is not None and not _unplaced(inputs).empty


def _unplaced(inputs: Inputs) -> pd.DataFrame:
    """Outlets and villages without coordinates."""
    read = (inputs.outlets, inputs.demand)
    parts = [r.unplaced.assign(role=r.source.role) for r in read if not r.unplaced.empty]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def write_proposals(plan: Plan, inputs: Inputs, written: Written) -> None:
    """Write where each row without coordinates may be, with the name that tells so."""
    if plan.network.osm is None or not are_proposed(plan, inputs):
        return
    unplaced = _unplaced(inputs)
    written.say(f"按地名推测没有坐标的 {len(unplaced)} 行在哪里")
    names = _names(plan, plan.network.osm, written.say)
    found = propose_places(unplaced, names, inputs.counties)
    with written.writing(PROPOSALS) as path, written_whole(path) as partial:
        write_sheet(proposal_table(found), partial, "坐标建议")


def proposal_table(found: gpd.GeoDataFrame) -> pd.DataFrame:
    """Proposals with Chinese headings; blank where there is none."""
    placed = (found["by"] != "").to_numpy()
    return pd.DataFrame(
        {
            "用途": found["role"],
            "工作表": found["source_sheet"],
            "行号": found["source_row"],
            "名称": found["name"],
            "地址": found["address"],
            "经度": found.geometry.x.round(6),
            "纬度": found.geometry.y.round(6),
            "坐标系": pd.Series(placed).map({True: "WGS-84", False: ""}),
            "依据的地名": found["by"],
            "类别": found["kind"],
            "可能偏差（米）": found["off_m"].round(),
            "说明": pd.Series(placed).map(
                {True: f"近似位置，未计入；{_ASK}", False: "没有找到唯一的地名，请在地图上查"}
            ),
        }
    )


def _names(plan: Plan, osm: Path, say: Say) -> gpd.GeoDataFrame:
    """The names of the plan's OSM file, read once."""
    kept = Kept(plan.cache / "results", (), say)
    identity = digest("gazetteer", program(), sha256(osm))
    names = kept.get(identity)
    if names is None:
        body = packed(read_gazetteer(osm))
        kept.put(identity, body)
        names = unpacked(body, {})
    assert isinstance(names, gpd.GeoDataFrame)
    return names
