"""Counties as people call them: by name, with or without the city, by city, or by code."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

import pandas as pd

from gdcoverage.places.counties import bare_name
from gdcoverage.problems import InputError, Problem

_EVERYTHING = ("全省", "广东省", "广东", "全部")
_CODE = re.compile(r"\d{2}|\d{4}|\d{6}")
_CHOICES = 5


def counties_called(words: Iterable[str], known: pd.DataFrame) -> tuple[str, ...]:
    """The counties that words mean, by adcode, each once.

    Parameters
    ----------
    words : each a county's name (龙门县, 龙门), one with its city (惠州市龙门县), a city's name
        for all its counties (惠州市), a code of a county, city or province (441324, 4413, 44),
        or 全省.
    known : ``adcode``, ``name``, ``city``.

    Raises
    ------
    InputError : a word means none of them, or may mean several; all such words at once.
    """
    found: set[str] = set()
    problems = []
    for word in words:
        codes, problem = _called(word, known)
        found.update(codes)
        problems += [problem] if problem else []
    if problems:
        raise InputError(*problems)
    return tuple(sorted(found))


def _called(word: str, known: pd.DataFrame) -> tuple[list[str], Problem | None]:
    plain = "".join(unicodedata.normalize("NFKC", word).split())
    if plain in _EVERYTHING:
        return list(known["adcode"]), None
    if _CODE.fullmatch(plain):
        begin = re.sub(r"(00)+$", "", plain) if len(plain) > 2 else plain
        codes = list(known.loc[known["adcode"].str.startswith(begin), "adcode"])
        return codes, None if codes else _unknown(word, known)
    plain = plain.removeprefix("广东省")
    name, city = known["name"], known["city"]
    bare, bare_city = name.map(bare_name), city.map(bare_name)
    # The fuller name before the shorter, and a county before its city.
    for spelt, of_city in (
        *((name, False), (city, True), (city + name, False), (bare_city + name, False)),
        *((bare, False), (city + bare, False), (bare_city + bare, False), (bare_city, True)),
    ):
        here = known[(spelt == plain) & (spelt != "")]
        if len(here) == 1 or (of_city and len(here)):
            return list(here["adcode"]), None
        if len(here):
            return [], _ambiguous(word, here)
    return [], _unknown(word, known)


def _unknown(word: str, known: pd.DataFrame) -> Problem:
    names = dict(zip(known["adcode"], known["name"], strict=True))
    if word.isdecimal():
        spelt = {code: f"{code}（{name}）" for code, name in names.items()}
    else:
        all_names = [*known["name"], *known["city"], *(known["city"] + known["name"])]
        spelt = {name: name for name in all_names if name}
    near = [spelt[name] for name in difflib.get_close_matches(word, spelt, 3, 0.5)]
    some = "、".join(f"{name}（{code}）" for code, name in list(names.items())[:_CHOICES])
    more = f"等 {len(names)} 个" if len(names) > _CHOICES else ""
    hint = f"是否想写 {'、'.join(near)}？" if near else f"可写的有 {some}{more}。"
    return Problem(
        "county_unknown",
        f"没有县区“{word}”",
        f"{hint}请写县区名、市名，或行政区划代码（县 441324、市 4413）",
        value=word,
    )


def _ambiguous(word: str, here: pd.DataFrame) -> Problem:
    full = list(here["city"] + here["name"])
    apart = len(set(full)) == len(full)
    coded = [f"{name}（{code}）" for name, code in zip(full, here["adcode"], strict=True)]
    choices = "、".join(full if apart else coded)
    return Problem(
        "county_ambiguous",
        f"有 {len(here)} 个县区叫“{word}”",
        f"请写明是哪一个：{choices}" if apart else f"请写代码：{choices}",
        value=word,
    )
