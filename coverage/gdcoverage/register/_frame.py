"""The outlets of a register as a frame, as if a table had been read."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gdcoverage.files import Source
from gdcoverage.outlets import OUTLETS
from gdcoverage.outlets.personal import impersonal
from gdcoverage.policy import ITEMS, MODES, OUTLET_STATUS
from gdcoverage.problems import Problem
from gdcoverage.register._standing import FLAG_NAMES, TEXTS, Book, Standing, term_of
from gdcoverage.register._store import Register
from gdcoverage.tables import Reading
from gdcoverage.tables.account import Account, TableRead

_STRINGS = (
    *("outlet_id", *TEXTS, "county", "status", "unclear"),
    *("source_file", "source_sheet", "source_datum"),
)
_YES = (*MODES, *FLAG_NAMES, *ITEMS)
ROLE, SHEET = "网点", ""
# Texts that hold nothing but hours and numbers, where a name that stands alone is a person's.
_BARE = ("phone", "hours")


def outlet_frame(book: Book, file: str = "") -> gpd.GeoDataFrame:
    """The outlets of a book, by id: columns of `OUTLETS`, EPSG:4326.

    Parameters
    ----------
    file : what the rows say that they come from.
    """
    standings = [book.outlets[outlet_id] for outlet_id in sorted(book.outlets)]
    served = [{term_of(item, book.directory) for item in s.items} for s in standings]
    data: dict[str, object] = {"outlet_id": [s.outlet_id for s in standings]}
    data |= {name: [getattr(s, name) for s in standings] for name in TEXTS}
    # An agreement names its items and modes one by one: nothing is left open.
    data |= {
        "county": "",
        "unclear": "",
        "source_file": file,
        "source_sheet": SHEET,
        "source_datum": "wgs84",
    }
    data |= {name: np.array([name in s.modes for s in standings], bool) for name in MODES}
    data |= {name: np.array([getattr(s, name) for s in standings], bool) for name in FLAG_NAMES}
    data |= {name: np.array([name in terms for terms in served], bool) for name in ITEMS}
    data["status"] = [s.status(book.on) for s in standings]
    data["source_row"] = np.arange(1, len(standings) + 1)
    lon = np.array([s.lon for s in standings], float)
    lat = np.array([s.lat for s in standings], float)
    data["geometry"] = shapely.points(lon, lat)
    frame = pd.DataFrame(data, index=range(len(standings)))[list(OUTLETS.columns)]
    # Of an empty frame nothing tells what its columns hold.
    frame = frame.astype(dict.fromkeys(_STRINGS, "str") | dict.fromkeys(_YES, bool))
    return OUTLETS.validate(gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4326"))


def read_register(
    register: Register, on: dt.date, known_on: dt.date | None = None, *, public: bool = False
) -> Reading:
    """The outlets of a register as of a day, as a table of outlets would be read.

    Parameters
    ----------
    public : read nothing but the public's view, see `Register.as_of`.

    Returns
    -------
    Reading; its source is known by the outlets, not by the file, which changes with every event.
    An outlet whose agreement has run out is in doubt, and a problem says so.
    """
    book = register.as_of(on, known_on, supervised=False, public=public)
    frame = outlet_frame(book, register.where)
    problems = tuple(_expired(book, frame, register.where))
    counted = frame["status"].value_counts()
    counts = tuple(
        (term, int(counted[name])) for name, term in OUTLET_STATUS.items() if name in counted
    )
    why = f"台账，截至 {on}" + (f"，按 {known_on} 已记录的" if known_on else "")
    read = TableRead(SHEET, 0, 0, True, why, len(frame))
    account = Account((read,), counts, data_date=on.isoformat(), date_from="台账")
    source = Source(ROLE, f"{register.where}（截至 {on}）", _fingerprint(frame))
    return Reading(frame, problems, source, account)


def _fingerprint(frame: gpd.GeoDataFrame) -> str:
    told = pd.DataFrame(frame.drop(columns=["source_file", "source_row", "geometry"]))
    told["place"] = shapely.to_wkb(frame.geometry.to_numpy(), hex=True)
    return hashlib.sha256(told.to_csv(index=False).encode()).hexdigest()


def _expired(book: Book, frame: gpd.GeoDataFrame, file: str) -> Iterable[Problem]:
    for outlet_id, name, row in frame.loc[
        frame["status"] == "unknown", ["outlet_id", "name", "source_row"]
    ].itertuples(index=False):
        what = f"存疑：协议已于 {book.outlets[outlet_id].until} 到期，没有续签，也没有退出"
        action = "续签的请写入“签约”，不再合作的请写入退出；之前不计入覆盖"
        yield Problem(
            "doubt_expired", what, action, file=file, row=int(row), column="网点名称", value=name
        )


def without_persons(book: Book) -> tuple[Book, list[str]]:
    """The book with nothing in its outlets' texts that may be a person's, and whose had any."""
    touched, outlets = list[str](), dict[str, Standing]()
    for outlet_id, standing in book.outlets.items():
        clean = {name: impersonal(getattr(standing, name), bare=name in _BARE) for name in TEXTS}
        changed = any(clean[name] != getattr(standing, name) for name in TEXTS)
        touched += [outlet_id] if changed else []
        outlets[outlet_id] = replace(standing, **clean) if changed else standing  # type: ignore[arg-type]
    return replace(book, outlets=outlets), touched
