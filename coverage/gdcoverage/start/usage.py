"""Wrong usage of the command told in Chinese: what typer says in English, and what is near."""

from __future__ import annotations

import re
from typing import Any

# What the program itself says is Chinese already.
_CHINESE = re.compile("[\u4e00-\u9fff]")
# What is said of a value -> what it should be.
_VALUES = {
    r"valid integer": "应是整数",
    r"valid number": "应是数字",
    r"greater than or equal to (\S+)": "应不小于 {}",
    r"less than or equal to (\S+)": "应不大于 {}",
    r"is not one of (.*?)\.?$": "应为其中之一：{}",
}


def told(error: Any) -> str:  # noqa: PLR0911 - a line a kind
    """What a planner is told of an error of usage.

    Parameters
    ----------
    error : typer's, with the parameter or option that it is about.
    """
    kind, said = type(error).__name__, error.format_message()
    if kind == "NoArgsIsHelpError":
        return str(said)
    if kind == "MissingParameter":
        about = getattr(error.param, "help", None)
        return f"缺少 {_name(error)}" + (f"：{about}" if about else "")
    if kind == "NoSuchOption":
        near = f"，是否想写 {'、'.join(error.possibilities)}" if error.possibilities else ""
        return f"没有选项 {error.option_name}{near}"
    if kind == "BadOptionUsage":
        takes_none = "does not take" in said
        return f"选项 {error.option_name} {'后面不能有值' if takes_none else '后面要写值'}"
    if kind == "BadParameter":
        return f"{_name(error)} {_value(error.message)}"
    if found := re.match(r"No such command '(.*?)'\.(?: Did you mean '?(.*?)'?\?)?", said):
        near = f"，是否想写 {found[2]}" if found[2] else ""
        return f"没有命令 {found[1]}{near}"
    if found := re.search(r"unexpected extra argument\S* \((.*)\)", said):
        return f"多写了 {found[1]}；有空格的路径要用引号括起来"
    return said if _CHINESE.search(said) else f"命令写法不对（{said}）"


def _name(error: Any) -> str:
    """The option or argument that it is about, as it is written."""
    if error.param_hint:
        return str(error.param_hint)
    # Of an option its long name, of an argument what stands for it in the help.
    return str(error.param.get_error_hint()).strip("'")


def _value(message: str) -> str:
    for pattern, should in _VALUES.items():
        if found := re.search(pattern, message):
            return should.format(*found.groups())
    return message if _CHINESE.search(message) else f"的值不对（{message}）"
