r"""Make the bundled sample: a made-up county, laid into the boundary of a real one (龙门县).

Streets, people and outlets are fictional (合成示例); only the county's outline is real. One seed,
so every run writes the same content.

::

      village ─ village            清溪镇 ▦  (8 outlets in villages and here)
          \       |              /
    ───────┬───[ ▦▦ 河北街 ▦▦ ]──┘         north bank: few outlets in its middle
    ~~~~~~~╪~~~~~~~~~~~~~~~~~╪~~~~~~~~~~~  river, two bridges (╪), nothing between
    ───────┴───[ ▦▦ 示例县城 ▦ ]─── village south bank: most outlets
          /  ====== motorway ======  \
      village       ·reservoir        village      ▫ 湖心村: streets linked to nothing

Run ``python data/sample/make_sample.py [folder]``; the folder is this one by default.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import xlsxwriter
from _world import (
    ADCODE,
    ISLAND,
    RESERVOIR,
    RIVER_HALF_WIDTH,
    SECOND_TOWN,
    SEED,
    World,
    build,
    degrees,
    river_y,
)
from osmium.osm.mutable import Node, Way

from gdcoverage.datum import from_wgs84

LABEL = "合成示例"
BANKS = ("农商银行", "农业银行", "邮储银行", "工商银行", "建设银行", "中国银行")
HOURS = (
    "周一至周五 9:00-12:00，14:00-17:00；周六 9:00-12:00",
    "周一至周日 9:00—17:00",
    "周一至周五 8:30-17:30",
    "9:00-17:00（节假日除外）",
)
MODES = (
    "窗口办、自助办",
    "窗口办、网办、自助办、导办",
    "窗口、自助机",
    "窗口办；网办",
    "柜台，导办",
)
ITEMS = (
    "基本养老保险、社会保障卡",
    "养老、工伤、失业、社保卡",
    "基本养老保险、工伤保险、失业保险、社会保障卡",
    "社保卡",
)
HEADINGS = (
    "序号", "网点编号", "网点名称", "所属银行", "县区", "地址", "经度", "纬度",
    "营业时间", "服务方式", "业务事项", "联系电话", "专窗", "上门服务", "状态",
)  # fmt: skip

# Outlets of the towns, in local metres; the rest stand in villages.
SOUTH_BANK = (
    (-1_700, -900), (-1_350, -150), (-1_200, 150), (-850, -700), (-500, -1_250), (-300, -150),
    (-250, 150), (50, -700), (350, -200), (400, 200), (700, -1_100), (950, -450),
    (1_150, 150), (1_600, -800),
)  # fmt: skip
NORTH_BANK = ((-1_800, 900), (-1_700, 1_300), (-1_250, 800), (1_500, 800), (1_750, 1_350))
NEAR_SECOND_TOWN = ((-250, -100), (150, 50), (380, 220))
VILLAGE_OUTLETS = 12

PLAN = f'''# 计划文件：一次运行所需的全部输入、标准和输出。路径相对于本文件所在文件夹。
title = "{LABEL}：示例县社保服务合作网点覆盖分析"

[standard]
minutes = 15              # 城区步行分钟数
walking_speed_kmh = 4.0   # 步行速度；政策未规定，按 GB 50180—2018 取 15 分钟 1000 米
rural_radius_m = 5000     # 乡村辐射半径（米）
town_rule = "urban"       # 镇区（121、122、123）按 urban、rural，还是 both（两种都列）

[outlets]
path = "outlets.xlsx"
datum = "gcj02"           # 坐标取自高德：gcj02；百度：bd09；GPS：wgs84；国家2000：cgcs2000

[demand]
path = "population.csv"
datum = "wgs84"

[network]
osm = "streets.osm.pbf"   # 也可写 graphml = "….graphml"、place = "地名" 或 polygon = "范围.geojson"

[counties]
adcodes = ["{ADCODE}"]      # 示例放在真实的龙门县界内；内容均为虚构

[outputs]
folder = "../../maps/sample"
'''


def main(folder: Path) -> None:
    """Write the four files of the sample."""
    rng = np.random.default_rng(SEED)
    world = build(rng)
    write_streets(world, folder / "streets.osm.pbf")
    write_people(people(world, rng), folder / "population.csv")
    write_outlets(outlets(world, rng), folder / "outlets.xlsx")
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")


def write_streets(world: World, path: Path) -> None:
    """The streets, the river and the named places as OSM objects without time or author."""
    path.unlink(missing_ok=True)
    header = osmium.io.Header()
    header.set("generator", f"gdcoverage sample ({LABEL})")
    bank = [(float(x), river_y(float(x))) for x in np.linspace(-22_000, 22_000, 120)]
    outline = [(x, y - RIVER_HALF_WIDTH) for x, y in bank]
    outline += [(x, y + RIVER_HALF_WIDTH) for x, y in reversed(bank)]
    first_outline = len(world.nodes) + 1
    first_place = first_outline + len(outline)
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for i, spot in enumerate([*world.nodes, *outline], 1):
            writer.add_node(Node(id=i, location=degrees(*spot)))
        for i, (x, y, kind, name) in enumerate(world.places, first_place):
            writer.add_node(Node(id=i, location=degrees(x, y), tags={"place": kind, "name": name}))
        for i, (nodes, tags) in enumerate(world.ways, 1):
            writer.add_way(Way(id=i, nodes=[n + 1 for n in nodes], tags=tags))
        ring = [*range(first_outline, first_place), first_outline]
        water = {"natural": "water", "water": "river", "name": f"清溪河（{LABEL}）"}
        writer.add_way(Way(id=len(world.ways) + 1, nodes=ring, tags=water))


def people(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Demand points: town cells, their fringe, the second town, villages and hamlets."""
    rows: list[tuple[str, float, float, float, str, float]] = []
    for x in np.arange(-2_000, 2_001, 280.0):
        for y in np.arange(-1_600, 1_601, 280.0):
            if abs(y - river_y(x)) > RIVER_HALF_WIDTH + 30:
                dense = np.exp(-(np.hypot(x / 1_900, (y + 150) / 1_500) ** 2))
                core = np.hypot(x, y) < 1_600
                rows.append(
                    (
                        "县城",
                        x,
                        y,
                        2_100 * dense * rng.uniform(0.6, 1.3),
                        "111" if core else "112",
                        0.0784,
                    )
                )
    for angle in np.linspace(0, 2 * np.pi, 26, endpoint=False):
        x, y = 3_050 * np.cos(angle), 2_600 * np.sin(angle)
        if abs(y - river_y(x)) > 200:
            rows.append(("城郊", x, y, rng.uniform(150, 500), "122", 0.25))
    for x in np.arange(-500, 501, 250.0):
        for y in np.arange(-300, 301, 250.0):
            code = "121" if abs(x) < 400 else "122"
            spot = SECOND_TOWN[0] + x, SECOND_TOWN[1] + y
            rows.append(("清溪镇", *spot, rng.uniform(500, 1_500), code, 0.0625))
    for x, y, name in world.villages:
        rows.append(
            (name, x, y, rng.uniform(500, 1_900), "210" if rng.random() < 0.2 else "220", 0.4)
        )
        for _ in range(int(rng.integers(8, 13))):
            away, angle = rng.uniform(150, 1_400), rng.uniform(0, 2 * np.pi)
            spot = x + away * np.cos(angle), y + away * np.sin(angle)
            if abs(spot[1] - river_y(spot[0])) > 150 and np.hypot(*np.subtract(spot, ISLAND)) > 250:
                rows.append((f"{name}小组", *spot, rng.uniform(40, 320), "220", 0.15))
    rows.append(("水库管理站", *RESERVOIR, 12, "220", 0.1))
    table = pd.DataFrame(
        rows, columns=["名称", "x", "y", "常住人口", "城乡分类代码", "面积(平方公里)"]
    )
    places = [degrees(x, y) for x, y in zip(table.pop("x"), table.pop("y"), strict=True)]
    table["常住人口"] = table["常住人口"].round().astype(int)
    share = rng.uniform(0.12, 0.24, len(table)) + 0.08 * (table["城乡分类代码"] == "220")
    table["60岁以上人口"] = (table["常住人口"] * share).round().astype(int)
    table[["经度", "纬度"]] = np.array(places).round(6)
    nth = table.groupby("名称").cumcount() + 1
    many = table["名称"].duplicated(keep=False)
    table["名称"] = table["名称"].where(~many, table["名称"] + nth.astype(str))
    table.insert(0, "编号", [f"D{i:04d}" for i in range(1, len(table) + 1)])
    order = [
        "编号",
        "名称",
        "常住人口",
        "60岁以上人口",
        "城乡分类代码",
        "经度",
        "纬度",
        "面积(平方公里)",
    ]
    return table[order]


def write_people(table: pd.DataFrame, path: Path) -> None:
    """The table as an office would export it."""
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def outlets(world: World, rng: np.random.Generator) -> list[list[object]]:
    """Rows of the register in GCJ-02, with the mistakes that such registers have."""
    spots = [(x, y, "示例县城") for x, y in (*SOUTH_BANK, *NORTH_BANK)]
    spots += [(SECOND_TOWN[0] + x, SECOND_TOWN[1] + y, "清溪镇") for x, y in NEAR_SECOND_TOWN]
    far = sorted(world.villages[:-1], key=lambda v: (v[0] * 7 + v[1] * 13) % 1_000)
    spots += [(x + 40, y + 20, name) for x, y, name in far[:VILLAGE_OUTLETS]]
    rows: list[list[object]] = []
    for i, (x, y, place) in enumerate(spots, 1):
        lon, lat = from_wgs84(*degrees(x, y), "gcj02")
        bank = BANKS[int(rng.integers(len(BANKS)))]
        name = f"{bank}{place}第{i}支行（{LABEL}）"
        street = f"{place}示例路{int(rng.integers(1, 300))}号"
        rows.append(
            [
                i, f"SL{i:03d}", name, bank, "龙门县", street,
                round(float(lon), 6), round(float(lat), 6),
                HOURS[int(rng.integers(len(HOURS)))], MODES[int(rng.integers(len(MODES)))],
                ITEMS[int(rng.integers(len(ITEMS)))], f"0752-0000{i:03d}",
                "是" if rng.random() < 0.3 else "否", "是" if rng.random() < 0.25 else "", "在营",
            ]
        )  # fmt: skip
    return _with_mistakes(rows)


def _with_mistakes(rows: list[list[object]]) -> list[list[object]]:
    """One of each mistake that a reader of such tables must find or forgive."""
    lon, lat = HEADINGS.index("经度"), HEADINGS.index("纬度")
    rows[3][lon], rows[3][lat] = rows[3][lat], rows[3][lon]
    rows[5][lon] = _in_minutes(float(str(rows[5][lon])), "E")
    rows[5][lat] = _in_minutes(float(str(rows[5][lat])), "N")
    rows[7][lon] = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in str(rows[7][lon]))
    rows[9][HEADINGS.index("营业时间")] = ""
    rows[14][lon] = rows[14][lat] = ""
    rows[16][-1] = "待定"
    rows[18][-1] = "已退出"
    rows[24][lon] = float(str(rows[24][lon])) - 2.5
    rows.append([len(rows) + 1, "SL099", *rows[2][2:]])
    return rows


def _in_minutes(value: float, side: str) -> str:
    degree = int(value)
    minute = int((value - degree) * 60)
    return f"{degree}°{minute}′{((value - degree) * 60 - minute) * 60:.2f}″{side}"


def write_outlets(rows: list[list[object]], path: Path) -> None:
    """The register as a workbook: title, header, merged county cells, a total row."""
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": LABEL, "created": pd.Timestamp("2024-06-14").to_pydatetime()})
        sheet = book.add_worksheet("网点登记表")
        bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter"})
        middle = book.add_format({"valign": "vcenter"})
        title = f"{LABEL}县社保服务合作网点登记表（虚构数据，仅供演示）"
        sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, title, bold)
        sheet.write_row(1, 0, HEADINGS, bold)
        for i, row in enumerate(rows, 2):
            sheet.write_row(i, 0, row)
        county = HEADINGS.index("县区")
        sheet.merge_range(2, county, len(rows) + 1, county, "龙门县", middle)
        sheet.write_row(len(rows) + 2, 0, ["合计", "", f"{len(rows)}个"])
        sheet.set_column(1, len(HEADINGS) - 1, 14)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
