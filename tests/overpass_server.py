"""A small server on this machine that answers osmnx as Overpass and Nominatim do.

It cuts its answers from an OSM file, so that the download path is tested without the internet.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import osmium
import shapely
from osmium.osm import Way

from gdcoverage.network._walkable import is_walkable
from known import known


@contextmanager
def serving(path: Path, place: str, area: shapely.Polygon) -> Iterator[str]:
    """Serve a file's streets, and one place name with its area; gives the server's address."""
    ways, nodes = _streets(path)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(_overpass(parse_qs(body)["data"][0], ways, nodes))

        def do_GET(self) -> None:
            url = urlparse(self.path)
            if url.path.endswith("/status"):
                self._answer("2 slots available now.", "text/plain")
            elif url.path.endswith("/interpreter"):
                self._answer(_overpass(parse_qs(url.query)["data"][0], ways, nodes))
            else:
                self._answer(_nominatim(parse_qs(url.query).get("q", [""])[0], place, area))

        def _answer(self, content: object, kind: str = "application/json") -> None:
            text = content if isinstance(content, str) else json.dumps(content)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _streets(path: Path) -> tuple[list[dict], dict[int, tuple[float, float]]]:
    ways: list[dict] = []
    nodes: dict[int, tuple[float, float]] = {}
    for way in osmium.FileProcessor(str(path)).with_locations():
        if isinstance(way, Way) and is_walkable(dict(way.tags)):
            refs = [n.ref for n in way.nodes if n.location.valid()]
            nodes |= {n.ref: (n.lon, n.lat) for n in way.nodes if n.location.valid()}
            ways.append({"type": "way", "id": way.id, "nodes": refs, "tags": dict(way.tags)})
    return ways, nodes


def _overpass(query: str, ways: list[dict], nodes: dict[int, tuple[float, float]]) -> dict:
    """Ways with a node in the query's polygon, and all nodes of those ways."""
    numbers = [float(n) for n in known(re.search(r"poly:['\"]([^'\"]+)['\"]", query))[1].split()]
    area = shapely.Polygon(
        [(lon, lat) for lat, lon in zip(numbers[::2], numbers[1::2], strict=True)]
    )
    shapely.prepare(area)
    found = [w for w in ways if any(area.intersects(shapely.Point(nodes[n])) for n in w["nodes"])]
    used = sorted({n for way in found for n in way["nodes"]})
    elements = [{"type": "node", "id": n, "lon": nodes[n][0], "lat": nodes[n][1]} for n in used]
    return {"elements": [*found, *elements]}


def _nominatim(query: str, place: str, area: shapely.Polygon) -> list[dict]:
    if query != place:
        return []
    west, south, east, north = area.bounds
    return [
        {
            "place_id": 1,
            "osm_type": "relation",
            "osm_id": 1,
            "lat": str(area.centroid.y),
            "lon": str(area.centroid.x),
            "class": "boundary",
            "type": "administrative",
            "importance": 1,
            "name": place,
            "display_name": place,
            "boundingbox": [str(south), str(north), str(west), str(east)],
            "geojson": shapely.geometry.mapping(area),
        }
    ]
