// Walks: the page's streets, and the shortest ways along them from where one is to the outlets.
/** @import { Joins, Streets, Walked, Walks, WalksBlock } from "./types.js" */
import { joinsOf, metresPerDegree } from "./joins.js";

/**
 * The block's columns as arrays to walk on.
 * @param {WalksBlock} block
 * @returns {Walks}
 */
export function openWalks(block) {
  const { outlets } = block, start = new Int32Array(outlets.count.length + 1);
  outlets.count.forEach((count, i) => { start[i + 1] = start[i] + count; });
  return {
    streets: openStreets(block), start, speed: block.speed, minutes: block.minutes, last: null,
    joins: { edge: Int32Array.from(outlets.edge), along: tenths(outlets.along), access: tenths(outlets.access) },
  };
}

/** @param {number[]} decimetres */
const tenths = (decimetres) => Float64Array.from(decimetres, (value) => value / 10);

/** @param {number[]} steps */
function summed(steps) {
  let sum = 0;
  return Int32Array.from(steps, (step) => (sum += step));
}

/**
 * @param {WalksBlock} block
 * @returns {Streets}
 */
function openStreets({ lon, lat, u: steps, v: across, look, metres, bends, bent, bars, rims, reach }) {
  const nodeX = summed(lon), nodeY = summed(lat), u = summed(steps), v = u.map((node, edge) => node + across[edge]), edges = u.length;
  const first = [0], [x, y] = /** @type {number[][]} */ ([[], []]);
  const add = (/** @type {number} */ east, /** @type {number} */ north) => { x.push(east / 1e5); y.push(north / 1e5); };
  for (let edge = 0, at = 0; edge < edges; edge++) {
    let east = nodeX[u[edge]], north = nodeY[u[edge]];
    add(east, north);
    for (let left = bends[edge]; left > 0; left--, at += 2) add(east += bent[at], north += bent[at + 1]);
    add(nodeX[v[edge]], nodeY[v[edge]]);
    first.push(x.length);
  }
  let east = 0, north = 0;
  for (const bar of bars) {
    for (let k = 0; k < bar.length; k += 2) add(east += bar[k], north += bar[k + 1]);
    first.push(x.length);
  }
  const streets = {
    edges, u, v, reach, metres: tenths(metres), look: Uint8Array.from([...look, ...bars.map(() => 2)]),
    rims: rims.map((bar) => edges + bar), x: Float64Array.from(x), y: Float64Array.from(y), first: Int32Array.from(first),
  };
  return { ...streets, drawn: drawnMetres(streets), ...slotsOf(nodeX.length, u, v) };
}

/**
 * Metres from the start of its line to each of its points.
 * @param {Pick<Streets, "x" | "y" | "first">} streets
 */
function drawnMetres({ x, y, first }) {
  const drawn = new Float64Array(x.length), [perLon, perLat] = metresPerDegree(y.length ? y[0] : 0);
  for (let line = 0; line < first.length - 1; line++) {
    for (let i = first[line] + 1; i < first[line + 1]; i++) drawn[i] = drawn[i - 1] + Math.hypot((x[i] - x[i - 1]) * perLon, (y[i] - y[i - 1]) * perLat);
  }
  return drawn;
}

/**
 * Of each node the edges that leave it: those from `slot[node]` on, in `leaves`.
 * @param {number} nodes
 * @param {Int32Array} u
 * @param {Int32Array} v
 */
function slotsOf(nodes, u, v) {
  const slot = new Int32Array(nodes + 1), leaves = new Int32Array(2 * u.length);
  for (const end of [u, v]) for (const node of end) slot[node + 1]++;
  for (let node = 0; node < nodes; node++) slot[node + 1] += slot[node];
  const filled = slot.slice();
  for (const end of [u, v]) end.forEach((node, edge) => { leaves[filled[node]++] = edge; });
  return { slot, leaves };
}

/**
 * The walks from a place to all outlets; the last place's are kept.
 * @param {Walks} walks
 * @param {number} lat
 * @param {number} lon
 * @returns {Walked}
 */
export function walkedFrom(walks, lat, lon) {
  const { last } = walks;
  if (last && last.lat === lat && last.lon === lon) return last;
  const own = joinsOf(walks.streets, lat, lon), { metres: away, by } = spread(walks.streets, own), { streets, start, joins } = walks;
  const outlets = start.length - 1, metres = new Float64Array(outlets).fill(Infinity), ends = new Int32Array(3 * outlets).fill(-1);
  for (let i = 0; i < outlets; i++) {
    const take = (/** @type {number} */ walk, /** @type {number} */ join, /** @type {number} */ end, /** @type {number} */ mine) => {
      if (walk < metres[i]) [metres[i], ends[3 * i], ends[3 * i + 1], ends[3 * i + 2]] = [walk, join, end, mine];
    };
    for (let join = start[i]; join < start[i + 1]; join++) {
      const edge = joins.edge[join], along = joins.along[join], access = joins.access[join];
      take(away[streets.u[edge]] + along + access, join, 0, -1);
      take(away[streets.v[edge]] + streets.metres[edge] - along + access, join, 1, -1);
      own.edge.forEach((other, mine) => {
        if (other === edge) take(own.access[mine] + Math.abs(own.along[mine] - along) + access, join, -1, mine);
      });
    }
  }
  walks.last = { lat, lon, own, by, metres, ends };
  return walks.last;
}

/**
 * Metres from the joins to every node, and by which edge one comes there: Dijkstra's search with a binary heap. Nodes
 * that are come to from a join have -2 in the place of an edge, less twice its number, less 1 at the street's end.
 * @param {Streets} streets
 * @param {Joins} joins
 */
function spread({ u, v, metres: length, slot, leaves }, joins) {
  const nodes = slot.length - 1, metres = new Float64Array(nodes).fill(Infinity), by = new Int32Array(nodes).fill(-1);
  // Every edge offers a node at most from both of its ends, every join two.
  const most = 2 * u.length + 2 * joins.edge.length + 1, keys = new Float64Array(most), held = new Int32Array(most);
  let size = 0;
  const offer = (/** @type {number} */ node, /** @type {number} */ key, /** @type {number} */ edge) => {
    if (key >= metres[node]) return;
    metres[node] = key;
    by[node] = edge;
    let at = size++;
    for (let up = (at - 1) >> 1; at > 0 && keys[up] > key; at = up, up = (at - 1) >> 1) {
      keys[at] = keys[up];
      held[at] = held[up];
    }
    keys[at] = key;
    held[at] = node;
  };
  const sink = () => {
    const key = keys[--size], node = held[size];
    let at = 0;
    for (let down = 1; down < size; at = down, down = 2 * at + 1) {
      if (down + 1 < size && keys[down + 1] < keys[down]) down++;
      if (keys[down] >= key) break;
      keys[at] = keys[down];
      held[at] = held[down];
    }
    keys[at] = key;
    held[at] = node;
  };
  joins.edge.forEach((edge, join) => {
    offer(u[edge], joins.access[join] + joins.along[join], -2 - 2 * join);
    offer(v[edge], joins.access[join] + length[edge] - joins.along[join], -3 - 2 * join);
  });
  while (size) {
    const key = keys[0], node = held[0];
    sink();
    if (key > metres[node]) continue;
    for (let k = slot[node]; k < slot[node + 1]; k++) {
      const edge = leaves[k];
      offer(u[edge] === node ? v[edge] : u[edge], key + length[edge], edge);
    }
  }
  return { metres, by };
}

/**
 * The way to an outlet, [lat, lon] by [lat, lon] along the streets from the first of them to the last; empty where none is known.
 * @param {Walks} walks
 * @param {Walked} walked
 * @param {number} i
 * @returns {[number, number][]}
 */
export function wayTo({ streets, joins }, { own, by, metres, ends }, i) {
  if (!Number.isFinite(metres[i])) return [];
  const [join, end, mine] = ends.subarray(3 * i, 3 * i + 3), { u, v, metres: length } = streets, last = joins.edge[join];
  if (mine >= 0) return partOf(streets, last, own.along[mine], joins.along[join]);
  const pieces = [partOf(streets, last, end * length[last], joins.along[join])];
  let node = end ? v[last] : u[last];
  for (let edge = by[node]; edge >= 0; edge = by[node]) {
    const forward = v[edge] === node;
    pieces.push(partOf(streets, edge, forward ? 0 : length[edge], forward ? length[edge] : 0));
    node = forward ? u[edge] : v[edge];
  }
  const first = (-2 - by[node]) >> 1, street = own.edge[first];
  pieces.push(partOf(streets, street, own.along[first], (-2 - by[node]) % 2 ? length[street] : 0));
  return pieces.reverse().flat();
}

/**
 * A street from so many metres along it to so many, either way.
 * @param {Streets} streets
 * @param {number} edge
 * @param {number} from
 * @param {number} to
 * @returns {[number, number][]}
 */
function partOf({ x, y, first, drawn, metres }, edge, from, to) {
  const begin = first[edge], end = first[edge + 1] - 1, scale = metres[edge] ? drawn[end] / metres[edge] : 0;
  const [low, high] = [Math.min(from, to) * scale, Math.max(from, to) * scale];
  const place = (/** @type {number} */ far) => {
    let i = begin;
    while (i < end - 1 && drawn[i + 1] < far) i++;
    const whole = drawn[i + 1] - drawn[i], part = whole ? Math.min(Math.max((far - drawn[i]) / whole, 0), 1) : 0;
    return /** @type {[number, number]} */ ([y[i] + part * (y[i + 1] - y[i]), x[i] + part * (x[i + 1] - x[i])]);
  };
  /** @type {[number, number][]} */
  const points = [place(low)];
  for (let i = begin + 1; i < end; i++) if (drawn[i] > low && drawn[i] < high) points.push([y[i], x[i]]);
  points.push(place(high));
  return from <= to ? points : points.reverse();
}
