"""A plan, in TOML or in a workbook: what it says, checked whole before anything is read."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import PlainValidator, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from gdcoverage.emap import FINEST, Ground
from gdcoverage.emap.tiles import tile_service
from gdcoverage.outlets.offers import Service, service_called
from gdcoverage.places.called import counties_called
from gdcoverage.places.counties import known_counties
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError, Problem
from gdcoverage.run.kept import cache_folder
from gdcoverage.run.plan_form import Form, TomlForm
from gdcoverage.run.plan_sheet import is_workbook, read_sheet
from gdcoverage.run.plan_toml import read_toml
from gdcoverage.run.plan_values import (
    FROM_OSM,
    AnyText,
    CandidatesFrom,
    Class,
    Counties,
    Day,
    Decimals,
    DohTemplate,
    Folder,
    InputFile,
    InputTables,
    ItemWord,
    ModeWord,
    OutletCount,
    PageUrl,
    People,
    PlanDatum,
    RegisterPlace,
    Text,
    Url,
    Waiver,
    WalkProfile,
    Walks,
    WhenWords,
    quoted,
    standard_of,
    terms_of,
)
from gdcoverage.sites import Terms


@dataclass(frozen=True)
class OutletsInput:
    """``[outlets]``: the table or a folder of them, their datum, the sheet if only one is meant,
    and how many outlets in service the planner knows of; or a register instead of a table.
    ``as_of`` is the day as of which outlets are judged, the day of the run by default.
    """

    path: InputTables | None = None
    datum: PlanDatum = "wgs84"
    sheet: Text | None = None
    expected: OutletCount | None = None
    register: RegisterPlace | None = None
    as_of: Day | None = None


@dataclass(frozen=True)
class DemandInput:
    """``[demand]``: people, a table, a folder of tables, a layer or a raster; a class for points
    without code, or a layer or raster that gives it; how much of the ground is land, for a raster
    of people; how many people the planner knows of; and villages with places, for rows that have
    none.
    """

    path: InputTables
    datum: PlanDatum = "wgs84"
    settlement: Class | None = None
    settlement_polygons: InputFile | None = None
    land: InputFile | None = None
    sheet: Text | None = None
    expected_population: People | None = None
    places: InputFile | None = None


@dataclass(frozen=True)
class NetworkInput:
    """``[network]``: exactly one of osm, graphml, saved, place, polygon; by what rules ways are
    streets; for downloads, how; and how many walks of each county a witness computes again.
    """

    osm: InputFile | None = None
    graphml: InputFile | None = None
    saved: InputFile | None = None
    place: Text | None = None
    polygon: InputFile | None = None
    profile: WalkProfile = "walk"
    overpass_url: Url | None = None
    nominatim_url: Url | None = None
    doh_url_template: DohTemplate | None = None
    cache_folder: Folder | None = None
    witness: Walks = 10


@dataclass(frozen=True)
class CountiesInput:
    """``[counties]``: which (all of Guangdong's by default), an own layer, or one unit's name.

    ``names`` and ``adcodes`` both hold what `counties_called` understands. Of Guangdong's they
    are adcodes once the plan is checked; of an own layer they are looked up when it is read.
    """

    adcodes: Counties | None = None
    names: Counties | None = None
    path: InputFile | None = None
    single: Text | None = None


@dataclass(frozen=True)
class SitesInput:
    """``[sites]``: where outlets could be added (a table like that of outlets, or ``osm`` for
    what stands in the OSM file; street locations are generated without), areas without any, and
    what is asked. `Terms` stand in the same section, with shares (target, within) in percent; and
    the service whose coverage is to be raised, if not that of all outlets.
    """

    candidates: CandidatesFrom | None = None
    datum: PlanDatum = "wgs84"
    sheet: Text | None = None
    excluded: InputFile | None = None
    item: ItemWord | None = None
    mode: ModeWord | None = None
    when: WhenWords | None = None
    terms: Annotated[Terms, PlainValidator(terms_of)] = field(default_factory=Terms)

    @property
    def service(self) -> Service | None:
        """The service asked about; None for whatever outlets offer."""
        words = self.item or "", self.mode or "", self.when or ""
        return service_called(*words) if any(words) else None


@dataclass(frozen=True)
class MapInput:
    """``[map]``: tiles under the maps (tianditu, amap, osm; none by default), their key, and the
    审图号 of an audited base map.
    """

    tiles: AnyText | None = None
    key: AnyText = ""
    approval: AnyText = ""


@dataclass(frozen=True)
class PublishInput:
    """``[publish]``: where the public edition will be found, how fine its coordinates are, and
    what is let pass at the gate, each by whom and why.
    """

    url: PageUrl | None = None
    decimals: Decimals = FINEST
    waive_hours: Waiver | None = None
    waive_phones: Waiver | None = None
    waive_personal: Waiver | None = None
    waive_date: Waiver | None = None
    waive_banks: Waiver | None = None
    waive_approval: Waiver | None = None


@dataclass(frozen=True)
class PlacesInput:
    """``[places]``: towns below the counties, a layer or list of them; datum of a list's places."""

    towns: InputFile | None = None
    datum: PlanDatum = "wgs84"


@dataclass(frozen=True)
class QuotasInput:
    """``[quotas]``: the table of how many outlets each county plans, by class and kind."""

    table: InputFile | None = None


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
    standard: Annotated[Standard, PlainValidator(standard_of)] = field(default_factory=Standard)
    counties: CountiesInput = field(default_factory=CountiesInput)
    outputs: Outputs = field(default_factory=Outputs)
    sites: SitesInput | None = None
    map: MapInput = field(default_factory=MapInput)
    publish: PublishInput = field(default_factory=PublishInput)
    places: PlacesInput = field(default_factory=PlacesInput)
    quotas: QuotasInput = field(default_factory=QuotasInput)
    path: Path = Path("plan.toml")

    @property
    def ground(self) -> Ground:
        """What its maps are on, but for what is drawn and named there."""
        own, asked = self.counties, self.map
        lines = f"图层“{own.path.name}”" if own.path else ""
        return Ground(
            tiles=asked.tiles,
            key=asked.key,
            approval=asked.approval.strip(),
            boundaries="围绕人口点划定的示意范围，不是行政区划界线" if own.single else lines,
            decimals=self.publish.decimals,
        )

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
    "publish": _names(PublishInput),
    "places": _names(PlacesInput),
    "quotas": _names(QuotasInput),
}


_PLAN = TypeAdapter(Plan)
_OUTLETS = TypeAdapter(dict[str, OutletsInput])


def load_plan(path: str | Path) -> Plan:
    """Read and check a plan: a TOML file, or a workbook with a sheet 设置.

    Environment variables in paths (``${NAME}``) are filled in; relative paths start at the plan
    file's folder.

    Raises
    ------
    InputError : no such file, neither TOML nor such a workbook; or, all at once, unknown or
        missing sections and keys, bad values, files that are not there, and what contradicts
        itself.
    """
    path = Path(path)
    form = _read(path)
    told = [*form.faults, *_unknown(form.raw), *_contradictions(form), *_strange_counties(form)]
    plan = None
    try:
        plan = _PLAN.validate_python(_known(path, form.raw), context=path.resolve().parent)
    except ValidationError as error:
        told += _faults(form, error)
    if plan is None or told:
        raise _of_file(path, told)
    return replace(plan, counties=_settled(plan.counties))


def load_outlets_input(path: str | Path) -> OutletsInput:
    """What a plan says of its outlets; the rest of it may be unfinished.

    Raises
    ------
    InputError : the file is no plan, or what it says of outlets is missing or wrong.
    """
    path = Path(path)
    form = _read(path)
    told, found = [*form.faults_of("outlets"), *_table_or_register(form)], {}
    asked = {"outlets": _known(path, form.raw).get("outlets", {})}
    try:
        found = _OUTLETS.validate_python(asked, context=path.resolve().parent)
    except ValidationError as error:
        told += _faults(form, error)
    if told or not found:
        raise _of_file(path, told)
    return found["outlets"]


def _read(path: Path) -> Form:
    return read_sheet(path) if is_workbook(path) else TomlForm(read_toml(path))


def _of_file(path: Path, told: list[Problem]) -> InputError:
    """All faults, in the order of the rows where they have rows."""
    placed = sorted(told, key=lambda problem: problem.row or 0)
    return InputError(*(replace(problem, file=path.name) for problem in placed))


def _settled(counties: CountiesInput) -> CountiesInput:
    """Counties of Guangdong by adcode; those of an own layer as they are called."""
    words = (*(counties.adcodes or ()), *(counties.names or ()))
    if not words or counties.path:
        return replace(counties, adcodes=None, names=words or None)
    return replace(counties, adcodes=counties_called(words, known_counties()), names=None)


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


def _strange_counties(form: Form) -> Iterator[Problem]:
    """Names and codes that none of Guangdong's counties has, or several."""
    asked = form.raw.get("counties")
    if not isinstance(asked, dict) or "path" in asked:
        return
    for key in {"adcodes", "names"} & asked.keys():
        given = asked[key]
        words = map(quoted, given) if isinstance(given, list) else ()
        named = dict.fromkeys(word for word in words if isinstance(word, str) and word.strip())
        try:
            counties_called(named, known_counties())
        except InputError as error:
            for problem in error.problems:
                yield form.value("counties", key, problem.what, problem.action, problem.value)


def _contradictions(form: Form) -> Iterator[Problem]:
    """What a section says as a whole."""

    def keys(section: str) -> dict[str, Any] | None:
        given = form.raw.get(section)
        return given if isinstance(given, dict) else None

    def named(section: str, *those: str) -> str:
        return "、".join(form.name(section, key) for key in those)

    yield from _table_or_register(form)
    if (network := keys("network")) is not None:
        given = [source for source in _SOURCES if source in network]
        if len(given) != 1:
            now = named("network", *given) or "无"
            what = f"应恰好写一种来源，现有：{now}"
            action = f"请在 {named('network', *_SOURCES)} 中选一种"
            yield form.whole("network", given or _SOURCES[:1], what, action)
    if (sites := keys("sites")) is not None:
        if ("add" in sites) == ("target" in sites):
            add, target = form.name("sites", "add"), form.name("sites", "target")
            now = "两个都有" if "add" in sites else "都没有"
            what = f"应在 {add} 与 {target} 中写一个，现{now}"
            yield form.whole("sites", ("add", "target"), what, f"如 {add} = 5，或 {target} = 95")
        if "refine_m" in sites and "candidates" in sites:
            what = f"{form.name('sites', 'refine_m')} 只用于由程序生成的候选点"
            action = f"请删去它，或删去 {form.name('sites', 'candidates')}"
            yield form.whole("sites", ("refine_m", "candidates"), what, action)
        if sites.get("candidates") == FROM_OSM and "osm" not in (keys("network") or {}):
            what = f"{form.name('sites', 'candidates')} 为 {FROM_OSM}，但街道不是取自 OSM 文件"
            action = f"请写 {form.name('network', 'osm')}，或改写候选点文件"
            yield form.whole("sites", ("candidates",), what, action)
    counties = keys("counties") or {}
    also = [key for key in ("adcodes", "names", "path") if key in counties]
    if "single" in counties and also:
        single = form.name("counties", "single")
        yield form.whole(
            "counties",
            ("single", *also),
            f"{single} 不能与 {named('counties', *also)} 同时写",
            f"{single} 把全部人口当作一个单元，不用县区界线；请删去其一",
        )
    asked = keys("map") or {}
    if isinstance(tiles := asked.get("tiles"), str) and tiles:
        try:
            tile_service(tiles, str(asked.get("key", "")))
        except ValueError as error:
            name = form.name("map", "tiles")
            yield form.whole("map", ("tiles", "key"), f"{name}：{error}", f"请改正，或删去 {name}")


def _table_or_register(form: Form) -> Iterator[Problem]:
    """Outlets come from a table, whose datum has to be known, or from a register."""
    asked = form.raw.get("outlets")
    if not isinstance(asked, dict):
        return
    if "register" not in asked:
        if lacking := [key for key in ("path", "datum") if key not in asked]:
            yield from form.missing("outlets", lacking)
    elif "path" in asked:
        path, register = form.name("outlets", "path"), form.name("outlets", "register")
        what = f"{path} 与 {register} 不能同时写"
        yield form.whole("outlets", ("register", "path"), what, "请删去其一")


def _faults(form: Form, error: ValidationError) -> Iterator[Problem]:
    """What pydantic found, as planners are told."""
    missing: dict[str, list[str]] = {}
    for found in error.errors(include_url=False):
        if found["type"] == "missing":
            *within, key = map(str, found["loc"])
            missing.setdefault("".join(within), []).append(key)
        else:
            yield from _fault(form, found)
    for section, names in missing.items():
        yield from form.missing(section, names)


def _fault(form: Form, found: ErrorDetails) -> Iterator[Problem]:
    section, key = (*map(str, found["loc"]), "")[:2]
    given, about = found["input"], found.get("ctx", {})
    if found["type"] == "faults":
        for name, fault in about["faults"].items():
            value = given[name]
            quoted = isinstance(value, str) and value.replace(".", "").isdecimal()
            action = "请去掉引号" if quoted else "请改正"
            yield form.value(section, name, fault, action, value)
    elif found["type"] == "dataclass_type":
        action = f"请另起一行写 [{section}]（单方括号），其下每行一个键"
        yield form.value(section, "", "应是一节", action, given)
    else:
        refusal: Problem = about["error"].problem
        place = (section, key) if key else ("", section)
        yield form.value(*place, refusal.what, refusal.action, given)
