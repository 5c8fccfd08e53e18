"""The register beside the list of outlets that the 广东社保电子地图 shows (POLICY O9)."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd

from gdcoverage.policy import OUTLET_STATUS
from gdcoverage.register._findings import NOT_ACTIVE, NOT_ON_MAP, Finding, in_order
from gdcoverage.register._pairs import Pairs
from gdcoverage.register._standing import Book, Standing


def beside_list(found: Sequence[Finding], book: Book, listed: gpd.GeoDataFrame) -> list[Finding]:
    """Findings, those of registration by what the map shows instead of by the register's 登记.

    Parameters
    ----------
    found : of the book.
    listed : the outlets that the map shows, columns of `OUTLETS`; rows that say that an outlet
        has left are not of them. Rows are told apart as a table beside the register is.
    """
    shown = listed[listed["status"] != "exited"]
    rows = [dict(row) for row in shown.to_dict("records")]
    pairs = Pairs(book, rows)
    kept = [f for f in found if f.kind not in (NOT_ON_MAP, NOT_ACTIVE)]
    there = set[str]()
    for i, row in enumerate(rows):
        standing, doubt = pairs.of(i)
        if standing is None:
            told = str(row["stated_county"]), str(row["outlet_id"]), str(row["name"])
            what = "电子地图上有，台账里没有在册的"
            kept.append(Finding(NOT_ACTIVE, *told, str(row["bank"]), what))
            continue
        there.add(standing.outlet_id)
        status = standing.status(book.on)
        if status != "active":
            since = standing.left_on or standing.suspended_on
            what = f"电子地图上有，台账里{OUTLET_STATUS[status]}"
            what += (f"，自 {since}" if since else "") + (f"（{doubt}）" if doubt else "")
            kept.append(_of(standing, NOT_ACTIVE, what))
    for standing in book.outlets.values():
        if standing.outlet_id not in there and standing.status(book.on) == "active":
            kept.append(_of(standing, NOT_ON_MAP, "台账里在营，电子地图上没有"))
    return in_order(kept)


def _of(s: Standing, kind: str, what: str) -> Finding:
    return Finding(kind, s.stated_county, s.outlet_id, s.name, s.bank, what)
