"""The planner's layers: frames turned into compact numbers and texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.emap._changed import change_rows, change_styles
from gdcoverage.emap._facts import facts, site_place, ways
from gdcoverage.emap._local import is_drawn, services_of, town_rows
from gdcoverage.emap._pack import packed_area, packed_lines, whole
from gdcoverage.emap._province import SITED, rate_styles, rated, rated_words
from gdcoverage.emap._styles import styles
from gdcoverage.emap._supervised import supervised_rows, supervision_styles
from gdcoverage.findings import Coverage, Findings
from gdcoverage.numbers import (
    DEMAND,
    FURTHER_SITE,
    GAP,
    SITE,
    SUPERVISION,
    TOWN,
    map_labels,
    map_words,
)
from gdcoverage.policy import SETTLEMENTS
from gdcoverage.report import SNAP_STATUS, distance_text, measured, percent
from gdcoverage.service_areas import radius_area, reached_lines, served_area, service_area
from gdcoverage.sites import Alternatives, Siting


def planner_block(
    coverage: Coverage,
    gaps: gpd.GeoDataFrame,
    network_base: bool,
    siting: Siting | None,
    towns: gpd.GeoDataFrame | None = None,
    supervision: gpd.GeoDataFrame | None = None,
) -> dict[str, Any]:
    """The layers that only planners see, ready for JSON.

    Parameters
    ----------
    towns : frame of `read_towns`: those with polygons are drawn.
    supervision : frame of `Report.supervision_table`, or None.
    """
    standard = coverage.standard
    reached = [reached_lines(coverage, standard.minutes * part / 3) for part in (1, 2, 3)]
    active = coverage.outlets[coverage.outlets["counts"]]
    asked = "" if siting is None else siting.service
    return {
        "lines": {
            "streets": packed_lines(coverage.network.edge_lines) if network_base else [],
            "reached": packed_lines(reached[2]),
        },
        "areas": {
            "walk_1": packed_area(service_area(reached[0])),
            "walk_2": packed_area(service_area(reached[1])),
            "walk_3": packed_area(served_area(coverage)),
            "radius": packed_area(radius_area(active, standard.rural_radius_m)),
        },
        "gaps": _gaps(gaps, coverage),
        "demand": _demand(coverage) | _won(siting),
        "towns": town_rows(coverage, towns),
        "services": services_of(coverage),
        "sites": _sites(siting),
        "alternatives": alternative_marks(None if siting is None else siting.alternatives),
        "changes": change_rows(None if siting is None else siting.redesign),
        "steps": _steps(siting, coverage),
        "rated": rated(asked),
        "supervision": supervised_rows(supervision),
        "ranked": GAP["population"].said,
        "rankedTowns": TOWN["uncovered_population"].said,
        "words": rated_words(asked)
        | map_words(GAP, DEMAND, TOWN, SUPERVISION, *([] if siting is None else SITED)),
    }


def layer_styles(
    coverage: Findings,
    siting: Siting | None,
    towns: gpd.GeoDataFrame | None = None,
    supervision: gpd.GeoDataFrame | None = None,
    *,
    bare: bool = True,
) -> list[dict[str, Any]]:
    """The style table; the rural radius is off at first where nobody lives in the country, towns
    are because they lie under all else.

    Parameters
    ----------
    bare : whether nothing but the walked streets shows where one is; else they are off at first.
    """
    table = styles(coverage.standard)
    table["streets"] = table["streets"]._replace(on=bare)
    if towns is not None and is_drawn(towns).any():
        coloured = rate_styles("镇街", "Towns: ", on=False)
        table = dict(list(table.items())[:1]) | coloured | dict(list(table.items())[1:])
    rural = bool((coverage.demand["settlement"] == "rural").any())
    table["radius"] = table["radius"]._replace(on=rural)
    if siting is None:
        del table["sites"]
    elif siting.service:
        sites, of = table["sites"], f"（{siting.service}）"
        table["sites"] = sites._replace(label=sites.label + of, english=sites.english + of)
    if siting is None or not alternative_marks(siting.alternatives):
        del table["alternatives"]
    table |= change_styles(None if siting is None else siting.redesign)
    table |= supervision_styles(supervision)
    return [{"key": key, **style._asdict()} for key, style in table.items()]


def headline(total: Mapping[str, Any]) -> str:
    """The rate in one line, from the columns of `tally`."""
    if not total["population"] > 0:
        return "没有人口数据"
    classes = [
        f"{name} {percent(total[f'{kind}_rate'])}"
        for kind, name in SETTLEMENTS.items()
        if total[f"{kind}_population"]
    ]
    return f"{rated()} {percent(total['rate'])}（{'，'.join(classes)}）"


def _demand(coverage: Coverage) -> dict[str, Any]:
    """Demand points column by column; texts repeat, so they go by number."""
    demand = coverage.demand
    names = dict(zip(coverage.outlets["outlet_id"], _names(coverage.outlets), strict=True))
    codes, texts = pd.factorize(np.array([names.get(i, "") for i in demand["outlet_id"]], object))
    return {
        "lon": whole(demand.geometry.x),
        "lat": whole(demand.geometry.y),
        "name": demand.get("name", pd.Series("", demand.index)).tolist(),
        "people": demand["population"].round().astype(int).tolist(),
        "covered": demand["covered"].astype(int).tolist(),
        "urban": (demand["settlement"] == "urban").astype(int).tolist(),
        "metres": [None if np.isnan(m) else round(m) for m in demand["distance_m"]],
        "outlet": codes.tolist(),
        "outletNames": list(texts),
        "status": demand["status"].map(SNAP_STATUS).tolist(),
        "columns": map_labels(DEMAND),
        "settlements": SETTLEMENTS,
        "unknown": distance_text(float("nan"), coverage.standard),
    }


def _names(outlets: gpd.GeoDataFrame) -> list[str]:
    """Names of outlets; the number of one that has none."""
    named = outlets["name"] if "name" in outlets else outlets["outlet_id"]
    return [name or number for name, number in zip(named, outlets["outlet_id"], strict=True)]


def _sites(siting: Siting | None) -> list[dict[str, Any]]:
    """Recommended sites in build order."""
    if siting is None:
        return []
    return [
        {
            "name": site.name or f"建议网点 {site.rank}",
            "lat": round(site.lat, 6),
            "lon": round(site.lon, 6),
            "facts": facts(
                SITE,
                {
                    "rank": f"第 {site.rank} 个",
                    "bank": site.bank or "不限",
                    "population": site.population,
                    "urban": _of_them(site),
                    "gap_name": site.gap_name or "—",
                    "outlet_name": site.outlet_name or "无",
                    **site_place(site),
                },
            ),
        }
        for site in siting.plan.sites.itertuples()
    ]


def alternative_marks(alternatives: Alternatives | None) -> list[dict[str, Any]]:
    """Sites of further plans that the best plan has not, each once."""
    if alternatives is None:
        return []
    others = alternatives.sites[~alternatives.sites["in_best"]]
    plans = others.groupby("candidate_id")["plan"].agg(lambda all_: "、".join(map(str, all_)))
    return [
        {
            "name": site.name or f"备选网点 {site.candidate_id}",
            "lat": round(site.lat, 6),
            "lon": round(site.lon, 6),
            "facts": facts(
                FURTHER_SITE,
                {
                    "plan": f"方案 {plans[site.candidate_id]}",
                    "bank": site.bank or "不限",
                    "population": site.population,
                    "apart_m": site.apart_m,
                    **site_place(site),
                },
            ),
        }
        for site in others.drop_duplicates("candidate_id").itertuples()
    ]


def _won(siting: Siting | None) -> dict[str, list[int]]:
    """By which site each demand point is won."""
    if siting is None or siting.plan.won is None:
        return {}
    return {"won": siting.plan.won.tolist()}


def _steps(siting: Siting | None, coverage: Coverage) -> list[dict[str, Any]]:
    """Rate and people outside the standard today, and after each site of the build order."""
    total = coverage.total() if len(coverage.demand) else {"population": 0}
    if not total["population"] > 0:
        return []
    before = rate = float(total["rate"])
    missed, gained = float(total["population"] * (1 - before)), np.zeros(1)
    if siting is not None and len(siting.plan.sites):
        plan = siting.plan
        gained = np.append(0.0, np.cumsum(plan.sites["population"]))
        before, rate = plan.rate_before, plan.rate_after
        missed = gained[-1] * (1 - before) / (rate - before) if rate > before else missed
    share = gained / gained[-1] if gained[-1] > 0 else gained
    return [
        {"rate": percent(before + (rate - before) * part), "missed": round(missed - added)}
        for part, added in zip(share, gained, strict=True)
    ]


def _of_them(site: Any) -> str:
    """The people of a site by class: “城区 1,234 人，乡村 0 人”."""
    return "，".join(
        f"{name} {measured(getattr(site, kind), 'people')}" for kind, name in SETTLEMENTS.items()
    )


def _gaps(gaps: gpd.GeoDataFrame, coverage: Coverage) -> list[dict[str, Any]]:
    """Gaps, most people first."""
    ordered = gaps.sort_values(["population", "gap_id"], ascending=[False, True])
    rows = []
    for rank, gap in enumerate(ordered.itertuples(), 1):
        rows.append(
            {
                "rank": rank,
                "name": gap.name,
                "people": round(gap.population),
                "lat": round(gap.lat, 5),
                "lon": round(gap.lon, 5),
                "area": packed_area(gap.geometry),
                "facts": facts(
                    GAP,
                    {
                        "settlement_name": SETTLEMENTS[gap.settlement],
                        "population": gap.population,
                        "demand_points": gap.demand_points,
                        "area_km2": gap.area_km2,
                    }
                    | ways(gap, coverage.standard),
                ),
            }
        )
    return rows
