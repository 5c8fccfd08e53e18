"""How results show themselves at a prompt and in a notebook, and the fonts of drawings."""

from __future__ import annotations

from html import escape

import pandas as pd

_CHINESE_FONTS = (
    *("Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "SimSun", "Noto Sans CJK JP"),
)


class Shown:
    """A result that shows itself: a line at a prompt, its table below it in a notebook.

    A dataclass of this kind is made with ``repr=False``, or the dataclass writes all its arrays.
    """

    def _line(self) -> str:
        """What it is, in a line."""
        raise NotImplementedError

    def _table(self) -> pd.DataFrame | None:
        """What to show of it in a notebook."""
        return None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._line()})"

    def _repr_html_(self) -> str:
        table = self._table()
        shown = "" if table is None else table.to_html(max_rows=20, index=False, border=0)
        return f"<p>{escape(repr(self))}</p>{shown}"


def chinese_fonts() -> list[str]:
    """Fonts for matplotlib that are installed and have Chinese characters."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return [name for name in _CHINESE_FONTS if name in installed]


def share(value: float) -> str:
    """A rate as it is read: ``82.3 %``; ``unknown`` where nobody lives."""
    return "unknown" if pd.isna(value) else f"{100 * value:.1f} %"
