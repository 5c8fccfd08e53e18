"""A plan in TOML read, and what a planner most likely did where it is none, with the remedy."""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

from gdcoverage.problems import InputError, unusable

_SAVE_AS = "请在记事本里“另存为”，编码选 UTF-8"

# What tomllib says -> what a planner most likely did.
_SLIPS = {
    r"Unescaped|hex value|Escaped": r"引号里的 \ 另有含义；路径请用 / 分隔，或改用单引号",
    r"overwrite|Duplicate": "同一个键写了两次",
    r"declare": "同一节写了两次",
    r"Unterminated|Illegal": "引号没有成对",
    r"Invalid value": "值的写法不对；文字要用英文引号括起来",
    r"Expected '\]'|Unclosed": "括号没有成对",
    r"Expected newline": "一行只能写一项",
    r"Expected '='|Invalid statement|Invalid initial": "应是“键 = 值”或“[节]”",
}
# Signs of a Chinese keyboard -> those of TOML.
_WIDE = str.maketrans("“”＂‘’＇＝，［］【】｛｝＃．", "\"\"\"'''=,[][]{}#.")
_WIDE_SIGNS = re.compile("[“”＂‘’＇＝，［］【】｛｝＃．]")


def read_toml(path: Path) -> dict[str, Any]:
    """The document.

    Raises
    ------
    InputError : no such file, not UTF-8, or not TOML; with line and remedy.
    """
    text = _text(path)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # tomllib's own is a ValueError
        raise _not_toml(path, text, str(error)) from None


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        what, action = "找不到计划文件", "请检查路径"
    except IsADirectoryError:
        what, action = "计划文件无法读取：这是文件夹", "请写到文件名，如 社保网点计划.xlsx"
    except OSError as error:
        what, action = f"计划文件无法读取（{error.strerror or error}）", "请检查路径与权限"
    else:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            what, action = "计划文件是 UTF-16 编码（即记事本的 Unicode）", _SAVE_AS
        else:
            try:
                return raw.decode("utf-8-sig").replace("\r\n", "\n")
            except UnicodeDecodeError:
                what = "计划文件不是 UTF-8 编码（可能是 GBK，即记事本的 ANSI）"
                action = _SAVE_AS
    raise unusable("plan_unusable", what, action, file=path.name)


def _not_toml(path: Path, text: str, said: str) -> InputError:
    slip = next((slip for words, slip in _SLIPS.items() if re.search(words, said)), said)
    lines = text.split("\n")
    written = [number for number, line in enumerate(lines, 1) if line.strip()]
    at = re.search(r"at line (\d+), column (\d+)", said)
    number = int(at[1]) if at else max(written, default=1)
    line, action = lines[number - 1], "请按 TOML 格式改正该处"
    if "写了两次" in slip:
        earlier = _written_before(lines, number)
        slip += f"（前一次在第 {earlier} 行）" if earlier else ""
        action = "请删去其中一行"
    elif mended := _mended(line):
        signs = dict.fromkeys(_WIDE_SIGNS.findall(line))
        slip += f"；这一行有中文标点 {' '.join(signs)}" if signs else ""
        action = f"请把这一行改成：{mended}"
    place = f"第 {number} 行" + (f"第 {at[2]} 列附近" if at else "")
    return unusable("plan_unusable", f"计划文件{place}无法读取：{slip}", action, file=path.name)


def _written_before(lines: list[str], number: int) -> int | None:
    """The line on which a key (of the same section) or a section stands already."""
    line = lines[number - 1]
    is_section = line.lstrip().startswith("[")

    def name(line: str) -> str:
        return line.partition("#")[0].strip() if is_section else line.partition("=")[0].strip()

    for earlier in range(number - 1, 0, -1):
        before = lines[earlier - 1]
        if name(before) == name(line):
            return earlier
        if not is_section and before.lstrip().startswith("["):
            break
    return None


def _mended(line: str) -> str | None:
    """The line as it was most likely meant; None where that would be a guess."""
    narrow = line.translate(_WIDE).strip()
    key, equals, value = (part.strip() for part in narrow.partition("="))
    bare = equals and value and not re.search(r"[\"'=\[\]{}#]", value)
    tries = [narrow, narrow.replace('"', "'"), f'{narrow}"', f"{narrow}]"]
    if "\\" in narrow:
        tries = [narrow.replace('"', "'"), f'{narrow}"'.replace('"', "'")]
    for text in (*tries, *([f'{key} = "{value}"'] if bare else [])):
        if text != line.strip() and _is_toml(text):
            return text
    return None


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
