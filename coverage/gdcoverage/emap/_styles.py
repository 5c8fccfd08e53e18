"""How each layer looks: one table for the map, its legend and the tests."""

from __future__ import annotations

from typing import Any, NamedTuple

from gdcoverage.numbers import NUMBERS
from gdcoverage.policy import Standard


class Style(NamedTuple):
    """A layer: its names, whether it is on at first, its shape, and Leaflet's options.

    Colours are of the Okabe–Ito set, told apart by colour-blind eyes; shapes and dashes say
    the same again.
    """

    label: str
    english: str
    on: bool
    shape: str  # circle, diamond, triangle, outlet, ring, star, cross, leap, area, line
    options: dict[str, Any]


def styles(standard: Standard) -> dict[str, Style]:
    """Layers from the lowest to the highest; the legend lists them the other way round."""
    minutes = f"{standard.minutes:g}"
    third = f"{standard.minutes / 3:.3g}"
    two_thirds = f"{standard.minutes * 2 / 3:.3g}"
    km = f"{standard.rural_radius_m / 1000:g}"
    walk = {"color": "#0072B2", "weight": 0.8, "fillColor": "#56B4E9"}
    return {
        "counties": Style(
            "底图与县区",
            "Base map and counties",
            True,
            "area",
            {
                "color": "#5A5A5A",
                "weight": 1.4,
                "dashArray": "7 4",
                "fillColor": "#FBF9F4",
                "fillOpacity": 1,
            },
        ),
        "streets": Style(
            "步行街道", "Walkable streets", True, "line", {"color": "#C9C1B1", "weight": 1}
        ),
        "radius": Style(
            f"乡村{km}公里辐射",
            f"Within {km} km (rural)",
            True,
            "area",
            {
                "color": "#8A4F7D",
                "weight": 1.2,
                "dashArray": "2 5",
                "fillColor": "#CC79A7",
                "fillOpacity": 0.1,
            },
        ),
        "walk_3": Style(
            f"步行{minutes}分钟服务区",
            f"Within {minutes} min on foot",
            True,
            "area",
            walk | {"fillOpacity": 0.28},
        ),
        "walk_2": Style(
            f"步行{two_thirds}分钟",
            f"Within {two_thirds} min",
            False,
            "area",
            walk | {"fillOpacity": 0.32},
        ),
        "walk_1": Style(
            f"步行{third}分钟", f"Within {third} min", False, "area", walk | {"fillOpacity": 0.36}
        ),
        "reached": Style(
            f"{minutes}分钟可达街道",
            f"Streets within {minutes} min",
            False,
            "line",
            {"color": "#0072B2", "weight": 2},
        ),
        "gaps": Style(
            "空白区",
            "Gaps",
            True,
            "area",
            {
                "color": "#8C3A00",
                "weight": 1.6,
                "dashArray": "5 3",
                "fillColor": "#E69F00",
                "fillOpacity": 0.22,
            },
        ),
        "covered": Style(
            NUMBERS["covered_points"].said,
            NUMBERS["covered_points"].english,
            True,
            "circle",
            {"color": "#FFFFFF", "weight": 0.5, "fillColor": "#009E73", "fillOpacity": 1},
        ),
        "uncovered": Style(
            "不达标需求点（城区）",
            "Demand points outside the standard (urban)",
            True,
            "diamond",
            {"color": "#FFFFFF", "weight": 0.8, "fillColor": "#D55E00", "fillOpacity": 1},
        ),
        "uncovered_rural": Style(
            "不达标需求点（乡村）",
            "Demand points outside the standard (rural)",
            True,
            "triangle",
            {"color": "#FFFFFF", "weight": 0.8, "fillColor": "#8F2A00", "fillOpacity": 1},
        ),
        "idle": Style(
            "网点（未计入）",
            "Outlets not counted",
            True,
            "outlet",
            {"color": "#FFFFFF", "weight": 2, "fillColor": "#8A8A8A", "fillOpacity": 1},
        ),
        "outlets": Style(
            "网点（在营）",
            "Outlets in service",
            True,
            "outlet",
            {"color": "#FFFFFF", "weight": 2, "fillColor": "#0B3C7D", "fillOpacity": 1},
        ),
        "alternatives": Style(
            "备选方案的网点",
            "Sites of alternative plans",
            False,
            "star",
            {"color": "#AA3377", "weight": 1.5, "fillColor": "#F3D9E6", "fillOpacity": 1},
        ),
        "sites": Style(
            "建议新增网点",
            "Recommended sites",
            True,
            "star",
            {"color": "#FFFFFF", "weight": 1.5, "fillColor": "#AA3377", "fillOpacity": 1},
        ),
    }
