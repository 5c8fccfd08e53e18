"""The command's help in Chinese: what typer says of itself in English, beside our own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from typing import Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

USAGE = "用法："
_HEADINGS = {"Arguments": "参数", "Options": "选项", "Commands": "命令"}
_USAGE_WORDS = {"[OPTIONS]": "[选项]", "COMMAND": "命令", "[ARGS]...": "[参数]……"}
# What stands for a value, and what is said behind a help text.
_WORDS = {
    r"<float( range)?>": "<数>",
    r"<int( range)?>": "<整数>",
    r"<(str|text|list\[str\])>": "<文字>",
    r"<(path|file)>": "<路径>",
    r"^Show this message and exit\.$": "显示本说明",
    r"\[required\]$": "[必填]",
    r"(?<=[\[;])( ?)required(?=[;\]])": r"\1必填",
    r"(?<=[\[;])( ?)default: ": r"\1默认：",
    r"(?<=[\[;])( ?)env var: ": r"\1环境变量：",
}
_Formatter: Any = typer.Context.formatter_class


class _Help(_Formatter):  # type: ignore[misc]
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        del prefix
        for word, ours in _USAGE_WORDS.items():
            args = args.replace(word, ours)
        # Whichever way it is started, this is how it is called.
        prog = re.sub(r"^.*?(cli|root|gdcoverage)(\.py)?(?= |$)", "gdcoverage", prog)
        super().write_usage(prog, args, USAGE)

    def write_heading(self, heading: str) -> None:
        self.write(f"{_HEADINGS.get(heading, heading)}：\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], *_: int) -> None:
        # A Chinese character is as wide as two others, which typer does not know.
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for first, second in rows:
            table.add_row(Text(_chinese(first)), Text(_chinese(second)))
        page = StringIO()
        console = Console(width=self.width, file=page, color_system=None, legacy_windows=False)
        console.print(Padding(table, (0, 0, 0, self.current_indent)))
        self.write("".join(f"{line.rstrip()}\n" for line in page.getvalue().splitlines()))


class _Context(typer.Context):
    formatter_class = _Help


class Commands(TyperGroup):
    """A group of commands whose help, and theirs, is Chinese."""

    context_class = _Context

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name; None if there is none."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            command.context_class = _Context
        return command


def _chinese(text: str) -> str:
    for english, ours in _WORDS.items():
        text = re.sub(english, ours, text)
    return text
