"""Writing outlets back as a clean table, and what was wrong as a sheet beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gdcoverage.files import written_whole
from gdcoverage.policy import FLAGS, ITEMS, MODES, OUTLET_STATUS
from gdcoverage.problems import Problem, problem_frame
from gdcoverage.tables.spreadsheet import safe_text, write_sheet


def outlet_table(outlets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Outlets as the office's own table: Chinese headings, official terms, WGS-84 degrees."""

    def listed(terms: dict[str, str]) -> pd.Series:
        return pd.Series(
            [
                "、".join(term for term, yes in zip(terms.values(), row, strict=True) if yes)
                for row in outlets[list(terms)].to_numpy(bool)
            ],
            index=outlets.index,
            dtype="str",
        )

    return pd.DataFrame(
        {
            "网点编号": outlets["outlet_id"],
            "网点名称": outlets["name"],
            "所属银行": outlets["bank"],
            "县区": outlets["stated_county"],
            "地址": outlets["address"],
            "经度": outlets.geometry.x.round(7),
            "纬度": outlets.geometry.y.round(7),
            "坐标系": "WGS-84",
            "营业时间": outlets["hours"],
            "服务方式": listed(MODES),
            "业务事项": listed(ITEMS),
            "联系电话": outlets["phone"],
            **{term: outlets[name].map({True: "是", False: "否"}) for name, term in FLAGS.items()},
            "状态": outlets["status"].map(OUTLET_STATUS),
        }
    )


def write_outlets(outlets: gpd.GeoDataFrame, path: str | Path) -> None:
    """Write a cleaned outlet table, which names its datum: read back, under whatever declared.

    Parameters
    ----------
    outlets : frame with the columns of `OUTLETS`.
    path : the suffix decides: .xlsx, .csv (UTF-8 with BOM), .geojson, .gpkg or .parquet.

    Raises
    ------
    ValueError : another suffix.

    Examples
    --------
    >>> gd.write_outlets(outlets, "网点_整理.xlsx")
    >>> again = gd.read_outlets("网点_整理.xlsx", datum="wgs84").frame
    >>> bool((again["outlet_id"] == outlets["outlet_id"]).all())
    True
    """
    path = Path(path)
    table = outlet_table(outlets)
    layer = gpd.GeoDataFrame(
        table.drop(columns=["经度", "纬度"]), geometry=outlets.geometry.to_numpy(), crs="EPSG:4326"
    )
    with written_whole(path) as partial:
        match path.suffix.lower():
            case ".xlsx":
                write_sheet(table, partial, "网点")
            case ".csv":
                safe_text(table).to_csv(partial, index=False, encoding="utf-8-sig")
            case ".geojson" | ".gpkg":
                driver = "GPKG" if path.suffix.lower() == ".gpkg" else "GeoJSON"
                layer.to_file(partial, driver=driver, layer="outlets")
            case ".parquet":
                layer.to_parquet(partial)
            case suffix:
                raise ValueError(f"cannot write outlets as {suffix!r}")


def write_problems(problems: Iterable[Problem], path: str | Path) -> None:
    """Write problems as an XLSX sheet that a person can filter and work off."""
    with written_whole(path) as partial:
        write_sheet(problem_frame(problems), partial, "数据问题")
