"""A comparison as a workbook: 变化, 网点变化, 逐月 with a chart; and as layers of a map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from gdcoverage.changes import KEYS, described
from gdcoverage.compare.comparison import Comparison
from gdcoverage.files import written_whole
from gdcoverage.run.outputs import write_layers
from gdcoverage.tables.spreadsheet import WORKBOOK_OPTIONS, add_sheet

CHANGES, OUTLETS, MONTHS = "变化", "网点变化", "逐月"
PLACES = "达标变化"


def write_comparison(found: Comparison, path: Path) -> None:
    """Write the workbook; text that looks like a formula stays text."""
    with (
        written_whole(path) as partial,
        xlsxwriter.Workbook(str(partial), WORKBOOK_OPTIONS) as book,
    ):
        add_sheet(book, change_table(found), CHANGES)
        add_sheet(book, _outlets(found), OUTLETS)
        months = _months(found)
        sheet = add_sheet(book, months, MONTHS)
        share = book.add_format({"num_format": "0.00%"})
        sheet.set_column(4, 4, 12, share)
        sheet.insert_chart(1, 6, _chart(book, months["覆盖率"]))


def write_change_layers(found: Comparison, path: Path) -> None:
    """Write who gained and who lost the standard, and the outlets that changed, as a GeoPackage."""
    write_layers({PLACES: found.places, OUTLETS: found.outlets}, path)


def change_table(found: Comparison) -> pd.DataFrame:
    """Each county's classes, with every cause on a row and its sums on the first.

    The sums reconcile: 起日达标 + 得到 − 失去 = 止日达标, of every county and class and in all.
    """
    rows: list[tuple[object, ...]] = []
    by_class: dict[Any, pd.DataFrame] = dict(iter(found.changes.groupby(KEYS, sort=True)))
    for row in described(found.totals, found.names).itertuples():
        own = by_class.get((row.county, row.settlement), found.changes.iloc[:0])
        named = (row.county, row.county_name, row.settlement_name)
        rows.append((*named, "合计", own["gained"].sum(), own["lost"].sum(), *_sums(row)))
        blank = (None,) * 4
        rows += [(*named, c.cause, c.gained, c.lost, *blank) for c in own.itertuples()]
    columns = [
        *("代码", "县区", "城乡", "原因", "得到达标（人）", "失去达标（人）"),
        *(f"{found.before} 人口", f"{found.before} 达标"),
        *(f"{found.after} 人口", f"{found.after} 达标"),
    ]
    table = pd.DataFrame(rows, columns=columns)
    whole = table[table["原因"] == "合计"].iloc[:, 4:].sum()
    table.loc[len(table)] = ["", "全部", "", "合计", *whole]
    return table


def _sums(row: Any) -> tuple[float, float, float, float]:
    return row.population_before, row.covered_before, row.population_after, row.covered_after


def _outlets(found: Comparison) -> pd.DataFrame:
    table = found.outlets
    return pd.DataFrame(
        {
            "网点编号": table["outlet_id"],
            "网点名称": table["name"],
            "所属银行": table["bank"],
            "县区": [found.names.get(str(code)) or "县区外" for code in table["county"]],
            "计入的原因": table["come"],
            "不再计入的原因": table["gone"],
            "期间的事件": table["what"],
            "带来达标（人）": table["gained"],
            "带走达标（人）": table["lost"],
        }
    )


def _months(found: Comparison) -> pd.DataFrame:
    table = found.months
    return pd.DataFrame(
        {
            "日期": [on.isoformat() for on in table["on"]],
            "在营网点": table["outlets"],
            "人口": table["population"],
            "达标人口": table["covered"],
            "覆盖率": table["rate"],
        }
    )


def _chart(book: xlsxwriter.Workbook, rates: pd.Series) -> Any:
    """The rate month by month, on an axis about as long as it changes."""
    rows, known = len(rates), rates.dropna()
    low, high = (0.0, 1.0) if known.empty else (known.min(), known.max())
    low, high = max(np.floor(low * 20 - 0.2) / 20, 0.0), min(np.ceil(high * 20 + 0.2) / 20, 1.0)
    chart = book.add_chart({"type": "line"})
    chart.add_series(
        {
            "name": "覆盖率",
            "categories": [MONTHS, 1, 0, rows, 0],
            "values": [MONTHS, 1, 4, rows, 4],
            "marker": {"type": "circle", "size": 5},
            "line": {"color": "#2E75B6"},
        }
    )
    name = "覆盖率逐月" + ("（纵轴不从零起）" if low > 0 else "")
    chart.set_title({"name": name, "name_font": {"size": 12}})
    grid = {"visible": True, "line": {"color": "#D9D9D9"}}
    chart.set_y_axis({"num_format": "0%", "min": low, "max": high, "major_gridlines": grid})
    chart.set_x_axis({"num_font": {"rotation": -45, "size": 9}})
    chart.set_legend({"none": True})
    chart.set_size({"width": 640, "height": 340})
    return chart
