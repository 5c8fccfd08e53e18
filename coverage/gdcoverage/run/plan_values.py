"""Values of a plan, checked one by one: what is refused says why, and what to write instead."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from gdcoverage.demand import declared_settlement
from gdcoverage.emap import FINEST
from gdcoverage.geo.datum import Datum, parse_datum
from gdcoverage.network import PROFILES, Profile
from gdcoverage.outlets.offers import service_called
from gdcoverage.policy import Range, Standard
from gdcoverage.problems import InputError, unusable
from gdcoverage.sites import Terms
from gdcoverage.tables.dates import period_of

# Candidates that are what stands in the plan's OSM file.
FROM_OSM = "osm"
_SHOWN = 80  # characters of a value
_LARGEST_ID = 10**18
_MOST_WALKS = 1_000
_LONGEST_URL = 200
_URL = re.compile(r"https?://[^\s/]\S*")
# What a backslash in a path turns into between double quotes.
_ESCAPES = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "\b": r"\b", "\f": r"\f"}
_UNSET = re.compile(r"\$\{[^}]*\}")


def _refused(what: str, action: str) -> InputError:
    """A value's fault; section and key are put before it."""
    return unusable("plan_unusable", what, action)


def written(value: object) -> str:
    """A value as the plan has it, cut where it is long."""
    if isinstance(value, float):
        return repr(value)
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):  # an integer of thousands of digits
        return "过长的值"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "……"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _refused("应是文字", "请用英文引号括起来")
    return value


def _not_blank(text: str) -> str:
    if not text.strip():
        raise _refused("不能是空的", "请填写，或删去这一行")
    return text


def quoted(value: object) -> object:
    """Codes and ids are text, which people write without quotes too."""
    return str(value) if type(value) is int and 0 <= value < _LARGEST_ID else value


def _datum(value: object) -> Datum:
    try:
        return parse_datum(_not_blank(_text(quoted(value))))
    except InputError as error:
        if error.problem.kind == "datum_unknown":
            raise _refused("是不认识的坐标系", error.problem.action) from None
        raise


def _settlement(text: str) -> str:
    try:
        declared_settlement(text, 0)
    except InputError as error:
        raise _refused("无法识别", error.problem.action) from None
    return text


def _url(text: str) -> str:
    if not _URL.fullmatch(text):
        raise _refused("应是 http:// 或 https:// 开头的网址", "请改正")
    return text


def _page_url(text: str) -> str:
    # What a QR code that is read from a wall can hold.
    if len(_url(text).encode()) > _LONGEST_URL:
        raise _refused("太长，印成二维码扫不出", f"请换一个不超过 {_LONGEST_URL} 个字母的网址")
    return text


def _doh_template(text: str) -> str:
    # osmnx puts the host's name in.
    if re.findall(r"\{.*?\}|[{}]", text) != ["{hostname}"]:
        raise _refused("应恰好含一处 {hostname}", "如 https://8.8.8.8/resolve?name={hostname}")
    return text


def _profile(value: object) -> Profile:
    for profile in PROFILES:
        if value == profile:
            return profile
    raise _refused("是不认识的步行规则", f"请写 {' 或 '.join(PROFILES)}")


def _outlet_count(value: object) -> int:
    if not isinstance(value, int) or not Range(0, _LARGEST_ID, whole=True).holds(value):
        raise _refused("应是网点数", "请写成整数，不加引号，如 86")
    return value


def _people(value: object) -> float:
    if not isinstance(value, int | float) or not Range(0, _LARGEST_ID).holds(value):
        raise _refused("应是人数", "请写成数字，不加引号，如 352_100")
    return float(value)


def _walks(value: object) -> int:
    if not isinstance(value, int) or not Range(0, _MOST_WALKS, whole=True).holds(value):
        raise _refused("应是条数", f"请写 0 到 {_MOST_WALKS} 的整数；0 为不抽查")
    return value


def _decimals(value: object) -> int:
    if not isinstance(value, int) or not Range(3, FINEST, whole=True).holds(value):
        raise _refused("应是小数位数", f"请写 3 到 {FINEST} 的整数：3 约百米，4 约十米，5 约一米")
    return value


def _waiver(text: str) -> str:
    who, _, why = text.replace(":", "：").partition("：")
    if not (who.strip() and why.strip()):
        raise _refused("应写明谁同意、为什么", "请写成 姓名：理由，如 张三：已电话核实")
    return f"{who.strip()}：{why.strip()}"


def _item(text: str) -> str:
    service_called(item=text)
    return text


def _mode(text: str) -> str:
    service_called(mode=text)
    return text


def _when(text: str) -> str:
    service_called(when=text)
    return text


def _counties(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _refused("应是列表", '请写成 ["龙门县"] 或 ["441324"]')
    if not value:
        raise _refused("不能是空的", '请写县区，如 ["龙门县"]；全省请写 ["全省"]')
    words = [quoted(each) for each in value]
    wrong = [word for word in words if not (isinstance(word, str) and word.strip())]
    twice = [word for i, word in enumerate(words) if word in words[:i] and word not in wrong]
    told = [
        f"{fault}：{'、'.join(map(written, found))}"
        for fault, found in (("有不是名称或代码的", wrong), ("有重复的", twice))
        if found
    ]
    if told:
        raise _refused("；".join(told), "应是县区名、市名或行政区划代码，每个写一次")
    return tuple(map(str, words))


def _place(value: object, info: ValidationInfo) -> Path:
    """A path with environment variables filled in, starting at the plan's folder."""
    text = os.path.expandvars(_not_blank(_text(value)))
    if marks := [mark for sign, mark in _ESCAPES.items() if sign in text]:
        raise _refused(
            f"里的 {'、'.join(marks)} 成了不可见的符号",
            "路径请用 / 分隔，或用单引号括起来",
        )
    if unset := _UNSET.findall(text):
        raise _refused(f"里的环境变量没有设置：{'、'.join(unset)}", "请先设置，或直接写出路径")
    try:
        folder: Any = info.context
        path: Path = (folder / Path(text).expanduser()).resolve()
        path.exists()
    except (OSError, RuntimeError, ValueError) as error:  # too long, ~nobody, a null character
        raise _refused(f"不能用作路径（{error}）", "请检查路径") from None
    return path


def _file(value: object, info: ValidationInfo) -> Path:
    path = _place(value, info)
    if path.is_dir():
        raise unusable("file_missing", "是文件夹，不是文件", "请写到文件名为止")
    if not path.is_file():
        action = "请检查路径与文件名（相对于计划文件所在文件夹）"
        raise unusable("file_missing", "找不到文件", action)
    return path


def _tables(value: object, info: ValidationInfo) -> Path:
    """A file, or a folder of tables."""
    path = _place(value, info)
    if not path.is_dir():
        return _file(value, info)
    folder: Any = info.context
    if path == folder.resolve():
        what = "是计划所在的文件夹，里面不只有这一种表"
        raise unusable("folder_of_plan", what, "请把这些表单独放在一个文件夹里")
    return path


def _candidates(value: object, info: ValidationInfo) -> Path | str:
    return FROM_OSM if value == FROM_OSM else _tables(value, info)


def _folder(value: object, info: ValidationInfo) -> Path:
    path = _place(value, info)
    there = next(place for place in (path, *path.parents) if place.exists())
    if not there.is_dir():
        raise _refused(f"不能用作文件夹：{there.name} 是文件", "请换一个文件夹")
    return path


def _register(value: object, info: ValidationInfo) -> str:
    """A file, or the address of a database."""
    text = os.path.expandvars(_not_blank(_text(value)))
    return text if "://" in text else str(_file(value, info))


def _day(value: object) -> dt.date:
    if type(value) is dt.date:
        return value
    period = period_of(value) if isinstance(value, str) else None
    if period is None or period.first != period.last:
        raise _refused("应是某一天", '请写成 "2025-06-30"')
    return period.first


Text = Annotated[str, BeforeValidator(_text), AfterValidator(_not_blank)]
AnyText = Annotated[str, BeforeValidator(_text)]
Url = Annotated[Text, AfterValidator(_url)]
PageUrl = Annotated[Text, AfterValidator(_page_url)]
PlanDatum = Annotated[Datum, PlainValidator(_datum)]
Class = Annotated[Text, AfterValidator(_settlement)]
DohTemplate = Annotated[Url, AfterValidator(_doh_template)]
WalkProfile = Annotated[Profile, PlainValidator(_profile)]
InputFile = Annotated[Path, PlainValidator(_file)]
InputTables = Annotated[Path, PlainValidator(_tables)]
CandidatesFrom = Annotated[Path | str, PlainValidator(_candidates)]
Folder = Annotated[Path, PlainValidator(_folder)]
Decimals = Annotated[int, PlainValidator(_decimals)]
Waiver = Annotated[Text, AfterValidator(_waiver)]
Walks = Annotated[int, PlainValidator(_walks)]
OutletCount = Annotated[int, PlainValidator(_outlet_count)]
People = Annotated[float, PlainValidator(_people)]
ItemWord = Annotated[Text, AfterValidator(_item)]
ModeWord = Annotated[Text, AfterValidator(_mode)]
WhenWords = Annotated[Text, AfterValidator(_when)]
RegisterPlace = Annotated[str, PlainValidator(_register)]
Day = Annotated[dt.date, PlainValidator(_day)]


Counties = Annotated[tuple[str, ...], PlainValidator(_counties)]


def _raise_faults(faults: dict[str, str]) -> None:
    """Tell all faults of a section that has rules of its own."""
    if faults:
        raise PydanticCustomError("faults", "faults", {"faults": faults})


def standard_of(given: object) -> Standard:
    if not isinstance(given, dict):
        raise PydanticCustomError("dataclass_type", "no table")
    _raise_faults(Standard.faults(given))
    return Standard(**given)


def _share(percent: Any) -> Any:
    """A share from one in percent; what is none is refused as it stands."""
    return percent / 100 if type(percent) in (int, float) and 0 <= percent <= 100 else percent


def terms_of(given: dict[str, Any]) -> Terms:
    """Terms as ``[sites]`` has them: shares in percent, ids perhaps without quotes."""
    asked = dict(given)
    if isinstance(rates := given.get("rate_least"), dict):
        asked["rate_least"] = {code: _share(rate) for code, rate in rates.items()}
    for key in {"target", "within", "rate_least"} & set(given):
        # What is not between 0 and 100 is no share either, and refused as it stands.
        if type(given[key]) in (int, float) and 0 <= given[key] <= 100:
            asked[key] = given[key] / 100
    for key in {"fixed", "forbidden", "close_of", "keep"} & set(given):
        if isinstance(given[key], list):
            asked[key] = tuple(map(quoted, given[key]))
    faults = Terms.faults(asked)
    in_percent = dict.fromkeys(
        {"target", "within", "rate_least"} & set(faults), "应是 0 到 100 的百分数"
    )
    _raise_faults(faults | in_percent)
    return Terms(**asked)
