"""The route sheet: one HTML page for A4, with a map of its own and room to write on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from gdcoverage.arrays import Floats
from gdcoverage.geo.lines import Lines
from gdcoverage.inspection.route import Route
from gdcoverage.network import WalkNetwork
from gdcoverage.policy import OUTLET_STATUS, Standard

# The map on the sheet, millimetres; streets may run this share of it beyond what is visited.
_WIDE, _HIGH, _MARGIN = 182.0, 92.0, 0.08
# Least ground that it shows, metres across.
_LEAST_M = 400.0
_M_PER_DEG = 111_320.0
# Farther than this nobody inspects on foot.
_WALKED_M = 15_000
# More streets than these are drawn by their greater ones alone.
_MANY = 6_000
_GREATER = ("trunk", "primary", "secondary", "tertiary")
_ROUND = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)


@dataclass(frozen=True)
class Sheet:
    """What the sheet says besides the route."""

    county: str
    on: dt.date
    title: str
    version: str


def route_page(route: Route, network: WalkNetwork, standard: Standard, sheet: Sheet) -> str:
    """The sheet as HTML; names in it are no markup, and nothing is loaded."""
    frame = _Frame.around(route)
    return _template().render(
        sheet=sheet,
        route=route,
        km=f"{route.metres / 1000:,.1f}",
        how=_how(route.metres, standard),
        stops=[
            {
                "number": number,
                "s": stop.standing,
                "status": OUTLET_STATUS[stop.standing.status(sheet.on)],
                "last": stop.last,
                "checks": stop.checks,
                "before": _leg(route, number - 1 if route.start else number - 2),
            }
            for number, stop in enumerate(route.stops, 1)
        ],
        back=_leg(route, len(route.stops)) if route.start else None,
        wide=_WIDE,
        high=_HIGH,
        streets=frame.path(_streets(network, frame)),
        ways=[frame.path([leg.line]) for leg in route.legs],
        marks=_marks(route, frame),
        start=None if route.start is None else frame.at(*route.start),
        scale=frame.scale(),
    )


def _leg(route: Route, number: int) -> dict[str, str] | None:
    if not 0 <= number < len(route.legs):
        return None
    leg = route.legs[number]
    named = "、".join(leg.streets[:4]) + "等" * (len(leg.streets) > 4)
    return {"metres": f"{leg.metres:,.0f}", "streets": named}


def _how(metres: float, standard: Standard) -> str:
    """How long it takes on foot, where anybody would walk so far."""
    minutes = round(metres / standard.walking_speed_kmh * 60 / 1000)
    if metres > _WALKED_M:
        return "宜驾车，以导航为准"
    took = f"{minutes // 60} 小时 {minutes % 60} 分" if minutes >= 60 else f"{minutes} 分钟"
    return f"全程步行约 {took}；驾车以导航为准"


@dataclass(frozen=True)
class _Frame:
    """From degrees to millimetres of the sheet."""

    west: float
    north: float
    lon_deg: float
    lat_deg: float

    @classmethod
    def around(cls, route: Route) -> _Frame:
        """A frame that holds all legs and stops."""
        spots = [(s.standing.lon, s.standing.lat) for s in route.stops]
        # The start, where there is one, is the end of a leg.
        xy = np.vstack([*(leg.line for leg in route.legs), np.array(spots, float)])
        (west, south), (east, north) = xy.min(axis=0), xy.max(axis=0)
        lat, lon = (south + north) / 2, (west + east) / 2
        across = _M_PER_DEG * np.cos(np.radians(lat))
        wide = max((east - west) * across * (1 + 2 * _MARGIN), _LEAST_M)
        high = max((north - south) * _M_PER_DEG * (1 + 2 * _MARGIN), _LEAST_M * _HIGH / _WIDE)
        metres = max(wide, high * _WIDE / _HIGH)
        lon_deg, lat_deg = metres / across, metres * _HIGH / _WIDE / _M_PER_DEG
        return cls(lon - lon_deg / 2, lat + lat_deg / 2, lon_deg, lat_deg)

    def plane(self, line: Floats) -> Floats:
        """Millimetres from the upper left corner."""
        x = (line[:, 0] - self.west) / self.lon_deg * _WIDE
        y = (self.north - line[:, 1]) / self.lat_deg * _HIGH
        return np.column_stack([x, y])

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """A place, to the tenth of a millimetre."""
        x, y = self.plane(np.array([[lon, lat]]))[0].round(1).tolist()
        return x, y

    def path(self, lines: list[Floats]) -> str:
        """Lines as one path of SVG."""
        drawn = []
        for line in lines:
            steps = self.plane(line).round(1).tolist()
            drawn.append("M" + "L".join(f"{x:g} {y:g}" for x, y in steps))
        return "".join(drawn)

    def scale(self) -> dict[str, float | str]:
        """A round length of about a fifth of the sheet."""
        metres = self.lat_deg * _M_PER_DEG / _HIGH
        length = max((m for m in _ROUND if m / metres <= _WIDE / 4), default=_ROUND[0])
        label = f"{length // 1000} 公里" if length >= 1_000 else f"{length} 米"
        return {"mm": round(length / metres, 1), "label": label}


def _streets(network: WalkNetwork, frame: _Frame) -> list[Floats]:
    """The streets inside the frame, as fine as print shows."""
    lon, lat = network.node_lon, network.node_lat
    inside = (lon >= frame.west) & (lon <= frame.west + frame.lon_deg)
    inside &= (lat <= frame.north) & (lat >= frame.north - frame.lat_deg)
    edges = np.flatnonzero(inside[network.edge_u] | inside[network.edge_v])
    if len(edges) > _MANY:
        ways, way = network.ways, network.shape_way[network.shape_start[edges]]
        texts = ways.texts()
        kind = np.array([*(texts[t].removesuffix("_link") for t in ways.highway), ""], object)
        edges = edges[np.isin(kind[way], _GREATER)]
    lines = network.edge_lines
    size = lines.start[edges + 1] - lines.start[edges]
    start = np.concatenate([[0], np.cumsum(size)])
    point = np.arange(start[-1]) + np.repeat(lines.start[edges] - start[:-1], size)
    fine = frame.lon_deg / _WIDE / 10
    simple = Lines(lines.x[point], lines.y[point], start).simplified(fine)
    xy = np.column_stack([simple.x, simple.y])
    return [xy[a:b] for a, b in zip(simple.start[:-1], simple.start[1:], strict=True)]


def _marks(route: Route, frame: _Frame) -> list[dict[str, float | int]]:
    """Numbers at the stops; what would lie over another is put beside it."""
    taken: list[tuple[float, float]] = [frame.at(*route.start)] if route.start else []
    marks = []
    for number, stop in enumerate(route.stops, 1):
        x, y = frame.at(stop.standing.lon, stop.standing.lat)  # type: ignore[arg-type]
        at = _free(x, y, taken)
        taken.append(at)
        marks.append({"number": number, "x": x, "y": y, "to_x": at[0], "to_y": at[1]})
    return marks


def _free(x: float, y: float, taken: list[tuple[float, float]]) -> tuple[float, float]:
    """The nearest place for a number of 6 mm that touches no other."""
    steps = [(0.0, 0.0)]
    for radius in (6.5, 9.0, 13.0, 18.0, 24.0):
        steps += [(radius * np.cos(a), radius * np.sin(a)) for a in np.arange(16) * np.pi / 8]
    for dx, dy in steps:
        if all((x + dx - a) ** 2 + (y + dy - b) ** 2 >= 36 for a, b in taken):
            return round(x + dx, 1), round(y + dy, 1)
    return x, y


@cache
def _template() -> Template:
    loader = PackageLoader("gdcoverage.inspection")
    page = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return page.get_template("route.html")
