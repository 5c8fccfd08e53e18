"""Where a site is, in words and degrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def place_of(site: Mapping[Any, Any]) -> str:
    """Where a site is, with coordinates as GPS and Amap take them; values as of `SitePlan`."""
    where = f"位于 {site['where']}，" if site["where"] else "位于 "
    return (
        f"{where}WGS-84 {site['lon']:.6f},{site['lat']:.6f}，"
        f"高德（GCJ-02） {site['gcj02_lon']:.6f},{site['gcj02_lat']:.6f}"
    )
