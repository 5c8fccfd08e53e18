"""The layers of a redesign: outlets that close, move or merge, and sites that open."""

from __future__ import annotations

from typing import Any

from gdcoverage.emap._facts import facts, site_place
from gdcoverage.emap._styles import Style
from gdcoverage.geo.plane import lonlat
from gdcoverage.numbers import CLOSED, SITE
from gdcoverage.sites import Redesign

# Label, English, shape and dashes of what becomes of an outlet; the lowest layer first.
_CLOSED = {
    "merge": ("网点调整：并入本行网点", "Redesign: outlets that merge", "leap", "5 5"),
    "move": ("网点调整：迁移（旧址→新址）", "Redesign: outlets that move", "leap", None),
    "close": ("网点调整：关闭", "Redesign: outlets that close", "cross", None),
}
_WORDS = {"move": "迁移", "merge": "并入本行网点", "close": "关闭"}
_COLOUR = "#5B2A86"


def change_styles(redesign: Redesign | None) -> dict[str, Style]:
    """A style for each kind of change that there is, off at first: it is another plan."""
    if redesign is None:
        return {}
    there = set(redesign.closed["change"])
    look = {"color": _COLOUR, "weight": 2.5}
    table = {
        f"change_{change}": Style(label, english, False, shape, look | {"dashArray": dashes})
        for change, (label, english, shape, dashes) in _CLOSED.items()
        if change in there
    }
    if len(redesign.opened):
        star = {"color": _COLOUR, "weight": 1.5, "fillColor": _COLOUR, "fillOpacity": 1}
        label, english = "网点调整：新设（含迁移新址）", "Redesign: sites that open, moves included"
        table["change_open"] = Style(label, english, False, "star", star)
    return table


def change_rows(redesign: Redesign | None) -> list[dict[str, Any]]:
    """Each outlet that closes, with where it goes if it goes anywhere, and each site that opens."""
    if redesign is None:
        return []
    lon, lat = lonlat(redesign.closed.geometry.to_numpy())
    closed = redesign.closed.drop(columns="geometry").to_dict("records")
    rows = [
        {
            "style": f"change_{outlet['change']}",
            "name": outlet["name"] or outlet["outlet_id"],
            "lat": round(float(y), 6),
            "lon": round(float(x), 6),
            "to": _whither(outlet),
            "facts": facts(
                CLOSED,
                {name: outlet[name] for name in ("outlet_id", "population", "lost")}
                | {"bank": outlet["bank"] or "—", "change_name": _WORDS[outlet["change"]]}
                | _followed(outlet),
            ),
        }
        for outlet, x, y in zip(closed, lon, lat, strict=True)
    ]
    return rows + [
        {
            "style": "change_open",
            "name": site.name or f"新设网点 {site.candidate_id}",
            "lat": round(site.lat, 6),
            "lon": round(site.lon, 6),
            "to": None,
            "facts": facts(
                SITE,
                {"bank": site.bank or "不限", "population": site.population, **site_place(site)},
            ),
        }
        for site in redesign.opened.itertuples()
    ]


def _whither(outlet: dict[Any, Any]) -> list[float] | None:
    """Where it moves to, or who takes its place: latitude and longitude."""
    if outlet["change"] == "close":
        return None
    return [round(outlet["to_lat"], 6), round(outlet["to_lon"], 6)]


def _followed(outlet: dict[Any, Any]) -> dict[str, Any]:
    """The outlet or site that follows; of an outlet that closes the nearest of its bank."""
    if not outlet["to"]:
        return {"to_name": "本行再无网点"}
    name = outlet["to_name"] or outlet["to"]
    nearest = f"本行最近的网点：{name}" if outlet["change"] == "close" else name
    return {"to_name": nearest, "to_m": outlet["to_m"]}
