"""A table of outlets beside the register as of a day: what is new, gone, changed, moved, unsure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd

from gdcoverage.policy import FLAGS, ITEMS, MODES, OUTLET_STATUS
from gdcoverage.register._events import Draft
from gdcoverage.register._kinds import DESCRIPTION
from gdcoverage.register._pairs import Pairs, apart_m
from gdcoverage.register._rules import MOVED_M
from gdcoverage.register._standing import Book, Standing, term_of

NEW, GONE, CHANGED, MOVED, RENAMED, UNSURE = "新增", "消失", "变化", "迁址", "更名", "存疑"
# A place that differs by less is the same, written with fewer decimals.
SAME_PLACE_M = 1.0
_TEXTS = ("bank", "address", "stated_county", "phone", "hours")


@dataclass(frozen=True)
class Difference:
    """One thing in which a table and the register differ.

    Parameters
    ----------
    kind : `NEW` and its like.
    outlet_id : by the register; for a new outlet by the table.
    name : of the outlet.
    row : of the table; 0 for what the table does not have.
    what : what differs, in Chinese.
    drafts : the events that would bring the register up to the table.
    certain : whether nothing speaks against it.
    """

    kind: str
    outlet_id: str
    name: str
    row: int
    what: str
    drafts: tuple[Draft, ...] = ()
    certain: bool = True


def differences(book: Book, table: gpd.GeoDataFrame) -> list[Difference]:
    """What a table says otherwise than the register, in the order of the table, then what is gone.

    An outlet of the table is that of the register with the same number (or where that one has
    moved to); else one of the same name and bank within `MOVED_M`. What is alike in part is
    unsure: the same bank at the same spot under another name, the same name and bank elsewhere,
    the same number with all else different.

    Parameters
    ----------
    book : the register as of the day of the table; events take effect on that day.
    table : columns of `OUTLETS`.
    """
    rows = [dict(row) for row in table.to_dict("records")]
    told = _told(rows)
    pairs = Pairs(book, rows)
    found: list[Difference] = []
    for i, row in enumerate(rows):
        standing, doubt = pairs.of(i)
        if standing is None:
            found.append(_new(book, row, pairs.free_id(str(row["outlet_id"]))))
        else:
            found += _of_pair(book, standing, row, told, doubt, pairs)
    for standing in pairs.unmatched():
        what = "台账里有，表里没有"
        found.append(_exit(book, standing, 0, what, GONE))
    return found


def _told(rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Flags of which the table says anything: one that is nowhere set has no column."""
    return frozenset(name for name in FLAGS if any(row[name] for row in rows))


def _listed(row: Mapping[str, Any], terms: Collection[str]) -> list[str]:
    return [name for name in terms if row[name]]


def _description(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of an outlet, but for its status and items."""
    texts = {name: row[name] for name in ("name", *_TEXTS) if row[name]}
    flags = {name: True for name in FLAGS if row[name]}
    place = {"lon": round(row["geometry"].x, 7), "lat": round(row["geometry"].y, 7)}
    return texts | place | {"modes": _listed(row, MODES)} | flags


def _items(row: Mapping[str, Any]) -> list[str]:
    return [ITEMS[name] for name in _listed(row, ITEMS)]


def _opening(book: Book, row: Mapping[str, Any], outlet_id: str, moved: str = "") -> list[Draft]:
    """The events that make an outlet what a row says it is."""
    described = _description(row) | ({"moved_from": moved} if moved else {})
    drafts = [Draft(outlet_id, "registered", book.on, described)]
    if row["status"] in ("active", "suspended"):
        drafts += _agreed(book, row, outlet_id)
    if row["status"] == "suspended":
        drafts.append(Draft(outlet_id, "suspended", book.on, {}))
    return drafts


def _agreed(book: Book, row: Mapping[str, Any], outlet_id: str) -> list[Draft]:
    items = _items(row)
    return [Draft(outlet_id, kind, book.on, {"items": items}) for kind in ("signed", "authorised")]


def _new(book: Book, row: Mapping[str, Any], outlet_id: str) -> Difference:
    """An outlet that the register does not have."""
    status, place = row["status"], int(row["source_row"])
    what = f"台账里没有（表中状态：{OUTLET_STATUS[status]}）"
    if status in ("exited", "unknown"):
        what += "，不写入" if status == "exited" else "，状态未定，不写入"
        return Difference(NEW, outlet_id, row["name"], place, what, (), certain=False)
    drafts = tuple(_opening(book, row, outlet_id))
    lacking = _lacking(row)
    what += f"；缺少{lacking}，补填后才能写入" if lacking else ""
    return Difference(NEW, outlet_id, row["name"], place, what, drafts, not lacking)


def _lacking(row: Mapping[str, Any]) -> str:
    """What the rules want of an outlet in service and a row does not have."""
    in_service = row["status"] in ("active", "suspended")
    lacks = {
        "网点名称": not row["name"],
        "所属银行": not row["bank"],
        "业务事项": in_service and not _items(row),
        "服务方式": in_service and not _listed(row, MODES),
    }
    return "、".join(name for name, lacking in lacks.items() if lacking)


def _exit(book: Book, standing: Standing, row: int, what: str, kind: str) -> Difference:
    """An outlet that the table does not have, or calls left; why, the planner must know."""
    outlet_id = standing.outlet_id
    drafts = [Draft(outlet_id, "exit_approved", book.on, {})]
    if standing.exit_applied_on is None:
        drafts.insert(0, Draft(outlet_id, "exit_applied", book.on, {"reason": "closure"}))
    if standing.signed_on is None:
        drafts, what = [], f"{what}；没有签约过，不写入"
    else:
        what += "；采纳则按自愿退出（关闭）写入，强制退出请用 register add"
    return Difference(kind, outlet_id, standing.name, row, what, tuple(drafts), certain=False)


def _of_pair(
    book: Book,
    standing: Standing,
    row: Mapping[str, Any],
    told: Collection[str],
    doubt: str,
    pairs: Pairs,
) -> Iterator[Difference]:
    """What an outlet is by the table and was not by the register."""
    status = row["status"]
    if standing.left_on is not None:
        if status in ("active", "suspended"):
            yield _returned(book, standing, row)
    elif status == "exited":
        what = "台账里没有退出，表中已退出"
        yield _exit(book, standing, int(row["source_row"]), what, CHANGED)
    elif apart_m(standing, row) > MOVED_M:
        yield _moved(book, standing, row, doubt, pairs)
    else:
        yield from _changed(book, standing, row, told, doubt)


def _returned(book: Book, standing: Standing, row: Mapping[str, Any]) -> Difference:
    """An outlet that had left and is back in the table."""
    outlet_id = standing.outlet_id
    what = f"台账里已于 {standing.left_on} 退出，表中{OUTLET_STATUS[row['status']]}"
    drafts: tuple[Draft, ...] = ()
    if not standing.moved_to and not _lacking(row):
        signed, authorised = _agreed(book, row, outlet_id)
        described = Draft(outlet_id, "changed", book.on, _description(row))
        drafts = (signed, described, authorised)
    place = int(row["source_row"])
    return Difference(UNSURE, outlet_id, row["name"], place, what, drafts, certain=False)


def _moved(
    book: Book, standing: Standing, row: Mapping[str, Any], doubt: str, pairs: Pairs
) -> Difference:
    """An outlet that is somewhere else now: an exit and a new point."""
    outlet_id = standing.outlet_id
    fresh = pairs.free_id(outlet_id)
    moved = Draft(outlet_id, "moved", book.on, {"to": fresh})
    drafts = (moved, *_opening(book, row, fresh, outlet_id))
    what = f"位置移动 {apart_m(standing, row):,.0f} 米，原网点迁出，新网点编号 {fresh}"
    said = [what] if not doubt else [doubt, what]
    lacking = _lacking(row)
    if lacking:
        said.append(f"缺少{lacking}，补填后才能写入")
    if standing.signed_on is None:
        said.append("还没有签约，请用 register add 更正它的登记")
    if row["status"] == "unknown":
        said.append("表中状态存疑")
    certain = len(said) == 1
    kind, place = UNSURE if doubt else MOVED, int(row["source_row"])
    return Difference(kind, outlet_id, row["name"], place, "；".join(said), drafts, certain)


def _changed(
    book: Book, standing: Standing, row: Mapping[str, Any], told: Collection[str], doubt: str
) -> Iterator[Difference]:
    """An outlet that is where it was and otherwise not what it was."""
    outlet_id, was, status = standing.outlet_id, standing.status(book.on), row["status"]
    changes = _changes(standing, row, told)
    drafts = _status_drafts(book, standing, row, was)
    said = [f"{n}：{a or '空'} → {b}" for n, a, b in _shown(standing, row, changes, was)]
    if not drafts and standing.signed_on is not None and (items := _items(row)):
        drafts = _item_drafts(book, standing, items)
        if drafts:
            said.append(f"业务事项：{'、'.join(standing.items) or '空'} → {'、'.join(items)}")
    # Before an agreement nothing changes but by it.
    if changes and standing.signed_on is not None:
        drafts.insert(0, Draft(outlet_id, "changed", book.on, changes))
    elif changes and drafts:
        first = drafts[0]
        drafts[0] = Draft(outlet_id, first.kind, book.on, {**changes, **first.details})
    elif changes:
        said.append("还没有签约，请用 register add 更正它的登记")
    if status == "unknown" and was != "unknown":
        said.append(f"表中状态存疑，台账为{OUTLET_STATUS[was]}，状态不改")
        doubt = doubt or "状态存疑"
    if doubt:
        said.insert(0, doubt)
    if said:
        kind = UNSURE if doubt else RENAMED if "name" in changes else CHANGED
        ready, place = not doubt and bool(drafts), int(row["source_row"])
        what = "；".join(said)
        yield Difference(kind, outlet_id, row["name"], place, what, tuple(drafts), ready)


def _changes(standing: Standing, row: Mapping[str, Any], told: Collection[str]) -> dict[str, Any]:
    """Fields of which the table says something else; of what it leaves blank it says nothing."""
    found = {
        name: row[name]
        for name in ("name", *_TEXTS)
        if row[name] and row[name] != getattr(standing, name)
    }
    modes = _listed(row, MODES)
    if modes and modes != list(standing.modes):
        found["modes"] = modes
    found |= {n: bool(row[n]) for n in told if bool(row[n]) != getattr(standing, n)}
    if apart_m(standing, row) > SAME_PLACE_M:
        found |= {"lon": round(row["geometry"].x, 7), "lat": round(row["geometry"].y, 7)}
    return found


def _status_drafts(book: Book, standing: Standing, row: Mapping[str, Any], was: str) -> list[Draft]:
    """The events between two statuses, neither of them an exit."""
    outlet_id, status = standing.outlet_id, row["status"]
    if status == was or status in ("unknown", "planned"):
        return []
    drafts = []
    if was in ("planned", "unknown"):
        drafts += _agreed(book, row, outlet_id)
    if status == "suspended":
        drafts.append(Draft(outlet_id, "suspended", book.on, {}))
    elif was == "suspended":
        drafts.append(Draft(outlet_id, "resumed", book.on, {}))
    return drafts


def _item_drafts(book: Book, standing: Standing, items: Sequence[str]) -> list[Draft]:
    """What changes what the outlet may do: within its agreement an authorisation alone."""
    terms = {term_of(item, book.directory) for item in standing.items}
    if {term_of(item, None) for item in items} == terms:
        return []
    agreed = {term_of(item, book.directory) for item in standing.agreed}
    asked = {"items": list(items)}
    drafts = [Draft(standing.outlet_id, "authorised", book.on, asked)]
    if not {term_of(item, None) for item in items} <= agreed or set(items) - set(standing.agreed):
        more: dict[str, Any] = {"items": list(dict.fromkeys([*standing.agreed, *items]))}
        if standing.until:
            more["until"] = standing.until.isoformat()
        drafts.insert(0, Draft(standing.outlet_id, "signed", book.on, more))
    return drafts


def _shown(
    standing: Standing, row: Mapping[str, Any], changes: Mapping[str, Any], was: str
) -> Iterator[tuple[str, str, str]]:
    """What changes, by its Chinese name: before and after."""
    for name, value in changes.items():
        if name == "lat":
            continue
        if name == "lon":
            before = f"{standing.lon}, {standing.lat}"
            yield "位置", before, f"{value}, {changes['lat']}（{apart_m(standing, row):.0f} 米）"
        elif name == "modes":
            both = ["、".join(MODES[m] for m in those) for those in (standing.modes, value)]
            yield DESCRIPTION[name].name, both[0], both[1]
        elif isinstance(value, bool):
            yield DESCRIPTION[name].name, "否" if value else "是", "是" if value else "否"
        else:
            yield DESCRIPTION[name].name, str(getattr(standing, name)), str(value)
    if row["status"] not in (was, "unknown"):
        yield "状态", OUTLET_STATUS[was], OUTLET_STATUS[row["status"]]
