"""Drafts before they are written: understood, and asked whether the rules allow them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gdcoverage.policy import ITEMS
from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.register._events import Draft, Event
from gdcoverage.register._kinds import (
    CORRECTED,
    DIRECTORY,
    KINDS,
    TERMS,
    kind_of,
    storable,
    understood,
)
from gdcoverage.register._rules import Fault, faults_of


def checked(drafts: Sequence[Draft], recorded_by: str, source: str) -> list[Draft]:
    """Drafts with their details as they are kept.

    Raises
    ------
    InputError : of any draft something is not understood.
    """
    told: list[Problem] = []
    if not recorded_by.strip():
        told.append(_problem("没有写明由谁记录", "请写 --by 姓名或部门"))
    meant = []
    for said in drafts:
        draft = replace(said, kind=kind_of(said.kind) or said.kind)
        details, faults = _details(draft)
        if not (draft.source or source).strip():
            faults.append("没有写明来源（文号、表名）")
        if not all(map(storable, (draft.outlet_id, draft.source or source, recorded_by))):
            faults.append("网点编号、来源或记录人里有无法保存的字符")
        if type(draft.effective_on) is not dt.date:
            faults.append("生效日期应为日期")
        if not draft.outlet_id.strip() and draft.kind != DIRECTORY:
            faults.append("没有网点编号")
        told += [_problem(_about(draft, fault), "请改正后再写入") for fault in faults]
        meant.append(
            Draft(
                draft.outlet_id.strip(),
                draft.kind,
                draft.effective_on,
                details,
                draft.corrects,
                draft.source,
            )
        )
    if told:
        raise InputError(*told)
    return meant


def _details(draft: Draft) -> tuple[dict[str, Any], list[str]]:
    if draft.kind not in TERMS:
        return {}, [f"不认识的事件“{draft.kind}”；可写：{'、'.join(TERMS.values())}"]
    if draft.kind == DIRECTORY:
        return dict(draft.details), _directory_faults(draft.details)
    if draft.kind == CORRECTED:
        told = draft.details.get("void") is True or isinstance(draft.details.get("details"), dict)
        named = [] if draft.corrects else ["没有写明更正第几条"]
        return dict(draft.details), named if told else [*named, "没有写明更正成什么，也没有作废"]
    return understood(draft.kind, draft.details)


def _directory_faults(details: Mapping[str, Any]) -> list[str]:
    items = details.get("items")
    if isinstance(items, Mapping) and items and set(items.values()) <= set(ITEMS):
        return []
    return [f"事项目录应为 事项 -> {'、'.join(ITEMS)} 之一，且不能是空的"]


def corrections_checked(known: Sequence[Event], new: Sequence[Event]) -> list[Event]:
    """Corrections with what they say as it is kept for the kind of event that they correct.

    Raises
    ------
    InputError : of any it is not understood.
    """
    by_number = {event.event_id: event for event in (*known, *new)}
    told, found = [], []
    for event in new:
        meant = by_number.get(event.corrects or 0)
        if event.kind == CORRECTED and meant is not None and "details" in event.details:
            details, faults = event.details["details"], list[str]()
            if meant.kind in KINDS:
                details, faults = understood(meant.kind, details)
            told += [_problem(f"更正第 {event.corrects} 条：{f}", "请改正后再写入") for f in faults]
            found.append(event._replace(details={"details": details}))
        else:
            found.append(event)
    if told:
        raise InputError(*told)
    return found


def _about(draft: Draft, what: str) -> str:
    term = TERMS.get(draft.kind, draft.kind)
    return f"{draft.outlet_id} {draft.effective_on} “{term}”：{what}".strip()


def _problem(what: str, action: str) -> Problem:
    return Problem("event_refused", what, action)


def named(drafts: Iterable[Draft]) -> set[str]:
    """Outlets that others move to or come from."""
    said = [draft.details.get(name, "") for draft in drafts for name in ("to", "moved_from")]
    return {outlet_id for outlet_id in said if outlet_id}


def refuse_stale(outlets: Collection[str], where: str) -> None:
    """Refuse what was decided before outlets had other events.

    Raises
    ------
    InputError : there are such outlets.
    """
    names = "、".join(sorted(outlets)[:10])
    if names:
        raise unusable(
            "review_stale",
            f"写出复核表之后，台账里 {names} 又有新的事件（或本表已采纳过）",
            "请重新 register import，按新的复核表处理",
            file=where,
        )


def require_allowed(known: Sequence[Event], new: Sequence[Event]) -> None:
    """Refuse what the rules do not allow.

    Raises
    ------
    InputError : with the new events something is wrong that was not before.
    """
    by_outlet: dict[str, list[Event]] = {}
    for event in known:
        by_outlet.setdefault(event.outlet_id, []).append(event)
    directory = by_outlet.pop("", [])
    added: dict[str, list[Event]] = {}
    for event in new:
        added.setdefault(event.outlet_id, []).append(event)
    directory_new = added.pop("", [])
    told = []
    for outlet_id, more in added.items():
        before = [*directory, *by_outlet.get(outlet_id, [])]
        after = [*before, *directory_new, *more]
        stood = set(faults_of(before)) if outlet_id in by_outlet else set[Fault]()
        numbered = {event.event_id: event for event in after}
        fresh = {event.event_id for event in more}
        for fault in faults_of(after):
            if fault not in stood:
                told.append(_refusal(numbered[fault.event_id], fault, fault.event_id in fresh))
    told += _unmet(known, new)
    if told:
        raise InputError(*told)


def _refusal(event: Event, fault: Fault, is_new: bool) -> Problem:
    term = TERMS[event.kind]
    if is_new:
        what = f"{event.outlet_id} {event.effective_on} “{term}”：{fault.what}"
    else:
        what = (
            f"{event.outlet_id}：写入后，{event.effective_on} 的“{term}”（第 {event.event_id} 条）"
            f"不再成立：{fault.what}"
        )
    return _problem(what, fault.action)


def _unmet(known: Sequence[Event], new: Sequence[Event]) -> Iterator[Problem]:
    """A relocation is an exit and a new point: neither is written without the other."""
    everyone = [*known, *new]
    there = {event.outlet_id for event in everyone if event.kind in ("registered", "signed")}
    gone = {(e.outlet_id, e.details["to"]) for e in everyone if e.kind == "moved"}
    for event in new:
        to, origin = event.details.get("to"), event.details.get("moved_from")
        if event.kind == "moved" and to not in there:
            what = f"{event.outlet_id} 迁往 {to}，而 {to} 没有登记"
            yield _problem(what, "迁址是退出和新设：请同时写入新网点的“登记”")
        if event.kind == "registered" and origin and (origin, event.outlet_id) not in gone:
            what = f"{event.outlet_id} 写明迁自 {origin}，而 {origin} 没有迁往这里"
            yield _problem(what, "请同时写入原网点的“迁址”")
