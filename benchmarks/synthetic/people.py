"""Demand points, outlets and candidates of the made-up province."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.synthetic.settlements import Settlements, degrees
from benchmarks.synthetic.streets import Streets

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rng = np.random.Generator

POINTS, OUTLETS, CANDIDATES = 200_000, 10_000, 17_000  # of the whole province
VILLAGE_OUTLETS = 600
COMMITTEES = 9_000  # candidates that are village committees; the others are banks
CITY = 150_000  # people from which a town is a city
BANKS = (
    *("中国工商银行", "中国农业银行", "中国银行", "中国建设银行", "交通银行"),
    *("中国邮政储蓄银行", "广东农村商业银行", "招商银行"),
)
_STATUS = ("在营", "暂停", "筹建", "退出")
_STATUS_SHARE = (0.95, 0.025, 0.015, 0.01)


def shares(settlements: Settlements, rng: Rng) -> dict[str, Ints]:
    """How many demand points, outlets and candidates each settlement of the province has."""
    town, people = settlements.town, settlements.people
    villages = np.flatnonzero(~town)
    points = 1 + (people > 1_500) * ~town
    points += rng.multinomial(POINTS - points.sum(), _part(people * town))
    outlets = (town & (rng.random(len(town)) < 0.9)).astype(np.int64)
    outlets[rng.choice(villages, VILLAGE_OUTLETS, replace=False)] = 1
    outlets += rng.multinomial(OUTLETS - outlets.sum(), _part(people * town))
    candidates = np.zeros(len(town), np.int64)
    candidates[rng.choice(villages, COMMITTEES, replace=False)] = 1
    candidates += rng.multinomial(CANDIDATES - COMMITTEES, _part(people * town))
    return {"points": points, "outlets": outlets, "candidates": candidates}


def _part(weight: Floats | Ints) -> Floats:
    return weight / weight.sum()


def population(settlements: Settlements, count: Ints, streets: Streets, rng: Rng) -> pd.DataFrame:
    """Demand points: people of a settlement unevenly at its crossings; whole people, none lost."""
    home = np.repeat(np.arange(len(settlements)), count)
    x, y = _spots(settlements, home, streets, 45.0, rng)
    weight = rng.lognormal(0, 0.7, len(home))
    per_home = np.bincount(home, weights=weight, minlength=len(settlements))
    exact = settlements.people[home] * weight / per_home[home]
    people = exact.astype(np.int64)
    first = np.cumsum(count) - count
    people[first] += settlements.people - np.bincount(home, people, len(settlements)).astype(int)
    lon, lat = degrees(x, y)
    return pd.DataFrame(
        {
            "编号": [f"P{i:06d}" for i in range(1, len(home) + 1)],
            "名称": settlements.name[home],
            "常住人口": people,
            "60岁以上人口": (people * rng.uniform(0.08, 0.28, len(home))).astype(np.int64),
            "城乡分类代码": _codes(settlements, home, x, y, rng),
            "经度": lon,
            "纬度": lat,
        }
    )


def _codes(
    settlements: Settlements, home: Ints, x: Floats, y: Floats, rng: Rng
) -> NDArray[np.str_]:
    """The statistics bureau's codes: the centre and the rim of cities and towns; villages."""
    away = np.hypot(x - settlements.x[home], y - settlements.y[home])
    centre = away < 0.6 * settlements.radius_m[home]
    special = rng.random(len(home)) < 0.03
    city = settlements.town[home] & (settlements.people[home] >= CITY)
    town = settlements.town[home] & ~city
    kinds = [city & centre, city, town & special, town & centre, town, special]
    return np.select(kinds, ["111", "112", "123", "121", "122", "210"], "220")


def outlets(settlements: Settlements, count: Ints, streets: Streets, rng: Rng) -> pd.DataFrame:
    """The register of outlets, some of them suspended, planned or gone."""
    frame = _branches(settlements, count, streets, "社保网点", "W", rng)
    status = rng.choice(_STATUS, len(frame), p=_STATUS_SHARE)
    hours = rng.choice(["周一至周五 9:00-17:00", "周一至周日 9:00-16:30"], len(frame))
    return frame.assign(营业时间=hours, 服务方式="窗口办、自助办", 业务事项="全部", 状态=status)


def candidates(settlements: Settlements, count: Ints, streets: Streets, rng: Rng) -> pd.DataFrame:
    """Banks that are no partner yet, and village committees."""
    frame = _branches(settlements, count, streets, "支行", "C", rng)
    rural = ~settlements.town[np.repeat(np.arange(len(settlements)), count)]
    frame.loc[rural, "网点名称"] = frame.loc[rural, "网点名称"].str.replace(
        r"^.*?银行(.*)支行\d+$", r"\1村民委员会", regex=True
    )
    frame.loc[rural, "所属银行"] = ""
    return frame


def _branches(
    settlements: Settlements, count: Ints, streets: Streets, word: str, letter: str, rng: Rng
) -> pd.DataFrame:
    home = np.repeat(np.arange(len(settlements)), count)
    lon, lat = degrees(*_spots(settlements, home, streets, 15.0, rng))
    bank = rng.choice(BANKS, len(home))
    place = settlements.name[home]
    number = range(1, len(home) + 1)
    names = [f"{b}{p}{word}{i}" for b, p, i in zip(bank, place, number, strict=True)]
    return pd.DataFrame(
        {
            "网点编号": [f"{letter}{i:05d}" for i in number],
            "网点名称": names,
            "所属银行": bank,
            "经度": lon,
            "纬度": lat,
        }
    )


def _spots(
    settlements: Settlements, home: Ints, streets: Streets, off_m: float, rng: Rng
) -> tuple[Floats, Floats]:
    """Places beside crossings of the settlement, of two the one nearer to its middle."""
    own = np.flatnonzero(streets.home >= 0)
    own = own[np.argsort(streets.home[own], kind="stable")]
    size = np.bincount(streets.home[own], minlength=len(settlements))
    first = np.cumsum(size) - size
    best_x, best_y = settlements.x[home].copy(), settlements.y[home].copy()
    best = np.full(len(home), np.inf)
    some = np.flatnonzero(size[home] > 0)  # a settlement may have lost all to the sea
    for _ in range(2):
        pick = (rng.random(len(some)) * size[home[some]]).astype(np.int64)
        node = own[first[home[some]] + pick]
        x, y = streets.x[node], streets.y[node]
        away = np.hypot(x - settlements.x[home[some]], y - settlements.y[home[some]])
        nearer = away < best[some]
        at = some[nearer]
        best_x[at], best_y[at], best[at] = x[nearer], y[nearer], away[nearer]
    return best_x + rng.normal(0, off_m, len(home)), best_y + rng.normal(0, off_m, len(home))
