"""The register of outlets as an office would send it: GCJ-02, a title, merged cells, mistakes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import xlsxwriter
from _land import COUNTY, LABEL, Spot, degrees, stream
from _streets import Streets
from _town import SECOND_TOWN

from gdcoverage.geo.datum import from_wgs84

HEADINGS = (
    *("序号", "网点编号", "网点名称", "所属银行", "县区", "地址", "经度", "纬度"),
    *("营业时间", "服务方式", "业务事项", "联系电话", "专窗", "上门服务", "状态"),
)
SHEET = f"网点登记表（{LABEL}）"
TITLE = f"{LABEL}县社保服务合作网点登记表（人名、街道、网点均为虚构）"

TOWN_BANKS = ("工商银行", "建设银行", "中国银行", "农业银行", "农商银行", "邮储银行")
VILLAGE_BANKS = ("农商银行", "邮储银行", "农商银行", "农业银行")
# Where outlets are wanted, in metres; each goes to the nearest crossing, or village.
SOUTH_BANK: tuple[Spot, ...] = (
    (-1_700, -650), (-1_350, 150), (-950, -900), (-650, 150), (-400, -550), (-150, 190),
    (100, -1_150), (350, -250), (700, 200), (800, -800), (1_250, 50), (1_550, -700),
    (1_500, -300),
)  # fmt: skip
NORTH_BANK: tuple[Spot, ...] = ((-1_750, 900), (-1_450, 1_250), (1_550, 800), (1_350, 1_300))
IN_SECOND_TOWN: tuple[Spot, ...] = ((-280, -60), (180, 90))
VILLAGES: tuple[Spot, ...] = (
    (-8_000, -3_600), (-15_000, -5_500), (-5_000, -9_500), (-9_500, -18_500), (3_500, -7_000),
    (9_000, -13_500), (8_500, -3_700), (16_000, -5_500), (-8_000, 4_500), (-800, 8_500),
    (-16_000, 6_300), (1_000, 15_500), (18_000, 12_500), (17_500, 4_300),
)  # fmt: skip

_HOURS = (
    "周一至周五 9:00-12:00，14:00-17:00；周六 9:00-12:00",
    "周一至周日 9:00—17:00",
    "周一至周五 8:30-17:30",
    "9:00-17:00（法定节假日除外）",
    "工作日09：00～17：00",
)
_MODES = (
    *("窗口办、自助办", "窗口办、网办、自助办、导办", "窗口,自助机", "窗口办；网办"),
    *("柜台，导办", "自助办、网办"),
)
_ITEMS = (
    *("基本养老保险、社会保障卡", "养老、工伤、失业、社保卡", "社保卡"),
    "基本养老保险、工伤保险、失业保险、社会保障卡",
)

Row = dict[str, object]


def register(streets: Streets) -> list[Row]:
    """The rows of the register, mistakes and all."""
    rng = stream("outlets")
    rows = []
    for number, (place, branch, bank, spot) in enumerate(_branches(streets), 1):
        lon, lat = from_wgs84(*degrees(*spot), "gcj02")
        rows.append(
            {
                "序号": number,
                "网点编号": f"SL{number:03d}",
                "网点名称": f"{bank}{place}{branch}（{LABEL}）",
                "所属银行": bank,
                "县区": COUNTY,
                "地址": f"{place}示例路{rng.randint(1, 299)}号",
                "经度": round(float(lon), 6),
                "纬度": round(float(lat), 6),
                "营业时间": rng.choice(_HOURS),
                "服务方式": rng.choice(_MODES),
                "业务事项": rng.choice(_ITEMS),
                "联系电话": f"0752-0000{number:03d}",
                "专窗": rng.choice(("是", "否", "有", "无")),
                "上门服务": rng.choice(("是", "否", "")),
                "状态": "在营",
            }
        )
    return _with_mistakes(rows)


def _branches(streets: Streets) -> list[tuple[str, str, str, Spot]]:
    """Place, branch, bank and spot of each outlet, a few steps from a crossing or village."""
    wanted = [("城南", s) for s in SOUTH_BANK] + [("河北街", s) for s in NORTH_BANK]
    wanted += [("清溪镇", (SECOND_TOWN[0] + x, SECOND_TOWN[1] + y)) for x, y in IN_SECOND_TOWN]
    branches = []
    for k, (quarter, spot) in enumerate(wanted):
        at = streets.nodes[streets.nearest(spot, streets.town_nodes)]
        branches.append((quarter, f"第{k + 1}支行", TOWN_BANKS[k % 6], (at[0] + 14, at[1] - 11)))
    for k, spot in enumerate(VILLAGES):
        village = min(streets.villages(), key=lambda v: (v.x - spot[0]) ** 2 + (v.y - spot[1]) ** 2)
        at = village.x + 18, village.y + 12
        branches.append((village.name, "分理处", VILLAGE_BANKS[k % 4], at))
    return branches


def _with_mistakes(rows: list[Row]) -> list[Row]:
    """One of each mistake, and of each oddity that is none, that such registers have."""
    second, village = len(SOUTH_BANK) + len(NORTH_BANK), len(rows) - len(VILLAGES)
    # To be found and reported.
    swapped = rows[3]
    swapped["经度"], swapped["纬度"] = swapped["纬度"], swapped["经度"]
    rows[10]["经度"] = rows[10]["纬度"] = ""
    rows[8]["状态"] = "待定"
    far = rows[village + 5]
    far["经度"] = round(float(str(far["经度"])) - 1, 6)
    # To be left out without a word: it is what the register is for.
    rows[second + 1]["状态"] = "已退出"
    # To be read as they are meant.
    rows[5]["经度"] = _in_minutes(rows[5]["经度"], "E")
    rows[5]["纬度"] = _in_minutes(rows[5]["纬度"], "N")
    for heading in ("经度", "联系电话"):
        rows[7][heading] = _full_width(rows[7][heading])
    rows[9]["营业时间"] = "以网点公告为准"
    again = {**rows[2], "序号": len(rows) + 1, "网点编号": f"SL{len(rows) + 1:03d}"}
    return [*rows, again]


def _in_minutes(value: object, side: str) -> str:
    """The way 113°16′40.12″E."""
    degree, rest = divmod(float(str(value)), 1)
    minute, rest = divmod(rest * 60, 1)
    return f"{degree:.0f}°{minute:.0f}′{rest * 60:.2f}″{side}"


def _full_width(value: object) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in str(value))


def write_register(rows: list[Row], path: Path) -> None:
    """The register as a workbook: title, headings, one county cell for all rows, a total."""
    last, county = len(HEADINGS) - 1, HEADINGS.index("县区")
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": TITLE, "created": datetime(2024, 6, 14)})
        sheet = book.add_worksheet(SHEET)
        title = book.add_format({"bold": True, "align": "center", "font_size": 14})
        bold = book.add_format({"bold": True, "border": 1, "bg_color": "#DDEBF7"})
        middle = book.add_format({"valign": "vcenter", "align": "center"})
        sheet.merge_range(0, 0, 0, last, TITLE, title)
        sheet.write_row(1, 0, HEADINGS, bold)
        for i, row in enumerate(rows, 2):
            sheet.write_row(i, 0, [row[heading] for heading in HEADINGS])
        sheet.merge_range(2, county, len(rows) + 1, county, COUNTY, middle)
        sheet.write_row(len(rows) + 2, 0, ["合计", "", f"{len(rows)} 个"])
        sheet.set_column(1, 1, 9)
        sheet.set_column(2, last, 18)
        sheet.freeze_panes(2, 0)
