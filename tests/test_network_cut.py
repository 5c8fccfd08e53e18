"""One pass over an OSM file gives each area the network that it would get by itself."""

import os
import pickle
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest
import shapely

import worlds
from gdcoverage.network import (
    WalkNetwork,
    cut_osm,
    networks_of,
)
from gdcoverage.problems import InputError

REAL = {
    "portoalegre": "data/portoalegre-r5r/poa.osm.pbf",
    "nanshan": "data/gd-osm-extracts/shenzhen_nanshan_2021.osm.pbf",
    "porto": "data/porto-osm/porto_urban_clip.osm.pbf",
}
MARGIN_M = 400.0


def assert_same(one: WalkNetwork, other: WalkNetwork) -> None:
    """To the last bit."""
    for name, a in one.arrays.items():
        b = other.arrays[name]
        assert (a.dtype, a.tobytes()) == (b.dtype, b.tobytes()), name
    assert one.source == other.source
    assert one.problems == other.problems
    assert one.profile == other.profile


def assert_each_as_alone(osm: Path, areas: dict, margin_m: float, paths: dict) -> None:
    assert list(paths) == list(areas)
    for key, area in areas.items():
        try:
            alone = WalkNetwork.from_osm(osm, polygon=area, margin_m=margin_m)
        except InputError as error:
            with pytest.raises(InputError) as refused:
                WalkNetwork.load(paths[key])
            assert refused.value.problem == error.problem
        else:
            assert_same(WalkNetwork.load(paths[key]), alone)


# The same as alone ------------------------------------------------------------------------------


def areas_over(osm: Path) -> dict[str, shapely.Geometry]:
    """Areas that touch, overlap, have a hole, lie apart, hold all, one street, and none."""
    network = WalkNetwork.from_osm(osm)
    lon, lat = network.shape_lon, network.shape_lat
    west, south, east, north = lon.min(), lat.min(), lon.max(), lat.max()
    x, y = np.median(network.node_lon), np.median(network.node_lat)
    rng = np.random.default_rng(2)
    turn = np.sort(rng.uniform(0, 2 * np.pi, 900))
    ragged = rng.uniform(0.5, 1, (900, 1)) * np.column_stack([np.cos(turn), np.sin(turn)])
    return {
        "west": shapely.box(west - 1, south - 1, x, north + 1),
        "east": shapely.box(x, south - 1, east + 1, north + 1),
        "ragged": shapely.make_valid(shapely.Polygon((x, y) + 0.012 * ragged)),
        "ring": shapely.Point(x, y).buffer(0.015).difference(shapely.Point(x, y).buffer(0.011)),
        "islands": shapely.MultiPolygon(
            [shapely.box(x, y, x + 0.003, y + 0.004), shapely.box(x, y - 0.02, x + 0.002, y - 0.01)]
        ),
        "tiny": shapely.Point(lon[len(lon) // 3], lat[len(lon) // 3]).buffer(1e-6),
        "all": shapely.box(west - 3, south - 3, east + 3, north + 3),
        "none": shapely.box(0, 0, 1, 1),
    }


@pytest.mark.parametrize("place", sorted(REAL))
@pytest.mark.parametrize("margin_m", [0.0, MARGIN_M])
def test_each_network_is_the_one_that_the_area_gets_alone(shared, tmp_path, place, margin_m):
    osm = shared / REAL[place]
    areas = areas_over(osm)
    paths = cut_osm(osm, areas, margin_m, tmp_path)
    assert_each_as_alone(osm, areas, margin_m, paths)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(f"{key}.npz" for key in areas)


def test_batches_do_not_matter(shared, tmp_path, monkeypatch):
    """Batches end within what belongs to an area; the streets are the same."""
    osm = shared / REAL["nanshan"]
    areas = areas_over(osm)
    monkeypatch.setattr("gdcoverage.network._street_reader._BATCH", 50)
    paths = cut_osm(osm, areas, MARGIN_M, tmp_path)
    monkeypatch.undo()
    assert_each_as_alone(osm, areas, MARGIN_M, paths)


# A row of nodes 100 m apart, 1 to 11, with a side street of three nodes at node 5.
NODES = {i: ((i - 1) * 100.0, 0.0) for i in range(1, 12)} | {20: (400.0, 50.0), 21: (400.0, 100.0)}
PATH = {"highway": "path"}
WAYS = [(list(range(1, 12)), PATH), ([5, 20, 21], PATH)]
TOWN = ((450.0, 60.0), "town", "石围镇")


def square(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box given in metres."""
    return shapely.box(*worlds.degrees(west, south), *worlds.degrees(east, north))


AREAS = {
    "440001": square(-50, -50, 350, 50),
    "440002": square(350, -50, 1050, 150),
    "440003": square(5_000, 0, 6_000, 1_000),
}


@pytest.fixture
def osm(tmp_path: Path) -> Path:
    return worlds.write_osm(tmp_path / "streets.osm", NODES, WAYS, [TOWN])


def aged(path: Path, seconds: float = 10.0) -> Path:
    """As if last changed some time ago: what has just changed is not trusted to be the last."""
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def test_streets_across_a_border_are_in_both_areas(osm, tmp_path):
    """The piece from node 4 to node 5 has an end in either area."""
    paths = cut_osm(osm, AREAS, 0.0, tmp_path / "cut")
    west, east = (WalkNetwork.load(paths[key]) for key in ("440001", "440002"))
    assert west.length_m == pytest.approx(400, abs=0.1)
    assert east.length_m == pytest.approx(700 + 100, abs=0.1)
    assert_each_as_alone(osm, AREAS, 0.0, paths)


def test_a_node_on_the_border_lies_in_neither_area(tmp_path):
    """As with one area: a piece stays where an end lies inside, and the outline is outside."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0)}
    osm = worlds.write_osm(tmp_path / "b.osm", nodes, [([1, 2, 3], PATH)])
    x = round(worlds.degrees(100, 0)[0], 7)
    areas = {"w": shapely.box(x - 1, 22, x, 24), "e": shapely.box(x, 22, x + 1, 24)}
    paths = cut_osm(osm, areas, 0.0, tmp_path / "cut")
    assert [WalkNetwork.load(p).length_m for p in paths.values()] == pytest.approx([100, 100], 1e-3)
    assert_each_as_alone(osm, areas, 0.0, paths)


def test_holes_in_ways_stay_and_are_told_in_every_area(tmp_path):
    nodes = {i: spot for i, spot in NODES.items() if i != 7}
    osm = worlds.write_osm(tmp_path / "hole.osm", nodes, WAYS)
    paths = cut_osm(osm, AREAS, 0.0, tmp_path / "cut")
    assert_each_as_alone(osm, AREAS, 0.0, paths)
    west = WalkNetwork.load(paths["440001"])
    assert [p.kind for p in west.problems] == ["absent_nodes"], "though the hole lies in the east"


def test_holes_are_counted_over_all_batches(tmp_path, monkeypatch):
    """Nodes 7 and 20 are absent; node 7 is in two ways, so three ways are broken."""
    nodes = {i: spot for i, spot in NODES.items() if i not in (7, 20)}
    osm = worlds.write_osm(tmp_path / "h.osm", nodes, [*WAYS, ([6, 7, 8], PATH)])
    monkeypatch.setattr("gdcoverage.network._street_reader._BATCH", 2)
    path = cut_osm(osm, AREAS, 0.0, tmp_path / "cut")["440001"]
    assert "3 条道路引用了文件里没有的 2 个节点" in str(WalkNetwork.load(path).problems[0])


def test_an_area_without_streets_says_so_and_the_others_are_cut(osm, tmp_path):
    said: list[str] = []
    paths = cut_osm(osm, AREAS, 0.0, tmp_path / "cut", said.append)
    assert [line for line in said if "440003" in line and "没有可步行的街道" in line]
    with pytest.raises(InputError, match="范围内没有可步行的街道"):
        WalkNetwork.load(paths["440003"])
    assert WalkNetwork.load(paths["440002"]).nodes


def test_the_file_is_read_once_for_all_areas_after_a_quick_look(osm, tmp_path, opened):
    cut_osm(osm, AREAS, 0.0, tmp_path / "cut")
    assert opened == [osm.name] * 2


def test_unusable_files_are_refused_and_leave_nothing(tmp_path):
    bare = worlds.write_osm(tmp_path / "bare.osm", {1: (0, 0), 2: (9, 9)}, [([1, 2], {"a": "b"})])
    (tmp_path / "half.osm").write_text("<?xml version='1.0'?><osm version='0.6'><node id='1'")
    for path, told in (
        (bare, "没有可步行的街道"),
        (tmp_path / "half.osm", "无法读取"),
        (tmp_path / "missing.osm", "找不到"),
    ):
        with pytest.raises(InputError, match=told):
            cut_osm(path, AREAS, 0.0, tmp_path / "cut")
        with pytest.raises(InputError, match=told):
            networks_of(path, AREAS, 0.0, tmp_path / "cache")
    assert not list(tmp_path.glob("cut/*"))
    assert not list(tmp_path.glob("cache/*/*"))


# Kept between runs -------------------------------------------------------------------------------


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """OSM files that were opened, in order."""
    names: list[str] = []

    def noting(whole: Any) -> Any:
        def noted(path: str, *rest: Any) -> Any:
            names.append(Path(path).name)
            return whole(path, *rest)

        return noted

    monkeypatch.setattr(osmium, "FileProcessor", noting(osmium.FileProcessor))
    monkeypatch.setattr(osmium.io, "Reader", noting(osmium.io.Reader))
    return names


def test_second_run_opens_no_osm_file(osm, tmp_path, opened):
    aged(osm)
    first = networks_of(osm, AREAS, 0.0, tmp_path / "cache")
    assert_each_as_alone(osm, AREAS, 0.0, first)
    opened.clear()
    said: list[str] = []
    assert networks_of(osm, AREAS, 0.0, tmp_path / "cache", said.append) == first
    assert opened == []
    assert said == ["沿用已切分的 3 个县区的路网"]


def test_only_areas_that_are_not_kept_are_cut(osm, tmp_path, opened):
    some = {"440001": AREAS["440001"]}
    kept = networks_of(osm, some, 0.0, tmp_path / "cache")
    before = kept["440001"].stat()
    opened.clear()
    said: list[str] = []
    paths = networks_of(osm, AREAS, 0.0, tmp_path / "cache", said.append)
    assert paths["440001"] == kept["440001"]
    assert paths["440001"].stat().st_mtime_ns == before.st_mtime_ns
    assert len(opened) == 2
    assert "切分为 2 个县区的路网" in said[1]
    assert_each_as_alone(osm, AREAS, 0.0, paths)


@pytest.mark.parametrize("change", ["polygon", "margin", "rules", "format", "name"])
def test_what_a_network_rests_on_decides_whether_it_is_kept(
    osm, tmp_path, monkeypatch, opened, change
):
    networks_of(osm, AREAS, 0.0, tmp_path / "cache")
    opened.clear()
    areas, margin_m = dict(AREAS), 0.0
    if change == "polygon":
        areas["440002"] = square(350, -50, 1_050, 60)
    elif change == "margin":
        margin_m = 100.0
    elif change == "rules":
        monkeypatch.setattr("gdcoverage.network._cache.TABLE", {})
    elif change == "format":
        monkeypatch.setattr("gdcoverage.network._saved.FORMAT", 999)
    else:
        osm = osm.rename(tmp_path / "other.osm")
    paths = networks_of(osm, areas, margin_m, tmp_path / "cache")
    assert len(opened) == 2
    assert_each_as_alone(osm, areas, margin_m, paths)


def test_changed_file_is_cut_anew_and_the_former_networks_go(osm, tmp_path):
    aged(osm)
    former = networks_of(osm, AREAS, 0.0, tmp_path / "cache")
    worlds.write_osm(osm, NODES, WAYS[:1], [TOWN])
    said: list[str] = []
    paths = networks_of(osm, AREAS, 0.0, tmp_path / "cache", said.append)
    assert_each_as_alone(osm, AREAS, 0.0, paths)
    assert said[0] == "streets.osm 已更新，删除旧版本的路网缓存"
    assert not [path for path in former.values() if path.exists()]


def test_file_changed_without_a_change_of_size_or_time_soon_after(osm, tmp_path):
    """A time stamp counts whole seconds on some disks: a file just written is hashed again."""
    stamp = time.time_ns()
    os.utime(osm, ns=(stamp, stamp))
    networks_of(osm, AREAS, 0.0, tmp_path / "cache")
    osm.write_text(osm.read_text(encoding="utf-8").replace("path", "road"), encoding="utf-8")
    osm.write_text(osm.read_text(encoding="utf-8").replace("road", "none", 1), encoding="utf-8")
    os.utime(osm, ns=(stamp, stamp))
    paths = networks_of(osm, AREAS, 0.0, tmp_path / "cache")
    assert_each_as_alone(osm, AREAS, 0.0, paths)


def test_a_copy_elsewhere_shares_what_is_kept_and_keeps_it_alive(osm, tmp_path, opened):
    aged(osm)
    (tmp_path / "copy").mkdir()
    copy = tmp_path / "copy" / osm.name
    copy.write_bytes(osm.read_bytes())
    paths = networks_of(osm, AREAS, 0.0, tmp_path / "cache")
    opened.clear()
    assert networks_of(copy, AREAS, 0.0, tmp_path / "cache") == paths
    assert opened == []
    worlds.write_osm(osm, NODES, WAYS[:1])
    networks_of(osm, AREAS, 0.0, tmp_path / "cache")
    assert all(path.exists() for path in paths.values()), "the copy still rests on them"


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def one_bit_turned(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[content.index("format".encode("utf-32-le"))] ^= 1
    path.write_bytes(content)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def foreign(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, a=np.arange(3))


@pytest.mark.parametrize("damage", [cut_short, one_bit_turned, emptied, foreign])
@pytest.mark.parametrize("key", ["440002", "440003"], ids=["network", "no_streets"])
def test_damaged_entries_are_made_anew(osm, tmp_path, opened, damage, key):
    paths = networks_of(osm, AREAS, 0.0, tmp_path / "cache")
    whole = {k: path.read_bytes() for k, path in paths.items()}
    damage(paths[key])
    opened.clear()
    assert networks_of(osm, AREAS, 0.0, tmp_path / "cache") == paths
    assert len(opened) == 2
    assert {k: path.read_bytes() for k, path in paths.items()} == whole


def test_damaged_notes_are_made_anew(osm, tmp_path):
    aged(osm)
    cache = tmp_path / "cache"
    networks_of(osm, AREAS, 0.0, cache)
    (cache / "files.json").write_text('{"streets')
    assert_each_as_alone(osm, AREAS, 0.0, networks_of(osm, AREAS, 0.0, cache))


def test_ctrl_c_leaves_whole_networks_and_nothing_else(osm, tmp_path, monkeypatch):
    save = WalkNetwork.save

    def interrupted(network: WalkNetwork, path: Path) -> None:
        if "440002" in path.name:
            raise KeyboardInterrupt
        save(network, path)

    monkeypatch.setattr(WalkNetwork, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        networks_of(osm, AREAS, 0.0, tmp_path / "cache")
    left = [path.name for path in tmp_path.glob("cache/*/*")]
    assert len(left) == 1
    assert left[0].startswith("440001-")
    monkeypatch.undo()
    said: list[str] = []
    paths = networks_of(osm, AREAS, 0.0, tmp_path / "cache", said.append)
    assert said[0] == "沿用已切分的 1 个县区的路网"
    assert_each_as_alone(osm, AREAS, 0.0, paths)


def test_what_killed_processes_left_goes_after_a_day(osm, tmp_path):
    home = networks_of(osm, AREAS, 0.0, tmp_path / "cache")["440001"].parent
    for name in (".cut-old", ".cut-new"):
        (home / name).mkdir()
        (home / name / "0").write_bytes(b"way nodes")
    for name in (".partial-old.npz", ".partial-new.npz"):
        (home / name).write_bytes(b"half")
    for left in home.glob(".*-old*"):
        aged(left, 90_000)
    networks_of(osm, AREAS, 0.0, tmp_path / "cache")
    assert sorted(p.name for p in home.glob(".*")) == [".cut-new", ".partial-new.npz"]


def test_processes_at_once_do_not_break_each_other(osm, tmp_path):
    code = (
        "import pickle, sys; from pathlib import Path;"
        "from gdcoverage.network import networks_of, WalkNetwork;"
        "osm, areas, cache = pickle.loads(Path(sys.argv[1]).read_bytes());"
        "paths = networks_of(osm, areas, 0.0, cache);"
        "print(WalkNetwork.load(paths['440001']).nodes, WalkNetwork.load(paths['440002']).nodes)"
    )
    task = tmp_path / "task"
    task.write_bytes(pickle.dumps((osm, AREAS, tmp_path / "cache")))
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(task)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = {process.communicate()[0].strip() for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert answers == {"2 4"}
    assert not list(tmp_path.glob("cache/*/.*"))
