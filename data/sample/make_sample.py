r"""Make the bundled sample: a made-up county, laid into the outline of a real one (龙门县).

Streets, people and outlets are fictional (合成示例); only the outline is real. All random numbers
come from one seed, so every run writes the same content.

::

                      ·                      ·
                       ╲ ·                  ╱ ·     the last villages: > 5 km from any outlet
       ·──·──*·          *──·──·──·──·──*·
               ╲·──·     │·             ╱·
                    ╲    *──·──·──·    ╱
                     ╲   │         ╲  ╱
                    [* 河北街 *]──·──[清溪镇*]──·──*──·    north bank: outlets at both ends only
    ~~~~~~~~~~~~~~~~~~╪~~~~~~╪~~~~~~~~~~~~~~~~~~~~~~~~     river, two bridges (╪), no third way
       ·──*──·──*──[示例县城****]──·──*──·──*──·           ┄ a street too short to count
    ══════════════════════════════════════════════════     motorway: no one walks there
                    *·       ╲*──·──·
       (湖心村)    ╱          ╲·                           reservoir; the streets of its islet
                  ·*            ╲·                          lead nowhere else
                  ·              ·

Run ``python data/sample/make_sample.py [folder]``; by default it writes beside itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import osmium
from _country import lay_country
from _land import (
    ADCODE,
    COUNTY,
    ISLE,
    ISLE_RADIUS,
    LABEL,
    LAKE,
    LAKE_RADIUS,
    RIVER_HALF_WIDTH,
    Spot,
    degrees,
    river_y,
    shore,
    west_to_east,
)
from _people import people
from _register import register, write_register
from _streets import Streets
from _town import lay_second_town, lay_town
from osmium.osm.mutable import Node, Relation, Way

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
adcodes = ["{ADCODE}"]      # 示例放在真实的{COUNTY}界内；内容均为虚构

[sites]                   # 在哪里新增网点；不需要时删去本节
add = 3                   # 最多新增几个；或写 target = 95（目标覆盖率，%）
frontier = 8              # 覆盖—投入曲线算到几个
alternatives = 2          # 备选方案几个
# candidates = "候选点.xlsx"（格式同网点表，另写 datum）；不写则由程序在街道上生成

[outputs]
folder = "../../maps/sample"
'''


def main(folder: Path) -> None:
    """Write the four files of the sample."""
    streets = Streets()
    lay_town(streets)
    lay_second_town(streets)
    lay_country(streets)
    write_streets(streets, folder / "streets.osm.pbf")
    table = people(streets)
    table.to_csv(
        folder / "population.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n"
    )
    write_register(register(streets), folder / "outlets.xlsx")
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8", newline="\n")


def write_streets(streets: Streets, path: Path) -> None:
    """Streets, water and named places as OSM objects without time or author."""
    path.unlink(missing_ok=True)
    header = osmium.io.Header()
    header.set("generator", f"gdcoverage sample ({LABEL})")
    shores = [_river(), shore(LAKE, LAKE_RADIUS), shore(ISLE, ISLE_RADIUS)]
    nodes: list[tuple[Spot, dict[str, str]]] = [(spot, {}) for spot in streets.nodes]
    nodes += [((x, y), {"place": kind, "name": name}) for x, y, kind, name in streets.places]
    ways = [(list(way.nodes), way.tags) for way in streets.ways]
    for line in shores:
        first = len(nodes)
        nodes += [(spot, {}) for spot in line[:-1]]
        ways.append(([*range(first, len(nodes)), first], {}))
    river, lake, isle = range(len(ways) - 2, len(ways) + 1)
    ways[river - 1][1].update(natural="water", water="river", name=f"清溪河（{LABEL}）")
    water = {"type": "multipolygon", "natural": "water", "name": f"示例水库（{LABEL}）"}
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for i, (spot, tags) in enumerate(nodes, 1):
            writer.add_node(Node(id=i, location=degrees(*spot), tags=tags))
        for i, (members, tags) in enumerate(ways, 1):
            writer.add_way(Way(id=i, nodes=[n + 1 for n in members], tags=tags))
        rings = [("w", lake, "outer"), ("w", isle, "inner")]
        writer.add_relation(Relation(id=1, members=rings, tags=water))


def _river() -> list[Spot]:
    """The river's outline, closed."""
    middle = west_to_east(river_y)
    south = [(x, y - RIVER_HALF_WIDTH) for x, y in middle]
    north = [(x, y + RIVER_HALF_WIDTH) for x, y in reversed(middle)]
    return [*south, *north, south[0]]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
