"""What may be wrong with an OSM file: as a whole, or with single elements, which are told."""

from __future__ import annotations

from pathlib import Path

import osmium

from gdcoverage.problems import InputError, Problem, unusable

# What libosmium raises where it gives up a file: each sort of damage has its own.
REFUSALS = (RuntimeError, ValueError, IndexError, OverflowError, osmium.InvalidLocationError)
# What it raises where a single element cannot be used: text that is no UTF-8, no such place.
BAD_ELEMENT = (UnicodeDecodeError, osmium.InvalidLocationError)

NOT_UTF8 = "标签的文字编码损坏（不是 UTF-8）"

# Elements that are named; the others are counted.
_NAMED = 5


def refused(path: Path, error: Exception) -> InputError:
    """The error to raise for a file that libosmium gives up."""
    return unusable(
        "osm_unreadable",
        f"路网文件无法读取（{error}）",
        "请使用完整的 .osm.pbf 或 .osm 文件；若是下载中断，请重新下载",
        file=path.name,
    )


class Damage:
    """Elements of a file that were left out, in the order in which they were met."""

    def __init__(self) -> None:
        self._what: dict[str, dict[str, None]] = {}

    def note(self, what: str, *elements: str) -> None:
        """Remember elements, each once, by what is wrong with them."""
        if elements:
            self._what.setdefault(what, {}).update(dict.fromkeys(elements))

    def problems(self, file: str) -> tuple[Problem, ...]:
        """What there is to say, one problem for each sort of damage."""
        return tuple(
            Problem(
                "osm_damaged",
                f"{what}：{'、'.join(list(elements)[:_NAMED])}"
                + (f"等 {len(elements):,} 处" if len(elements) > _NAMED else "")
                + "，未采用，其余照常读取",
                "请在 OSM 里核对，或重新下载文件",
                "warning",
                file=file,
            )
            for what, elements in self._what.items()
        )
