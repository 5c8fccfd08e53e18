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
from gdcoverage.start import registering, siting
from gdcoverage.start.asking import asked_and_kept
from gdcoverage.start.helping import USAGE as HELP
from gdcoverage.start.helping import Commands
from gdcoverage.start.options import (
    County,
    Fresh,
    PlanFile,
    Scheduler,
    Workers,
    called,
    only,
)
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
    from gdcoverage.run import Checked, How

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
    cls=Commands,
    help="社保服务合作网点覆盖分析：「城区步行15分钟，乡村辐射5公里」。",
    epilog=_EPILOG,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
network_app = typer.Typer(
    cls=Commands, help="步行路网。", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(network_app, name="network")
app.add_typer(registering.app, name="register")
registering.app.command(epilog=inspecting.EPILOG)(inspecting.route)

FailUnder = Annotated[
    float | None, typer.Option(min=0, max=100, help="覆盖率（%）低于此数时以退出码 4 结束")
]


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
        codes = called(inputs, county)
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
        made = make_report(loaded, inputs, today(), say, only(inputs, code), how)
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
        county = only(inputs, county)
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


app.command(epilog=siting.SITES)(siting.sites)
app.command(epilog=siting.REDESIGN)(siting.redesign)
app.command("exit-impact", epilog=siting.EXIT_IMPACT)(siting.exit_impact)


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
        is_help = said.startswith(HELP)
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
