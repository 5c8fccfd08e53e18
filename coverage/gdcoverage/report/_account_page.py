"""「读表说明」 as a page of its own: no script, nothing loaded, printed on A4."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from gdcoverage.files import written_whole
from gdcoverage.policy import OUTLET_STATUS
from gdcoverage.report._account import account_sections
from gdcoverage.report._columns import plain
from gdcoverage.report._doubt import READ_ACCOUNT, doubt_line
from gdcoverage.report._report import Report


def write_account(report: Report, path: str | Path) -> None:
    """Write what was understood of the report's inputs as an HTML page."""
    with written_whole(path) as partial:
        partial.write_text(account_page(report), encoding="utf-8", errors="backslashreplace")


def account_page(report: Report) -> str:
    """What was understood of the report's inputs as HTML; names in it are no markup."""
    doubt = report.doubt
    return _template().render(
        name=READ_ACCOUNT,
        title=plain(report.title),
        data_date=plain(report.data_date),
        made_on=report.made_on,
        version=report.version,
        box=report.box,
        line=doubt_line(doubt) if doubt and not doubt.matters else "",
        sections=account_sections(report.files, report.fits),
        doubtful=OUTLET_STATUS["unknown"],
    )


@cache
def _template() -> Template:
    loader = PackageLoader("gdcoverage.report")
    page = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return page.get_template("account.html")
