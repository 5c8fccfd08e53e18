"""A plan file (TOML): what it says, checked whole before anything is read; paths absolute."""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any

import geopandas as gpd
from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from gdcoverage.demand import declared_settlement
from gdcoverage.emap import Ground
from gdcoverage.emap.tiles import tile_service
from gdcoverage.geo.datum import Datum, parse_datum
from gdcoverage.policy import Range, Standard
from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.run.kept import cache_folder
from gdcoverage.sites import Terms

_SHOWN = 80  # characters of a value
_LARGEST_ID = 10**18
_ADCODE = re.compile(r"[0-9]{6}")
_URL = re.compile(r"https?://[^\s/]\S*")
_UNSET = re.compile(r"\$\{[^}]*\}")


def _refused(what: str, action: str) -> InputError:
    """A value's fault; section and key are put before it."""
    return unusable("plan_unusable", what, action)


def _written(value: object) -> str:
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


def _quoted(value: object) -> object:
    """Codes and ids are text, which people write without quotes too."""
    return str(value) if type(value) is int and 0 <= value < _LARGEST_ID else value


def _datum(value: object) -> Datum:
    try:
        return parse_datum(_not_blank(_text(_quoted(value))))
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


def _doh_template(text: str) -> str:
    # osmnx puts the host's name in.
    if re.findall(r"\{.*?\}|[{}]", text) != ["{hostname}"]:
        raise _refused("应恰好含一处 {hostname}", "如 https://8.8.8.8/resolve?name={hostname}")
    return text


def _outlet_count(value: object) -> int:
    if not isinstance(value, int) or not Range(0, _LARGEST_ID, whole=True).holds(value):
        raise _refused("应是网点数", "请写成整数，不加引号，如 86")
    return value


def _people(value: object) -> float:
    if not isinstance(value, int | float) or not Range(0, _LARGEST_ID).holds(value):
        raise _refused("应是人数", "请写成数字，不加引号，如 352_100")
    return float(value)


def _adcodes(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _refused("应是列表", '请写成 adcodes = ["440305"]')
    if not value:
        raise _refused("不能是空的", "请列出县区，或删去这一行（全部县区）")
    codes = [_quoted(each) for each in value]
    wrong = [c for c in codes if not (isinstance(c, str) and _ADCODE.fullmatch(c))]
    twice = [c for i, c in enumerate(codes) if c in codes[:i] and c not in wrong]
    told = [
        f"{fault}：{'、'.join(map(_written, found))}"
        for fault, found in (("有不是六位数字的", wrong), ("有重复的", twice))
        if found
    ]
    if told:
        raise _refused("；".join(told), "应是六位区划代码，每个县区写一次")
    return tuple(map(str, codes))


def _place(value: object, info: ValidationInfo) -> Path:
    """A path with environment variables filled in, starting at the plan's folder."""
    text = os.path.expandvars(_not_blank(_text(value)))
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


def _folder(value: object, info: ValidationInfo) -> Path:
    path = _place(value, info)
    there = next(place for place in (path, *path.parents) if place.exists())
    if not there.is_dir():
        raise _refused(f"不能用作文件夹：{there.name} 是文件", "请换一个文件夹")
    return path


Text = Annotated[str, BeforeValidator(_text), AfterValidator(_not_blank)]
AnyText = Annotated[str, BeforeValidator(_text)]
Url = Annotated[Text, AfterValidator(_url)]
PlanDatum = Annotated[Datum, PlainValidator(_datum)]
InputFile = Annotated[Path, PlainValidator(_file)]
Folder = Annotated[Path, PlainValidator(_folder)]


def _raise_faults(faults: dict[str, str]) -> None:
    """Tell all faults of a section that has rules of its own."""
    if faults:
        raise PydanticCustomError("faults", "faults", {"faults": faults})


def _standard(given: object) -> Standard:
    if not isinstance(given, dict):
        raise PydanticCustomError("dataclass_type", "no table")
    _raise_faults(Standard.faults(given))
    return Standard(**given)


def _terms(given: dict[str, Any]) -> Terms:
    """Terms as ``[sites]`` has them: shares in percent, ids perhaps without quotes."""
    asked = dict(given)
    for key in {"target", "within"} & set(given):
        # What is not between 0 and 100 is no share either, and refused as it stands.
        if type(given[key]) in (int, float) and 0 <= given[key] <= 100:
            asked[key] = given[key] / 100
    for key in {"fixed", "forbidden"} & set(given):
        if isinstance(given[key], list):
            asked[key] = tuple(map(_quoted, given[key]))
    faults = Terms.faults(asked)
    in_percent = dict.fromkeys({"target", "within"} & set(faults), "应是 0 到 100 的百分数")
    _raise_faults(faults | in_percent)
    return Terms(**asked)


@dataclass(frozen=True)
class OutletsInput:
    """``[outlets]``: the table, its datum, the sheet if only one is meant, and how many outlets in
    service the planner knows of.
    """

    path: InputFile
    datum: PlanDatum
    sheet: Text | None = None
    expected: Annotated[int, PlainValidator(_outlet_count)] | None = None


@dataclass(frozen=True)
class DemandInput:
    """``[demand]``: people; a class for points without code, or a layer that gives it; and how many
    people the planner knows of.
    """

    path: InputFile
    datum: PlanDatum = "wgs84"
    settlement: Annotated[Text, AfterValidator(_settlement)] | None = None
    settlement_polygons: InputFile | None = None
    sheet: Text | None = None
    expected_population: Annotated[float, PlainValidator(_people)] | None = None


@dataclass(frozen=True)
class NetworkInput:
    """``[network]``: exactly one of osm, graphml, saved, place, polygon; and for downloads, how."""

    osm: InputFile | None = None
    graphml: InputFile | None = None
    saved: InputFile | None = None
    place: Text | None = None
    polygon: InputFile | None = None
    overpass_url: Url | None = None
    nominatim_url: Url | None = None
    doh_url_template: Annotated[Url, AfterValidator(_doh_template)] | None = None
    cache_folder: Folder | None = None


@dataclass(frozen=True)
class CountiesInput:
    """``[counties]``: adcodes of Guangdong (all of them by default), an own layer, or one name."""

    adcodes: Annotated[tuple[str, ...], PlainValidator(_adcodes)] | None = None
    path: InputFile | None = None
    single: Text | None = None


@dataclass(frozen=True)
class SitesInput:
    """``[sites]``: where outlets could be added (a table like that of outlets; street locations
    are generated without one), areas without any, and what is asked. `Terms` stand in the same
    section, with shares (target, within) in percent.
    """

    candidates: InputFile | None = None
    datum: PlanDatum = "wgs84"
    sheet: Text | None = None
    excluded: InputFile | None = None
    terms: Annotated[Terms, PlainValidator(_terms)] = field(default_factory=Terms)


@dataclass(frozen=True)
class MapInput:
    """``[map]``: tiles under the maps (tianditu, amap, osm; none by default), their key, and the
    审图号 of an audited base map.
    """

    tiles: AnyText | None = None
    key: AnyText = ""
    approval: AnyText = ""

    def ground(self, base: gpd.GeoDataFrame | None, places: gpd.GeoDataFrame | None) -> Ground:
        """What lies under a map: these tiles, or what is drawn, and names."""
        return Ground(base, places, self.tiles, self.key, self.approval)


@dataclass(frozen=True)
class Outputs:
    """``[outputs]``: the folder, relative to the plan file."""

    folder: Folder = Path("output")


@dataclass(frozen=True)
class Plan:
    """What a plan file says, checked; paths absolute."""

    title: AnyText
    outlets: OutletsInput
    demand: DemandInput
    network: NetworkInput
    standard: Annotated[Standard, PlainValidator(_standard)] = field(default_factory=Standard)
    counties: CountiesInput = field(default_factory=CountiesInput)
    outputs: Outputs = field(default_factory=Outputs)
    sites: SitesInput | None = None
    map: MapInput = field(default_factory=MapInput)
    path: Path = Path("plan.toml")

    @property
    def cache(self) -> Path:
        """Where streets and results are kept from run to run; see `cache_folder`."""
        return cache_folder()


_SOURCES = ("osm", "graphml", "saved", "place", "polygon")
_TERMS = {f.name for f in fields(Terms)} - {"county", "excluded"}


def _names(kind: type) -> set[str]:
    return {f.name for f in fields(kind)}


_KEYS = {
    "outlets": _names(OutletsInput),
    "demand": _names(DemandInput),
    "network": _names(NetworkInput),
    "standard": _names(Standard),
    "counties": _names(CountiesInput),
    "outputs": _names(Outputs),
    "sites": _names(SitesInput) - {"terms"} | _TERMS,
    "map": _names(MapInput),
}


_PLAN = TypeAdapter(Plan)


def load_plan(path: str | Path) -> Plan:
    """Read and check a plan file.

    Environment variables in paths (``${NAME}``) are filled in; relative paths start at the plan
    file's folder.

    Raises
    ------
    InputError : no such file, not TOML; or, all at once, unknown or missing sections and keys,
        bad values, files that are not there, and what contradicts itself.
    """
    path = Path(path)
    raw = _read(path)
    told = [*_unknown(raw), *_contradictions(raw)]
    plan = None
    try:
        plan = _PLAN.validate_python(_known(path, raw), context=path.resolve().parent)
    except ValidationError as error:
        told += _faults(error)
    if plan is None or told:
        raise InputError(*(replace(problem, file=path.name) for problem in told))
    return plan


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        what, action = "找不到计划文件", "请检查路径"
    except OSError as error:
        what, action = f"计划文件无法读取（{error.strerror or error}）", "请检查路径与权限"
    except UnicodeDecodeError:
        what = "计划文件不是 UTF-8 编码（可能是 GBK，即记事本的 ANSI）"
        action = "请在记事本里“另存为”，编码选 UTF-8"
    except (ValueError, RecursionError) as error:  # tomllib's own is a ValueError
        what, action = _not_toml(str(error)), "请按 TOML 格式改正该处"
    raise unusable("plan_unusable", what, action, file=path.name)


# What tomllib says -> what a planner most likely did.
_SLIPS = {
    r"Unescaped|hex value|Escaped": r"引号里的 \ 另有含义；路径请用 / 分隔，或改用单引号",
    r"overwrite|Duplicate": "同一个键写了两次",
    r"declare": "同一节写了两次",
    r"Unterminated|Illegal": "引号没有成对",
    r"Invalid value": "值的写法不对；文字要用英文引号括起来",
    r"Expected '\]'|Unclosed": "括号没有成对",
    r"Expected newline": "一行只能写一项",
    r"Expected '='|Invalid statement|Invalid initial": "应是“键 = 值”或“[节]”",
}


def _not_toml(said: str) -> str:
    slip = next((slip for words, slip in _SLIPS.items() if re.search(words, said)), said)
    if at := re.search(r"at line (\d+), column (\d+)", said):
        return f"计划文件第 {at[1]} 行第 {at[2]} 列附近无法读取：{slip}"
    return f"计划文件无法读取：{slip}"


def _known(path: Path, raw: dict[str, Any]) -> dict[str, Any]:
    """What the file says without unknown keys, arranged as a `Plan`."""
    known: dict[str, Any] = {"title": path.stem, "outputs": {}} | {
        name: given for name, given in raw.items() if name == "title" or name in _KEYS
    }
    for section in known.keys() & _KEYS.keys():
        if isinstance(given := known[section], dict):
            known[section] = {k: v for k, v in given.items() if k in _KEYS[section]}
    if isinstance(outputs := known["outputs"], dict):
        outputs.setdefault("folder", str(Outputs.folder))
    if isinstance(sites := known.get("sites"), dict):
        terms = {key: sites.pop(key) for key in _TERMS & sites.keys()}
        sites["terms"] = terms
    return known | {"path": path.resolve()}


def _unknown(raw: dict[str, Any]) -> Iterator[Problem]:
    for name, given in raw.items():
        if name not in {"title", *_KEYS}:
            yield _strange("", name, {"title", *_KEYS})
        elif name in _KEYS and isinstance(given, dict):
            for key in given:
                if key not in _KEYS[name]:
                    yield _strange(name, key, _KEYS[name])


def _strange(section: str, name: str, known: set[str]) -> Problem:
    near = difflib.get_close_matches(name.lower(), sorted(known), n=1)
    homes = [f"[{other}]" for other, keys in _KEYS.items() if name in keys]
    hint = f"是否想写 {near[0]}？" if near else f"是否应写在 {'、'.join(homes)} 下？" * bool(homes)
    where = f"[{section}] 里" if section else ""
    return Problem(
        "plan_unusable", f"{where}不认识 {name}", f"{hint}可用的有：{'、'.join(sorted(known))}"
    )


def _contradictions(raw: dict[str, Any]) -> Iterator[Problem]:
    """What a section says as a whole."""

    def keys(section: str) -> dict[str, Any] | None:
        given = raw.get(section)
        return given if isinstance(given, dict) else None

    if (network := keys("network")) is not None:
        given = [source for source in _SOURCES if source in network]
        if len(given) != 1:
            yield Problem(
                "plan_unusable",
                f"[network] 应恰好写一种来源，现有：{'、'.join(given) or '无'}",
                f"请在 {'、'.join(_SOURCES)} 中选一种",
            )
    if (sites := keys("sites")) is not None and ("add" in sites) == ("target" in sites):
        yield Problem(
            "plan_unusable",
            "[sites] 应在 add 与 target 中写一个，现"
            + ("两个都有" if "add" in sites else "都没有"),
            "如 add = 5，或 target = 95",
        )
    counties = keys("counties") or {}
    if "single" in counties and (also := [key for key in ("adcodes", "path") if key in counties]):
        yield Problem(
            "plan_unusable",
            f"[counties] single 不能与 {'、'.join(also)} 同时写",
            "single 把全部人口当作一个单元，不用县区界线；请删去其一",
        )
    asked = keys("map") or {}
    if isinstance(tiles := asked.get("tiles"), str) and tiles:
        try:
            tile_service(tiles, str(asked.get("key", "")))
        except ValueError as error:
            yield Problem("plan_unusable", f"[map] tiles：{error}", "请改正，或删去 tiles")


def _faults(error: ValidationError) -> Iterator[Problem]:
    """What pydantic found, as planners are told."""
    missing: dict[str, list[str]] = {}
    for found in error.errors(include_url=False):
        if found["type"] == "missing":
            *within, key = map(str, found["loc"])
            missing.setdefault("".join(within), []).append(key)
        else:
            yield from _fault(found)
    for section, names in missing.items():
        if section:
            yield Problem("plan_unusable", f"[{section}] 缺少 {'、'.join(names)}", "请补上")
        else:
            what = f"缺少 [{'] ['.join(names)}]"
            yield Problem("plan_unusable", what, "请参照 data/sample/plan.toml 补上")


def _fault(found: ErrorDetails) -> Iterator[Problem]:
    section, key = (*map(str, found["loc"]), "")[:2]
    given, about = found["input"], found.get("ctx", {})
    if found["type"] == "faults":
        for name, fault in about["faults"].items():
            value = given[name]
            quoted = isinstance(value, str) and value.replace(".", "").isdecimal()
            action = "请去掉引号" if quoted else "请改正"
            yield Problem(
                "plan_unusable", f"[{section}] {name} {fault}，现为 {_written(value)}", action
            )
    elif found["type"] == "dataclass_type":
        action = f"请另起一行写 [{section}]（单方括号），其下每行一个键"
        yield Problem("plan_unusable", f"[{section}] 应是一节，现为 {_written(given)}", action)
    else:
        refusal: Problem = about["error"].problem
        place = f"[{section}] {key}" if key else section
        yield replace(refusal, what=f"{place} {refusal.what}，现为 {_written(given)}")
