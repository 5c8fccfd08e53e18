"""Which rows are no places but sums of others: by their names, and by arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import pdtrc

from gdcoverage.arrays import Bools, Ints
from gdcoverage.demand import _headings as words
from gdcoverage.demand._lines import Groups, Lines, Sums, Verdict

# A town of so much less than its villages is a place among them, not their sum.
_LEAST_OF_A_SUM = 0.8
# So much more than rows that merely stand beside it, and it is no sum of theirs either.
_MOST_OF_A_SUM = 2
# Rows without a word that they are sums: so many parts, of so many people each on average, and
# every row of the table in one of the sums, are not so by chance.
_PARTS, _PEOPLE_OF_A_PART = 5, 50
# Sums of single rows worth a look: so many parts, so many people.
_PARTS_TO_TELL, _PEOPLE_TO_TELL = 3, 1_000
_LEAST_CHANCE = 0.05


def judge_totals(lines: Lines) -> dict[int, Verdict]:
    """Row -> what it is, of rows that are no places as others.

    In time that grows with the number of rows as sorting does.
    """
    for i in np.flatnonzero(lines.level == words.WHOLE):
        lines.tell(int(i), "total", "名称是合计")
    _named_parts(lines)
    for level in (words.TOWN, words.COUNTY, words.CITY):
        _of_level(lines, level)
    _stems(lines)
    _tiled(lines)
    return lines.found


def looks_like_sums(lines: Lines) -> Ints:
    """Rows, counted as places, with as many people as several next to them together.

    None where chance may well make as many: it makes one row in as many as a place has people,
    on either side.
    """
    counted = lines.free & ~lines.aside & (lines.cents > 0)
    large = lines.open(counted & (lines.cents >= _PEOPLE_TO_TELL * 100))
    found = _anywhere(lines, Sums.of(lines, counted), large, _PARTS_TO_TELL)
    if not found:
        return np.empty(0, np.int64)
    by_chance = 2 * len(large) * 100 / lines.cents[counted].mean()
    # The chance of so many where so few are to be expected (Poisson).
    sure = pdtrc(len(found) - 1, by_chance) < _LEAST_CHANCE
    return np.array([i for i, *_ in found] if sure else [], np.int64)


def _named_parts(lines: Lines) -> None:
    """Rows 其中：… below another row: its parts."""
    begins = [bool(words.PART.match(n)) if n[:1] == "其" else False for n in lines.name]
    part = np.array(begins, bool)
    heads = np.flatnonzero(part[1:] & ~part[:-1] & (lines.table[1:] == lines.table[:-1]))
    for head in heads:
        behind = int(head) + 1
        while behind < len(part) and part[behind] and lines.table[behind] == lines.table[head]:
            behind += 1
        _divided(lines, int(head), behind)


def _divided(lines: Lines, whole: int, behind: int) -> None:
    rows = range(whole + 1, behind)
    parts = int(lines.cents[whole + 1 : behind].sum())
    people = int(lines.cents[whole])
    where = f"“{lines.name[whole]}”（{lines.span(whole, whole + 1)}）"
    if lines.level[whole] >= words.PLACE and parts == people:
        lines.tell(whole, "total", f"等于其下各部分（{lines.span(whole + 1, behind)}）之和")
        return
    for i in rows:
        if parts > people:
            more = "，而各部分之和超过它"
            lines.tell(i, "doubt_part", f"是{where}的一部分{more}", lines.cents[i] / 100)
        else:
            lines.tell(i, "part", f"是{where}的一部分")


def _of_level(lines: Lines, level: int) -> None:
    """Rows that are called towns (counties, cities): totals if they are sums."""
    strict = lines.level == level
    mask = strict | (lines.level == words.NEARLY_TOWN) if level == words.TOWN else strict
    barrier = np.flatnonzero((lines.level >= words.CITY) & (lines.level <= level))
    sure = strict & np.array([name[-1:] in words.SURELY for name in lines.name], bool)
    above = below = 0
    for parts in _parts(lines, level):
        sums = Sums.of(lines, parts)
        down, up = _in_scope(lines, sums, lines.open(mask), barrier, sure)
        above, below = above + down, below + up
        sums = Sums.of(lines, parts & (lines.free | ~mask))
        for rows, least in ((lines.open(sure), 2), (lines.open(mask & ~sure), _PARTS)):
            for i, first, behind in _anywhere(lines, sums, rows, least):
                lines.tell(i, "total", f"等于{lines.span(first, behind)}之和")
    if not len(lines.open(mask)):
        return
    lower = lines.free & ((lines.level > level) | (lines.level == words.PLACE))
    for parts in [lower, lower & ~lines.aside] if (lower & lines.aside).any() else [lower]:
        groups = Groups(lines, parts)
        for i in lines.open(mask):
            people, count, where = groups.of(lines.name[i])
            if lines.level[i] == words.NEARLY_TOWN:
                # It is one of them itself.
                people, count = people - int(lines.cents[i]), count - 1
            if lines.is_sum(i, people, count):
                lines.tell(int(i), "total", f"等于{where}之和")
    lower &= ~lines.aside
    _all_together(lines, lines.open(strict), lower)
    for i in lines.open(sure):
        _nearly(lines, int(i), barrier, lower, groups, above >= below)


def _parts(lines: Lines, level: int) -> Iterator[Bools]:
    """What a total may be the sum of: all rows, those that count, or the totals below it."""
    yield lines.free
    if lines.aside.any():
        yield lines.free & ~lines.aside
    deeper = lines.level[(lines.level > level) & (lines.level < words.PLACE)]
    if len(deeper):
        yield lines.level == deeper.min()


def _scope(lines: Lines, rows: Ints, barrier: Ints) -> tuple[Ints, Ints]:
    """Where the rows above and below each begin and end that no other row like it cuts off."""
    ahead = np.append(barrier, len(lines.cents))
    behind = np.concatenate([[-1], barrier])
    end = ahead[np.searchsorted(barrier, rows, "right")]
    start = behind[np.searchsorted(barrier, rows, "left")] + 1
    return np.maximum(start, lines.start[rows]), np.minimum(end, lines.end[rows])


def _in_scope(lines: Lines, sums: Sums, rows: Ints, barrier: Ints, sure: Bools) -> tuple[int, int]:
    """Rows that are the sum of all below or above them up to the next; how many of each.

    Parameters
    ----------
    sure : rows whose names leave no doubt what they are; of the others a sum must be of many
        rows, or of all of the table.
    """
    start, end = _scope(lines, rows, barrier)
    told = []
    for first, behind in ((rows + 1, end), (start, rows)):
        count = sums.number[behind] - sums.number[first]
        miss = np.abs(sums.cents[behind] - sums.cents[first] - lines.cents[rows])
        equal = (count > 0) & (miss <= lines.slack(rows, count))
        others = lines.end[rows] - lines.start[rows] - 1
        equal &= sure[rows] | (count >= _PARTS) | ((behind - first == others) & (count > 1))
        told.append(int(equal.sum()))
        for i, low, high in zip(rows[equal], first[equal], behind[equal], strict=True):
            lines.tell(int(i), "total", f"等于{lines.span(low, high)}之和")
    return told[0], told[1]


def _anywhere(lines: Lines, sums: Sums, rows: Ints, least: int) -> list[tuple[int, int, int]]:
    """Rows that are exactly the sum of at least so many next to them: row, first, behind last."""
    if not len(rows):
        return []
    target = sums.cents[rows + 1] + lines.cents[rows]
    behind = np.searchsorted(sums.cents, target, "right") - 1
    down = (sums.cents[behind] == target) & (behind <= lines.end[rows])
    down &= sums.number[behind] - sums.number[rows + 1] >= least
    target = sums.cents[rows] - lines.cents[rows]
    first = np.searchsorted(sums.cents, target, "left")
    first = np.minimum(first, rows)
    up = (sums.cents[first] == target) & (first >= lines.start[rows])
    up &= sums.number[rows] - sums.number[first] >= least
    low, high = np.where(down, rows + 1, first), np.where(down, behind, rows)
    either = down | up
    return [
        (int(i), int(a), int(b))
        for i, a, b in zip(rows[either], low[either], high[either], strict=True)
    ]


def _all_together(lines: Lines, rows: Ints, lower: Bools) -> None:
    """Rows that are together as many as all others of the file."""
    parts = lines.cents[lower]
    once = pd.Series(lines.cents[rows], index=lines.name[rows])
    once = once[~once.index.duplicated()]
    count = int((parts > 0).sum())
    if len(once) < 2 or count < 2:
        return
    if abs(once.sum() - parts.sum()) <= lines.slack(rows, np.full(len(rows), count)).max():
        for i in rows:
            lines.tell(int(i), "total", f"与同类的 {len(once)} 行合起来等于其余 {count} 行之和")


def _nearly(lines: Lines, i: int, barrier: Ints, lower: Bools, groups: Groups, leads: bool) -> None:
    """A town that is no sum of villages that are its, or follow it: is it one all the same?"""
    people, count, where = groups.of(lines.name[i])
    if not count:
        start, end = (int(edge[0]) for edge in _scope(lines, np.array([i]), barrier))
        first, behind = (i + 1, end) if leads else (start, i)
        people = int(lines.cents[first:behind][lower[first:behind]].sum())
        count = int((lower & (lines.cents > 0))[first:behind].sum())
        where = lines.span(first, behind) if count else ""
        # Nothing but that they stand there says that they are its.
        strange = lines.cents[i] > _MOST_OF_A_SUM * people
    else:
        strange = False
    own = int(lines.cents[i])
    if count < 2:
        return
    if own > people and not strange:
        more = (own - people) / 100
        why = f"该行 {own / 100:,.0f} 人，比{where}之和多 {more:,.0f} 人，或有未分到村的人口"
        lines.tell(i, "doubt_total", why, more)
    elif own >= _LEAST_OF_A_SUM * people and not strange:
        why = f"该行 {own / 100:,.0f} 人，与{where}之和（{people / 100:,.0f} 人）相近而不等"
        lines.tell(i, "doubt_total", why, own / 100)
    else:
        why = f"名称像镇街，人口与{where}之和相差很大，按居民点计入"
        lines.tell(i, "looks_total", why)


def _stems(lines: Lines) -> None:
    """Places of which the next rows' names begin with the name, or the sheet is called so."""
    names = lines.name
    begins = np.zeros(len(names) + 1, bool)
    for i, (one, other) in enumerate(pairwise(names)):
        if one and other and len(one) != len(other):
            begins[i] |= other.startswith(one)
            begins[i + 1] |= one.startswith(other)
    for i in lines.open(begins[:-1] & lines.free & (lines.level == words.PLACE)):
        name = names[i]
        for ahead in (1, -1) if len(name) > 1 else ():
            behind, people = i + ahead, 0
            while (
                lines.start[i] <= behind < lines.end[i]
                and len(names[behind]) > len(name)
                and names[behind].startswith(name)
                and people <= lines.cents[i]
            ):
                people += int(lines.cents[behind]) * int(lines.free[behind])
                behind += ahead
            if people == lines.cents[i] and abs(behind - i) > 2:
                low, high = (i + 1, behind) if ahead > 0 else (behind + 1, i)
                lines.tell(int(i), "total", f"等于{lines.span(low, high)}之和")
                break
    for keys in (lines.sheet, lines.section):
        if not any(set(keys)):
            continue
        same = np.array([k != "" and n == k for k, n in zip(keys, names, strict=True)], bool)
        rows = lines.open(same & lines.free & (lines.level == words.PLACE))
        for i in rows[~pd.Series(keys[rows]).duplicated(keep=False).to_numpy()]:
            group = lines.free & (keys == keys[i]) & (lines.table == lines.table[i])
            others = int(lines.cents[group].sum()) - int(lines.cents[i])
            if group.sum() > 2 and others == lines.cents[i]:
                lines.tell(int(i), "total", f"等于“{keys[i]}”其余各行之和")


def _tiled(lines: Lines) -> None:
    """Tables of which every row is in the sum that another is, without a word that it is one."""
    for first in np.unique(lines.start):
        at = np.arange(first, lines.end[first])
        at = at[lines.free[at] & (lines.cents[at] > 0)]
        cents = lines.cents[at]
        for turned in (False, True):
            order = at[::-1] if turned else at
            sums = list(_tiles(cents[::-1] if turned else cents))
            parts = len(at) - len(sums)
            whole = sum(int(lines.cents[order[i]]) for i, _ in sums)
            if parts < _PARTS or not sums or whole < parts * _PEOPLE_OF_A_PART * 100:
                continue
            for i, behind in sums:
                low, high = sorted((order[i + 1], order[behind - 1]))
                why = f"恰好等于{lines.span(low, high + 1)}之和，而名称看不出是合计"
                lines.tell(int(order[i]), "doubt_total", why, lines.cents[order[i]] / 100)
            break


def _tiles(cents: Ints) -> Iterable[tuple[int, int]]:
    """The rows, each followed by its parts, into which a table falls; none if it does not."""
    running = np.concatenate([[0], np.cumsum(cents)])
    found, i = [], 0
    while i < len(cents):
        target = running[i + 1] + cents[i]
        behind = int(np.searchsorted(running, target, "right")) - 1
        if running[behind] != target or behind < i + 3:
            return []
        found.append((i, behind))
        i = behind
    return found
