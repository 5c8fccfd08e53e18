"""``gdcoverage register``: the register of outlets kept, compared, asked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from gdcoverage.problems import unusable
from gdcoverage.start.helping import Commands
from gdcoverage.start.terminal import err, nearby, out, problem_table, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gdcoverage.register import Event

app = typer.Typer(
    cls=Commands,
    help="网点台账：登记、签约、授权、变更、暂停、迁址、退出和监督，只增不改；任一日期的网点都可重现。",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Where = Annotated[
    str,
    typer.Option(
        "--register",
        envvar="GDCOVERAGE_REGISTER",
        help="台账：文件，或 postgresql://…；也可设环境变量",
    ),
]
By = Annotated[str, typer.Option("--by", envvar="GDCOVERAGE_BY", help="由谁记录：姓名或部门")]
AsOf = Annotated[str, typer.Option("--as-of", help="日期，如 2026-06-30")]
KnownOn = Annotated[
    str | None, typer.Option("--known-on", help="按这一天已经记录的事件；不写则按现在所知")
]
DEFAULT = "台账.gpkg"


@app.command(epilog="例：gdcoverage register init；gdcoverage register init --register 全省.gpkg")
def init(register: Where = DEFAULT) -> None:
    """新建一个空台账。"""
    from gdcoverage.register import Register

    if "://" not in register and Path(register).exists():
        raise unusable("file_exists", "文件已存在", "请换一个文件名", file=register)
    out.print(Text(f"已新建台账：{Register(register, create=True).where}"), soft_wrap=True)


@app.command(
    "import",
    epilog="例：gdcoverage register import 网点.xlsx --datum 高德 --as-of 2026-06-30",
)
def import_table(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="网点表")],
    as_of: AsOf,
    datum: Annotated[str, typer.Option(help="表的坐标系：wgs84、gcj02、bd09 或 cgcs2000")],
    register: Where = DEFAULT,
    sheet: Annotated[str | None, typer.Option(help="只读这个工作表")] = None,
    output: Annotated[Path | None, typer.Option(help="复核表；默认 FILE 旁的 …_复核.xlsx")] = None,
) -> None:
    """把网点表与台账对照，写出复核表（新增、消失、变化、迁址、更名、存疑）；台账不变。"""
    from gdcoverage.geo.datum import parse_datum
    from gdcoverage.outlets import read_outlets
    from gdcoverage.outlets.answers import answers_beside
    from gdcoverage.register import Register, differences, write_review

    day, kept = day_of(as_of, "--as-of"), Register(register)
    reading = read_outlets(
        file,
        datum=parse_datum(datum),
        sheet=sheet,
        today=day,
        answers=answers_beside(file),
    )
    last = kept.last_event_id()
    found = differences(kept.as_of(day, supervised=False), reading.frame)
    review = output or file.with_name(f"{file.stem}_复核.xlsx")
    write_review(found, review, register=kept.where, last=last, as_of=day, table=file)
    if reading.problems:
        out.print(problem_table(reading.problems))
    out.print(f"读到网点 {len(reading.frame)} 个；与台账（截至 {day}）不同的有 {len(found)} 处。")
    for kind in dict.fromkeys(difference.kind for difference in found):
        out.print(f"  {kind} {sum(difference.kind == kind for difference in found)} 处")
    open_ones = sum(not d.certain for d in found)
    if open_ones:
        out.print(f"其中 {open_ones} 处没有预填处理，要您决定。")
    out.print(f"生效日期都预填 {day}；知道实际日期的请改，逐月的变化以它为准。")
    out.print(Text(f"已写出：{nearby(review)}。核对“处理”列后运行："), soft_wrap=True)
    out.print(Text(f"gdcoverage register apply {word(review)}"), soft_wrap=True)


@app.command(epilog="例：gdcoverage register apply 网点_复核.xlsx --by 规划科")
def apply(
    review: Annotated[Path, typer.Argument(metavar="REVIEW", help="填好的复核表")],
    by: By,
    register: Where = DEFAULT,
) -> None:
    """把复核表里“采纳”的各行写进台账：全部写入，或全部不写。"""
    from gdcoverage.register import Register, read_review

    decided, kept = read_review(review), Register(register)
    if decided.register != kept.where:
        what = f"复核表是对照台账 {decided.register} 写出的，不是 {kept.where}"
        raise unusable("review_of_another", what, "请用 --register 写那个台账", file=review.name)
    written = kept.append(
        decided.drafts, recorded_by=by, source=decided.source, unless_after=decided.last
    )
    out.print(
        f"采纳 {decided.adopted} 处，写入事件 {len(written)} 条；忽略 {decided.ignored} 处；"
        f"没有填写处理、未写入的 {decided.undecided} 处。"
    )


@app.command(epilog="例：gdcoverage register export 网点_20250630.xlsx --as-of 2025-06-30")
def export(
    file: Annotated[Path, typer.Argument(metavar="OUT", help=".xlsx .csv .geojson .gpkg .parquet")],
    as_of: AsOf,
    register: Where = DEFAULT,
    known_on: KnownOn = None,
) -> None:
    """写出某一天的网点表；其中没有经办、约谈等个人信息。"""
    from gdcoverage.outlets import write_outlets
    from gdcoverage.register import Register, outlet_frame, without_persons

    if file.suffix.lower() not in (".xlsx", ".csv", ".geojson", ".gpkg", ".parquet"):
        raise typer.BadParameter("后缀应为 .xlsx .csv .geojson .gpkg .parquet", param_hint="OUT")
    known = None if known_on is None else day_of(known_on, "--known-on")
    book = Register(register).as_of(day_of(as_of, "--as-of"), known, supervised=False)
    clean, touched = without_persons(book)
    frame = outlet_frame(clean)
    write_outlets(frame, file)
    active = int((frame["status"] == "active").sum())
    out.print(f"网点 {len(frame)} 个，其中在营 {active} 个。")
    if touched:
        which = "、".join(touched[:10]) + "……" * (len(touched) > 10)
        said = f"{len(touched)} 个网点的文字里有疑似个人姓名或手机号，已略去：{which}"
        err.print(Text(said, style="yellow"), soft_wrap=True)
    out.print(Text(f"已写出：{nearby(file)}（坐标为 WGS-84）"), soft_wrap=True)


@app.command(
    epilog="例：gdcoverage register add 440305-01 约谈 事由=超时办结 --on 2025-03-01 "
    "--source 粤社保约〔2025〕3号 --by 监督科"
)
def add(
    outlet: Annotated[str, typer.Argument(metavar="ID", help="网点编号")],
    kind: Annotated[str, typer.Argument(metavar="EVENT", help="事件，如 登记、签约、约谈、更正")],
    on: Annotated[str, typer.Option("--on", help="生效日期；退出的，为不再计入的第一天")],
    source: Annotated[str, typer.Option(help="来源：文号、协议、通知")],
    by: By,
    details: Annotated[
        list[str] | None, typer.Argument(metavar="名称=值 …", help="内容，如 授权事项=工伤保险")
    ] = None,
    corrects: Annotated[int | None, typer.Option(help="更正第几条")] = None,
    void: Annotated[bool, typer.Option("--void", help="更正：那一条作废")] = False,
    whole_bank: Annotated[
        bool, typer.Option("--whole-bank", help="ID 是银行名称：写给它每个签约而未退出的网点")
    ] = False,
    register: Where = DEFAULT,
) -> None:
    """写入一条事件；“更正”写明更正第几条，改哪几项，或 --void 作废。“迁址”同时登记新网点。"""
    from gdcoverage.register import (
        TERMS,
        Draft,
        Register,
        correction,
        kind_of,
        partners_of,
        relocation,
    )

    meant, day, told = kind_of(kind), day_of(on, "--on"), _pairs(details or ())
    if meant is None or meant == "directory":
        known = "、".join(term for name, term in TERMS.items() if name != "directory")
        raise typer.BadParameter(f"不认识“{kind}”；可写：{known}", param_hint="EVENT")
    kept = Register(register)
    if meant == "corrected":
        if corrects is None:
            raise typer.BadParameter("没有写；“更正”须写明第几条", param_hint="--corrects")
        drafts = [correction(kept, corrects, effective_on=day, void=void, details=told)]
        if drafts[0].outlet_id != outlet:
            what = f"第 {corrects} 条是网点 {drafts[0].outlet_id} 的"
            raise unusable("event_refused", what, "请核对网点编号和第几条")
    elif meant == "moved":
        drafts = relocation(kept.as_of(day, supervised=False), outlet, told)
    else:
        book = kept.as_of(day, supervised=False)
        ids = partners_of(book, outlet) if whole_bank else [outlet]
        drafts = [Draft(outlet_id, meant, day, told) for outlet_id in ids]
    numbers = kept.append(drafts, recorded_by=by, source=source)
    for number, draft in zip(numbers, drafts, strict=True):
        out.print(Text(f"已写入第 {number} 条：{draft.outlet_id} {day} {TERMS[draft.kind]}"))


@app.command(epilog="例：gdcoverage register show 440305-01")
def show(
    outlet: Annotated[str, typer.Argument(metavar="ID", help="网点编号")],
    as_of: Annotated[str | None, typer.Option("--as-of", help="截至哪一天；默认今天")] = None,
    register: Where = DEFAULT,
) -> None:
    """显示一个网点的现状和全部事件（含已更正、作废的）。"""
    from gdcoverage.outlets import this_day
    from gdcoverage.policy import MODES, OUTLET_STATUS
    from gdcoverage.register import Register, replay

    day = this_day() if as_of is None else day_of(as_of, "--as-of")
    events = Register(register).events([outlet])
    if not events:
        raise unusable("outlet_unknown", f"台账里没有网点 {outlet}", "请核对网点编号")
    now = replay(events, day).outlets.get(outlet)
    if now is not None:
        modes = "、".join(MODES[mode] for mode in now.modes)
        lines = (
            f"{now.outlet_id}　{now.name}　{now.bank}　{now.address}",
            f"截至 {day}：{OUTLET_STATUS[now.status(day)]}；服务方式 {modes or '无'}；"
            f"业务事项 {'、'.join(now.items) or '无'}",
        )
        for line in lines:
            out.print(Text(line), soft_wrap=True)
    headings = ("第几条", "生效", "事件", "内容", "来源", "记录", "由谁")
    kinds = {e.event_id: e.kind for e in events}
    mended = {e.corrects: e.event_id for e in events if e.corrects}
    rows = [
        (
            *(e.event_id, e.effective_on, _term(e, mended), _told(e, kinds)),
            *(e.source, e.recorded_on, e.recorded_by),
        )
        for e in events
    ]
    out.print(_table(headings, rows))


@app.command(epilog="例：gdcoverage register check --inspection-days 365 --output 监督.xlsx")
def check(
    register: Where = DEFAULT,
    as_of: Annotated[str | None, typer.Option("--as-of", help="截至哪一天；默认今天")] = None,
    inspection_days: Annotated[
        int, typer.Option(min=1, help="多少天没有检查算逾期；默认一年（年度专项检查）")
    ] = 365,
    listed: Annotated[
        Path | None, typer.Option(help="电子地图上的网点名单（表）；不写则按台账里的“登记”核对")
    ] = None,
    datum: Annotated[str, typer.Option(help="名单的坐标系：wgs84、gcj02、bd09 或 cgcs2000")] = "",
    output: Annotated[Path | None, typer.Option(help="写成工作簿（.xlsx）")] = None,
) -> None:
    """列出要处理的：强制退出候选、连续约谈、逾期未检查、协议到期、投诉未答复、登记与在营不符。"""
    from gdcoverage.files import written_whole
    from gdcoverage.geo.datum import parse_datum
    from gdcoverage.outlets import read_outlets, this_day
    from gdcoverage.register import OVERDUE, Register, beside_list, finding_table, findings
    from gdcoverage.tables.spreadsheet import write_sheet

    day = this_day() if as_of is None else day_of(as_of, "--as-of")
    book = Register(register).as_of(day)
    found = findings(book, inspection_days)
    if listed is not None:
        if not datum:
            said = "没有写；请写名单的坐标从哪里来，如 高德、百度、wgs84"
            raise typer.BadParameter(said, param_hint="--datum")
        read = read_outlets(listed, datum=parse_datum(datum), today=day)
        found = beside_list(found, book, read.frame)
    table = finding_table(found)
    out.print(_table(list(table.columns), table.itertuples(index=False)))
    overdue = [finding.county or "未写县区" for finding in found if finding.kind == OVERDUE]
    for county in dict.fromkeys(overdue):
        out.print(Text(f"{county}：逾期未检查 {overdue.count(county)} 个"))
    counts = [f"{kind} {count}" for kind, count in table["类别"].value_counts(sort=False).items()]
    out.print(f"截至 {day}：" + ("、".join(counts) if counts else "没有要处理的") + "。")
    if output is not None:
        with written_whole(output) as partial:
            write_sheet(table, partial, "监督")
        out.print(Text(f"已写出：{nearby(output)}"), soft_wrap=True)


@app.command(epilog="例：gdcoverage register directory 事项目录.xlsx --on 2024-06-14 --by 规划科")
def directory(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="两列：事项名称、类别（四大类之一）")
    ],
    on: Annotated[str, typer.Option("--on", help="从哪一天起用")],
    by: By,
    register: Where = DEFAULT,
) -> None:
    """载入省的事项目录；此后协议和授权只能写目录里有的事项。"""
    from gdcoverage.register import Register, read_directory

    draft = read_directory(file, day_of(on, "--on"))
    (number,) = Register(register).append([draft], recorded_by=by)
    count = len(draft.details["items"])
    out.print(Text(f"已写入第 {number} 条：事项目录，{count} 项，自 {draft.effective_on} 起"))


@app.command(epilog="例：gdcoverage register reader 电子地图 --register postgresql://…")
def reader(
    role: Annotated[str, typer.Argument(metavar="ROLE", help="PostgreSQL 账号，须已建好")],
    register: Where = DEFAULT,
) -> None:
    """给一个账号只读公开列的权限：只能用来发布公众版，读不到监督、退出情形、来源和记录人。"""
    from gdcoverage.register import Register

    Register(register).let_read(role)
    out.print(Text(f"账号 {role} 现在能读、且只能读公开的列。"), soft_wrap=True)


def day_of(text: str, option: str) -> dt.date:
    """The day that an option says."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("应为日期，如 2026-06-30", param_hint=option) from None


def _pairs(told: Iterable[str]) -> dict[str, str]:
    pairs = {}
    for text in told:
        name, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"“{text}”应写成 名称=值", param_hint="内容")
        pairs[name.strip()] = value.strip()
    return pairs


def _term(event: Event, mended: Mapping[int, int]) -> str:
    """What an event is, which it corrects, and by which it was corrected."""
    from gdcoverage.register import TERMS

    term = TERMS[event.kind] + (f"第 {event.corrects} 条" if event.corrects else "")
    return f"{term}（见第 {mended[event.event_id]} 条更正）" if event.event_id in mended else term


def _told(event: Event, kinds: Mapping[int, str]) -> str:
    from gdcoverage.register import told

    if event.corrects is None:
        return told(event.kind, event.details)
    if event.details.get("void"):
        return "作废"
    return told(kinds[event.corrects], event.details["details"])


def _table(headings: Sequence[str], rows: Iterable[Iterable[object]]) -> Table:
    table = Table(header_style="bold", show_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    return table
