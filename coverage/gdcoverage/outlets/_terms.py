"""Cells that list official terms in people's own words: what they say yes to, what is in doubt."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from gdcoverage.outlets import _headings as words

_YES, _NO = "√✓✔☑✅■●", "×✗✘☒❌□☐○"
_SIGN = f"[{_YES}{_NO}]"
_BREAK = "\0"
# A longer entry is a sentence, which is not taken apart.
_MOST_LETTERS = 40
# "1.", "(2)", "三、" and their like: a new entry begins, whatever was said before.
_NUMBERING = re.compile(
    r"\(\d+\)|\d+[.、):]|\d+(?!\d|小时|h)|\([一二三四五六七八九十]\)|(?<![^\s,;])[一二三四五六七八九十]、"
)
_COUNT = r"\s*(?:个|台|名|人|处|部|套)"
_STOP = re.compile(rf"[;。\n()\[\]【】|{_BREAK}]")
_AND = re.compile(r"[、,/+&·\s\\]+|以及|[和及与或]")
_NOT = "|".join(sorted((*words.NOT_WORDS, *words.NO_WORDS - {""}), key=len, reverse=True))
# Words that, not understood as a whole, may take back what stands before them.
_DENIAL = re.compile("暂|未|停|无$|没有|不能|不可|无法|筹备|筹建|故障|维修|装修|取消|关闭|撤销")
_HAVE = "|".join(sorted((*words.HAVE_WORDS, *words.YES_WORDS), key=len, reverse=True))


@dataclass(frozen=True)
class _Word:
    """One entry of a list: the terms that it names, and whether it says yes or no to them."""

    text: str
    terms: frozenset[str] = frozenset()
    yes: bool = False
    no: bool = False
    known: bool = True

    @property
    def reach(self) -> int:
        """Which way its "no" may reach: to what follows (1), to what came before (-1), or not."""
        if re.search(_SIGN, self.text):
            return 0
        if self.no and self.terms:
            return 1 if re.match(_NOT, self.text) else -1
        denies = self.text in words.NOT_WORDS if self.no else not self.known
        return -1 if denies and _DENIAL.search(self.text) else 0


class Vocabulary:
    """Official terms in all their spellings.

    Parameters
    ----------
    spellings : term -> how tables write it.
    everything : words that mean all terms.
    """

    def __init__(
        self, spellings: Mapping[str, Collection[str]], everything: Collection[str] = ()
    ) -> None:
        self._everything = frozenset(spellings)
        self._meaning = {
            word: frozenset({term}) for term, spelt in spellings.items() for word in spelt
        } | dict.fromkeys(everything, self._everything)
        self._known = {*self._meaning, *words.DOUBTFUL_WORDS, *words.NOT_WORDS, *words.HAVE_WORDS}
        self._known |= words.FILLERS.union(_YES, _NO)
        self._longest = max(map(len, self._known))

    def judge(self, text: str) -> tuple[frozenset[str], str]:
        """Terms that a cell says yes to; and the words that are not understood, or in doubt.

        A word counts only if all of it is understood. What is named with a "no" is never a yes,
        and what stands in one list with it is in doubt.
        """
        said, named, denied = set[str](), set[str](), set[str]()
        doubtful: list[str] = []
        # In a form, what bears no tick among ticks is not chosen, or forgotten.
        ticked = re.search(f"[{_YES}]", text)
        lists = [
            [self._word(entry) for entry in _AND.split(part) if entry] for part in _parts(text)
        ]
        for entries, behind in pairwise([*lists, []]):
            for i, word in enumerate(entries):
                # 窗口办（目前暂停）
                last = i == len(entries) - 1
                taken_back = last and any(w.reach == -1 and not w.terms for w in behind[:1])
                if word.no:
                    denied |= word.terms
                elif word.known and not word.terms and (said or denied or doubtful):
                    continue  # 社保卡补换、挂失: more of the same
                elif (
                    not (word.known and word.terms)
                    or taken_back
                    or _beside_a_no(entries, i)
                    or (ticked and not word.yes)
                ):
                    doubtful.append(word.text)
                else:
                    said |= word.terms
                    named |= word.terms if word.terms != self._everything else set()
        if named & denied:
            doubtful.append(text)
        return frozenset(said - denied), "、".join(dict.fromkeys(doubtful))

    def _word(self, text: str) -> _Word:
        if text in self._meaning:
            return _Word(text, self._meaning[text])
        if text.lower() in words.NO_WORDS:
            return _Word(text, no=True)
        parts = self._divided(text) if len(text) <= _MOST_LETTERS else []
        found = {self._meaning[part] for part in parts if part in self._meaning}
        no = [part for part in parts if part in words.NOT_WORDS or part in _NO]
        known = (
            bool(parts)
            and not words.DOUBTFUL_WORDS.intersection(parts)
            # 窗口办网办 is two; 自助窗口 may be either.
            and (len(found) <= 1 or words.OFFICIAL.issuperset(parts))
            and len(no) <= 1
        )
        yes = any(part in words.HAVE_WORDS or part in _YES for part in parts)
        terms = frozenset[str]().union(*found)
        return _Word(text, terms, yes and not no, known and bool(no), known)

    def _divided(self, text: str) -> list[str]:
        """A text as known words, the longest first, so that 失业登记 is not 失业; or nothing."""
        for size in range(min(len(text), self._longest), 0, -1):
            if text[:size] not in self._known:
                continue
            if size == len(text):
                return [text]
            if rest := self._divided(text[size:]):
                return [text[:size], *rest]
        return []


def _beside_a_no(entries: list[_Word], at: int) -> bool:
    """Whether another entry's "no" may reach this one: 不含工伤、失业; 工伤、失业除外."""
    if entries[at].yes:
        return False
    before = next((w.reach for w in reversed(entries[:at]) if w.reach or w.yes), 0)
    after = next((w.reach for w in entries[at + 1 :] if w.reach or w.yes), 0)
    return before == 1 or after == -1


def _parts(text: str) -> list[str]:
    """Parts of a cell over whose ends no word reaches."""
    text = text.replace("(柜台)", "")
    text = re.sub(rf"(?<!\d)0{_COUNT}", "×", text)
    text = re.sub(rf"(?:\d+|[一二两三四五六七八九十]){_COUNT}", "", text)
    # 自助办(无), 上门:否 are said of the word before alone.
    text = re.sub(rf"\(\s*(?:{_NOT})\s*\)|[:：]\s*(?:{_NOT})(?=$|[\s、,;。)])", "×", text)
    text = re.sub(rf"\(\s*({_HAVE})\s*\)|[:：]\s*({_HAVE})(?=$|[\s、,;。)])", "", text)
    text = re.sub(r"\s*[:：]\s*", "", _NUMBERING.sub(_BREAK, text))
    if re.search(_SIGN, text):
        before = re.match(rf"\W*{_SIGN}", text)
        text = re.sub(f"({_SIGN})", rf"{_BREAK}\1" if before else rf"\1{_BREAK}", text)
    return [part for part in _STOP.split(text) if part.strip()]
