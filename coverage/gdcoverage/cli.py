"""The command ``gdcoverage``: a plan in, reports and a map out."""

from __future__ import annotations

import importlib.util
import signal
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer
from rich.text import Text

from gdcoverage._version import __version__
from gdcoverage.compare import command as comparing
from gdcoverage.inspection import command as inspecting
from gdcoverage.problems import InputError, Problem, refused_by_system
from gdcoverage.publish import command
from gdcoverage.start import registering
from gdcoverage.start.asking import asked_and_kept
from gdcoverage.start.terminal import (
    err,
    nearby,
    out,
    print_everywhere,
    problem_table,
    steps,
    today,
    word,
    write_data,
)

if TYPE_CHECKING:
    from gdcoverage.report import Report
    from gdcoverage.run import Checked, How, Inputs

UNUSABLE, USAGE, FAILURES, UNDER_RATE = 1, 2, 3, 4
# An answer that is not sure is not finished, as if a part of it had failed.
IN_DOUBT = FAILURES
INTERRUPTED, TERMINATED = 130, 143

# Typer brings a click of its own; what it raises for wrong usage is this base of its errors.
_WrongUsage: Any = typer.BadParameter.__base__

_EPILOG = (
    "退出码：0 完成；1 输入不可用；2 用法错误；"
    "3 完成但有失败项，或是否计入存疑网点使覆盖率相差超过 0.5 个百分点；4 覆盖率低于 --fail-under。"
)

app = typer.Typer(
    help="社保服务合作网点覆盖分析：「城区步行15分钟，乡村辐射5公里」。",
    epilog=_EPILOG,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
network_app = typer.Typer(help="步行路网。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(network_app, name="network")
app.add_typer(registering.app, name="register")
registering.app.command(epilog=inspecting.EPILOG)(inspecting.route)

PlanFile = Annotated[
    Path, typer.Argument(metavar="PLAN", help="计划：工作簿（.xlsx，有“设置”表）或 TOML 文件")
]
FailUnder = Annotated[
    float | None, typer.Option(min=0, max=100, help="覆盖率（%）低于此数时以退出码 4 结束")
]

County = Annotated[
    str | None, typer.Option(help="县区名或代码，如 龙门县、441324；计划含多个县区时须指定一个")
]
Item = Annotated[str | None, typer.Option(help="只看能办某项业务的网点，如 失业保险")]
Mode = Annotated[str | None, typer.Option(help="只看某种服务方式，如 窗口办")]
Hours = Annotated[str | None, typer.Option(help="只看某个时段营业的网点，如 星期六、工作日中午")]
FromOsm = Annotated[
    bool,
    typer.Option("--from-osm", help="候选点取街道文件里的银行网点、村居委会、政府机构、邮政网点等"),
]
BankApart = Annotated[float | None, typer.Option(min=1, help="同一家银行的网点之间至少相距多少米")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="同时计算几个县区（进程数）；默认为处理器核数")
]
Scheduler = Annotated[
    str | None, typer.Option(help="用 Dask 集群计算，如 tcp://10.0.0.5:8786（需安装 dask 组件）")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="全部重算重写，不沿用缓存中已有的结果")]


@app.callback()
def _options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="出错时显示完整追溯信息")] = False,
) -> None:
    context.obj = debug


@app.command(epilog="例：gdcoverage init 我的县")
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="文件夹，没有则新建")],
) -> None:
    """写出计划的模板：一个 Excel 工作簿（网点、人口、设置），填好即可运行。"""
    from gdcoverage.start.template import write_template

    book = write_template(folder)
    out.print(Text(f"已写出：{nearby(book)}、{nearby(book.with_name('plan.toml'))}"))
    out.print(
        Text(f"请用 Excel 或 WPS 填写，然后运行：gdcoverage run {word(book)}"), soft_wrap=True
    )


@app.command(epilog="例：gdcoverage sample 示例")
def sample(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="文件夹，没有则新建")],
) -> None:
    """写出自带的示例（虚构的县）：网点、人口、街道和计划，可直接运行。"""
    from gdcoverage.start.sample import write_sample

    plan = write_sample(folder)
    out.print(Text(f"已写出示例：{nearby(plan.parent)}"), soft_wrap=True)
    out.print(Text(f"下一步：gdcoverage run {word(plan)}"), soft_wrap=True)


@app.command(epilog="例：gdcoverage run 社保网点计划.xlsx --fail-under 75")
def run(
    plan: PlanFile,
    fail_under: FailUnder = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    fresh: Fresh = False,
    only: Annotated[
        str | None, typer.Option(help="numbers：只算数字并写出汇总，不写各县区的文件")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="网点按哪一天的情况算，如 2025-06-30")
    ] = None,
) -> None:
    """按计划文件完成全部工作：报告、工作簿、CSV、JSON、地图、图层。"""
    from gdcoverage.report import print_report
    from gdcoverage.run import load_plan, run_plan

    if only not in (None, "numbers"):
        raise typer.BadParameter("应为 numbers", param_hint="--only")
    how = replace(_how(workers, scheduler, fresh), only_numbers=only is not None)
    loaded = load_plan(plan)
    if as_of is not None:
        day = registering.day_of(as_of, "--as-of")
        loaded = replace(loaded, outlets=replace(loaded.outlets, as_of=day))
    with steps() as say:
        ran = run_plan(loaded, today(), how, say)
    print_report(ran.report, out)
    out.print()
    for path in ran.written.files:
        out.print(Text(f"已写出：{nearby(path)}"), soft_wrap=True)
    told = (*ran.failures, *ran.written.failures)
    for failure in told:
        err.print(Text(str(failure), style="red"), soft_wrap=True)
    if told:
        raise typer.Exit(FAILURES)
    _judge(ran.report, fail_under)


app.command(epilog=command.EPILOG)(command.publish)
app.command(epilog=comparing.EPILOG)(comparing.compare)


@app.command(epilog="例：gdcoverage report data/sample/plan.toml --county 441324 --format json")
def report(
    plan: PlanFile,
    county: Annotated[
        str | None, typer.Option(help="县区名、市名（其全部县区）或代码；不写则为全部县区")
    ] = None,
    format: Annotated[str, typer.Option(help="text、json 或 csv")] = "text",
    output: Annotated[Path | None, typer.Option(help="写入文件；不写则输出到屏幕")] = None,
    fail_under: FailUnder = None,
    fresh: Fresh = False,
) -> None:
    """输出一个县区（或全部县区）的覆盖报告。"""
    from gdcoverage.report import (
        csv_text,
        json_text,
        print_report,
        write_csv,
        write_json,
        write_text,
    )
    from gdcoverage.run import How, load_plan, make_report, narrowed, read_inputs

    if format not in ("text", "json", "csv"):
        raise typer.BadParameter("应为 text、json 或 csv", param_hint="--format")
    with steps() as say:
        loaded = load_plan(plan)
        inputs = read_inputs(loaded, say)
        codes = _called(inputs, county)
        one = codes[0] if len(codes) == 1 else None
        if one is None and county is not None:
            inputs = narrowed(inputs, codes)
        made = make_report(loaded, inputs, today(), say, one, How(fresh=fresh))
    if output is not None:
        {"text": write_text, "json": write_json, "csv": write_csv}[format](made, output)
        out.print(Text(f"已写出：{nearby(output)}"), soft_wrap=True)
    elif format == "text":
        print_report(made, out)
    else:
        write_data(json_text(made) if format == "json" else csv_text(made))
    _judge(made, fail_under)


@app.command(epilog="例：gdcoverage county 计划.toml 441324；gdcoverage run 计划.toml")
def county(
    plan: PlanFile,
    code: Annotated[str, typer.Argument(metavar="COUNTY", help="县区名或六位区划代码")],
    fresh: Fresh = False,
) -> None:
    """先算一个县区的数字存入缓存，之后 run 直接沿用；供 Slurm 等作业阵列同时算多个县区。"""
    from gdcoverage.report import percent
    from gdcoverage.run import load_plan, make_report, read_inputs

    with steps() as say:
        loaded = load_plan(plan)
        how = _how(1, None, fresh)
        inputs = read_inputs(loaded, say)
        made = make_report(loaded, inputs, today(), say, _only(inputs, code), how)
    total = made.total
    out.print(
        f"{code}：人口 {total['population']:,.0f}，覆盖率 {percent(_rate(made))}；已存入缓存。"
    )
    _judge(made, None)


@app.command(epilog="例：gdcoverage map data/sample/plan.toml --output 地图.html")
def map(
    plan: PlanFile,
    county: County = None,
    output: Annotated[Path | None, typer.Option(help="HTML 文件；默认写到计划的输出文件夹")] = None,
    fresh: Fresh = False,
) -> None:
    """只生成地图（规划版；计划含多个县区时须指定一个）。"""
    from gdcoverage.run import How, ground_of, load_plan, make_report, read_inputs, write_report_map

    with steps() as say:
        loaded = load_plan(plan)
        inputs = read_inputs(loaded, say)
        how = How(fresh=fresh)
        county = _only(inputs, county)
        made = make_report(loaded, inputs, today(), say, county, how)
        target = output or loaded.outputs.folder / "地图.html"
        say(f"写出 {target.name}")
        write_report_map(made, target, ground_of(loaded, inputs, county))
    out.print(Text(f"已写出：{nearby(target)}"), soft_wrap=True)


@app.command(
    epilog="例：gdcoverage check 计划.toml；"
    "gdcoverage check 网点.xlsx --datum gcj02 --clean 网点_整理.xlsx"
)
def check(
    file: Annotated[Path, typer.Argument(metavar="PLAN|FILE", help="计划，或网点表、人口表")],
    datum: Annotated[
        str | None,
        typer.Option(help="表的坐标系：wgs84、gcj02、bd09 或 cgcs2000；不写则 FILE 是计划"),
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="表是什么：outlets 或 people；不写则看表头")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="只读这个工作表")] = None,
    clean: Annotated[
        Path | None,
        typer.Option(help="写出整理后的网点表（.xlsx .csv .geojson .gpkg .parquet）"),
    ] = None,
    problems: Annotated[Path | None, typer.Option(help="写出问题清单（.xlsx）")] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="逐条询问存疑之处，回答记入表旁的“读表约定.csv”")
    ] = False,
) -> None:
    """检查计划的全部输入（不读路网），或一张表：读懂了什么、逐行的问题和处理办法。"""
    from gdcoverage.outlets import write_outlets, write_problems
    from gdcoverage.report import print_account
    from gdcoverage.run import checked_file, checked_plan

    suffixes = {".xlsx", ".csv", ".geojson", ".gpkg", ".parquet"}
    if clean is not None and clean.suffix.lower() not in suffixes:
        raise typer.BadParameter(f"后缀应为 {'、'.join(sorted(suffixes))}", param_hint="--clean")
    if kind not in (None, "outlets", "people"):
        raise typer.BadParameter("应为 outlets 或 people", param_hint="--kind")
    if datum is None and file.suffix.lower() not in (".toml", ".xlsx"):
        raise typer.BadParameter(
            "没有写；请写坐标从哪里来，如 高德、百度、wgs84", param_hint="--datum"
        )

    def look() -> Checked:
        with steps() as say:
            if datum is None:
                return checked_plan(file, say)
            return checked_file(file, datum, kind, sheet, say)

    checked = look()
    if ask and asked_and_kept(checked):
        checked = look()
    if clean is not None and checked.frame is None:
        raise typer.BadParameter("只用于网点表", param_hint="--clean")
    print_account(checked.files, out)
    if checked.frame is not None:
        active = int((checked.frame["status"] == "active").sum())
        name = checked.outlets.name if checked.outlets else "台账"
        out.print(f"{name}：可用网点 {len(checked.frame)} 个，其中在营 {active} 个。")
    if checked.problems:
        out.print(problem_table(checked.problems))
    errors = sum(problem.severity == "error" for problem in checked.problems)
    out.print(f"错误 {errors} 条，提醒 {len(checked.problems) - errors} 条。")
    if clean is not None:
        write_outlets(checked.frame, clean)
        out.print(Text(f"已写出：{nearby(clean)}（坐标为 WGS-84）"), soft_wrap=True)
    if problems is not None:
        write_problems(checked.problems, problems)
        out.print(Text(f"已写出：{nearby(problems)}"), soft_wrap=True)
    if checked.is_empty:
        raise typer.Exit(UNUSABLE)


def _require_choice(given: str | None, choices: tuple[str, ...], option: str) -> None:
    if given is not None and given not in choices:
        raise typer.BadParameter(f"应为 {' 或 '.join(choices)}", param_hint=option)


@app.command(epilog="例：gdcoverage sites data/sample/plan.toml --county 441324 --add 5")
def sites(
    plan: PlanFile,
    county: County = None,
    add: Annotated[int | None, typer.Option(min=1, help="最多新增几个网点")] = None,
    target: Annotated[float | None, typer.Option(min=0, max=100, help="目标覆盖率（%）")] = None,
    scope: Annotated[
        str | None,
        typer.Option(help="province：全部县区合用一个总数；county：一个县区（默认按计划）"),
    ] = None,
    county_least: Annotated[
        int | None, typer.Option(min=0, help="全省统筹时每个县区至少新增几个")
    ] = None,
    county_most: Annotated[
        int | None, typer.Option(min=0, help="全省统筹时每个县区最多新增几个")
    ] = None,
    rate_least: Annotated[
        float | None, typer.Option(min=0, max=100, help="每个县区至少达到的覆盖率（%）")
    ] = None,
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
    from gdcoverage.run.plan_values import FROM_OSM

    if (add is None) == (target is None):
        raise typer.BadParameter("应写其中一个", param_hint="--add / --target")
    _require_choice(then, ("two-outlets", "mean-walk", "spread"), "--then")
    _require_choice(scope, ("county", "province"), "--scope")
    if scope == "province" and county is not None:
        raise typer.BadParameter("不能同时写", param_hint="--scope province / --county")
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
        about = replace(
            asked,
            terms=terms,
            item=item or asked.item,
            mode=mode or asked.mode,
            when=when or asked.when,
            candidates=FROM_OSM if from_osm else asked.candidates,
        )
        if terms.refine_m is not None and about.candidates is not None:
            raise typer.BadParameter("只用于由程序生成的候选点", param_hint="--refine（refine_m）")
        if from_osm and loaded.network.osm is None:
            raise typer.BadParameter("计划的街道不是取自 OSM 文件", param_hint="--from-osm")
        loaded = replace(loaded, sites=about)
        inputs = read_inputs(loaded, say)
        how = How(fresh=fresh)
        jointly = terms.scope == "province" and len(inputs.counties) > 1
        only = None if jointly else _only(inputs, county)
        if not jointly:
            about = replace(about, terms=replace(terms, scope="county"))
            loaded = replace(loaded, sites=about)
        made = make_report(loaded, inputs, today(), say, only, how)
    if jointly:
        if made.joint is None:
            # Told by the question, or by the counties that had no part in it.
            why = ("全省布点", "县区 ")
            raise InputError(*(p for p in made.problems if p.what.startswith(why)))
        lines = joint_lines(made.joint, made.names)
        for line in (*lines, *joint_site_lines(made.joint, made.names)):
            out.print(Text(line))
        return
    if made.siting is None:
        raise InputError(*(p for p in made.problems if "布点：" in p.what))
    for line in (*siting_lines(made.siting), *alternative_lines(made.siting.alternatives)):
        out.print(Text(line))


@app.command(epilog="例：gdcoverage redesign data/sample/plan.toml --close 3 --move-most 2000")
def redesign(
    plan: PlanFile,
    close: Annotated[int, typer.Option(min=1, help="最多关闭几个现有网点")],
    county: County = None,
    add: Annotated[
        int | None,
        typer.Option(min=0, help="最多新设几个；不写则与关闭的一样多（迁移），较少即合并"),
    ] = None,
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
    from gdcoverage.run.plan_values import FROM_OSM

    service_called(item or "", mode or "", when or "")
    with steps() as say:
        loaded = load_plan(plan)
        asked = loaded.sites or SitesInput()
        own: dict[str, Any] = {
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
                scope="county",
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
        about = replace(
            asked,
            terms=terms,
            item=item or asked.item,
            mode=mode or asked.mode,
            when=when or asked.when,
            candidates=FROM_OSM if from_osm else asked.candidates,
        )
        if from_osm and loaded.network.osm is None:
            raise typer.BadParameter("计划的街道不是取自 OSM 文件", param_hint="--from-osm")
        loaded = replace(loaded, sites=about)
        inputs = read_inputs(loaded, say)
        made = make_report(loaded, inputs, today(), say, _only(inputs, county), How(fresh=fresh))
    if made.siting is None:
        raise InputError(*(p for p in made.problems if "布点：" in p.what))
    lines = redesign_lines(made.siting.redesign)
    if made.siting.service:
        lines = [service_line(made.siting.service), *lines]
    for line in lines or ["这个县区没有可关闭的网点。"]:
        out.print(Text(line))


@app.command(
    "exit-impact", epilog="例：gdcoverage exit-impact data/sample/plan.toml --bank 农商银行"
)
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
        county = _only(inputs, county)
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


@network_app.command("build", epilog="例：gdcoverage network build guangdong.osm.pbf 路网.npz")
def network_build(
    osm: Annotated[Path, typer.Argument(metavar="OSM", help=".osm.pbf 或 .osm 文件")],
    output: Annotated[Path, typer.Argument(metavar="OUT", help="路网文件（.npz）")],
    area: Annotated[Path | None, typer.Option(help="只取此范围（图层文件）")] = None,
    margin: Annotated[float, typer.Option(min=0, help="范围外再取多少米")] = 3300.0,
    profile: Annotated[
        Literal["walk", "osmnx"], typer.Option(help="步行规则；osmnx 供对照")
    ] = "walk",
) -> None:
    """从 OSM 文件生成步行路网，供计划文件 [network] saved = … 使用。"""
    from gdcoverage.network import WalkNetwork
    from gdcoverage.tables import read_layer

    with steps() as say:
        say("读取街道")
        polygon = read_layer(area).geometry.union_all() if area else None
        built = WalkNetwork.from_osm(osm, polygon=polygon, margin_m=margin, profile=profile)
        say("写出路网")
        built.save(output)
    for problem in built.problems:
        err.print(Text(str(problem), style="yellow"))
    out.print(
        Text(
            f"{nearby(output)}：节点 {built.nodes:,} 个，路段 {built.edges:,} 条，"
            f"街道 {built.length_m / 1000:,.1f} 公里，连通块 {len(built.component_m):,} 个"
        ),
        soft_wrap=True,
    )


@app.command(epilog="例：gdcoverage prepare")
def prepare() -> None:
    """安装后运行一次：编译计算程序（约十秒），以后第一次运行不必再等。"""
    from gdcoverage.start.prepare import prepare

    with steps() as say:
        say("编译计算程序，约十秒，只有这一次")
        prepare()
    out.print("已就绪。")


@app.command(epilog="例：gdcoverage version")
def version() -> None:
    """显示版本。"""
    out.print(f"gdcoverage {__version__}")


def main() -> None:
    """Run the command: planners' errors in Chinese without a traceback, and an exit code."""
    debug = "--debug" in sys.argv
    print_everywhere()
    signal.signal(signal.SIGTERM, _terminate)
    try:
        code = app(standalone_mode=False)
        sys.exit(code)
    except SystemExit as end:
        if end.code in (INTERRUPTED, TERMINATED):
            err.print("已中断；没有写完的文件不会留下。")
        raise
    except _WrongUsage as error:
        from gdcoverage.start.usage import told

        said = told(error)
        # Without any word after the command, the error is the help itself.
        is_help = said.startswith("Usage")
        err.print(Text(said if is_help else f"用法错误：{said}（--help 显示用法）"), soft_wrap=True)
        sys.exit(USAGE)
    except InputError as error:
        if debug:
            traceback.print_exc()
        for problem in error.problems:
            err.print(Text(str(problem), style="red"), soft_wrap=True)
        sys.exit(UNUSABLE)
    except Exception as error:  # the last net: nobody in an office reads a traceback
        if debug:
            raise
        if isinstance(error, OSError) and error.filename is not None:
            why, action = refused_by_system(error)
            name = str(error.filename2 or error.filename)
            err.print(Text(str(Problem("file_refused", why, action, file=name)), style="red"))
            sys.exit(UNUSABLE)
        err.print(Text(f"程序内部错误（{type(error).__name__}：{error}）", style="red"))
        err.print("请加 --debug 重新运行，并把输出发给维护人员。")
        sys.exit(UNUSABLE)


def _terminate(*_: object) -> NoReturn:
    """End as after Ctrl-C, tidying up on the way."""
    sys.exit(TERMINATED)


def _how(workers: int | None, scheduler: str | None, fresh: bool) -> How:
    from gdcoverage.run import How

    if scheduler is not None and importlib.util.find_spec("distributed") is None:
        raise InputError(
            Problem(
                "dask_missing",
                "没有安装 Dask",
                "请运行 pip install 'gdcoverage[dask]'，或不写 --scheduler",
            )
        )
    return How(workers, scheduler, fresh)


def _numbers(words: list[str] | None, option: str) -> dict[str, int] | None:
    """Numbers by name, as several words say them; None where none are given."""
    if not words:
        return None
    pairs = [word.replace("＝", "=").rpartition("=") for word in words]
    if any(not (name and number.isdecimal()) for name, _, number in pairs):
        raise typer.BadParameter("应写成 名称=个数，如 城区=2", param_hint=option)
    return {name: int(number) for name, _, number in pairs}


def _called(inputs: Inputs, county: str | None) -> list[str]:
    """Adcodes of the plan's counties that are meant; all without a name."""
    from gdcoverage.places.called import counties_called

    words = ["全部"] if county is None else [county]
    return list(counties_called(words, inputs.counties))


def _only(inputs: Inputs, county: str | None) -> str | None:
    """The county asked for, which a plan with several must name; None where there is but one."""
    if county is None and len(inputs.counties) == 1:
        return None
    codes = _called(inputs, county)
    if len(codes) > 1:
        several = inputs.counties[inputs.counties["adcode"].isin(codes)]
        names = "、".join(several["name"].head(10)) + "……" * (len(codes) > 10)
        said = f"{county} 有多个县区" if county else "计划含多个县区"
        raise typer.BadParameter(f"{said}，请指定一个：{names}", param_hint="--county")
    return codes[0]


def _rate(report: Report) -> float:
    return float(report.total["rate"])


def _judge(report: Report, fail_under: float | None) -> None:
    """End with code 3 where the answer is in doubt; with 4 where the rate is
    below what was asked, or not known.
    """
    under = fail_under is not None and not _rate(report) * 100 >= fail_under
    if under:
        err.print(f"覆盖率低于要求的 {fail_under:g}%。")
    if report.box:
        for line in report.box:
            err.print(Text(line, style="red"), soft_wrap=True)
        raise typer.Exit(IN_DOUBT)
    if under:
        raise typer.Exit(UNDER_RATE)


if __name__ == "__main__":
    main()
