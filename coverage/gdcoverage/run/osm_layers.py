"""What an OSM file has besides streets: places, what maps show, places for outlets."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd

from gdcoverage.emap import Drawn
from gdcoverage.emap.basemap import read_base
from gdcoverage.emap.names import read_names
from gdcoverage.files import Source
from gdcoverage.network import read_places
from gdcoverage.outlets.premises import read_premises
from gdcoverage.problems import Problem
from gdcoverage.run.identity import digest, program
from gdcoverage.run.kept import Kept, packed, unpacked
from gdcoverage.run.plan import Plan
from gdcoverage.run.plan_values import FROM_OSM
from gdcoverage.tables import Reading
from gdcoverage.tables.account import Account, Question, TableRead

Layer = Callable[[], Any]


class Pictured:
    """What maps show of an OSM file; read when it is first asked for, and for numbers never.

    Parameters
    ----------
    identity : digest of what it is made of; empty where there is no such file.
    """

    def __init__(
        self, base: Layer = lambda: None, names: Layer = lambda: None, identity: str = ""
    ) -> None:
        self._base, self._names, self.identity = base, names, identity

    @property
    def known(self) -> bool:
        """Whether there is a base map, and names."""
        return bool(self.identity)

    @cached_property
    def base(self) -> Drawn | None:
        """What a base map shows, or None."""
        return self._base()

    @cached_property
    def names(self) -> gpd.GeoDataFrame | None:
        """Streets, stations and landmarks near which one may ask for outlets, or None."""
        return self._names()


def layers_of(
    plan: Plan,
    osm: Path,
    content: str,
    beside: Callable[..., Callable[[], bytes]],
    say: Callable[[str], None],
) -> dict[str, Layer]:
    """Places, base map, other names, and candidates if asked for, of the file; all begun.

    Parameters
    ----------
    content : SHA-256 of the file.
    beside : begins to read in another process, and gives what waits for it.
    """
    kinds = (Drawn, Reading, Source, Problem, Account, TableRead, Question)
    kept = Kept(plan.cache / "results", kinds, say)

    def begun(what: str, read: Callable[[Path], Any], *told: str) -> Layer:
        identity = digest(what, program(), content, *told)
        known = kept.body(identity)
        if known is not None:
            return lambda: kept.opened(known)
        body = beside(_packed_layer, read, osm)

        def made() -> Any:
            data = body()
            kept.put(identity, data)
            return unpacked(data, kept.kinds)

        return made

    found = {
        "places": begun("places", read_places),
        "base": begun("base", read_base),
        "names": begun("names", read_names),
    }
    if plan.sites is not None and plan.sites.candidates == FROM_OSM:
        found["premises"] = begun("premises", read_premises, osm.name)
    return found


def _packed_layer(read: Callable[[Path], Any], osm: Path) -> bytes:
    return packed(read(osm))
