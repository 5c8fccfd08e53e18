"""A comparison as lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from gdcoverage.changes import CAUSES
from gdcoverage.compare.comparison import Comparison
from gdcoverage.report import percent


def comparison_lines(found: Comparison) -> Iterator[str]:
    """The whole, by cause, by county and class where anything changed, month by month."""
    yield f"{found.title}：{found.before} 与 {found.after} 比较"
    yield _line("全部", found.totals, found.changes)
    for cause in CAUSES:
        of_cause = found.changes[found.changes["cause"] == cause]
        if len(of_cause):
            yield f"  {cause}：{_people(of_cause)}"
    if not len(found.changes):
        yield "  没有人得到或失去达标。"
    for code, own in found.totals.groupby("county", sort=True):
        changes = found.changes[found.changes["county"] == code]
        if len(changes):
            yield _line(found.names.get(str(code)) or "县区外", own, changes)
            for row in changes.itertuples():
                kind = {"urban": "城区", "rural": "乡村"}[str(row.settlement)]
                lost_or_gained = _people(changes.loc[[row.Index]])
                yield f"  {kind}　{row.cause}：{lost_or_gained}"
    yield "逐月（按起日的人口、街道）：" if len(found.months) > 2 else "起止两日："
    for on, outlets, rate in found.months[["on", "outlets", "rate"]].to_numpy(object):
        yield f"  {on}　在营 {outlets:,} 个　覆盖率 {percent(float(rate))}"


def _line(name: str, totals: pd.DataFrame, changes: pd.DataFrame) -> str:
    sums = totals[
        ["population_before", "covered_before", "population_after", "covered_after"]
    ].sum()
    rates = [
        percent(sums[f"covered_{when}"] / sums[f"population_{when}"])
        if sums[f"population_{when}"]
        else "—"
        for when in ("before", "after")
    ]
    return (
        f"{name}：达标 {sums['covered_before']:,.0f} → {sums['covered_after']:,.0f} 人"
        f"（{_people(changes)}），覆盖率 {rates[0]} → {rates[1]}"
    )


def _people(changes: pd.DataFrame) -> str:
    return f"得 {changes['gained'].sum():,.0f}、失 {changes['lost'].sum():,.0f}"
