"""What a table says of an outlet's status, in whatever place: words, dates, sheets, looks."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from gdcoverage.arrays import Bools, Objects
from gdcoverage.outlets import _headings as words
from gdcoverage.outlets.answers import GROUP, OUTLET, WORD, Answers
from gdcoverage.tables import Table, plain_heading
from gdcoverage.tables.dates import Period, last_period, period_of

# How evidence speaks: in so many words, or so that it may mean it or not; or as it was answered.
TOLD, HINT, DECIDED = "told", "hint", "decided"


class Evidence(NamedTuple):
    """What some rows are by one piece of evidence.

    Parameters
    ----------
    strength : `TOLD` in so many words, `HINT`, or `DECIDED` by the planner.
    status : of `OUTLET_STATUS`; of a hint "unknown".
    rows : which rows.
    why : where and how it is said, in Chinese.
    ask, about : what the planner may be asked, as a kind of `Answers`, and its text for each row
        or for all; of an outlet its name.
    quoted : what each row says, where that is not what the planner is asked about.
    """

    strength: str
    status: str
    rows: Bools
    why: str
    ask: str = OUTLET
    about: Objects | str = ""
    quoted: Objects | None = None

    def of(self, row: int) -> str:
        """Where and how it is said of one row, with the text where it is the row's own."""
        said = self.about if self.quoted is None else self.quoted
        return self.why if isinstance(said, str) else f"{self.why}：{' '.join(said[row].split())}"


_MEANING = {word: status for status, spelt in words.STATUS_WORDS.items() for word in spelt if word}
# In the name of a sheet, a file, or a part of a table.
_GROUPS = {
    "exited": re.compile(r"退出|撤销|撤并(?![乡镇村街])|撤点|裁撤|关闭|注销|终止|清退"),
    "planned": re.compile(r"拟[建设增新布开]|筹[建备办]|待[建开]|在建"),
    "suspended": re.compile(r"暂停|停业|停办|停止|歇业|整顿"),
    "active": re.compile(r"在营|营业中|正常|运营|运行|现有|在用|原有"),
    "unknown": re.compile(
        r"作废|废弃|停用|旧表|^旧|旧$|历史|备份|存档|往年|上年|规划|候选|选址|布点|建议"
    ),
}
_NOT_OF = re.compile(r"(?:不含|不包括|除|剔除).{0,12}")
# A clause of a note that says of a row what a status says, unless it is of some hours only.
_IN_NOTES = re.compile(
    r"退出|撤销|撤并|撤点|裁撤|关闭|注销|终止|清退|停业|停办|停用|歇业|整顿|暂停|解约|到期"
    r"|拟建|拟设|拟开|拟迁|拟撤|筹建|筹备|在建|待建|待开|未开业|尚未|搬|迁|合并|作废|取消"
)
_AT_TIMES = re.compile(r"周|星期|节|假|午|夜间|晚|每|照常")
_AT_ITS_PLACE = re.compile(r"[搬迁]至?现址|[搬迁]入")
_IN_NAME = re.compile(r"[(（【\[]([^)）】\]]+)[)）】\]]")
_SHORT = {"筹": "planned", "拟": "planned", "撤": "exited", "退": "exited", "停": "suspended"}
_EXAMPLE = re.compile(r"××|XX|xx|某某|^(?:示例|样例|范例|填写示例|例)[:：(]")
_EXAMPLES = frozenset({"例", "示例", "样例", "范例", "例如", "如"})
# A short word of a column that nobody knows: 已停, 撤了.
_GONE = re.compile(r"已[停撤退关销搬迁并].{0,4}$|[停撤退关销]了?$")
_REASON = re.compile(
    r"(?:退出|撤销|关闭|注销|终止|清退|停业|暂停)(?:的)?(?:原因|说明|情况|备注|类型)"
)
_COLOURS: dict[str, Callable[[int, int, int], bool]] = {
    "红": lambda r, g, b: r > 150 and g < 120 and b < 120,
    "黄": lambda r, g, b: r > 180 and g > 150 and b < 150,
    "绿": lambda r, g, b: g > 120 and r < 190 and b < 190 and g > r and g > b,
    "蓝": lambda r, g, b: b > 120 and r < 190 and b > r,
    "灰": lambda r, g, b: max(r, g, b) - min(r, g, b) < 20 and r < 235,
    "橙": lambda r, g, b: r > 200 and 90 < g < 190 and b < 120,
    "紫": lambda r, g, b: r > 80 and b > 120 and g < 120,
}  # fmt: skip


def evidence_of(table: Table, today: dt.date, answers: Answers) -> Iterator[Evidence]:
    """All that a table says of its rows' status, but for the column of status itself."""
    yield from _columns(table, today)
    yield from _groups(table, answers)
    yield from _texts(table, answers)
    yield from _looks(table, answers)
    for field in ("outlet_id", "name"):
        text = table.text(field)
        for status, rows in _by_status(text, lambda t: answers.outlets.get(t, "")).items():
            yield Evidence(DECIDED, status, rows, "读表约定")


def status_of_word(text: str) -> str:
    """The status that a whole text names; "" if it names none."""
    plain = re.sub(r"\([\d年月日./\-至起]*\)|[\s。.;；!！]+", "", _narrow(text)).lower()
    return _MEANING.get(plain, "")


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _columns(table: Table, today: dt.date) -> Iterator[Evidence]:
    """Columns that say yes or no, or when."""
    for field, of_yes, of_no in (("is_active", "active", "exited"), ("is_exited", "exited", "")):
        text = table.text(field)
        heading = table.headings.get(field, "")
        yes = _each(text, lambda t: _narrow(t).strip().lower() in words.YES_WORDS)
        no = _each(text, lambda t: t != "" and _narrow(t).strip().lower() in words.NO_WORDS)
        yield Evidence(TOLD, of_yes, yes, f"“{heading}”列写“是”")
        if of_no:
            yield Evidence(TOLD, of_no, no, f"“{heading}”列写“否”")
        # Where others are told, a blank is no answer.
        unsaid = (text != "").any() & ~yes & ~no
        if field == "is_exited":
            unsaid &= text != ""
        yield Evidence(HINT, "unknown", unsaid, f"“{heading}”列不是“是”或“否”")

    def when(field: str, past: str, future: str, unclear: bool) -> Iterator[Evidence]:
        text, heading = table.text(field), table.headings.get(field, "")
        periods = {t: period_of(t) for t in dict.fromkeys(text)}
        if past:
            over = _each(text, lambda t: (p := periods[t]) is not None and p.last < today)
            yield Evidence(TOLD, past, over, f"“{heading}”列的日期")
        if future:
            ahead = _each(text, lambda t: (p := periods[t]) is not None and p.first > today)
            yield Evidence(TOLD, future, ahead, f"“{heading}”列的日期")
        if unclear:
            blank = words.NO_WORDS | {"长期", "无固定期限", "至今", "—", "--"}
            odd = _each(
                text,
                lambda t: (
                    _narrow(t).strip().lower() not in blank
                    and ((p := periods[t]) is None or p.first <= today <= p.last)
                ),
            )
            yield Evidence(HINT, "unknown", odd, f"“{heading}”列看不出是否已到")

    yield from when("end_date", "exited", "", unclear=True)
    yield from when("start_date", "", "planned", unclear=False)

    def is_over(text: str) -> bool:
        end: Period | None = last_period(text)
        return end is not None and end.last < today

    over = _each(table.text("term"), is_over)
    yield Evidence(HINT, "unknown", over, f"“{table.headings.get('term', '')}”已过期")


def _groups(table: Table, answers: Answers) -> Iterator[Evidence]:
    """The names of the file, the sheet, the table, and its parts; the narrowest says it."""

    def read(text: str, name: str = "") -> str:
        return answers.groups.get(text) or group_status(name or text)

    if table.names:
        sheet, file, folder = table.names
        within = [
            (f"文件夹名“{folder}”", folder, folder),
            (f"文件名“{file}”", table.sheet, file),
            (f"工作表“{sheet}”", table.sheet, sheet),
        ]
    else:
        file = table.file.rpartition(".")[0]
        within = [(f"文件名“{table.file}”", file, file)]
        within += [(f"工作表“{table.sheet}”", table.sheet, table.sheet)]
    title = _without_notes(table.title)
    outer = [*within, (f"表题“{table.title}”", title, title)]
    said = [(where, text, status) for where, text, name in outer if (status := read(text, name))]
    sections = table.section if table.section is not None else np.full(len(table), "", object)
    for section in dict.fromkeys(sections):
        rows = np.asarray(sections == section, bool)
        told = [*said]
        if section and (status := read(section)):
            told.append((f"小标题“{section}”", section, status))
        if not told:
            continue
        where, text, status = told[-1]
        against = [other for other in told[:-1] if status == "active" and other[2] != "active"]
        if text in answers.groups:
            against = []
        if against or status == "unknown":
            where = "、".join(w for w, *_ in (*against, told[-1]))
            yield Evidence(HINT, "unknown", rows, where, GROUP, text)
        else:
            yield Evidence(TOLD, status, rows, where, GROUP, text)


def group_status(text: str) -> str:
    """The one status that the name of a group of rows tells; "unknown" if several, "" if none."""
    plain = _NOT_OF.sub("", _narrow(text))
    found = [status for status, pattern in _GROUPS.items() if pattern.search(plain)]
    return "" if not found else found[0] if len(found) == 1 else "unknown"


def _without_notes(title: str) -> str:
    return "　".join(line for line in title.split("　") if not re.match(r"(备?注|说明|颜色)", line))


def _texts(table: Table, answers: Answers) -> Iterator[Evidence]:
    """Cells that say it in words: notes, names, hours, and columns of unknown meaning."""

    def read(text: str) -> str:
        return "" if text in answers.words else status_of_word(text)

    for text in (table.text("note"), table.text("hours"), *table.others.values()):
        for status, rows in _by_status(text, lambda t: answers.words.get(t, "")).items():
            yield Evidence(DECIDED, status, rows, "读表约定")
    for field in ("note", "hours"):
        text, heading = table.text(field), table.headings.get(field, "")
        for status, rows in _by_status(text, read).items():
            strength = HINT if status == "unknown" else TOLD
            if status != "active":
                yield Evidence(strength, status, rows, f"“{heading}”列", WORD, text)
    note = table.text("note")
    hinted = _each(note, lambda t: t not in answers.words and not read(t) and _hints(t))
    why = f"“{table.headings.get('note', '')}”列"
    yield Evidence(HINT, "unknown", hinted, why, WORD, note)
    for status, rows in _by_status(table.text("name"), _of_name).items():
        if status in ("planned", "suspended", "exited"):
            yield Evidence(TOLD, status, rows, "网点名称里注明")
    example = _each(table.text("name"), lambda t: bool(_EXAMPLE.search(_narrow(t))))
    example |= _each(table.text("_number"), lambda t: t.strip("：:（）()") in _EXAMPLES)
    yield Evidence(HINT, "unknown", example, "像是填表示例")
    former = _each(table.text("name"), lambda t: t.startswith("原") and len(t) > 4)
    yield Evidence(HINT, "unknown", former, "网点名称以“原”开头")
    for heading, text in table.others.items():
        gone = _each(
            text,
            lambda t: (
                read(t) not in ("", "active")
                or (t not in answers.words and bool(_GONE.match(_narrow(t))))
            ),
        )
        if _REASON.search(plain_heading(heading)):
            gone = _each(
                text,
                lambda t: (
                    _narrow(t).strip().lower() not in words.NO_WORDS and t not in answers.words
                ),
            )
        yield Evidence(HINT, "unknown", gone, f"“{heading}”列", WORD, text)


def _hints(note: str) -> bool:
    return any(
        _IN_NOTES.search(clause)
        and not _AT_TIMES.search(clause)
        and not _AT_ITS_PLACE.search(clause)
        for clause in re.split(r"[,，。;；、\s]+", note)
    )


def _of_name(name: str) -> str:
    """The status that a name tells in brackets."""
    inside = _IN_NAME.findall(name)
    return next((s for t in inside if (s := _SHORT.get(t) or status_of_word(t))), "")


def _looks(table: Table, answers: Answers) -> Iterator[Evidence]:
    look = table.look
    everywhere = np.ones(len(table), bool)
    if look.hidden_sheet and table.sheet not in answers.groups:
        yield Evidence(HINT, "unknown", everywhere, "工作表是隐藏的", GROUP, table.sheet)
    if look.hidden is not None:
        yield Evidence(HINT, "unknown", look.hidden, "该行是隐藏的")
    if look.struck is not None:
        yield Evidence(HINT, "unknown", look.struck, "该行画有删除线")
    if look.comment is not None:
        noted = _each(look.comment, lambda t: bool(t) and (bool(status_of_word(t)) or _hints(t)))
        yield Evidence(HINT, "unknown", noted, "单元格批注提到", quoted=look.comment)
    if look.fill is not None:
        for line in (*table.notes, table.title):
            for name, is_it in _COLOURS.items():
                if name in line and group_status(line) not in ("", "active"):
                    coloured = [bool(colour) and is_it(*_rgb(colour)) for colour in look.fill]
                    why = f"“{line}”，该行是{name}色"
                    yield Evidence(HINT, "unknown", np.array(coloured, bool), why)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16)


_EVERY_BRANCH = re.compile(r"(?:全[县市区省]|全部|所有|各)?银行网点|(?:全[县市区]|全部|所有)网点")
_PARTNERS = re.compile(r"社保|合作")


def other_branches(tables: Sequence[Table]) -> list[list[Evidence]]:
    """For each table, that it lists all branches beside one of those that do the business."""
    partners = [bool(_PARTNERS.search(table.sheet)) for table in tables]

    def of(table: Table) -> Evidence:
        why = f"工作表“{table.sheet}”不只列合作网点"
        return Evidence(HINT, "unknown", np.ones(len(table), bool), why, GROUP, table.sheet)

    return [
        [of(table)] if any(partners) and not own and _EVERY_BRANCH.search(table.sheet) else []
        for table, own in zip(tables, partners, strict=True)
    ]


def _by_status(text: Objects, status_of: Callable[[str], str]) -> dict[str, Bools]:
    """Where texts tell each of the statuses that any of them tells."""
    told = {t: status_of(t) for t in dict.fromkeys(text)}
    said = np.array([told[t] for t in text], object)
    return {status: np.asarray(said == status, bool) for status in {*told.values()} - {""}}


def _each(text: Objects, holds: Callable[[str], bool]) -> Bools:
    """Where something holds of a text; each distinct text is asked once."""
    answer = {t: bool(holds(t)) for t in dict.fromkeys(text)}
    return np.array([answer[t] for t in text], bool)
