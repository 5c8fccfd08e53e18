"""The province's layers: counties by coverage rate, with their numbers and their maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np

from gdcoverage.emap._base import simplified
from gdcoverage.emap._changed import change_styles
from gdcoverage.emap._facts import facts, site_place, ways
from gdcoverage.emap._pack import packed_area
from gdcoverage.emap._styles import Style, styles
from gdcoverage.emap._supervised import supervised_rows, supervision_styles
from gdcoverage.numbers import (
    CLOSED,
    FURTHER_SITE,
    GAP,
    KINDS,
    NUMBERS,
    SITE,
    SUPERVISION,
    TOWN,
    map_words,
)
from gdcoverage.policy import SETTLEMENTS, Standard
from gdcoverage.report import percent
from gdcoverage.sites import Redesign

# Lower bounds of the classes of coverage rate, and a colour-blind-safe ramp (ColorBrewer YlGnBu).
CLASSES = (
    (0.9, "90% 及以上", "90 % and more", "#225EA8"),
    (0.8, "80%–90%", "80–90 %", "#41B6C4"),
    (0.7, "70%–80%", "70–80 %", "#A1DAB4"),
    (0.5, "50%–70%", "50–70 %", "#FFF3B0"),
    (0.0, "低于 50%", "below 50 %", "#F4A582"),
)
_UNKNOWN = ("没有结果", "no result", "#D9D9D9")
# Numbers of what is shown of sites.
SITED = SITE, FURTHER_SITE, CLOSED
# So many gaps are drawn, those with most people.
_GAPS = 500


def province_styles(
    gaps: gpd.GeoDataFrame | None,
    sites: gpd.GeoDataFrame | None,
    supervision: gpd.GeoDataFrame | None = None,
    towns: Sequence[Mapping[str, Any]] = (),
    *,
    others: bool = False,
    redesign: Redesign | None = None,
) -> list[dict[str, Any]]:
    """The style table of the province's map.

    Parameters
    ----------
    others : whether there are sites of alternatives.
    redesign : of all counties together.
    """
    usual = styles(Standard())
    table = {"counties": usual["counties"]}
    table |= rate_styles()
    # Towns lie over their counties.
    drawn = {town["style"] for town in towns if town["area"]}
    of_towns = rate_styles("镇街", "Towns: ", on=False, prefix="town_")
    table |= {name: style for name, style in of_towns.items() if name in drawn}
    table["idle"] = usual["idle"]._replace(on=False)
    table["outlets"] = usual["outlets"]._replace(on=False)
    if gaps is not None and len(gaps):
        marks = usual["uncovered"].options
        label, english = (
            f"空白区（{GAP['population'].label}最多的 {_GAPS} 个）",
            f"Gaps (the {_GAPS} with most people)",
        )
        table["gap_marks"] = Style(label, english, False, "diamond", marks)
    if others:
        table["alternatives"] = usual["alternatives"]
    if sites is not None and len(sites):
        table["sites"] = usual["sites"]._replace(on=False)
    table |= change_styles(redesign)
    table |= supervision_styles(supervision)
    return [{"key": key, **style._asdict()} for key, style in table.items()]


def rated(service: str = "") -> str:
    """What the one number that a leader is shown is called; of a service, if one is asked about."""
    return f"人口{NUMBERS['rate'].said}" + (f"（{service}）" if service else "")


def rated_words(service: str = "") -> dict[str, str]:
    """Its name in English."""
    return {rated(service): NUMBERS["rate"].english + (f" ({service})" if service else "")}


def province_block(
    counties: gpd.GeoDataFrame,
    standard: Standard,
    gaps: gpd.GeoDataFrame | None,
    sites: gpd.GeoDataFrame | None,
    links: Mapping[str, str],
    total: Mapping[str, Any],
    supervision: gpd.GeoDataFrame | None = None,
    towns: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Counties with class, outline and numbers; the largest gaps; recommended sites."""
    steps = []
    if total["population"] > 0:
        missed = total["population"] * (1 - total["rate"])
        steps = [{"rate": percent(total["rate"]), "missed": round(missed)}]
    shapes, _ = simplified(counties)
    rows = []
    for shape, row in zip(shapes, counties.to_dict("records"), strict=True):
        rows.append(
            {
                "adcode": row["adcode"],
                "name": row["name"],
                "city": row["city"],
                "style": class_of(row["rate"]),
                "rate": None if np.isnan(row["rate"]) else round(row["rate"], 4),
                "people": 0 if np.isnan(row["rate"]) else round(row["population"]),
                "missed": 0
                if np.isnan(row["rate"])
                else round(row["population"] - row["covered_population"]),
                "area": packed_area(shape, 0),
                "facts": _facts(row),
                "link": links.get(row["adcode"], ""),
            }
        )
    return {
        "counties": rows,
        "towns": list(towns),
        "services": None,
        "supervision": supervised_rows(supervision),
        "gapMarks": [] if gaps is None else _gap_marks(gaps, standard),
        "sites": [] if sites is None else _site_marks(sites),
        "steps": steps,
        "rated": rated(),
        "rankedTowns": TOWN["uncovered_population"].said,
        "ranked": NUMBERS["uncovered_population"].said,
        "words": rated_words()
        | map_words(NUMBERS, GAP, SUPERVISION, TOWN, *([] if sites is None else SITED)),
    }


def rate_styles(
    of: str = "", english_of: str = "", on: bool = True, prefix: str = ""
) -> dict[str, Style]:
    """A style for each class of coverage rate, lowest first.

    Parameters
    ----------
    of, english_of : what is coloured, before the label.
    prefix : before the names of the styles.
    """
    rate, line = NUMBERS["rate"], {"color": "#5A5A5A", "weight": 0.8, "fillOpacity": 0.85}
    classes = [(f"rate_{i}", *each[1:]) for i, each in enumerate(CLASSES)]
    return {
        prefix + name: Style(
            f"{of}{rate.label} {label}",
            f"{english_of}{rate.english} {english}",
            on,
            "area",
            line | {"fillColor": colour},
        )
        for name, label, english, colour in [("rate_unknown", *_UNKNOWN), *reversed(classes)]
    }


def class_of(rate: float) -> str:
    """The style of a coverage rate."""
    if np.isnan(rate):
        return "rate_unknown"
    return next(f"rate_{i}" for i, (low, *_) in enumerate(CLASSES) if rate >= low)


def _facts(row: Mapping[str, Any]) -> list[list[str]]:
    """Rates first, then people, then outlets; no rate of a class that has no people."""
    if np.isnan(row["rate"]):
        return [[NUMBERS["rate"].said, "没有结果"]]
    kinds = list(KINDS)
    columns = dict(sorted(NUMBERS.items(), key=lambda item: kinds.index(item[1].kind)))
    missed = {"uncovered_population": row["population"] - row["covered_population"]}
    known = {n: value for n, value in row.items() if n in columns and not np.isnan(value)}
    return facts(columns, missed | known)


def _gap_marks(gaps: gpd.GeoDataFrame, standard: Standard) -> list[dict[str, Any]]:
    ordered = gaps.sort_values(["population", "gap_id"], ascending=[False, True]).head(_GAPS)
    return [
        {
            "name": gap.name,
            "lat": round(gap.lat, 5),
            "lon": round(gap.lon, 5),
            "people": round(gap.population),
            "facts": facts(
                GAP,
                {
                    "settlement_name": SETTLEMENTS[gap.settlement],
                    "population": gap.population,
                }
                | ways(gap, standard),
            ),
        }
        for gap in ordered.itertuples()
    ]


def _site_marks(sites: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    return [
        {
            "name": site.name or f"建议网点 {site.rank}",
            "lat": round(site.lat, 5),
            "lon": round(site.lon, 5),
            "facts": facts(
                SITE,
                {
                    "rank": f"本县区第 {site.rank} 个",
                    "bank": site.bank or "不限",
                    "population": site.population,
                    **site_place(site),
                },
            ),
        }
        for site in sites.itertuples()
    ]
