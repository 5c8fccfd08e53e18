"""``gdcoverage sites``, ``redesign``, ``exit-impact``: where to add outlets, and what is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from gdcoverage.problems import InputError
from gdcoverage.start.options import County, Fresh, Hours, Item, Mode, PlanFile, only
from gdcoverage.start.terminal import out, steps, today

if TYPE_CHECKING:
    from gdcoverage.report import Report
    from gdcoverage.run import Inputs, Plan, SitesInput
    from gdcoverage.sites import Terms

SITES = "例：gdcoverage sites data/sample/plan.toml --county 441324 --add 5"
REDESIGN = "例：gdcoverage redesign data/sample/plan.toml --close 3 --move-most 2000"
EXIT_IMPACT = "例：gdcoverage exit-impact data/sample/plan.toml --bank 农商银行"

FromOsm = Annotated[
    bool,
    typer.Option("--from-osm", help="候选点取街道文件里的银行网点、村居委会、政府机构、邮政网点等"),
]
Scope = Annotated[
    str | None,
    typer.Option(help="province：全部县区合用一个总数；county：一个县区（默认按计划）"),
]
CountyMost = Annotated[int | None, typer.Option(min=0, help="全省统筹时每个县区最多新增几个")]
RateLeast = Annotated[
    float | None, typer.Option(min=0, max=100, help="每个县区至少达到的覆盖率（%）")
]
BankApart = Annotated[float | None, typer.Option(min=1, help="同一家银行的网点之间至少相距多少米")]


def sites(
    plan: PlanFile,
    county: County = None,
    add: Annotated[int | None, typer.Option(min=1, help="最多新增几个网点")] = None,
    target: Annotated[float | None, typer.Option(min=0, max=100, help="目标覆盖率（%）")] = None,
    scope: Scope = None,
    county_least: Annotated[
        int | None, typer.Option(min=0, help="全省统筹时每个县区至少新增几个")
    ] = None,
    county_most: CountyMost = None,
    rate_least: RateLeast = None,
    kind_least: Annotated[
        list[str] | None, typer.Option(metavar="类别=个数", help="某类候选点至少几个，可写多次")
    ] = None,
    kind_most: Annotated[
        list[str] | None, typer.Option(metavar="类别=个数", help="某类候选点最多几个，可写多次")
    ] = None,
    class_least: Annotated[
        list[str] | None, typer.Option(metavar="城乡=个数", help="城区或乡村至少几个，可写多次")
    ] = None,
    class_most: Annotated[
        list[str] | None, typer.Option(metavar="城乡=个数", help="城区或乡村最多几个，可写多次")
    ] = None,
    people_least: Annotated[
        list[str] | None,
        typer.Option(
            metavar="谁=人数", help="某县区、市（代码）或城区、乡村至少新增达标多少人，可写多次"
        ),
    ] = None,
    then: Annotated[
        str | None,
        typer.Option(
            help="新增达标人口相同时再看什么：two-outlets（两个以上网点可达）、mean-walk"
            "（平均路程最短）或 spread（网点最分散）"
        ),
    ] = None,
    frontier: Annotated[
        int, typer.Option(min=0, help="全省统筹时另列几种网点数各能新增达标多少人")
    ] = 0,
    alternatives: Annotated[int, typer.Option(min=0, help="再列几个备选方案")] = 0,
    differ: Annotated[
        int | None, typer.Option(min=1, help="备选方案与前面各方案至少有几个网点不同")
    ] = None,
    differ_m: Annotated[
        float | None,
        typer.Option(min=0, help="离前面方案的网点多少米以上才算不同的网点（默认 500）"),
    ] = None,
    within: Annotated[
        float | None, typer.Option(min=0, max=100, help="备选方案新增达标人口最多比最优少多少（%）")
    ] = None,
    item: Item = None,
    mode: Mode = None,
    when: Hours = None,
    bank_apart: BankApart = None,
    capacity: Annotated[
        float | None,
        typer.Option(min=1, help="每个网点最多服务多少人；另列负荷、超出容量的人口和按容量的布点"),
    ] = None,
    robust: Annotated[
        str | None,
        typer.Option(
            help="另列各情景（步速、接驳）下都好的方案：expected 平均最多，regret 最差时少得最少"
        ),
    ] = None,
    refine: Annotated[
        float | None,
        typer.Option(min=5, help="生成的候选点在选中点周围加密到每隔多少米，如 50"),
    ] = None,
    from_osm: FromOsm = False,
    fresh: Fresh = False,
) -> None:
    """建议在哪里新增网点：新增几个（--add），或为达到某覆盖率最少几个（--target）。"""
    from gdcoverage.outlets.offers import service_called
    from gdcoverage.report import (
        alternative_lines,
        joint_lines,
        joint_site_lines,
        siting_lines,
    )
    from gdcoverage.run import How, SitesInput, load_plan, make_report, read_inputs

    if (add is None) == (target is None):
        raise typer.BadParameter("应写其中一个", param_hint="--add / --target")
    _require_choice(then, ("two-outlets", "mean-walk", "spread"), "--then")
    _require_scope(scope, county)
    _require_choice(robust, ("expected", "regret"), "--robust")
    service_called(item or "", mode or "", when or "")
    said: dict[str, Any] = {
        "scope": scope or (county and "county"),
        "county_least": county_least,
        "county_most": county_most,
        "rate_least": None if rate_least is None else rate_least / 100,
        "then": then and then.replace("-", "_"),
        "robust": robust,
        "bank_apart_m": bank_apart,
        "capacity": capacity,
        "close": 0,
        "refine_m": refine,
        "differ": differ,
        "differ_m": differ_m,
        "kind_least": _numbers(kind_least, "--kind-least"),
        "kind_most": _numbers(kind_most, "--kind-most"),
        "class_least": _numbers(class_least, "--class-least"),
        "class_most": _numbers(class_most, "--class-most"),
        "people_least": _numbers(people_least, "--people-least"),
        "within": None if within is None else within / 100,
    }
    with steps() as say:
        loaded = load_plan(plan)
        asked = loaded.sites or SitesInput()
        try:
            terms = replace(
                asked.terms,
                add=add,
                target=None if target is None else target / 100,
                frontier=frontier,
                alternatives=alternatives,
                **{name: value for name, value in said.items() if value is not None},
            )
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="布点条件") from None
        about = _asked(loaded, terms, (item, mode, when), from_osm=from_osm)
        if terms.refine_m is not None and about.candidates is not None:
            raise typer.BadParameter("只用于由程序生成的候选点", param_hint="--refine（refine_m）")
        inputs = read_inputs(replace(loaded, sites=about), say)
        loaded, jointly = _scoped(loaded, about, inputs)
        code = None if jointly else only(inputs, county)
        made = make_report(loaded, inputs, today(), say, code, How(fresh=fresh))
    if jointly:
        if made.joint is None:
            raise _unanswered(made, jointly=jointly)
        lines = joint_lines(made.joint, made.names)
        for line in (*lines, *joint_site_lines(made.joint, made.names)):
            out.print(Text(line))
        return
    if made.siting is None:
        raise _unanswered(made, jointly=jointly)
    for line in (*siting_lines(made.siting), *alternative_lines(made.siting.alternatives)):
        out.print(Text(line))


def redesign(
    plan: PlanFile,
    close: Annotated[int, typer.Option(min=1, help="最多关闭几个现有网点")],
    county: County = None,
    add: Annotated[
        int | None,
        typer.Option(min=0, help="最多新设几个；不写则与关闭的一样多（迁移），较少即合并"),
    ] = None,
    scope: Scope = None,
    close_most: Annotated[
        list[str] | None,
        typer.Option(
            metavar="个数或谁=个数",
            help="每个县区最多关闭几个，或某县区、市（代码）、银行最多几个，可写多次",
        ),
    ] = None,
    county_most: CountyMost = None,
    rate_least: RateLeast = None,
    close_of: Annotated[
        list[str] | None,
        typer.Option(help="只有这些可关闭：网点编号、银行或区划代码，可写多次"),
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="不得关闭：网点编号、银行或区划代码，可写多次")
    ] = None,
    move_most: Annotated[
        float | None, typer.Option(min=1, help="每个新设网点由本行网点迁来，直线最远多少米")
    ] = None,
    merge_most: Annotated[
        float | None, typer.Option(min=1, help="多少米以内有本行网点承接时才可关闭")
    ] = None,
    bank_apart: BankApart = None,
    item: Item = None,
    mode: Mode = None,
    when: Hours = None,
    from_osm: FromOsm = False,
    fresh: Fresh = False,
) -> None:
    """网点调整：关闭几个、新设几个，使达标人口最多；迁移、合并也是它。附证明和得失人口。"""
    from gdcoverage.outlets.offers import service_called
    from gdcoverage.report import redesign_lines, service_line
    from gdcoverage.run import How, SitesInput, load_plan, make_report, read_inputs

    _require_scope(scope, county)
    service_called(item or "", mode or "", when or "")
    with steps() as say:
        loaded = load_plan(plan)
        asked = loaded.sites or SitesInput()
        own: dict[str, Any] = {
            "scope": scope or (county and "county"),
            "close_most": _most(close_most, "--close-most"),
            "county_most": county_most,
            "rate_least": None if rate_least is None else rate_least / 100,
            "close_of": close_of and tuple(close_of),
            "keep": keep and tuple(keep),
            "move_most_m": move_most,
            "merge_most_m": merge_most,
            "bank_apart_m": bank_apart,
        }
        try:
            terms = replace(
                asked.terms,
                add=close if add is None else add,
                target=None,
                close=close,
                frontier=min(close, 10),
                alternatives=0,
                robust=None,
                refine_m=None,
                then=None,
                capacity=None,
                people_least={},
                **{name: value for name, value in own.items() if value is not None},
            )
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="调整条件") from None
        about = _asked(loaded, terms, (item, mode, when), from_osm=from_osm)
        inputs = read_inputs(replace(loaded, sites=about), say)
        loaded, jointly = _scoped(loaded, about, inputs)
        code = None if jointly else only(inputs, county)
        made = make_report(loaded, inputs, today(), say, code, How(fresh=fresh))
    found = made.joint if jointly else made.siting
    if found is None:
        raise _unanswered(made, jointly=jointly)
    lines = redesign_lines(found.redesign)
    if found.service:
        lines = [service_line(found.service), *lines]
    for line in lines or ["这个县区没有可关闭的网点。"]:
        out.print(Text(line))


def exit_impact(
    plan: PlanFile,
    county: County = None,
    outlet: Annotated[list[str] | None, typer.Option(help="退出的网点编号，可写多次")] = None,
    bank: Annotated[str | None, typer.Option(help="该银行的网点全部退出")] = None,
    replace_by: Annotated[int, typer.Option(min=0, help="最多用几个新网点补位")] = 1,
    item: Item = None,
    mode: Mode = None,
    when: Hours = None,
    fresh: Fresh = False,
) -> None:
    """网点或银行退出的影响：谁失去达标、新空白区、怎样补位。都不写则列出每个网点的影响。"""
    from gdcoverage.assessment import for_service
    from gdcoverage.outlets.offers import service_called
    from gdcoverage.report import exit_lines, service_line
    from gdcoverage.run import How, county_tasks, load_plan, make_report, read_inputs
    from gdcoverage.sites import Terms, exit_impact_of
    from gdcoverage.sites import exit_impact as impact_of_each

    service = service_called(item or "", mode or "", when or "")
    with steps() as say:
        loaded = load_plan(plan)
        inputs = read_inputs(loaded, say)
        bare = replace(loaded, sites=None)
        how = How(fresh=fresh)
        county = only(inputs, county)
        coverage = make_report(bare, inputs, today(), say, county, how).walked
        if item or mode or when:
            coverage = for_service(coverage, service)
        say("计算退出影响")
        if not outlet and bank is None:
            lines = [
                f"{row.rank:>3}. {row.outlet_id} {row.name}：{row.population:,.0f} 人失去达标"
                for row in impact_of_each(coverage).itertuples()
            ]
        else:
            tasks = county_tasks(loaded, inputs, today())
            task = next(task for task in tasks if county in (None, task.adcode))
            terms = replace(task.asked.terms or Terms(), add=replace_by, target=None)
            impact = exit_impact_of(
                coverage,
                outlet or (),
                bank=bank,
                candidates=task.asked.candidates if replace_by else None,
                terms=terms if replace_by else None,
                places=task.subject.places,
            )
            lines = exit_lines(impact)
    if item or mode or when:
        lines = [service_line(service.label), *lines]
    for line in lines:
        out.print(Text(line))


def _asked(
    plan: Plan, terms: Terms, service: tuple[str | None, str | None, str | None], *, from_osm: bool
) -> SitesInput:
    """What a plan asks of sites, with other terms, perhaps of another service or other places.

    Parameters
    ----------
    service : item, mode and hours.
    """
    from gdcoverage.run import SitesInput
    from gdcoverage.run.plan_values import FROM_OSM

    if from_osm and plan.network.osm is None:
        raise typer.BadParameter("计划的街道不是取自 OSM 文件", param_hint="--from-osm")
    asked = plan.sites or SitesInput()
    item, mode, when = service
    return replace(
        asked,
        terms=terms,
        item=item or asked.item,
        mode=mode or asked.mode,
        when=when or asked.when,
        candidates=FROM_OSM if from_osm else asked.candidates,
    )


def _scoped(plan: Plan, about: SitesInput, inputs: Inputs) -> tuple[Plan, bool]:
    """The plan that asks this of sites, and whether of all its counties at once."""
    jointly = about.terms.scope == "province" and len(inputs.counties) > 1
    if not jointly:
        about = replace(about, terms=replace(about.terms, scope="county"))
    return replace(plan, sites=about), jointly


def _unanswered(report: Report, *, jointly: bool) -> InputError:
    """Why there is no answer, as told by the question, or by counties that had no part in it."""
    if jointly:
        return InputError(*(p for p in report.problems if p.what.startswith(("全省布点", "县区 "))))
    return InputError(*(p for p in report.problems if "布点：" in p.what))


def _require_scope(scope: str | None, county: str | None) -> None:
    _require_choice(scope, ("county", "province"), "--scope")
    if scope == "province" and county is not None:
        raise typer.BadParameter("不能同时写", param_hint="--scope province / --county")


def _require_choice(given: str | None, choices: tuple[str, ...], option: str) -> None:
    if given is not None and given not in choices:
        raise typer.BadParameter(f"应为 {' 或 '.join(choices)}", param_hint=option)


def _numbers(words: list[str] | None, option: str) -> dict[str, int] | None:
    """Numbers by name, as several words say them; None where none are given."""
    if not words:
        return None
    pairs = [word.replace("＝", "=").rpartition("=") for word in words]
    if any(not (name and number.isdecimal()) for name, _, number in pairs):
        raise typer.BadParameter("应写成 名称=个数，如 城区=2", param_hint=option)
    return {name: int(number) for name, _, number in pairs}


def _most(words: list[str] | None, option: str) -> int | dict[str, int] | None:
    """One number for every county, or numbers by name; None where none are given."""
    if words and len(words) == 1 and words[0].isdecimal():
        return int(words[0])
    return _numbers(words, option)
