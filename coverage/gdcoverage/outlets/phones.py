"""Telephone numbers as tables write them: several in a cell, with extensions, names and hours."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers


@dataclass(frozen=True)
class Phone:
    """A number that can be called.

    Parameters
    ----------
    text : as shown, its parts set apart; an extension after 转.
    dial : what follows ``tel:``, digits, with ``+`` only where the table writes the country.
    extension : its digits, or "".
    is_mobile : of a mobile telephone.
    personal : a mobile that is not plainly an office's line.
    """

    text: str
    dial: str
    extension: str = ""
    is_mobile: bool = False
    personal: bool = False


@dataclass(frozen=True)
class Phones:
    """What a cell says.

    Parameters
    ----------
    numbers : in the cell's order.
    left : what else it says: names, departments, hours.
    unclear : parts with digits that are no number which one could call.
    """

    numbers: tuple[Phone, ...] = ()
    left: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()

    @property
    def public(self) -> tuple[Phone, ...]:
        """The numbers that may be published."""
        return tuple(phone for phone in self.numbers if not phone.personal)


_GAP = "[-. ]{0,3}"
_COUNTRY = r"(?:(?:\+|00)86[- ]{0,3}|\(\+86\)[ ]?|86[- ]{1,3}(?=0))"
# A country's code takes the zero of the area's; some write both.
_LAND = rf"(?:{_COUNTRY}\(?0?[1-9][0-9]{{1,2}}\)?|\(?0[1-9][0-9]{{1,2}}\)?)"
_NUMBER = re.compile(
    rf"""(?<![0-9+])(?:
      (?P<mobile>{_COUNTRY}?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}})
      |(?P<land>{_LAND}{_GAP}(?:[0-9]{{7,8}}|[0-9]{{3,4}}[- ][0-9]{{4}}))
      |(?P<service>[48]00(?:[- ]?[0-9]){{7}})
      |(?P<abroad>(?:\+|00)(?!86)[1-9][0-9]{{0,2}}(?:[- ()]{{0,2}}[0-9]){{6,12}})
      |(?P<short>(?:11[049]|12[02]|1(?:00|23)[0-9]{{2}}|9[56][0-9]{{3,4}})(?!\s*[室号楼层房栋点时]))
      |(?P<local>[2-8][0-9]{{2,3}}[- ]?[0-9]{{4}})
    )
    (?:\s*[-,(]?\s*(?:转|分机号?|内线|ext(?:ension)?\.?|[x\#])[\s:]*(?:分机)?\s*(?P<ext>[0-9]{{1,6}})\)?
      |-(?P<tail>[0-9]{{1,5}})(?!-?[0-9])
    )?(?![0-9])""",
    re.VERBOSE,
)
_KINDS = ("mobile", "land", "service", "abroad", "short", "local")
_CLOCK = r"(?:上午|下午|早|晚)?\s*[0-9]{1,2}(?:[:.][0-9]{2}|[点时](?:[0-9]{1,2}分?|半)?)"
_HOURS = re.compile(rf"{_CLOCK}\s*[-~至到]\s*{_CLOCK}|24小时")
_DATE = re.compile(r"20[0-4][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_NO_PHONE = re.compile(r"传真|fax|qq|微信|邮编|邮箱|身份证|工号|编号")
_ALSO_PHONE = re.compile("(?<!传真)电话")
_LABELS = "电话|手机|座机|固话|号码|联系|咨询|服务|办公|联络|tel|phone|mobile|[:号的]"
_OFFICE = "值班|业务|客服|公用|公务|网点|单位|热线|对外"
_LABEL = re.compile(rf"(?:{_LABELS}|{_OFFICE})*")
# Digits beside a short number that belong to no other: it is a piece of something.
_TORN_BEFORE = re.compile(r"[0-9][-. ]*$")
_TORN_AFTER = re.compile(r"[-. ]{1,3}[0-9]{1,4}(?![0-9])")
_SEPARATORS = re.compile(r"[\s、,;/|()\[\]【】]+")


# A province's outlets are read, checked, drawn and published: each cell several times.
@lru_cache(maxsize=2**16)
def read_phones(text: str) -> Phones:
    """The numbers of a cell, and what stands beside them.

    A number without an area code stays without one: it is dialled as the table writes it. Numbers
    that the numbering plan does not have are no numbers.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = _HOURS.sub(lambda hours: " " * len(hours[0]), re.sub(r"[-—–―−]+", "-", plain))
    numbers, others, at = [], [], 0
    for match in _NUMBER.finditer(plain):
        before, after = plain[at : match.start()], plain[match.end() :]
        phone = _phone(match, before, after)
        if phone is not None:
            numbers.append(phone)
            others.append(before)
            at = match.end()
    others.append(plain[at:])
    parts = [part for other in others for part in _SEPARATORS.split(other)]
    said = [part.strip(":.-。") for part in parts if re.sub(_LABELS, "", part).strip(".-。")]
    return Phones(
        tuple(dict.fromkeys(numbers)),
        tuple(part for part in said if not re.search("[0-9]", part)),
        tuple(part for part in said if re.search("[0-9]", part)),
    )


def _phone(match: re.Match[str], before: str, after: str) -> Phone | None:
    """The number of a match, or None where there is no such number."""
    kind, written = next((kind, match[kind]) for kind in _KINDS if match[kind])
    digits = re.sub("[^0-9+]", "", re.sub(r"^(?:00|(?=86[- ]))", "+", written))
    label = re.search(r"[^\s、,;|()]*\s*$", before)
    if label and _NO_PHONE.search(label[0]) and not _ALSO_PHONE.search(label[0]):
        return None
    if kind in ("short", "local") and (_TORN_BEFORE.search(before) or _TORN_AFTER.match(after)):
        return None
    text, is_mobile = _shown(kind, digits)
    if not text:
        return None
    extension = match["ext"] or match["tail"] or ""
    # RFC 3966 has ";ext=", which the diallers of Android and iOS do not dial; what follows a
    # comma both dial after a pause.
    dial = re.sub("[^0-9+]", "", text) + (extension and f",{extension}")
    text += extension and f"转{extension}"
    return Phone(text, dial, extension, is_mobile, is_mobile and not _is_office(before, after))


def _is_office(before: str, after: str) -> bool:
    """Whether a mobile is said to be an office's, and nothing else is said beside it."""
    own = _SEPARATORS.sub("", before)
    behind = re.match(r"[^0-9、,;/|]*", after)
    beside = _SEPARATORS.sub("", behind[0] if behind else "")
    bracket = re.match(r"\s*\(([^()]*)\)", after)
    named = re.search(_OFFICE, own + (bracket[1] if bracket else ""))
    return bool(named and _LABEL.fullmatch(own) and _LABEL.fullmatch(beside))


def _shown(kind: str, digits: str) -> tuple[str, bool]:
    """A number with its parts set apart, and whether it is a mobile's.

    The text is empty where the numbering plan does not have it.
    """
    if kind in ("local", "short"):
        return "" if _DATE.fullmatch(digits) else digits, False
    number = _parsed(digits)
    if number is None or (kind != "mobile" and not phonenumbers.is_valid_number(number)):
        return "", False
    country = "+86 " if digits.startswith("+86") else ""
    national = phonenumbers.national_significant_number(number)
    area = phonenumbers.length_of_geographical_area_code(number)
    is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    # However new its prefix: a number like this is somebody's mobile.
    if kind == "mobile" or (is_mobile and number.country_code == 86):
        return f"{country}{national[:3]} {national[3:7]} {national[7:]}", True
    if kind == "abroad":
        form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(number, form), is_mobile
    if kind == "service":
        return f"{national[:3]}-{national[3:6]}-{national[6:]}", False
    return f"{country or '0'}{national[:area]}-{national[area:]}" if area else "", False


def _parsed(digits: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        return None  # no country has that code
