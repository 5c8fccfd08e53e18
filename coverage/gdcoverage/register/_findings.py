"""What supervision has to look at: candidates of forced exit, overdue inspections, and the like."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from gdcoverage.policy import OUTLET_STATUS
from gdcoverage.register._kinds import GROUNDS
from gdcoverage.register._rules import TALKS
from gdcoverage.register._standing import Book, Standing, term_of

# The policy has a special inspection every year.
INSPECTION_DAYS = 365
# Agreements that run out within so many days are told beforehand.
_SOON_DAYS = 90

FORCED = "强制退出候选"
TALKED = "连续约谈"
OVERDUE = "逾期未检查"
NOT_ON_MAP = "在营而未登记"
NOT_ACTIVE = "已登记而不在营"
SIGN = "标识不合格"
EXPIRING = "协议到期"
UNANSWERED = "投诉未答复"
NO_ITEM = "事项不在目录"
# What comes first wants looking at first.
ORDER = (FORCED, TALKED, OVERDUE, SIGN, EXPIRING, NO_ITEM, UNANSWERED, NOT_ON_MAP, NOT_ACTIVE)
COLUMNS = ("类别", "县区", "网点编号", "网点名称", "所属银行", "说明")


class Finding(NamedTuple):
    """One thing to look at."""

    kind: str
    county: str
    outlet_id: str
    name: str
    bank: str
    what: str


def findings(book: Book, inspection_days: int = INSPECTION_DAYS) -> list[Finding]:
    """What of the register wants looking at, by kind, county and number.

    Parameters
    ----------
    inspection_days : an outlet that was not inspected for longer is overdue.
    """
    found = [
        Finding(kind, s.stated_county, s.outlet_id, s.name, s.bank, what)
        for s in book.outlets.values()
        for kind, what in _of(s, book, inspection_days)
    ]
    return sorted(found, key=lambda f: (ORDER.index(f.kind), f.county, f.outlet_id))


def finding_table(found: list[Finding]) -> pd.DataFrame:
    """Findings with Chinese headings."""
    return pd.DataFrame(found, columns=list(COLUMNS))


def supervision(found: list[Finding], outlets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Findings where their outlets stand.

    Parameters
    ----------
    outlets : frame of `outlet_frame`, with the ``county`` that each lies in.

    Returns
    -------
    GeoDataFrame, EPSG:4326: ``kind``, ``what``, ``outlet_id``, ``name``, ``bank``, ``status``,
    ``county`` (adcode), in the order of the findings.
    """
    told = pd.DataFrame(
        [(f.kind, f.what, f.outlet_id) for f in found], columns=["kind", "what", "outlet_id"]
    ).astype("str")
    where = outlets.set_index("outlet_id")[["name", "bank", "status", "county", "geometry"]]
    rows = told.join(where, on="outlet_id")
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=outlets.crs)


def _of(s: Standing, book: Book, inspection_days: int) -> Iterator[tuple[str, str]]:
    status, on = s.status(book.on), book.on
    if s.registered_on is not None and status != "active":
        since = s.left_on or s.suspended_on
        told = f"{OUTLET_STATUS[status]}" + (f"，自 {since}" if since else "")
        done = "；已从电子地图撤下的，请写“撤销登记”" if s.left_on is not None else ""
        yield NOT_ACTIVE, told + done
    if s.unanswered:
        yield UNANSWERED, f"第 {'、'.join(map(str, s.unanswered))} 条"
    if s.left_on is not None:
        return
    yield from _supervised(s, on, inspection_days)
    if s.until is not None and s.until < on + dt.timedelta(_SOON_DAYS):
        yield EXPIRING, f"{s.until} {'已到期' if s.until < on else '将到期'}"
    if status == "active" and s.registered_on is None:
        yield NOT_ON_MAP, "请补“登记”"
    if book.directory is not None:
        terms = set(book.directory.values())
        gone = [i for i in s.items if i not in book.directory and term_of(i, None) not in terms]
        if gone:
            yield NO_ITEM, "、".join(gone)


def _supervised(s: Standing, on: dt.date, inspection_days: int) -> Iterator[tuple[str, str]]:
    """What inspections, talks and assessments leave to be done."""
    if s.talks >= TALKS:
        yield FORCED, f"连续约谈 {s.talks} 次，整改不到位（情形：{GROUNDS['talks']}）"
    if s.failed is not None:
        yield FORCED, f"{s.failed} 年度考核不合格（情形：{GROUNDS['assessment']}）"
    if s.talks:
        yield TALKED, f"连续约谈 {s.talks} 次，尚无到位的整改"
    if s.signed_on is not None:
        since = s.inspected_on or s.signed_on
        days = (on - since).days
        if days > inspection_days:
            last = f"上次 {s.inspected_on}" if s.inspected_on else f"{s.signed_on} 签约后没有检查过"
            yield OVERDUE, f"{last}，已 {days} 天，限 {inspection_days} 天"
    if s.sign_ok is False:
        yield SIGN, "最近一次检查，“社保服务合作网点”标识不合格"
