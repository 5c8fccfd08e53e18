"""Traditional characters and their simplified forms, as far as a page needs them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from opencc import OpenCC

# The CJK Unified Ideographs block; rarer characters are in no input method's first rows.
_FIRST, _LAST = 0x4E00, 0x9FFF


def simplified_forms(characters: Iterable[str]) -> str:
    """Traditional and simplified characters in turn, where either is among those given.

    So that what is typed in the one finds what is written in the other; by OpenCC's table.

    Returns
    -------
    ``"銀银號号…"``, in the order of the traditional ones.
    """
    known = set(characters)
    pairs = _simplified().items()
    return "".join(old + new for old, new in pairs if old in known or new in known)


@cache
def _simplified() -> dict[str, str]:
    """Every traditional character of the block -> its simplified form."""
    convert = OpenCC("t2s").convert
    every = map(chr, range(_FIRST, _LAST + 1))
    # What a script's string holds as one unit.
    plane = range(0x10000)
    return {
        old: new
        for old in every
        if (new := convert(old)) != old and len(new) == 1 and ord(new) in plane
    }
