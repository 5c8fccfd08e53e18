"""How the characters in use are read, so that letters find Chinese names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache

# Characters are read one by one; the package's phrases would take most of its time to load.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")

from pypinyin import Style, pinyin

# Readings that place names in Guangdong want first; the package's come after them.
_LOCAL = {
    "番": "pan",
    "涌": "chong",
    "埔": "bu",
    "行": "hang",
    "莞": "guan",
    "厦": "sha",
    "埗": "bu",
    "冚": "kan",
    "凼": "dang",
    "氹": "dang",
    "塱": "lang",
    "蓢": "lang",
    "㙟": "long",
    "𬒔": "long",
    "𡎚": "lang",
    "沥": "li",
    "漖": "jiao",
    "滘": "jiao",
    "𬇹": "chong",
    "圳": "zhen",
    "长": "chang",
    "重": "chong",
    "乐": "le",
}
_MOST = 4
# The commonest characters: level 1 of GB 2312.
_COMMON_ROWS, _PLACES = range(0xB0, 0xD8), range(0xA1, 0xFF)


def pinyin_table(texts: Iterable[str]) -> dict[str, str]:
    """Readings of every Chinese character in the texts.

    Returns
    -------
    Character -> its readings without tones, ü as v, the commonest first, separated by spaces;
    sorted by character. Characters that nobody knows how to read are left out.
    """
    characters = sorted({character for text in texts for character in text if character > "⺀"})
    known = {character: _readings(character) for character in characters}
    return {character: readings for character, readings in known.items() if readings}


@cache
def _readings(character: str) -> str:
    (known,) = pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)
    local = [_LOCAL[character]] if character in _LOCAL else []
    # Without a reading the package gives the character back.
    known = [reading for reading in known if reading.isascii() and reading.isalpha()]
    return " ".join(list(dict.fromkeys(local + known))[:_MOST])


@cache
def _common() -> frozenset[str]:
    cells = (bytes([row, place]) for row in _COMMON_ROWS for place in _PLACES)
    return frozenset(cell.decode("gb2312", "ignore") for cell in cells) - {""}


def common_sounds(but: Iterable[str]) -> dict[str, str]:
    """Reading -> common characters read so, so that what is typed by its sound is known.

    Parameters
    ----------
    but : characters to leave out, whose readings are known.
    """
    sounds: dict[str, str] = {}
    for character, known in pinyin_table(_common().difference(but)).items():
        first = known.split()[0]
        sounds[first] = sounds.get(first, "") + character
    return dict(sorted(sounds.items()))
