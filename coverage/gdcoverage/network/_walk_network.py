"""`WalkNetwork`: the walkable streets as immutable compact arrays, however they were obtained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Bools, Floats, Int32s, Ints
from gdcoverage.files import Source
from gdcoverage.geo.areas import Areas
from gdcoverage.geo.lines import Lines
from gdcoverage.geo.plane import in_plane, lonlat
from gdcoverage.kernels import kernel
from gdcoverage.network import _saved
from gdcoverage.network._compact import Segments, compact
from gdcoverage.network._joining import Edges, JoinIndex, Shapes
from gdcoverage.network._kernels import Streets
from gdcoverage.network._profile import Profile
from gdcoverage.network._snap import Snap
from gdcoverage.network._street_reader import StreetReader
from gdcoverage.network._way_nodes import WAY_NODE, WayNodes, barriers_of, parts, segments_of
from gdcoverage.network._ways import DOUBTFUL, NOT_JOINED, Barriers, Looks, Ways
from gdcoverage.problems import Problem, unusable
from gdcoverage.progress import at_work

if TYPE_CHECKING:
    import networkx as nx

Array = TypeVar("Array", bound=NDArray[Any])


@dataclass(frozen=True, eq=False)
class WalkNetwork:
    """The walkable streets as an undirected graph: crossings, edges between them, and shapes.

    Coordinates are degrees in WGS-84; lengths are metres on its ellipsoid. The arrays are
    read-only. Equal streets give equal arrays, whatever the source.

    Parameters
    ----------
    node_lon, node_lat : crossings and dead ends, float64, (nodes,).
    edge_u, edge_v : end nodes of each edge, int32, (edges,); a loop has the same twice.
    shape_start : int64, (edges + 1,); edge ``e`` has shape points ``shape_start[e]`` up to, not
        including, ``shape_start[e + 1]``, from its node u to its node v.
    shape_lon, shape_lat : shape points, float64.
    shape_m : metres from the start of the edge to each shape point, float64.
    shape_way : number of the way that leads on from each shape point, int32; -1 unknown, or the
        edge ends there.
    edge_look : how each edge looks to who walks, bits of `_ways`, uint8.
    component : connected component of each node, int32; 0 is the one with most street.
    component_m : metres of street in each component, float64.
    way_id, way_highway, way_name, text_start, text : the ways; see `Ways`.
    barrier_start, barrier_lon, barrier_lat, barrier_look : what no access leg crosses; see
        `Barriers`.
    source : the file that the streets came from.
    problems : what the reader has to say of that file.
    profile : the rules by which ways are streets, ``walk`` or ``osmnx``.

    Examples
    --------
    >>> streets = gd.WalkNetwork.from_osm("示例/streets.osm.pbf")
    >>> streets
    WalkNetwork(streets.osm.pbf: 1,375 nodes, 1,960 edges, 494.2 km, 3 components)
    """

    node_lon: Floats
    node_lat: Floats
    edge_u: Int32s
    edge_v: Int32s
    shape_start: Ints
    shape_lon: Floats
    shape_lat: Floats
    shape_m: Floats
    shape_way: Int32s
    edge_look: Looks
    component: Int32s
    component_m: Floats
    way_id: Ints
    way_highway: Int32s
    way_name: Int32s
    text_start: Ints
    text: NDArray[np.uint8]
    barrier_start: Ints
    barrier_lon: Floats
    barrier_lat: Floats
    barrier_look: Looks
    source: Source
    problems: tuple[Problem, ...] = ()
    profile: Profile = "walk"
    _indexes: dict[float, JoinIndex] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for name in _ARRAYS:
            _read_only(getattr(self, name))

    # Ways to make one -------------------------------------------------------------------------

    @classmethod
    @at_work("读取街道")
    def from_osm(
        cls,
        path: str | Path,
        *,
        polygon: BaseGeometry | None = None,
        margin_m: float = 0.0,
        profile: Profile = "walk",
    ) -> WalkNetwork:
        """The walk network of an OSM file.

        Parameters
        ----------
        path : ``.osm.pbf`` or ``.osm``.
        polygon : area in WGS-84 degrees; streets farther than `margin_m` outside are left out.
            A street segment that crosses that line stays.
        margin_m : metres; at least `Standard.margin_m`, or walks near the border are cut.
        profile : ``walk``, the table in docs/walk-profile.md; or ``osmnx``, what osmnx's walk
            filter lets pass, without barriers and without doubt.

        Raises
        ------
        InputError : no such file, not OSM, damaged, or no walkable street in it (in the area).

        Examples
        --------
        >>> around = counties.union_all()
        >>> gd.WalkNetwork.from_osm("示例/streets.osm.pbf", polygon=around, margin_m=1000).edges > 0
        True
        """
        reader = StreetReader(Path(path), profile)
        batches: Iterable[WayNodes] = reader
        if polygon is not None:
            area = Areas([widened(polygon, margin_m)], outline=False)
            batches = (part for batch in reader for _, part in parts(area, batch))
        nodes = np.concatenate([np.empty(0, WAY_NODE), *batches])
        source = Source.of(path, "路网")
        return cls.from_way_nodes(nodes, reader.ways, source, reader.problems(), profile)

    @classmethod
    def from_way_nodes(
        cls,
        nodes: WayNodes,
        ways: Ways,
        source: Source,
        problems: tuple[Problem, ...],
        profile: Profile,
    ) -> WalkNetwork:
        """The walk network of way nodes (`_way_nodes.WAY_NODE`), and what is known of their ways.

        Raises
        ------
        InputError : there are none.
        """
        segments, barriers = segments_of(nodes), barriers_of(nodes)
        return cls._from_segments(segments, ways, barriers, source, problems, profile)

    @classmethod
    @at_work("读取路网")
    def from_osmnx(
        cls,
        graph: nx.MultiDiGraph,
        *,
        source: Source | None = None,
        polygon: BaseGeometry | None = None,
        margin_m: float = 0.0,
        profile: Profile = "walk",
    ) -> WalkNetwork:
        """The walk network of an osmnx graph, directed or not, simplified or not, in any CRS.

        One-way edges become two-way, and a geometry may run either way between its nodes.
        Lengths are measured from the geometry. `problems` tell of edges whose tags the walk
        rules exclude, whose geometry does not join their nodes (both are left out), or that are
        not as long as they say; and of tags that the rules ask for and the graph does not carry.
        Where an edge is of several ways, nobody knows which piece is of which.

        Parameters
        ----------
        source : what to call the graph.
        polygon, margin_m, profile : as for `from_osm`.

        Raises
        ------
        InputError : the graph has no CRS or no walkable edge.

        Examples
        --------
        >>> graph = streets.to_osmnx()
        >>> gd.WalkNetwork.from_osmnx(graph).edges == streets.edges
        True
        """
        from gdcoverage.network._graph import read_graph

        source = source or Source("路网", "osmnx", "")
        read = read_graph(graph, profile, source.name)
        streets = read.segments, read.ways, read.barriers
        return cls._from_segments(*streets, source, read.problems, profile, polygon, margin_m)

    @classmethod
    @at_work("读取路网")
    def from_graphml(
        cls,
        path: str | Path,
        *,
        polygon: BaseGeometry | None = None,
        margin_m: float = 0.0,
        profile: Profile = "walk",
    ) -> WalkNetwork:
        """The walk network of a GraphML file that osmnx saved; see `from_osmnx`.

        Raises
        ------
        InputError : no such file, not osmnx's GraphML, or no walkable edge in it.

        Examples
        --------
        >>> import osmnx
        >>> osmnx.save_graphml(streets.to_osmnx(), "路网.graphml")
        >>> gd.WalkNetwork.from_graphml("路网.graphml").edges == streets.edges
        True
        """
        from gdcoverage.network._osmnx import load_graphml

        graph = load_graphml(Path(path))
        source = Source.of(path, "路网")
        area: Any = {"polygon": polygon, "margin_m": margin_m}
        return cls.from_osmnx(graph, source=source, profile=profile, **area)

    @classmethod
    def from_gdfs(
        cls,
        nodes: gpd.GeoDataFrame,
        edges: gpd.GeoDataFrame,
        *,
        source: Source | None = None,
        polygon: BaseGeometry | None = None,
        margin_m: float = 0.0,
        profile: Profile = "walk",
    ) -> WalkNetwork:
        """The walk network of frames from `to_gdfs` or osmnx's ``graph_to_gdfs``, in any CRS.

        Parameters
        ----------
        nodes : index (or column) ``osmid``; columns ``x`` and ``y``, or Point geometry.
        edges : index (or columns) ``u``, ``v``; everything else as in `from_osmnx`.

        Raises
        ------
        InputError : the frames describe no graph, or one that `from_osmnx` refuses.

        Examples
        --------
        >>> nodes, edges = streets.to_gdfs()
        >>> gd.WalkNetwork.from_gdfs(nodes, edges).edges == streets.edges
        True
        """
        from gdcoverage.network._convert import graph_of

        source = source or Source("路网", "数据框", "")
        graph = graph_of(nodes, edges, source.name)
        area: Any = {"polygon": polygon, "margin_m": margin_m}
        return cls.from_osmnx(graph, source=source, profile=profile, **area)

    @classmethod
    def from_polygon(
        cls,
        polygon: BaseGeometry,
        *,
        margin_m: float = 0.0,
        profile: Profile = "walk",
        overpass_url: str | None = None,
        doh_url_template: str | None = None,
        cache_folder: str | Path | None = None,
    ) -> WalkNetwork:
        """The walk network of an area (WGS-84 degrees), downloaded by osmnx and cached.

        Parameters
        ----------
        polygon, margin_m, profile : as for `from_osm`.
        overpass_url : an Overpass server of one's own; osmnx's default otherwise.
        doh_url_template : DNS-over-HTTPS resolver for osmnx; none by default.
        cache_folder : where osmnx keeps answers; its default otherwise.

        Raises
        ------
        InputError : the server cannot be reached, or answers with no walkable street.

        Examples
        --------
        >>> gd.WalkNetwork.from_polygon(counties.union_all())  # doctest: +SKIP
        """
        from gdcoverage.network._osmnx import Download, downloaded

        options = Download(overpass_url, doh_url_template, cache_folder)
        with downloaded(widened(polygon, margin_m), options, profile) as path:
            network = cls.from_osm(path, polygon=polygon, margin_m=margin_m, profile=profile)
        return replace(network, source=Source("路网", "OpenStreetMap（osmnx 下载）", ""))

    @classmethod
    def from_place(
        cls,
        place: str,
        *,
        margin_m: float = 0.0,
        profile: Profile = "walk",
        overpass_url: str | None = None,
        nominatim_url: str | None = None,
        doh_url_template: str | None = None,
        cache_folder: str | Path | None = None,
    ) -> WalkNetwork:
        """The walk network of a place that Nominatim knows by name; see `from_polygon`.

        Raises
        ------
        InputError : a server cannot be reached, the place is unknown, or has no street.

        Examples
        --------
        >>> gd.WalkNetwork.from_place("龙门县, 惠州市, 中国")  # doctest: +SKIP
        """
        from gdcoverage.network._osmnx import Download, polygon_of

        options = Download(overpass_url, doh_url_template, cache_folder, nominatim_url)
        return cls.from_polygon(
            polygon_of(place, options),
            margin_m=margin_m,
            profile=profile,
            overpass_url=overpass_url,
            doh_url_template=doh_url_template,
            cache_folder=cache_folder,
        )

    @classmethod
    def _from_segments(
        cls,
        segments: Segments,
        ways: Ways,
        barriers: Barriers,
        source: Source,
        problems: tuple[Problem, ...],
        profile: Profile,
        polygon: BaseGeometry | None = None,
        margin_m: float = 0.0,
    ) -> WalkNetwork:
        if polygon is not None:
            area = widened(polygon, margin_m)
            shapely.prepare(area)
            segments = segments.inside(shapely.contains_xy(area, segments.lon, segments.lat))
        if not len(segments.a):
            raise unusable(
                "no_streets",
                "所选范围内没有可步行的街道",
                "请检查路网文件是否覆盖该县区",
                file=source.name,
            )
        streets = vars(compact(segments))
        used = ways.of_ids(np.unique(streets["shape_way"]))
        streets["shape_way"] = used.numbers(streets["shape_way"])
        return cls(
            **streets,
            **_prefixed("way", used),
            **_prefixed("barrier", barriers),
            source=source,
            problems=problems,
            profile=profile,
        )

    @classmethod
    def without_streets(cls, source: Source, problems: tuple[Problem, ...] = ()) -> WalkNetwork:
        """A network in which nobody can walk: every point stays off it."""
        nowhere = np.empty(0)
        nothing = Segments(
            *(np.empty(0, np.int64), nowhere, nowhere),
            *(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)),
            np.empty(0, np.uint8),
        )
        return cls(
            **vars(compact(nothing)) | {"shape_way": np.empty(0, np.int32)},
            **_prefixed("way", Ways.of([], [], [])),
            **_prefixed("barrier", Barriers.none()),
            source=source,
            problems=problems,
        )

    # Saved and loaded -------------------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Write the network to one file (NumPy's ``.npz``, uncompressed).

        Examples
        --------
        >>> streets.save("路网.npz")
        """
        _saved.write(Path(path), self.arrays, self.source, self.problems, self.profile)

    @classmethod
    def load(cls, file: str | Path | BinaryIO) -> WalkNetwork:
        """A network that `save` wrote.

        Parameters
        ----------
        file : path, or a binary file that is open.

        Raises
        ------
        InputError : the file is not a saved network, damaged, or of another version; or a cut
            found no street in the area and says so.

        Examples
        --------
        >>> streets.save("存下的路网.npz")
        >>> gd.WalkNetwork.load("存下的路网.npz").nodes == streets.nodes
        True
        """
        file = Path(file) if isinstance(file, str) else file
        arrays, source, problems, profile = _saved.read(file, _ARRAYS)
        return cls(**arrays, source=source, problems=problems, profile=profile)

    # As other software has it -----------------------------------------------------------------

    def to_networkx(self) -> nx.MultiGraph:
        """The streets as an undirected graph of networkx.

        Nodes have the numbers that they have here, ``lon`` and ``lat``; edges have ``length``
        (metres), ``osmid``, ``highway``, ``name`` and ``doubtful``. An edge may run over several
        ways; then ``osmid``, ``highway`` and ``name`` are lists of what differs, as in osmnx.
        ``osmid`` is -1 where no way is known, the other two are absent.

        Examples
        --------
        >>> import networkx as nx
        >>> nx.number_connected_components(streets.to_networkx())
        3
        """
        from gdcoverage.network._convert import to_networkx

        return to_networkx(self)

    def to_osmnx(self) -> nx.MultiDiGraph:
        """The streets as a graph that osmnx's own functions take, each in both directions.

        Edges are as in `to_networkx`, with ``geometry``, ``oneway`` and ``reversed``; nodes with
        ``x``, ``y``, ``street_count``. ``walk_look`` and, on edges of several ways,
        ``walk_ways`` (JSON: osmid, pieces, highway and name of each along the geometry) hold
        what osmnx has no word for: `from_osmnx` gives equal arrays again, also by way of
        GraphML. What no access leg crosses is an attribute of the graph, ``walk_barriers``.

        Examples
        --------
        >>> graph = streets.to_osmnx()
        >>> graph.graph["crs"], len(graph) == streets.nodes
        ('EPSG:4326', True)
        """
        from gdcoverage.network._convert import to_osmnx

        return to_osmnx(self)

    def to_gdfs(self) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
        """Nodes and edges as frames in EPSG:4326, indexed as osmnx's ``graph_to_gdfs`` does.

        The columns are the attributes of `to_osmnx`, each edge once. `from_gdfs` gives equal
        arrays again.

        Examples
        --------
        >>> nodes, edges = streets.to_gdfs()
        >>> len(nodes) == streets.nodes, list(edges.index.names)
        (True, ['u', 'v', 'key'])
        """
        from gdcoverage.network._convert import to_gdfs

        return to_gdfs(self)

    # What it says -----------------------------------------------------------------------------

    @property
    def arrays(self) -> dict[str, Any]:
        """The streets alone, by the name of each array."""
        return {name: getattr(self, name) for name in _ARRAYS}

    @property
    def ways(self) -> Ways:
        """What is known of the ways that the streets are pieces of."""
        names = (self.way_id, self.way_highway, self.way_name, self.text_start, self.text)
        return Ways(*names)

    @property
    def barriers(self) -> Barriers:
        """What no access leg crosses."""
        lines = (self.barrier_start, self.barrier_lon, self.barrier_lat)
        return Barriers(*lines, self.barrier_look)

    @property
    def nodes(self) -> int:
        """How many crossings and dead ends."""
        return len(self.node_lon)

    @property
    def edges(self) -> int:
        """How many edges."""
        return len(self.edge_u)

    def has_the_streets_of(self, other: WalkNetwork) -> bool:
        """Whether both are of the same streets, read by the same rules, from whatever source."""
        return self.profile == other.profile and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in _ARRAYS
        )

    @property
    def length_m(self) -> float:
        """Metres of street."""
        return float(self.edge_m.sum())

    @property
    def edge_doubtful(self) -> Bools:
        """Which edges one may perhaps not walk on."""
        return (self.edge_look & DOUBTFUL) > 0

    @property
    def doubtful_m(self) -> float:
        """Metres of street that one may perhaps not walk on."""
        return float(self.edge_m[self.edge_doubtful].sum())

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take, with those that the kernels use."""
        own = sum(getattr(self, name).nbytes for name in _ARRAYS)
        slots = (self.streets.start, self.streets.slot_edge, self.streets.head, self.streets.length)
        return own + self.edge_m.nbytes + sum(array.nbytes for array in slots)

    @cached_property
    def edge_m(self) -> Floats:
        """Length of each edge, metres."""
        return _read_only(self.shape_m[self.shape_start[1:] - 1])

    @cached_property
    def edge_component(self) -> Int32s:
        """Connected component of each edge."""
        return _read_only(self.component[self.edge_u])

    @property
    def shapes(self) -> Shapes:
        """The edges as lines, for compiled code."""
        return Shapes(self.shape_start, self.shape_lon, self.shape_lat, self.shape_m)

    @cached_property
    def streets(self) -> Streets:
        """What searches walk on: per node the edges, the nodes they lead to, and metres."""
        tail = np.concatenate([self.edge_u, self.edge_v])
        edge = np.tile(np.arange(self.edges, dtype=np.int32), 2)
        order = np.argsort(tail, kind="stable")
        start = np.zeros(self.nodes + 1, np.int64)
        np.cumsum(np.bincount(tail, minlength=self.nodes), out=start[1:])
        head = np.concatenate([self.edge_v, self.edge_u])
        slot_edge = edge[order]
        return Streets(
            _read_only(start),
            _read_only(slot_edge),
            _read_only(head[order]),
            _read_only(self.edge_m[slot_edge]),
            self.edge_u,
            self.edge_v,
            self.edge_m,
        )

    @cached_property
    def certain_streets(self) -> Streets:
        """The same where nobody walks on a street in doubt: such streets are endless."""
        streets = self.streets
        edge_m = np.where(self.edge_doubtful, np.inf, self.edge_m)
        length = edge_m[streets.slot_edge]
        return streets._replace(length=_read_only(length), edge_m=_read_only(edge_m))

    def snap(
        self,
        points: gpd.GeoSeries | gpd.GeoDataFrame,
        limit_m: float = 300.0,
        smallest_component_m: float = 500.0,
    ) -> Snap:
        """Join points (EPSG:4326) to every street that one may walk to straight; see `_snap`.

        Parameters
        ----------
        limit_m : a street farther than this from a point is not joined.
        smallest_component_m : components with less street than this are not joined.

        Raises
        ------
        ValueError : the points are not in EPSG:4326.
        """
        return self._index(smallest_component_m).join(*_degrees(points), limit_m)

    def metres_to_street(
        self,
        points: gpd.GeoSeries | gpd.GeoDataFrame,
        limit_m: float = 300.0,
        smallest_component_m: float = 500.0,
    ) -> Floats:
        """Straight metres to the nearest street that could be joined, whatever lies between.

        Parameters and errors are those of `snap`; inf where no street is within the limit.
        """
        return self._index(smallest_component_m).metres(*_degrees(points), limit_m)

    def joinable(self, smallest_component_m: float = 500.0) -> Bools:
        """Which edges may be joined: those stepped onto from beside, with so much street on end."""
        enough = self.component_m[self.edge_component] >= smallest_component_m
        return np.asarray(enough & (self.edge_look & NOT_JOINED == 0))

    def _index(self, smallest_component_m: float) -> JoinIndex:
        if smallest_component_m not in self._indexes:
            edges = Edges(
                self.shapes, self.edge_u, self.edge_v, self.edge_look, self.edge_component
            )
            joinable = self.joinable(smallest_component_m)
            self._indexes[smallest_component_m] = JoinIndex(edges, self.barriers, joinable)
        return self._indexes[smallest_component_m]

    def way_ids_at(self, edge: Int32s, along_m: Floats) -> pd.arrays.IntegerArray:
        """OSM's ids of the ways at places of edges, metres along; missing where not known."""
        piece = _pieces_at(edge, along_m, self.shape_start, self.shape_m)
        way = self.shape_way[piece]
        ids = np.append(self.way_id, 0)[way]
        return pd.arrays.IntegerArray(ids, way < 0)

    def lines(self) -> gpd.GeoSeries:
        """The edges as lines, EPSG:4326, in the order of the edges."""
        return gpd.GeoSeries(self.edge_lines.shapes(), crs="EPSG:4326")

    @property
    def edge_lines(self) -> Lines:
        """The same as arrays."""
        return Lines(self.shape_lon, self.shape_lat, self.shape_start)

    def __repr__(self) -> str:
        return (
            f"WalkNetwork({self.source.name}: {self.nodes:,} nodes, {self.edges:,} edges, "
            f"{self.length_m / 1000:,.1f} km, {len(self.component_m):,} components)"
        )

    def __getstate__(self) -> dict[str, Any]:
        """Without the spatial indexes, which are quick to make and cannot travel."""
        return {f.name: getattr(self, f.name) for f in fields(self)} | {"_indexes": {}}


_ARRAYS = tuple(
    f.name
    for f in fields(WalkNetwork)
    if f.name not in ("source", "problems", "profile", "_indexes")
)


@kernel
def _pieces_at(edge, along_m, start, metres):  # type: ignore[no-untyped-def]
    """The pieces, by their first shape points, at places of edges."""
    piece = np.empty(len(edge), np.int64)
    for k in range(len(edge)):
        first, last = start[edge[k]], start[edge[k] + 1] - 1
        # The last of its pieces that begins at the place or before it.
        while last - first > 1:
            middle = (first + last) // 2
            if metres[middle] <= along_m[k]:
                first = middle
            else:
                last = middle
        piece[k] = first
    return piece


def _prefixed(prefix: str, arrays: Ways | Barriers) -> dict[str, Any]:
    """The fields of a network that hold these arrays."""
    return {
        name if name.startswith("text") else f"{prefix}_{name}": array
        for name, array in arrays._asdict().items()
    }


def _degrees(points: gpd.GeoSeries | gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    if points.crs is None or points.crs.to_epsg() != 4326:
        raise ValueError(f"points must be in EPSG:4326, not {points.crs}")
    return lonlat(points.geometry.to_numpy())


def _read_only(array: Array) -> Array:
    array.setflags(write=False)
    return array


def widened(polygon: BaseGeometry, margin_m: float) -> BaseGeometry:
    """An area with a margin of at least so many metres around it."""
    if margin_m <= 0:
        return polygon

    return in_plane(polygon, lambda shapes, metre: shapes[0].buffer(margin_m * metre))
