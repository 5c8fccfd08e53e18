"""Banks by the names of the law: which spellings mean one, which words may mean several."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

# Short name -> name; what is not here keeps its own.
_NATIONAL = {
    "工行": "中国工商银行",
    "工商银行": "中国工商银行",
    "农行": "中国农业银行",
    "农业银行": "中国农业银行",
    "中行": "中国银行",
    "建行": "中国建设银行",
    "建设银行": "中国建设银行",
    "交行": "交通银行",
    "邮储": "中国邮政储蓄银行",
    "邮储银行": "中国邮政储蓄银行",
    "邮政银行": "中国邮政储蓄银行",
    "邮政储蓄": "中国邮政储蓄银行",
    "邮政储蓄银行": "中国邮政储蓄银行",
    "中国邮储银行": "中国邮政储蓄银行",
    "招行": "招商银行",
    "广发": "广发银行",
    "广东发展银行": "广发银行",
    "平安": "平安银行",
    "光大银行": "中国光大银行",
    "民生银行": "中国民生银行",
    "浦发银行": "上海浦东发展银行",
}
# Kinds of bank of which every place has its own, and how they are written.
_LOCAL = {
    "农村商业银行": re.compile(r"农村商业银行|农商银行|农商行|农商$"),
    "农村信用社": re.compile(r"(?:农村)?信用(?:合作)?(?:联)?社|农信(?:联)?社|农信$"),
    "村镇银行": re.compile(r"村镇银行|村镇行"),
}
_COMPANY = re.compile(r"(?:股份)?有限(?:责任)?公司|股份|[()（）\s]")


def legal_name(text: str) -> str:
    """A bank's name as the law has it, as far as its spelling tells: 工行 is 中国工商银行.

    Of local banks the place stays, without 广东省 and its 市, 县 or 区: 龙门县农商行 is
    龙门农村商业银行.
    """
    name = _COMPANY.sub("", unicodedata.normalize("NFKC", text))
    for kind, spelt in _LOCAL.items():
        if match := spelt.search(name):
            place = re.sub(r"^广东省?", "", name[: match.start()])
            return re.sub(r"(?<=..)[市县区]$", "", place) + kind
    name = re.sub(r"(?<=银行).*(?:支行|分行|营业部|分理处|储蓄所|营业所|网点)$", "", name)
    return _NATIONAL.get(name, name)


def is_kind(name: str) -> bool:
    """Whether a legal name is that of a kind of bank alone, without its place."""
    return name in _LOCAL


def ambiguous_banks(banks: pd.Series, county: pd.Series) -> list[tuple[str, ...]]:
    """Spellings that readers would take for different banks, or for one, wrongly.

    Parameters
    ----------
    banks : as the table writes them; empty ones are of no bank.
    county : of each row.

    Returns
    -------
    Spellings of one bank, each list once, two or more; and single words that stand for the
    banks of several counties.
    """
    spelt = banks[banks.str.strip() != ""]
    legal = spelt.map(legal_name)
    found = []
    for name, texts in spelt.groupby(legal, sort=True):
        different = tuple(dict.fromkeys(texts))
        if len(different) > 1:
            found.append(different)
        elif is_kind(str(name)):
            others = legal.str.endswith(str(name)) & (legal != name)
            if others.any() or county.loc[texts.index].nunique() > 1:
                found.append(different)
    return found
