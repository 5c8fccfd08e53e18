"""What cells say that is not understood, and how it is told to the planner."""

from __future__ import annotations

import re
from collections.abc import Callable

from gdcoverage.outlets import _headings as words
from gdcoverage.outlets.hours import read_hours
from gdcoverage.outlets.phones import read_phones
from gdcoverage.policy import FLAGS, ITEMS, MODES, OUTLET_STATUS

# Kind, what, action and severity of a problem.
Told = tuple[str, str, str, str]


def hours(text: str) -> tuple[None, str]:
    """The text of opening hours that cannot be read, or say nothing of days."""
    read = read_hours(text)
    clear = text.strip().lower() in words.NO_WORDS or (read and read.days_said)
    return None, "" if clear else text


_SERVICES = re.compile(
    "|".join(map(re.escape, (*FLAGS.values(), *MODES.values(), *ITEMS.values())))
)


def services(text: str) -> tuple[None, str]:
    """Services that a note names."""
    return None, "、".join(dict.fromkeys(_SERVICES.findall(text)))


def services_in_notes(named: str) -> Told:
    """Tells of services that are named in a note alone."""
    action = "网点若有此项，请写进“服务方式”或“业务事项”列"
    return "services_in_notes", f"备注里提到“{named}”，没有作为服务读入", action, "warning"


def personal(text: str) -> tuple[None, str]:
    """Mobile numbers in a cell that may be a person's."""
    return None, "、".join(phone.text for phone in read_phones(text).numbers if phone.personal)


def uncallable(text: str) -> tuple[None, str]:
    """What a cell of telephones says that is no number to call."""
    phones = read_phones(text)
    strange = "、".join(phones.unclear if phones.numbers else (*phones.left, *phones.unclear))
    return None, "" if text.strip().lower() in words.NO_WORDS else strange


def unknown_term(what: str) -> Callable[[str], Told]:
    """Tells of words in a column of terms, which is named."""

    def told(strange: str) -> Told:
        return (
            "term_unknown",
            f"{what}里“{strange}”不认识或无法判断，未计入",
            "请改用官方用语，一项一项用“、”隔开；没有的不写",
            "warning",
        )

    return told


def unknown_status(_: str) -> Told:
    """Tells of a status that is none; its row is left out."""
    known = "、".join(term for name, term in OUTLET_STATUS.items() if name != "unknown")
    return "status_unknown", "网点状态无法识别，不计入覆盖", f"请填 {known} 之一", "error"


def unclear_hours(text: str) -> Told:
    """Tells of opening hours and of what the public will see."""
    action = "请写明星期几和几点到几点，如 周一至周五 9:00-12:00、14:00-17:00；周六日及节假日休息"
    if read_hours(text):
        what = "营业时间没有写明星期几，公众版地图在这个时段内不显示“营业中”，只请人先致电"
        return "hours_without_days", what, action, "warning"
    what = "营业时间无法确定，公众版地图照原文显示并注明“未知”，按营业时间筛选时找不到该网点"
    return "hours_unclear", what, action, "warning"


def personal_phone(strange: str) -> Told:
    """Tells of mobile numbers that are not published."""
    return (
        "phone_personal",
        f"手机号 {strange} 可能是个人的，公众版地图不显示",
        "请填网点的固定电话；确为网点公用的手机，请写成 值班手机 加号码",
        "warning",
    )


def unclear_phone(strange: str) -> Told:
    """Tells of what is no number to call."""
    return (
        "phone_unclear",
        f"联系电话里“{strange}”不是能拨打的号码，公众版地图不显示",
        "请写成 0752-7780001 或 0752-7780001转801，几个号码用“、”隔开",
        "warning",
    )
