"""Land beyond the counties in question, so that a map shows neighbours as land and not as sea."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import geopandas as gpd
import shapely

from gdcoverage.places.counties import package_polygon, province, read_counties

# Who is next door or behind, by adcode: 福建、江西、湖南、广西、海南、贵州、台湾、香港、澳门.
_NEXT_DOOR = (
    *("350000", "360000", "430000", "450000", "460000", "520000", "710000", "810000", "820000"),
)
_NAMES = {"810000": "香港", "820000": "澳门"}


@cache
def known_land() -> gpd.GeoDataFrame:
    """All land of which the package knows: ``adcode``, ``name`` as of `land_around`, polygons."""
    counties = read_counties()
    beyond = [package_polygon(adcode) for adcode in _NEXT_DOOR]
    return gpd.GeoDataFrame(
        {
            "adcode": [*counties["adcode"], *_NEXT_DOOR],
            "name": [*counties["name"], *(_NAMES.get(adcode, "") for adcode in _NEXT_DOOR)],
        },
        geometry=[*counties.geometry, *beyond],
        crs="EPSG:4326",
    )


def land_around(
    west: float, south: float, east: float, north: float, *, without: Collection[str] = ()
) -> gpd.GeoDataFrame | None:
    """Land within a box of degrees, by the package's lines, cut at the box.

    Parameters
    ----------
    without : adcodes of counties that are left out.

    Returns
    -------
    GeoDataFrame, EPSG:4326: ``name`` of the county, or of Hong Kong or Macau (empty for other
    provinces), polygons. None where the box is not Guangdong's, of which the package knows.
    """
    if not shapely.intersects(province(), shapely.box(west, south, east, north)):
        return None
    frame = known_land()
    frame = frame[~frame["adcode"].isin([*without])].drop(columns="adcode")
    near = frame.iloc[frame.sindex.query(shapely.box(west, south, east, north), sort=True)]
    cut = shapely.make_valid(
        shapely.clip_by_rect(near.geometry.to_numpy(), west, south, east, north)
    )
    found = near.set_geometry(gpd.GeoSeries(cut, near.index, crs="EPSG:4326"))
    return found[~found.is_empty].reset_index(drop=True)
