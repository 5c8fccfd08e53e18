"""A plan file (TOML): what it says, checked, with paths made absolute."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import geopandas as gpd

from gdcoverage.emap import Ground
from gdcoverage.emap.tiles import tile_service
from gdcoverage.geo.datum import Datum, parse_datum
from gdcoverage.policy import Standard
from gdcoverage.problems import unusable
from gdcoverage.run.kept import cache_folder
from gdcoverage.sites import Terms


@dataclass(frozen=True)
class OutletsInput:
    """``[outlets]``: the table, its datum, and the sheet if only one is meant."""

    path: Path
    datum: Datum
    sheet: str | None = None


@dataclass(frozen=True)
class DemandInput:
    """``[demand]``: people; a class for points without code, or a layer that gives it."""

    path: Path
    datum: Datum = "wgs84"
    settlement: str | None = None
    settlement_polygons: Path | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class NetworkInput:
    """``[network]``: exactly one of osm, graphml, saved, place, polygon; and for downloads, how."""

    osm: Path | None = None
    graphml: Path | None = None
    saved: Path | None = None
    place: str | None = None
    polygon: Path | None = None
    overpass_url: str | None = None
    nominatim_url: str | None = None
    doh_url_template: str | None = None
    cache_folder: Path | None = None


@dataclass(frozen=True)
class CountiesInput:
    """``[counties]``: adcodes of Guangdong (all of them by default), an own layer, or one name."""

    adcodes: tuple[str, ...] | None = None
    path: Path | None = None
    single: str | None = None


@dataclass(frozen=True)
class SitesInput:
    """``[sites]``: where outlets could be added (a table like that of outlets; street locations
    are generated without one), areas without any, and what is asked. `Terms` stand in the same
    section, with shares (target, within) in percent.
    """

    candidates: Path | None = None
    datum: Datum = "wgs84"
    sheet: str | None = None
    excluded: Path | None = None
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True)
class MapInput:
    """``[map]``: tiles under the maps (tianditu, amap, osm; none by default), their key, and the
    审图号 of an audited base map.
    """

    tiles: str | None = None
    key: str = ""
    approval: str = ""

    def ground(self, base: gpd.GeoDataFrame | None, places: gpd.GeoDataFrame | None) -> Ground:
        """What lies under a map: these tiles, or what is drawn, and names."""
        return Ground(base, places, self.tiles, self.key, self.approval)


@dataclass(frozen=True)
class Outputs:
    """``[outputs]``: the folder, relative to the plan file."""

    folder: Path = Path("output")


@dataclass(frozen=True)
class Plan:
    """What a plan file says, checked; paths absolute."""

    title: str
    outlets: OutletsInput
    demand: DemandInput
    network: NetworkInput
    standard: Standard = field(default_factory=Standard)
    counties: CountiesInput = field(default_factory=CountiesInput)
    outputs: Outputs = field(default_factory=Outputs)
    sites: SitesInput | None = None
    map: MapInput = field(default_factory=MapInput)
    path: Path = Path("plan.toml")

    @property
    def cache(self) -> Path:
        """Where streets and results are kept from run to run; see `cache_folder`."""
        return cache_folder()


def load_plan(path: str | Path) -> Plan:
    """Read and check a plan file.

    Environment variables in paths (``${NAME}``) are filled in; relative paths start at the plan
    file's folder.

    Raises
    ------
    InputError : no such file, not TOML, an unknown or missing section or key, a bad value.
    """
    path = Path(path)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise unusable("plan_unusable", "找不到计划文件", "请检查路径", file=path.name) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise unusable(
            "plan_unusable",
            f"计划文件无法读取（{error}）",
            "请按 TOML 格式改正该处",
            file=path.name,
        ) from error

    known = {"title", *(field.name for field in fields(Plan))} - {"path"}
    _no_others(path, "", set(raw), known)
    missing = [section for section in ("outlets", "demand", "network") if section not in raw]
    if missing:
        raise unusable(
            "plan_unusable",
            f"缺少 [{'] ['.join(missing)}]",
            "请参照 data/sample/plan.toml 补上",
            file=path.name,
        )
    plan = Plan(
        title=str(raw.get("title", path.stem)),
        outlets=_section(path, raw, "outlets", OutletsInput),
        demand=_section(path, raw, "demand", DemandInput),
        network=_section(path, raw, "network", NetworkInput),
        standard=_section(path, raw, "standard", Standard),
        counties=_section(path, raw, "counties", CountiesInput),
        outputs=_section(path, raw, "outputs", Outputs),
        sites=_sites(path, raw) if "sites" in raw else None,
        map=_section(path, raw, "map", MapInput),
        path=path.resolve(),
    )
    net = plan.network
    given = [n for n in ("osm", "graphml", "saved", "place", "polygon") if getattr(net, n)]
    if len(given) != 1:
        raise unusable(
            "plan_unusable",
            f"[network] 应恰好写一种来源，现有：{'、'.join(given) or '无'}",
            "请在 osm、graphml、saved、place、polygon 中选一种",
            file=path.name,
        )
    if plan.map.tiles:
        try:
            tile_service(plan.map.tiles, plan.map.key)
        except ValueError as error:
            raise unusable(
                "plan_unusable", f"[map] {error}", "请改正，或删去 tiles", file=path.name
            ) from error
    return plan


def _sites(path: Path, raw: dict[str, Any]) -> SitesInput:
    """Inputs and terms of ``[sites]``, which stand in one section; percent made shares."""
    given = _table(path, raw, "sites")
    own = {f.name for f in fields(SitesInput)} - {"terms"}
    asked = {f.name for f in fields(Terms)} - {"county", "excluded"}
    _no_others(path, "sites", set(given), own | asked)
    if ("add" in given) == ("target" in given):
        raise unusable(
            "plan_unusable",
            "[sites] 应在 add 与 target 中写一个",
            "如 add = 5，或 target = 95",
            file=path.name,
        )
    terms = {key: value for key, value in given.items() if key in asked}
    for key in {"target", "within"} & set(terms):
        if not isinstance(terms[key], int | float) or not 0 <= terms[key] <= 100:
            raise unusable(
                "plan_unusable",
                f"[sites] {key} 应是 0 到 100 的百分数，现为 {terms[key]!r}",
                "请改正",
                file=path.name,
            )
        terms[key] /= 100
    inputs = {key: value for key, value in given.items() if key in own}
    return replace(
        _section(path, {"sites": inputs}, "sites", SitesInput),
        terms=_section(path, {"sites": terms}, "sites", Terms),
    )


def _table(path: Path, raw: dict[str, Any], name: str) -> dict[str, Any]:
    given = raw.get(name, {})
    if not isinstance(given, dict):
        raise unusable("plan_unusable", f"{name} 应是一节", f"请写成 [{name}]", file=path.name)
    return given


def _section(path: Path, raw: dict[str, Any], name: str, kind: type) -> Any:
    """One section as its dataclass; unknown keys, missing keys and bad values are explained."""
    given = _table(path, raw, name)
    known = {f.name: f for f in fields(kind)}
    _no_others(path, name, set(given), set(known))
    values = {
        key: _value(path, name, key, value, str(known[key].type)) for key, value in given.items()
    }
    try:
        return kind(**values)
    except TypeError:
        needed = [f for f in ("path", "datum") if f in known and f not in given]
        raise unusable(
            "plan_unusable", f"[{name}] 缺少 {'、'.join(needed)}", "请补上", file=path.name
        ) from None
    except ValueError as error:
        raise unusable("plan_unusable", f"[{name}] {error}", "请改正", file=path.name) from None


def _value(path: Path, section: str, key: str, value: object, kind: str) -> object:
    if kind == "Datum":
        return parse_datum(str(value))
    if kind.startswith(("tuple", "Collection")):
        if not isinstance(value, list):
            raise unusable(
                "plan_unusable",
                f"[{section}] {key} 应是列表",
                f'请写成 {key} = ["440305"]',
                file=path.name,
            )
        return tuple(str(item) for item in value)
    if kind.startswith("Path"):
        expanded = Path(os.path.expandvars(str(value))).expanduser()
        return (path.parent / expanded).resolve()
    if kind.startswith("str") and not isinstance(value, str):
        raise unusable(
            "plan_unusable",
            f"[{section}] {key} 应是文字，现为 {value!r}",
            "请加上引号",
            file=path.name,
        )
    return value


def _no_others(path: Path, section: str, given: set[str], known: set[str]) -> None:
    strange = sorted(given - known)
    if strange:
        where = f"[{section}] 里" if section else ""
        raise unusable(
            "plan_unusable",
            f"{where}不认识 {'、'.join(strange)}",
            f"可用的有：{'、'.join(sorted(known))}",
            file=path.name,
        )
