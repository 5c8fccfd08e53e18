"""What a map is told besides its data: what lies under it, and what it says of being published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd

from gdcoverage.emap._drawn import Drawn
from gdcoverage.emap._names_block import names_block
from gdcoverage.emap._outlets import FINEST
from gdcoverage.emap.names import names_of_places


@dataclass(frozen=True, eq=False)
class Ground:
    """What lies under the map, and who answers for it.

    Parameters
    ----------
    drawn : what a base map shows, as `read_base` reads it.
    places : named places (``name``, Point) near which one may ask for outlets.
    tiles : tianditu, amap or osm; none by default, and then the page asks nobody for anything.
    key : for tiles that want one.
    approval : 审图号 of an audited base map.
    boundaries : what one's own county lines are; empty where they are the package's.
    decimals : of the degrees of outlets on the public's map, at most 5 (about a metre).
    names : more named places, as `read_names` reads them; in place of `places`.
    pieces : squares of the base map that lie beside the page (`Squares.square`).

    Examples
    --------
    >>> ground = gd.Ground(drawn=gd.read_base("示例/streets.osm.pbf"))
    >>> ground.pictured
    True
    >>> emap = gd.build_map(coverage, gd.find_gaps(coverage), title="示例县", ground=ground)
    """

    drawn: Drawn | None = None
    places: gpd.GeoDataFrame | None = None
    tiles: str | None = None
    key: str = ""
    approval: str = ""
    boundaries: str = ""
    decimals: int = FINEST
    names: gpd.GeoDataFrame | None = None
    pieces: Sequence[Sequence[int]] = ()

    @property
    def pictured(self) -> bool:
        """Whether a base map of our own lies under the map."""
        return self.tiles is None and self.drawn is not None and len(self.drawn) > 0

    @property
    def streets(self) -> bool:
        """Whether something of OpenStreetMap's is drawn or searched."""
        return any(part is not None for part in (self.drawn, self.places, self.names))

    def named(self, counties: gpd.GeoDataFrame | None, beside: bool = False) -> dict[str, Any]:
        """The block of names for a map of counties, more of which may lie beside the page."""
        names = self.names
        if names is None and self.places is not None:
            names = names_of_places(self.places)
        return names_block(names, counties, beside=beside)


@dataclass(frozen=True)
class Release:
    """What a public map says of its being published.

    Parameters
    ----------
    url : where readers find it; empty where that is not known.
    waived : what was let pass, by whom and why, a sentence each.
    unapproved : the sentence of those that says so of the 审图号; empty if none does.

    Examples
    --------
    >>> release = gd.Release(url="https://example.org/emap.html")
    >>> emap = gd.build_public_map(outlets, counties, title="示例县", release=release)
    """

    url: str = ""
    waived: tuple[str, ...] = ()
    unapproved: str = ""
