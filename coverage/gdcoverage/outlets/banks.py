"""Banks: the one table of their names, what people call them, and which bank a cell means."""

from __future__ import annotations

import re
import unicodedata

# Bank -> what else it is called; the name without 中国 is known besides.
BANKS: dict[str, tuple[str, ...]] = {
    "中国工商银行": ("工行", "工商", "icbc"),
    "中国农业银行": ("农行", "abc"),
    "中国银行": ("中行", "boc"),
    "中国建设银行": ("建行", "ccb"),
    "交通银行": ("交行", "中国交通银行", "bocom", "bcm"),
    "中国邮政储蓄银行": ("邮储", "邮储银行", "邮政", "邮政银行", "邮政储蓄", "邮储行", "psbc"),
    "招商银行": ("招行", "cmb"),
    "中信银行": ("中信",),
    "中国光大银行": ("光大",),
    "中国民生银行": ("民生", "cmbc"),
    "华夏银行": ("华夏",),
    "平安银行": ("平安", "深圳发展银行", "深发展"),
    "兴业银行": ("兴业", "cib"),
    "上海浦东发展银行": ("浦发", "浦发银行", "浦东发展银行", "spdb"),
    "广发银行": ("广发", "广东发展银行", "cgb"),
    "浙商银行": ("浙商",),
    "渤海银行": ("渤海",),
    "恒丰银行": ("恒丰",),
    "广州银行": (),
    "东莞银行": (),
    "珠海华润银行": ("华润银行",),
    "广东华兴银行": ("华兴银行",),
    "广东南粤银行": ("南粤银行",),
}
# Rural banks: one a city or county, all of one kind. 农信社 have become 农商银行, and are called
# so all the same.
_RURAL = "农商银行"
_CREDIT = "农信社"
_KINDS = {
    _RURAL: ("农村商业银行", "农商银行", "农商行"),
    _CREDIT: ("农村信用合作社联合社", "农村信用合作联社", "农村信用社联合社", "农村信用合作社",
              "农村信用联社", "农村信用社", "农信联社", "农信社", "信用联社", "信用社"),
}  # fmt: skip
_OF_ANY_PLACE = ("农商行", "农商银行", "农村商业银行", "农商", "农信社", "农信", "信用社")
_LEGAL = re.compile(r"(?:股份)?有限(?:责任)?公司.*$")
_LEAST_LETTERS = 4  # of a name that a longer one may begin with
_SPOKEN = re.compile(r"[一-龥]+行$")


def _called(bank: str) -> tuple[str, ...]:
    short = bank.removeprefix("中国")
    # 银行 alone is every bank.
    own = (bank,) if short == "银行" else (bank, short)
    return tuple(dict.fromkeys((*own, *BANKS.get(bank, ()))))


_BANK_OF = {alias: bank for bank in BANKS for alias in _called(bank)}
_BEGINNINGS = sorted(
    (name for name in _BANK_OF if len(name) >= _LEAST_LETTERS or _SPOKEN.fullmatch(name)),
    key=len,
    reverse=True,
)


def bank_called(text: str) -> str:
    """The bank that a cell means: legal names, short ones and branches under the bank's own name.

    ``中国工商银行股份有限公司广州天河支行``, ``工行`` and ``工商银行`` are 中国工商银行;
    ``广州农村商业银行股份有限公司`` is 广州农商银行. A bank that the table does not know keeps its
    name without 股份有限公司 and what follows.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
    short = _LEGAL.sub("", plain).removesuffix("(中国)") or plain
    if short in _BANK_OF:
        return _BANK_OF[short]
    for kind, words in _KINDS.items():
        for word in words:
            place, found, _ = short.partition(word)
            if found:
                return place + kind
    for name in _BEGINNINGS:
        if short.startswith(name):
            return _BANK_OF[name]
    return text.strip() if short == plain else short


def bank_aliases(bank: str) -> list[str]:
    """All that people call a bank, its own name first.

    Parameters
    ----------
    bank : as `bank_called` gives it.
    """
    for kind, words in _KINDS.items():
        if bank.endswith(kind):
            place = bank.removesuffix(kind)
            places = (
                dict.fromkeys([place, re.sub(r"(?<=..)[省市县区]$", "", place)]) if place else ()
            )
            own = [at + word for at in places for word in (*words, _RURAL, "农商行", _CREDIT)]
            return list(dict.fromkeys([bank, *own, *_OF_ANY_PLACE]))
    return [alias.lower() for alias in _called(bank)] if bank else []
