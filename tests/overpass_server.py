"""A small server on this machine that answers osmnx as Overpass and Nominatim do.

It cuts its answers from an OSM file, so that the download path is tested without the internet.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import osmium
import shapely
from osmium.osm import Node, Relation, Way


@contextmanager
def serving(path: Path, place: str, area: shapely.Polygon) -> Iterator[str]:
    """Serve what a file holds, and one place name with its area; gives the server's address."""
    held = _held(path)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(_overpass(parse_qs(body)["data"][0], held))

        def do_GET(self) -> None:
            url = urlparse(self.path)
            if url.path.endswith("/status"):
                self._answer("2 slots available now.", "text/plain")
            elif url.path.endswith("/interpreter"):
                self._answer(_overpass(parse_qs(url.query)["data"][0], held))
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


@dataclass(frozen=True)
class _Held:
    """What a file holds, by id, as Overpass tells it."""

    nodes: dict[int, dict]
    ways: dict[int, dict]
    relations: dict[int, dict]


def _held(path: Path) -> _Held:
    held = _Held({}, {}, {})
    for thing in osmium.FileProcessor(str(path)):
        told = {"id": thing.id} | ({"tags": dict(thing.tags)} if thing.tags else {})
        if isinstance(thing, Node):
            place = {"lon": thing.location.lon, "lat": thing.location.lat}
            held.nodes[thing.id] = {"type": "node"} | told | place
        elif isinstance(thing, Way):
            held.ways[thing.id] = {"type": "way", "nodes": [n.ref for n in thing.nodes]} | told
        elif isinstance(thing, Relation):
            kinds = {"n": "node", "w": "way", "r": "relation"}
            members = [{"type": kinds[m.type], "ref": m.ref, "role": m.role} for m in thing.members]
            held.relations[thing.id] = {"type": "relation", "members": members} | told
    return held


def _overpass(query: str, held: _Held) -> dict:
    """What a union of ``way`` and ``rel`` statements finds, and everything that it is made of."""
    found: dict[tuple[str, int], dict] = {}
    for kind, tests, numbers in _STATEMENT.findall(query):
        degrees = [float(n) for n in numbers.split()]
        area = shapely.Polygon(list(zip(degrees[1::2], degrees[::2], strict=True)))
        shapely.prepare(area)
        for thing in (held.ways if kind == "way" else held.relations).values():
            ways = [thing] if kind == "way" else _members(thing, held)
            if _passes(thing.get("tags", {}), tests) and any(
                area.intersects(shapely.Point(node["lon"], node["lat"]))
                for way in ways
                for node in _nodes(way, held)
            ):
                found |= {(part["type"], part["id"]): part for part in [thing, *ways]}
    ways = [thing for (kind, _), thing in found.items() if kind == "way"]
    found |= {("node", node["id"]): node for way in ways for node in _nodes(way, held)}
    return {"elements": list(found.values())}


_STATEMENT = re.compile(r"(way|rel)((?:\[[^\]]+\])*)\(poly:'([^']+)'\)")
_TEST = re.compile(r'\["([^"]+)"(?:(=|~)"([^"]+)")?\]')


def _passes(tags: dict[str, str], tests: str) -> bool:
    return all(
        key in tags
        and (not how or (tags[key] == value if how == "=" else re.search(value, tags[key])))
        for key, how, value in _TEST.findall(tests)
    )


def _members(relation: dict, held: _Held) -> list[dict]:
    refs = [m["ref"] for m in relation["members"] if m["type"] == "way"]
    return [held.ways[ref] for ref in refs if ref in held.ways]


def _nodes(way: dict, held: _Held) -> list[dict]:
    return [held.nodes[ref] for ref in way["nodes"] if ref in held.nodes]


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
