"""The map's data: frames turned into one compact block of numbers and texts."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gdcoverage._geodesic import GEOD
from gdcoverage.assess import Coverage
from gdcoverage.emap._styles import styles
from gdcoverage.policy import FLAGS, ITEMS, MAP_TITLE, MODES, OUTLET_STATUS, PHRASE, SETTLEMENTS
from gdcoverage.report import SNAP_STATUS, distance_text, percent
from gdcoverage.service_areas import reached_streets, service_area
from gdcoverage.siting import Siting

# Coordinates travel as whole numbers of 1e-5 degrees, about a metre.
GRID = 1e5
_SIMPLE_DEG = 3e-5


def map_data(
    coverage: Coverage,
    gaps: gpd.GeoDataFrame,
    title: str,
    made_on: str,
    network_base: bool,
    siting: Siting | None = None,
) -> dict[str, Any]:
    """Everything that the page draws and says, ready for JSON."""
    standard = coverage.standard
    streets = [reached_streets(coverage, standard.minutes * part / 3) for part in (1, 2, 3)]
    lines = coverage.network.lines().to_numpy() if network_base else np.empty(0, object)
    counties = coverage.counties
    active = coverage.outlets[coverage.outlets["counts"]]
    return {
        "title": MAP_TITLE,
        "subtitle": title,
        "phrase": f"「{PHRASE}」",
        "standard": str(standard),
        "headline": _headline(coverage),
        "madeOn": made_on,
        "bounds": _bounds(coverage),
        "styles": _styles(coverage, siting),
        "lines": {
            "streets": packed_lines(lines),
            "reached": packed_lines(streets[2].geometry.to_numpy()),
        },
        "areas": {
            "counties": [] if counties is None else _packed_areas(counties),
            "walk_1": packed_area(service_area(streets[0])),
            "walk_2": packed_area(service_area(streets[1])),
            "walk_3": packed_area(service_area(streets[2])),
            "radius": packed_area(_discs(active, standard.rural_radius_m)),
        },
        "countyNames": _county_names(counties),
        "gaps": _gaps(gaps, coverage),
        "demand": _demand(coverage),
        "outlets": _outlets(coverage, siting),
        "sites": _sites(siting),
    }


def _styles(coverage: Coverage, siting: Siting | None) -> list[dict[str, Any]]:
    """The style table; the rural radius is off at first where nobody lives in the country."""
    table = styles(coverage.standard)
    rural = bool((coverage.demand["settlement"] == "rural").any())
    table["radius"] = table["radius"]._replace(on=rural)
    if siting is None:
        del table["sites"]
    return [{"key": key, **style._asdict()} for key, style in table.items()]


def packed_lines(lines: NDArray[np.object_]) -> list[list[int]]:
    """Lines as whole numbers: x, y of the first point, then steps from point to point."""
    simple = shapely.simplify(lines, _SIMPLE_DEG)
    return _steps(*shapely.get_coordinates(simple, return_index=True))


def packed_area(area: BaseGeometry) -> list[list[list[int]]]:
    """Polygons as lists of rings, each packed as a line is."""
    simple = shapely.simplify(area, _SIMPLE_DEG)
    out = []
    for polygon in shapely.get_parts(simple):
        rings, ring = shapely.get_coordinates(shapely.get_rings(polygon), return_index=True)
        out.append(_steps(rings, ring))
    return out


def _packed_areas(areas: gpd.GeoDataFrame) -> list[list[list[int]]]:
    return [polygon for area in areas.geometry for polygon in packed_area(area)]


def _steps(xy: NDArray[np.float64], line: NDArray[np.int64]) -> list[list[int]]:
    whole = np.round(xy * GRID).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64))
    first = np.flatnonzero(np.diff(line, prepend=-1))
    steps[first] = whole[first]
    moved = (steps != 0).any(axis=1)
    moved[first] = True
    kept, owner = steps[moved], line[moved]
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    return [part.ravel().tolist() for part in np.split(kept, starts[1:])] if len(kept) else []


def _bounds(coverage: Coverage) -> list[list[float]]:
    """Where the people are: south-west and north-east corner."""
    shown = coverage.demand if len(coverage.demand) else coverage.outlets
    if not len(shown):
        shown = coverage.counties if coverage.counties is not None else shown
    if shown is None or not len(shown):
        return [[20.1, 109.6], [25.6, 117.4]]
    west, south, east, north = shown.total_bounds
    return [[float(south), float(west)], [float(north), float(east)]]


def _headline(coverage: Coverage) -> str:
    if not len(coverage.demand):
        return "没有人口数据"
    total = coverage.total()
    classes = [
        f"{name} {percent(total[f'{kind}_rate'])}"
        for kind, name in SETTLEMENTS.items()
        if total[f"{kind}_population"]
    ]
    return f"人口覆盖率 {percent(total['rate'])}（{'，'.join(classes)}）"


def _county_names(counties: gpd.GeoDataFrame | None) -> list[dict[str, Any]]:
    if counties is None:
        return []
    points = shapely.point_on_surface(counties.geometry.to_numpy())
    return [
        {"name": name, "lat": round(p.y, 5), "lon": round(p.x, 5)}
        for name, p in zip(counties["name"], points, strict=True)
    ]


def _discs(active: gpd.GeoDataFrame, radius_m: float) -> BaseGeometry:
    """The places within the geodesic radius of an outlet, as one area."""
    azimuth = np.linspace(0, 360, 73)[:-1]
    discs = []
    for point in active.geometry:
        lon, lat, _ = GEOD.fwd(
            np.full(72, point.x), np.full(72, point.y), azimuth, np.full(72, radius_m)
        )
        discs.append(shapely.Polygon(np.column_stack([lon, lat])))
    return shapely.union_all(discs) if discs else shapely.MultiPolygon()


def _demand(coverage: Coverage) -> dict[str, Any]:
    """Demand points column by column; texts repeat, so they go by number."""
    demand = coverage.demand
    names = dict(zip(coverage.outlets["outlet_id"], _names(coverage.outlets), strict=True))
    codes, texts = pd.factorize(np.array([names.get(i, "") for i in demand["outlet_id"]], object))
    return {
        "lon": _whole(demand.geometry.x),
        "lat": _whole(demand.geometry.y),
        "name": demand.get("name", pd.Series("", demand.index)).tolist(),
        "people": demand["population"].round().astype(int).tolist(),
        "covered": demand["covered"].astype(int).tolist(),
        "urban": (demand["settlement"] == "urban").astype(int).tolist(),
        "metres": [None if np.isnan(m) else round(m) for m in demand["distance_m"]],
        "outlet": codes.tolist(),
        "outletNames": list(texts),
        "status": demand["status"].map(SNAP_STATUS).tolist(),
        "settlements": SETTLEMENTS,
        "unknown": distance_text(float("nan"), coverage.standard),
    }


def _whole(degrees: pd.Series) -> list[int]:
    return np.round(degrees.to_numpy() * GRID).astype(int).tolist()


def _names(outlets: gpd.GeoDataFrame) -> list[str]:
    """Names of outlets; the number of one that has none."""
    named = outlets["name"] if "name" in outlets else outlets["outlet_id"]
    return [name or number for name, number in zip(named, outlets["outlet_id"], strict=True)]


def _outlets(coverage: Coverage, siting: Siting | None) -> list[dict[str, Any]]:
    outlets = coverage.outlets
    lost = {}
    if siting is not None:
        lost = dict(zip(siting.exits["outlet_id"], siting.exits["population"], strict=True))
    rows = []
    for name, row in zip(_names(outlets), outlets.to_dict("records"), strict=True):
        terms = {
            label: "、".join(term for name, term in table.items() if row.get(name))
            for label, table in (("服务方式", MODES | FLAGS), ("业务事项", ITEMS))
        }
        facts = {
            "所属银行": row.get("bank", ""),
            "地址": row.get("address", ""),
            "营业时间": row.get("hours", ""),
            **terms,
            "电话": row.get("phone", ""),
            "状态": OUTLET_STATUS[row["status"]],
        }
        if row["outlet_id"] in lost:
            facts["若退出"] = f"{lost[row['outlet_id']]:,.0f} 人失去达标"
        rows.append(
            {
                "name": name,
                "lat": round(row["geometry"].y, 6),
                "lon": round(row["geometry"].x, 6),
                "active": bool(row["counts"]),
                "facts": [[label, text or "未知"] for label, text in facts.items()],
            }
        )
    return rows


def _sites(siting: Siting | None) -> list[dict[str, Any]]:
    """Recommended sites in build order."""
    if siting is None:
        return []
    return [
        {
            "name": site.name or f"建议网点 {site.rank}",
            "lat": round(site.lat, 6),
            "lon": round(site.lon, 6),
            "facts": [
                ["建设次序", f"第 {site.rank} 个"],
                ["银行", site.bank or "不限"],
                ["新增达标", f"{site.population:,.0f} 人"],
                ["其中", f"城区 {site.urban:,.0f} 人，乡村 {site.rural:,.0f} 人"],
                ["填补", site.gap_name or "—"],
                ["最近网点", site.outlet_name or "无"],
            ],
        }
        for site in siting.plan.sites.itertuples()
    ]


def _gaps(gaps: gpd.GeoDataFrame, coverage: Coverage) -> list[dict[str, Any]]:
    """Gaps, most people first."""
    ordered = gaps.sort_values(["population", "gap_id"], ascending=[False, True])
    rows = []
    for rank, gap in enumerate(ordered.itertuples(), 1):
        beyond = "—" if np.isnan(gap.beyond_m) else f"{gap.beyond_m:,.0f} 米"
        away = distance_text(gap.distance_m, coverage.standard, gap.settlement)
        rows.append(
            {
                "rank": rank,
                "name": gap.name,
                "people": round(gap.population),
                "lat": round(gap.lat, 5),
                "lon": round(gap.lon, 5),
                "area": packed_area(gap.geometry),
                "facts": [
                    ["城乡类别", SETTLEMENTS[gap.settlement]],
                    ["人口", f"{gap.population:,.0f} 人"],
                    ["需求点", f"{gap.demand_points} 个"],
                    ["面积", f"{gap.area_km2:.2f} 平方公里"],
                    ["最近网点", gap.outlet_name or "无"],
                    ["到网点", away if np.isnan(gap.distance_m) else f"{away} 米"],
                    ["超出标准", beyond],
                ],
            }
        )
    return rows
