"""「读表说明」 on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gdcoverage.report._account import FileRead, account_sections


def print_account(files: Sequence[FileRead], console: Console) -> None:
    """Print what was understood of the files; nothing of streets, which were not asked for."""
    for section in account_sections(files, None):
        console.print(Text(section.title, style="bold"), soft_wrap=True)
        for label, text in section.facts:
            console.print(Text(f"  {label}：{text}"), soft_wrap=True)
        for grid in section.grids:
            table = Table(
                title=grid.title, title_justify="left", title_style="", header_style="bold",
                box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False,
            )  # fmt: skip
            for heading in grid.headings:
                table.add_column(heading, overflow="fold")
            for row in grid.rows:
                table.add_row(*map(Text, row))
            console.print(table)
        console.print()
