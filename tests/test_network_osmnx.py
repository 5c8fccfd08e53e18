import networkx as nx
import numpy as np
import osmium
import osmnx as ox
import pytest
import shapely
from osmium.osm import Node, Way

from gdcoverage.network import WalkNetwork
from gdcoverage.network._profile import LOOK_KEYS, look_of
from gdcoverage.problems import InputError
from overpass_server import serving

EXTRACT = "data/gd-osm-extracts/shenzhen_longgang_2019.osm.pbf"
NANSHAN = "data/gd-osm-extracts/shenzhen_nanshan_2021.osm.pbf"
AREA = shapely.box(114.195, 22.678, 114.225, 22.698)
PLACE = "示例街道, 龙岗区"


@pytest.fixture(scope="module", params=["walk", "osmnx"])
def profile(request):
    return request.param


def ways_alone(path, profile, xml):
    """The ways that a profile lets pass by their own tags, without relations."""
    with osmium.SimpleWriter(str(xml)) as writer:
        for thing in osmium.FileProcessor(str(path)):
            if isinstance(thing, Node) or (
                isinstance(thing, Way) and look_of(dict(thing.tags), profile) is not None
            ):
                writer.add(thing)
    return xml


def unsimplified(xml):
    """osmnx's graph of a file, with the tags that profiles look at."""
    nodes = {"barrier", "foot", "access", "locked"}
    with pytest.MonkeyPatch.context() as patch:
        for name, more in {"useful_tags_way": LOOK_KEYS, "useful_tags_node": nodes}.items():
            patch.setattr(ox.settings, name, sorted({*getattr(ox.settings, name), *more}))
        return ox.graph_from_xml(xml, bidirectional=True, retain_all=True, simplify=False)


@pytest.fixture(scope="module")
def xml(shared, profile, tmp_path_factory):
    folder = tmp_path_factory.mktemp("osmnx")
    return ways_alone(shared / EXTRACT, profile, folder / "longgang.osm")


@pytest.fixture(scope="module")
def raw(xml):
    return unsimplified(xml)


def assert_same_streets(one, other, exact=True):
    assert (one.nodes, one.edges) == (other.nodes, other.edges)
    for name in ("edge_u", "edge_v", "shape_start", "component"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    for name in ("node_lon", "node_lat", "shape_lon", "shape_lat", "shape_m", "component_m"):
        a, b = getattr(one, name), getattr(other, name)
        assert np.array_equal(a, b) if exact else np.allclose(a, b, rtol=0, atol=1e-6), name


def assert_same_arrays(one, other):
    for name, array in one.arrays.items():
        assert np.array_equal(array, getattr(other, name)), name


def test_gates_and_squares_of_a_graph_are_those_of_the_file(shared, tmp_path):
    path = ways_alone(shared / NANSHAN, "walk", tmp_path / "nanshan.osm")
    network = WalkNetwork.from_osmnx(unsimplified(path))
    assert_same_arrays(WalkNetwork.from_osm(path), network)
    assert [problem.kind for problem in network.problems] == ["tags_absent"]


def test_file_and_graph_give_the_same_network(shared, xml, raw, profile):
    from_file = WalkNetwork.from_osm(xml, profile=profile)
    network = WalkNetwork.from_osmnx(raw, profile=profile)
    assert_same_arrays(from_file, network)
    if profile == "osmnx":
        assert_same_streets(network, WalkNetwork.from_osm(shared / EXTRACT, profile=profile))


def test_simplified_graph_and_graphml_give_the_same_network(xml, raw, profile, tmp_path):
    """What osmnx merges looks alike only by its rules; streets may then begin elsewhere."""
    simple = ox.simplify_graph(raw)
    network = WalkNetwork.from_osmnx(simple, profile=profile)
    from_file = WalkNetwork.from_osm(xml, profile=profile)
    if profile == "osmnx":
        assert_same_streets(from_file, network)
    assert network.length_m == pytest.approx(from_file.length_m, rel=1e-9)
    ox.save_graphml(simple, tmp_path / "walk.graphml")
    again = WalkNetwork.from_graphml(tmp_path / "walk.graphml", profile=profile)
    assert_same_streets(network, again)


def test_download_by_polygon_and_by_name_equals_the_file(shared, tmp_path, profile):
    how = {"margin_m": 400, "profile": profile}
    from_file = WalkNetwork.from_osm(shared / EXTRACT, polygon=AREA, **how)
    before = vars(ox.settings).copy()
    with serving(shared / EXTRACT, PLACE, AREA) as url:
        how |= {"overpass_url": f"{url}/api", "cache_folder": tmp_path / "cache"}
        by_polygon = WalkNetwork.from_polygon(AREA, **how)
        by_name = WalkNetwork.from_place(PLACE, nominatim_url=f"{url}/", **how)
    for other in (by_polygon, by_name):
        assert_same_arrays(from_file, other)
        assert other.profile == profile
    assert list((tmp_path / "cache").iterdir()), "answers are kept for the next run"
    assert vars(ox.settings) == before


def test_an_answer_that_the_server_gave_up_is_refused(shared, tmp_path, monkeypatch):
    remark = {"elements": [], "remark": 'runtime error: Query timed out in "query" at line 1'}
    monkeypatch.setattr("osmnx._overpass._overpass_request", lambda data: remark)
    with pytest.raises(InputError, match=r"街道不全.*timed out"):
        WalkNetwork.from_polygon(AREA, cache_folder=tmp_path)


def test_kept_answers_serve_when_the_server_is_gone(shared, tmp_path):
    with serving(shared / EXTRACT, PLACE, AREA) as url:
        how = {"overpass_url": f"{url}/api", "cache_folder": tmp_path / "cache"}
        first = WalkNetwork.from_polygon(AREA, **how)
    assert_same_streets(first, WalkNetwork.from_polygon(AREA, **how))


def test_no_internet_is_said_clearly_with_what_to_do(tmp_path):
    gone = {"overpass_url": "http://127.0.0.1:9/api", "cache_folder": tmp_path}
    with pytest.raises(InputError, match=r"连不上 Overpass.*本地路网文件"):
        WalkNetwork.from_polygon(AREA, **gone)
    with pytest.raises(InputError, match="连不上 Nominatim"):
        WalkNetwork.from_place("南山区", nominatim_url="http://127.0.0.1:9/", **gone)


def test_unknown_place_and_area_without_streets(shared, tmp_path):
    with serving(shared / EXTRACT, PLACE, AREA) as url:
        how = {"overpass_url": f"{url}/api", "cache_folder": tmp_path}
        with pytest.raises(InputError, match="不认识这个地名"):
            WalkNetwork.from_place("无此地", nominatim_url=f"{url}/", **how)
        with pytest.raises(InputError, match="没有返回可步行的街道"):
            WalkNetwork.from_polygon(shapely.box(113, 22, 113.01, 22.01), **how)


def test_foreign_graph_loses_what_cannot_be_walked(shared):
    """An osmnx 1.2 graph of Xiangmihu with motorway links and one-way streets."""
    path = shared / "data/sz-xiangmihu-osmnx/shenzhen_xiangmihu_2023.graphml"
    network = WalkNetwork.from_graphml(path)
    assert [problem.kind for problem in network.problems] == ["edges_excluded", "tags_absent"]
    assert 1_000 < network.nodes < 1_751
    assert network.source.name == path.name


def test_crossing_edges_of_a_simplified_graph_do_not_join():
    """Two edges whose shapes share a coordinate, without a common node: a bridge."""
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for node, xy in {1: (0, 0), 2: (0.002, 0), 3: (0.001, -0.001), 4: (0.001, 0.001)}.items():
        graph.add_node(node, x=xy[0], y=xy[1])
    graph.add_edge(1, 2, geometry=shapely.LineString([(0, 0), (0.001, 0), (0.002, 0)]))
    graph.add_edge(3, 4, geometry=shapely.LineString([(0.001, -0.001), (0.001, 0), (0.001, 0.001)]))
    graph.add_edge(2, 1, geometry=shapely.LineString([(0.002, 0), (0.001, 0), (0, 0)]))
    network = WalkNetwork.from_osmnx(graph)
    assert (network.nodes, network.edges, len(network.component_m)) == (4, 2, 2)


def test_graph_without_crs_or_not_a_graph(tmp_path):
    with pytest.raises(InputError, match="坐标系"):
        WalkNetwork.from_osmnx(nx.MultiDiGraph())
    (tmp_path / "no.graphml").write_text("not xml")
    with pytest.raises(InputError, match="GraphML"):
        WalkNetwork.from_graphml(tmp_path / "no.graphml")
    with pytest.raises(InputError, match="找不到"):
        WalkNetwork.from_graphml(tmp_path / "missing.graphml")


def two_streets(tmp_path, change):
    """GraphML of a street of three nodes, changed as text."""
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for node, x in {1: 113.0, 2: 113.001, 3: 113.002}.items():
        graph.add_node(node, x=x, y=23.0)
    graph.add_edge(1, 2, osmid=1, length=100.0)
    graph.add_edge(2, 3, osmid=2, length=100.0)
    path = tmp_path / "walk.graphml"
    ox.save_graphml(graph, path)
    text = path.read_text(encoding="utf-8")
    path.write_text(change(text), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    return path


@pytest.mark.parametrize(
    ("old", "new", "kind", "said"),
    [
        ("113.001", "nan", "graph_not_placed", "有 1 个点没有坐标.*nan, 23"),
        ("23.0", "95.0", "graph_not_placed", "有 3 个点没有坐标.*113, 95"),
        ("113.002", "-inf", "graph_not_placed", "-inf"),
        ("113.002", "1e308", "graph_not_placed", "有 1 个点"),
        ('<data key="d1">113.002</data>', "", "graph_not_placed", "节点 3"),
        ("EPSG:4326", "EPSG:1", "crs_unknown", "坐标系"),
        ('"3"', f'"{2**63}"', "graph_unusable", "9223372036854775808"),
    ],
    ids=["nan", "latitude", "infinite", "huge", "absent", "no-crs", "node-id"],
)
def test_graph_that_lies_nowhere_is_refused_in_words(tmp_path, old, new, kind, said):
    path = two_streets(tmp_path, lambda text: text.replace(old, new))
    with pytest.raises(InputError, match=said) as error:
        WalkNetwork.from_graphml(path)
    assert error.value.problem.kind == kind
    assert error.value.problem.file == "walk.graphml"
