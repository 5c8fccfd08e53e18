"""What the public may know of the outlets, column by column; nothing else gets onto a map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.emap._everyday import everyday
from gdcoverage.emap._folding import simplified_forms
from gdcoverage.emap._pack import coded, whole
from gdcoverage.emap._pinyin import common_sounds, pinyin_table
from gdcoverage.outlets.banks import bank_aliases, bank_called
from gdcoverage.outlets.holidays import holiday_calendar
from gdcoverage.outlets.hours import read_hours
from gdcoverage.outlets.personal import impersonal
from gdcoverage.outlets.phones import read_phones
from gdcoverage.places.counties import carried_county
from gdcoverage.policy import FLAGS, ITEMS, MODES, OUTLET_STATUS

# All that the public may know of an outlet, and nothing of supervision among it.
PUBLIC_COLUMNS = (
    *("outlet_id", "name", "bank", "address", "phone", "hours", "county", "status"),
    *(*MODES, *FLAGS, *ITEMS, "geometry"),
)
# Decimals of degrees that the page's numbers can carry.
FINEST = 5


def look_up(
    outlets: gpd.GeoDataFrame,
    counties: gpd.GeoDataFrame | None,
    exits: Mapping[str, float] | None = None,
    decimals: int = FINEST,
) -> dict[str, Any]:
    """The block that the look-up works on.

    Parameters
    ----------
    outlets : columns of `OUTLETS`, EPSG:4326; only the columns named here are read, so that
        what an agency notes beside them stays out of the page. They are listed as `in_order`.
    counties : adcode, name, city; outlets outside them have no county.
    exits : outlet_id -> people who lose the standard if it leaves (planner's edition).
    decimals : of the outlets' degrees; what is drawn and where links lead are the same place.
    """
    outlets = in_order(outlets, counties)
    known = {} if counties is None else counties.set_index("adcode")[["name", "city"]].T.to_dict()
    county = coded(outlets["county"])
    hours = coded(_texts(outlets, "hours"))
    bank = coded(_texts(outlets, "bank").map(bank_called))
    names, addresses = _texts(outlets, "name"), _texts(outlets, "address")
    aliases, words = [bank_aliases(name) for name in bank["values"]], everyday()
    searched = [*names, *addresses, *(alias for own in aliases for alias in own)]
    searched += [text for row in known.values() for text in row.values()] + [str(words)]
    pinyin = pinyin_table(searched)
    return {
        "id": outlets["outlet_id"].tolist(),
        "name": [n or i for n, i in zip(names, outlets["outlet_id"], strict=True)],
        "lon": whole(outlets.geometry.x.round(decimals)),
        "lat": whole(outlets.geometry.y.round(decimals)),
        "address": addresses.tolist(),
        "phone": [public_phones(text) for text in _texts(outlets, "phone")],
        "bank": bank,
        "county": county
        | {"values": [_county(code, known.get(code, {})) for code in county["values"]]},
        "hours": hours,
        "schedules": [schedule_block(text) for text in hours["values"]],
        "modes": _bits(outlets, MODES | FLAGS),
        "items": _bits(outlets, ITEMS),
        "status": coded(outlets["status"].map(OUTLET_STATUS)),
        "active": (outlets["status"] == "active").astype(int).tolist(),
        "modeNames": list((MODES | FLAGS).values()),
        "itemNames": list(ITEMS.values()),
        "aliases": aliases,
        "everyday": words,
        "pinyin": pinyin,
        "sounds": common_sounds(pinyin),
        "simple": simplified_forms(pinyin),
        "calendar": calendar_block(),
        **({} if exits is None else {"exits": [exits.get(i) for i in outlets["outlet_id"]]}),
    }


def public_view(outlets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Outlets with `PUBLIC_COLUMNS` alone, and without persons in what is printed as it stands."""
    outlets = outlets[[name for name in PUBLIC_COLUMNS if name in outlets]]
    plain = {
        name: [impersonal(text) for text in outlets[name]]
        for name in ("name", "address")
        if name in outlets
    }
    if "hours" in outlets:
        # Of thousands of outlets few open at other hours than others.
        said = {text: impersonal(text, bare=not read_hours(text)) for text in set(outlets["hours"])}
        plain["hours"] = [said[text] for text in outlets["hours"]]
    return outlets.assign(**plain)


def in_order(outlets: gpd.GeoDataFrame, counties: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Outlets with their county, sorted by it and their number: the order of the list."""
    county = outlets["county"] if "county" in outlets else pd.Series("", outlets.index)
    if counties is not None:
        county = carried_county(outlets, counties)
    outlets = outlets.assign(county=county)
    # Those in no county come last.
    order = np.lexsort((outlets["outlet_id"], county.replace("", "~")))
    return outlets.iloc[order]


def _texts(outlets: gpd.GeoDataFrame, name: str) -> pd.Series:
    return outlets[name] if name in outlets else pd.Series("", outlets.index)


def _county(adcode: str, known: Mapping[str, str]) -> dict[str, str]:
    return {"adcode": adcode, "name": known.get("name", ""), "city": known.get("city", "")}


def schedule_block(text: str) -> dict[str, Any] | None:
    """Opening hours as minutes of the week from Monday 0:00, flat; None where not clear."""
    hours = read_hours(text)
    if hours is None:
        return None
    flat = [minute for interval in hours.open for minute in interval]
    return {"open": flat, "holidays": hours.holidays, "daysSaid": hours.days_said}


def public_phones(text: str) -> str:
    """The numbers that may be published, without a word of what stands beside them.

    What is dialled follows from what is shown: its digits and its ``+``, a pause for 转.
    """
    return "、".join(phone.text for phone in read_phones(text).public)


def _bits(outlets: gpd.GeoDataFrame, columns: Iterable[str]) -> list[int]:
    """One number a row: bit i is set where the i-th column is true."""
    total = np.zeros(len(outlets), int)
    for bit, name in enumerate(columns):
        if name in outlets:
            total |= outlets[name].to_numpy(bool).astype(int) << bit
    return total.tolist()


def calendar_block() -> dict[str, Any]:
    """The calendar's days since 1970-01-01, and until when it is published, as text."""
    calendar = holiday_calendar()

    def days(dates: Iterable[Any]) -> list[int]:
        return (np.array(list(dates), "datetime64[D]").astype(int)).tolist()

    since, horizon = days([calendar.since, calendar.horizon])
    return {
        "off": days(calendar.off),
        "work": days(calendar.work),
        "unsettled": days(calendar.unsettled),
        "since": since,
        "horizon": horizon,
        "until": calendar.until.isoformat(),
    }
