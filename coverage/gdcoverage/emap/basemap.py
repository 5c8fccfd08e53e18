"""What a light base map is drawn from: water and main streets of an OSM file."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import shapely
from osmium.filter import EmptyTagFilter, KeyFilter
from shapely.geometry.base import BaseGeometry

from gdcoverage.network._osm_faults import BAD_ELEMENT, REFUSALS, refused

# Main streets, the greatest first.
_ROADS = {
    "motorway": 1,
    "trunk": 1,
    "primary": 2,
    "secondary": 3,
    "tertiary": 4,
}
_RIVERS = {"river": 2, "canal": 3}


def read_base(osm: str | Path, area: BaseGeometry | None = None) -> gpd.GeoDataFrame:
    """Water, rivers and main streets.

    Parameters
    ----------
    osm : ``.osm.pbf`` or ``.osm``.
    area : WGS-84 degrees; what does not touch it is left out.

    Returns
    -------
    GeoDataFrame, EPSG:4326: ``kind`` (water, river, road), ``rank`` (1 the greatest; water by
    its size: 1 from 10 km², 2 from 1 km², 3 from 0.1 km², else 4), lines and polygons.

    Raises
    ------
    InputError : the file is missing, empty, not OSM, or damaged.
    """
    osm = Path(osm)
    rows: list[tuple[str, int, bytes]] = []
    factory = osmium.geom.WKBFactory()
    try:
        reader = (
            osmium.FileProcessor(str(osm))
            .with_areas(KeyFilter("natural", "waterway", "landuse"))
            .with_filter(EmptyTagFilter())
            .with_filter(KeyFilter("highway", "waterway", "natural", "landuse"))
        )
        for thing in reader:
            row = _drawn(thing, factory)
            if row:
                rows.append(row)
    except REFUSALS as error:
        raise refused(osm, error) from error
    kinds, ranks, shapes = zip(*rows, strict=True) if rows else ((), (), ())
    frame = gpd.GeoDataFrame(
        {"kind": np.array(kinds, object), "rank": np.array(ranks, int)},
        geometry=shapely.from_wkb(np.array(shapes, object)),
        crs="EPSG:4326",
    ).astype({"kind": "str"})
    water = frame["kind"] == "water"
    frame.loc[water, "rank"] = _rank_of_water(frame.geometry[water])
    if area is not None:
        frame = frame[shapely.intersects(frame.geometry.to_numpy(), shapely.box(*area.bounds))]
    return frame.reset_index(drop=True)


def _drawn(thing, factory) -> tuple[str, int, bytes] | None:  # type: ignore[no-untyped-def]
    """Kind, rank and shape of an object that a base map shows."""
    tags = thing.tags
    try:
        if thing.is_area():
            if tags.get("natural") == "water" or tags.get("waterway") == "riverbank":
                return "water", 4, bytes.fromhex(factory.create_multipolygon(thing))
        elif thing.is_way():
            if tags.get("highway") in _ROADS:
                line = factory.create_linestring(thing)
                return "road", _ROADS[tags["highway"]], bytes.fromhex(line)
            if tags.get("waterway") in _RIVERS:
                line = factory.create_linestring(thing)
                return "river", _RIVERS[tags["waterway"]], bytes.fromhex(line)
    except (*BAD_ELEMENT, RuntimeError):
        # A node that the file does not hold or that lies nowhere, text that is none: a picture
        # goes without it. Of streets the reader of the network tells.
        return None
    return None


def _rank_of_water(shapes: gpd.GeoSeries) -> np.ndarray:
    km2 = shapes.to_crs("EPSG:6933").area.to_numpy() / 1e6
    return 4 - np.digitize(km2, [0.1, 1.0, 10.0])
