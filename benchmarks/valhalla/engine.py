"""Valhalla, as the programs that pyvalhalla's wheel carries: streets built, walks asked for.

The programs are run, not the Python binding: they need no certain Python.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gdcoverage.arrays import Floats
from gdcoverage.geo import ellipsoid

Place = tuple[float, float]  # longitude and latitude, degrees

# The shortest way on foot, whatever it is made of.
SHORTEST: dict[str, Any] = {
    "shortest": True,
    "type": "foot",
    "step_penalty": 0,
    "elevator_penalty": 0,
    "gate_penalty": 0,
    "service_penalty": 0,
    "destination_only_penalty": 0,
    "private_access_penalty": 0,
    "country_crossing_penalty": 0,
    "alley_factor": 1,
    "driveway_factor": 1,
    "service_factor": 1,
    "sidewalk_factor": 1,
    "walkway_factor": 1,
    "use_living_streets": 1,
    "use_tracks": 1,
    "use_hills": 1,
    "max_hiking_difficulty": 6,
    "use_ferry": 0,
    "exclude_ferries": True,
}
_MOST_PLACES = 100_000


class NoWalkError(Exception):
    """Valhalla finds no way between two places; it says why."""


@dataclass(frozen=True)
class Walk:
    """A walk that Valhalla found.

    Parameters
    ----------
    metres : its length, as Valhalla says.
    begin, end : where it joins the streets.
    ways : OSM's ids of the ways that it takes, in their order.
    shape : the line, degrees.
    """

    metres: float
    begin: Place
    end: Place
    ways: tuple[int, ...]
    shape: Floats

    @property
    def length_m(self) -> float:
        """Length of the line on the ellipsoid, metres."""
        lon, lat = self.shape.T
        return float(ellipsoid.metres(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())


@dataclass(frozen=True)
class Valhalla:
    """The streets of one OSM file, as Valhalla has built them.

    Parameters
    ----------
    programs : folder of Valhalla's programs.
    config : its configuration, a file.
    """

    programs: Path
    config: Path

    @classmethod
    def of(cls, osm: Path, folder: Path) -> Valhalla:
        """Build the streets of an OSM file in an empty folder.

        Raises
        ------
        ImportError : pyvalhalla is not installed, or carries no programs (before 3.6.1).
        """
        package = _package()
        maker = package / "valhalla_build_config.py"
        tiles = ["--mjolnir-tile-dir", str(folder / "tiles")]
        made = subprocess.run([sys.executable, maker, *tiles], capture_output=True, check=True)
        config = json.loads(made.stdout)
        config["service_limits"]["pedestrian"]["max_locations"] = _MOST_PLACES
        config["logging"]["type"] = ""
        config["mjolnir"].pop("tile_extract", None)
        # As here, squares are walked across; by default Valhalla leaves them out.
        config["mjolnir"]["pedestrian_areas"] = True
        path = folder / "valhalla.json"
        path.write_text(json.dumps(config))
        build = [str(package / "bin/valhalla_build_tiles"), "-c", str(path), str(osm)]
        subprocess.run(build, capture_output=True, check=True)
        return cls(package / "bin", path)

    def walk(self, begin: Place, end: Place) -> Walk:
        """The shortest walk between two places.

        Raises
        ------
        NoWalkError : there is none.
        """
        asked = _asked([begin, end]) | {"format": "osrm", "shape_format": "geojson"}
        found = self._ask("route", asked | {"directions_type": "none"})
        (route,) = found["routes"]
        line = route["geometry"]["coordinates"]
        traced = self._ask(
            "trace_attributes",
            {
                "shape": [{"lon": lon, "lat": lat} for lon, lat in line],
                "shape_match": "walk_or_snap",
                "costing": "pedestrian",
                "costing_options": {"pedestrian": SHORTEST},
                "filters": {"action": "include", "attributes": ["edge.way_id"]},
            },
        )
        ways = dict.fromkeys(edge["way_id"] for edge in traced["edges"])
        joined = [_place(each["location"]) for each in found["waypoints"]]
        return Walk(route["distance"], joined[0], joined[1], tuple(ways), np.array(line))

    def ways_at(self, places: Sequence[Place], within_m: float = 1.0) -> list[set[int]]:
        """Per place, OSM's ids of the ways there that Valhalla walks on."""
        asked = _asked(places, radius=2, minimum_reachability=0) | {"verbose": True}
        return [
            {
                edge["edge_info"]["way_id"]
                for edge in found["edges"] or ()
                if edge["distance"] <= within_m
            }
            for found in self._ask("locate", asked)
        ]

    def _ask(self, action: str, asked: dict[str, Any]) -> Any:
        question = self.config.with_name("question.json")
        question.write_text(json.dumps(asked))
        program = [str(self.programs / "valhalla_service"), str(self.config), action, str(question)]
        answer = json.loads(subprocess.run(program, capture_output=True, check=False).stdout)
        if isinstance(answer, dict) and "error" in answer:
            raise NoWalkError(answer["error"])
        if isinstance(answer, dict) and answer.get("code", "Ok") != "Ok":
            raise NoWalkError(answer["message"])
        return answer


def _asked(places: Sequence[Place], **more: int) -> dict[str, Any]:
    """A question about places that stand for themselves, not for a crossing near by."""
    told = {"node_snap_tolerance": 0} | more
    return {
        "locations": [{"lon": lon, "lat": lat, **told} for lon, lat in places],
        "costing": "pedestrian",
        "costing_options": {"pedestrian": SHORTEST},
    }


def _package() -> Path:
    """Folder of pyvalhalla, which may be made for another Python and is not imported."""
    given = os.environ.get("GDCOVERAGE_VALHALLA")
    found = importlib.util.find_spec("valhalla")
    if given:
        folder = Path(given)
    elif found is not None and found.origin is not None:
        folder = Path(found.origin).parent
    else:
        raise ImportError("pyvalhalla is not installed")
    if not (folder / "bin/valhalla_build_tiles").is_file():
        raise ImportError(f"pyvalhalla in {folder} has no valhalla_build_tiles (needs 3.6.1)")
    return folder


def _place(lonlat: Sequence[float]) -> Place:
    lon, lat = lonlat
    return lon, lat
