"""What the policy allows to befall an outlet, asked of its whole history as it would be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import shapely

from gdcoverage.geo.ellipsoid import short_m
from gdcoverage.policy import MODES
from gdcoverage.register._events import Event, in_force
from gdcoverage.register._kinds import CORRECTED, DESCRIPTION, GROUNDS, TERMS
from gdcoverage.register._standing import Directories, Directory, Standing, advance, term_of
from gdcoverage.tables.coordinates import GUANGDONG

# An outlet that is found farther from where it was has moved: an exit and a new point.
MOVED_M = 50.0
# Two talks in a row without adequate correction are a ground of forced exit.
TALKS = 2

_FIRST = ("registered", "signed")
_WITHOUT_AGREEMENT = (*_FIRST, "deregistered")
# What may still be said of an outlet that has left.
_AFTER_EXIT = frozenset(
    {"signed", "complained", "inspected", "rectified", "assessed", "deregistered"}
)
_NEEDED = ("name", "bank", "lon", "lat")


class Fault(NamedTuple):
    """What speaks against an event: its number, what is wrong, and what to do."""

    event_id: int
    what: str
    action: str


def faults_of(events: Sequence[Event]) -> list[Fault]:
    """What is wrong with the history of one outlet.

    Parameters
    ----------
    events : all of the outlet, corrections included, and those of the directory of items.
    """
    found = list(_corrections(events))
    history = in_force(events)
    directories = Directories(history)
    standing: Standing | None = None
    for event in history:
        if not event.outlet_id:
            continue
        was = standing or Standing(event.outlet_id)
        directory = directories.on(event.effective_on)
        told = [*_against(was, event, is_first=standing is None), *_items(event, directory)]
        found += [Fault(event.event_id, *each) for each in told]
        standing = was
        advance(standing, event)
        found += [Fault(event.event_id, *each) for each in _left_without(standing, event)]
    return found


def _corrections(events: Sequence[Event]) -> Iterator[Fault]:
    by_number = {event.event_id: event for event in events}
    for event in events:
        if event.kind != CORRECTED:
            continue
        meant = by_number.get(event.corrects or 0)
        if meant is None:
            what = f"这个网点没有第 {event.corrects} 条事件"
            yield Fault(event.event_id, what, "请用 register show 核对要更正的是第几条")
        elif meant.kind == CORRECTED:
            what = f"第 {event.corrects} 条本身是更正"
            yield Fault(event.event_id, what, f"请更正原来的第 {meant.corrects} 条")


Told = Iterator[tuple[str, str]]


def _against(was: Standing, event: Event, *, is_first: bool) -> Told:
    """What speaks against an event, as the outlet stood before it."""
    kind, term = event.kind, TERMS[event.kind]
    if is_first and kind not in _FIRST:
        yield f"网点 {event.outlet_id} 还没有登记，也没有签约", "请先写入“登记”或“签约”"
        return
    if is_first:
        yield from _described(event)
    elif kind not in _WITHOUT_AGREEMENT and was.signed_on is None:
        yield f"“{term}”早于签约", "协议签订之前只能“登记”；请核对生效日期，或先写入“签约”"
    if was.left_on is not None and kind not in _AFTER_EXIT:
        yield (
            f"网点已于 {was.left_on} 退出（{TERMS[was.left_by]}），不能再“{term}”",
            "如确又合作，请先写入新的“签约”",
        )
    elif kind == "signed" and was.moved_to:
        yield f"网点已迁往 {was.moved_to}", "请写在新网点名下"
    elif kind in _AGAINST:
        yield from _AGAINST[kind](was, event)


def _described(event: Event) -> Told:
    lacking = [DESCRIPTION[n].name for n in _NEEDED if event.details.get(n) in (None, "")]
    if lacking:
        yield f"缺少{'、'.join(lacking)}", "网点的第一条事件要写明名称、银行和位置"
        return
    yield from _placed(event.details["lon"], event.details["lat"])


def _placed(lon: float, lat: float) -> Told:
    if not shapely.contains_xy(GUANGDONG, lon, lat):
        yield f"位置（{lon}, {lat}）不在广东", "请核对经纬度（WGS-84），经度在前"


def _registered(was: Standing, event: Event) -> Told:
    if was.registered_on is not None:
        yield f"网点已于 {was.registered_on} 登记", "情况有变请写“变更”，登记有误请写“更正”"
    yield from _changed(was, event)


def _deregistered(was: Standing, _: Event) -> Told:
    if was.registered_on is None:
        yield "网点没有登记，无从撤销", "请用 register show 核对"


def _changed(was: Standing, event: Event) -> Told:
    for name in ("name", "bank"):
        if event.details.get(name) == "":
            yield f"{DESCRIPTION[name].name}不能是空的", "请填写"
    lon, lat = event.details.get("lon", was.lon), event.details.get("lat", was.lat)
    if lon is None or lat is None or was.lon is None or was.lat is None:
        return
    yield from _placed(lon, lat)
    apart = distance_m(was.lon, was.lat, lon, lat)
    if apart > MOVED_M:
        yield (
            f"新位置离原位置 {apart:,.0f} 米",
            f"超过 {MOVED_M:.0f} 米是迁址：请写“迁址”和新网点的登记；原来写错了请写“更正”",
        )


def distance_m(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Metres between two places near one another."""
    pairs = (np.array([value], float) for value in (lon, lat, other_lon, other_lat))
    return float(short_m(*pairs)[0])


def _suspended(was: Standing, _: Event) -> Told:
    if was.suspended_on is not None:
        yield f"网点自 {was.suspended_on} 起已经暂停", "请核对，或先写入“恢复”"


def _resumed(was: Standing, _: Event) -> Told:
    if was.suspended_on is None:
        yield "网点没有暂停，无从恢复", "请核对生效日期，或先写入“暂停”"


def _applied(was: Standing, _: Event) -> Told:
    if was.exit_applied_on is not None:
        yield f"网点已于 {was.exit_applied_on} 申请退出", "获准后请写“自愿退出核准”"


def _approved(was: Standing, _: Event) -> Told:
    if was.exit_applied_on is None:
        yield "没有自愿退出的申请", "请先写入“自愿退出申请”；不是自愿的请写“强制退出”"


def _forced(was: Standing, event: Event) -> Told:
    ground = event.details["ground"]
    if ground == "talks" and was.talks < TALKS:
        what = f"台账里连续约谈而整改不到位的只有 {was.talks} 次"
        yield what, f"情形“{GROUNDS[ground]}”要有两次：请补记“约谈”，或改写情形"
    if ground == "assessment" and was.failed is None:
        what = "台账里最近一次考核不是不合格"
        yield what, f"情形“{GROUNDS[ground]}”要先有不合格的“考核”：请补记，或改写情形"


def _moved(was: Standing, event: Event) -> Told:
    if event.details["to"] == was.outlet_id:
        yield "迁往的是原网点编号", "迁址是退出和新设，新网点要有自己的编号"


def _complained(was: Standing, event: Event) -> Told:
    answered = event.details.get("answers")
    if answered is not None and answered not in was.unanswered:
        yield f"第 {answered} 条不是本网点待答复的投诉", "请用 register show 核对"
    if answered is not None and not event.details.get("reply"):
        yield "没有写答复的内容", "请写 答复=…"
    if answered is None and not event.details.get("content"):
        yield "没有写投诉的内容", "请写 内容=…"


_AGAINST = {
    "registered": _registered,
    "deregistered": _deregistered,
    "signed": _changed,
    "changed": _changed,
    "suspended": _suspended,
    "resumed": _resumed,
    "exit_applied": _applied,
    "exit_approved": _approved,
    "exit_forced": _forced,
    "moved": _moved,
    "complained": _complained,
}


def _items(event: Event, directory: Directory | None) -> Told:
    """Items of an agreement or authorisation that the directory does not have."""
    if event.kind not in ("signed", "authorised"):
        return
    items = event.details["items"]
    if directory is None:
        strange = [item for item in items if term_of(item, None) is None]
        action = "没有事项目录时只能写四大类（基本养老保险 等）；可用 register directory 载入目录"
    else:
        terms = set(directory.values())
        strange = [i for i in items if i not in directory and term_of(i, None) not in terms]
        action = "请核对事项名称，或用 register directory 载入新的目录"
    if strange:
        yield f"事项目录里没有 {'、'.join(strange)}", action


def _left_without(now: Standing, event: Event) -> Told:
    """What an outlet may not be without after an event."""
    if event.kind == "authorised" and (more := set(now.authorised) - set(now.agreed)):
        names = "、".join(sorted(more))
        yield f"授权了协议里没有的事项：{names}", "授权不能超出协议；请先写入新的“签约”，或改正事项"
    if now.status(event.effective_on) == "active" and not now.modes:
        action = f"请写明服务方式：{'、'.join(MODES.values())}"
        yield "在营网点至少要有一种服务方式", action
