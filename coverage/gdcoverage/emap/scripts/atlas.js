// Atlas: the base map's numbers as shapes in the world's square, where one unit is a pixel at zoom 18.
/** @import { Area, Shapes } from "./types.js" */

/** Units across the world, as the page's maker has them. */
export const WORLD = 2 ** 26;
/** Zoom at which a unit is a pixel. */
export const UNIT_ZOOM = 18;

/**
 * A block of shapes: see `_written` of the page's maker.
 * @param {Uint8Array} bytes
 * @returns {Shapes[]}
 */
export function openAtlas(bytes) {
  const length = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24);
  /** @type {{layers: [string, number, number, number, number][], names: string[]}} */
  const { layers, names } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const called = ["", ...names];
  let at = 4 + length, x = 0, y = 0;
  const number = () => {
    let value = 0, shift = 0, byte = 128;
    while (byte > 127) {
      if (at >= bytes.length) throw new Error("damaged block");
      byte = bytes[at++];
      value |= (byte & 127) << shift;
      shift += 7;
    }
    return value;
  };
  const signed = () => {
    const value = number();
    return (value >>> 1) ^ -(value & 1);
  };
  return layers.map(([kind, rank, size, lines, points]) => {
    const name = Array.from({ length: size }, () => called[number()]);
    const ring = starts(size, number), start = starts(lines, number), xy = new Int32Array(2 * points);
    for (let i = 0; i < points; i++) {
      xy[2 * i] = x += signed();
      xy[2 * i + 1] = y += signed();
    }
    return { kind, rank, size, name, ring, start, xy, box: boxes(size, ring, start, xy) };
  });
}

/**
 * Polygons packed in steps of 1e-5 degrees, as shapes without names.
 * @param {string} kind
 * @param {Area} area
 * @returns {Shapes}
 */
export function shapesOf(kind, area) {
  const size = area.length, counts = area.map((rings) => rings.length);
  const lines = area.reduce((/** @type {number[][]} */ all, rings) => all.concat(rings), []);
  const ring = starts(size, () => /** @type {number} */ (counts.shift()));
  const lengths = lines.map((line) => line.length / 2), start = starts(lines.length, () => /** @type {number} */ (lengths.shift()));
  const xy = new Float64Array(2 * start[lines.length]);
  let at = 0;
  area.forEach((rings) => {
    let x = 0, y = 0;
    rings.forEach((line) => {
      for (let i = 0; i < line.length; i += 2) {
        x += line[i];
        y += line[i + 1];
        [xy[at++], xy[at++]] = inWorld(y / 1e5, x / 1e5);
      }
    });
  });
  return { kind, rank: 1, size, name: new Array(size).fill(""), ring, start, xy, box: boxes(size, ring, start, xy) };
}

/**
 * Places with names.
 * @param {string} kind
 * @param {string[]} name
 * @param {(i: number) => [number, number]} at in the world's square
 * @returns {Shapes}
 */
export function pointsOf(kind, name, at) {
  const size = name.length, xy = new Float64Array(2 * size);
  for (let i = 0; i < size; i++) xy.set(at(i), 2 * i);
  const ring = starts(size, () => 1);
  return { kind, rank: 1, size, name, ring, start: ring, xy, box: boxes(size, ring, ring, xy) };
}

/**
 * A place in the world's square.
 * @param {number} lat
 * @param {number} lon
 * @returns {[number, number]}
 */
export function inWorld(lat, lon) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [((lon + 180) / 360) * WORLD, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD];
}

/**
 * Where each of so many begins, and the last one ends.
 * @param {number} size
 * @param {() => number} count of the next
 */
function starts(size, count) {
  const found = new Int32Array(size + 1);
  for (let i = 0; i < size; i++) found[i + 1] = found[i] + count();
  return found;
}

/**
 * West, north, east and south of each.
 * @param {number} size
 * @param {Int32Array} ring
 * @param {Int32Array} start
 * @param {Int32Array | Float64Array} xy
 */
function boxes(size, ring, start, xy) {
  const box = new Float64Array(4 * size);
  for (let i = 0; i < size; i++) {
    let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
    for (let j = 2 * start[ring[i]]; j < 2 * start[ring[i + 1]]; j += 2) {
      if (xy[j] < west) west = xy[j];
      if (xy[j] > east) east = xy[j];
      if (xy[j + 1] < north) north = xy[j + 1];
      if (xy[j + 1] > south) south = xy[j + 1];
    }
    box.set([west, north, east, south], 4 * i);
  }
  return box;
}

/**
 * Whether a thing lies in view.
 * @param {Shapes} shapes
 * @param {number} i
 * @param {{scale: number, left: number, top: number, width: number, height: number}} view
 * @param {number} margin pixels
 */
export function inView({ box }, i, { scale, left, top, width, height }, margin) {
  const at = 4 * i;
  return box[at + 2] * scale - left > -margin && box[at] * scale - left < width + margin
    && box[at + 3] * scale - top > -margin && box[at + 1] * scale - top < height + margin;
}
