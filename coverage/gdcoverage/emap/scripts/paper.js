// Paper: a map as a drawing for a printed page, with numbered places; it needs no screen to be painted on.
/** @import { Base, Box, Label, Origin, Shapes, View } from "./types.js" */
import { WORLD, shapesOf } from "./atlas.js";
import { measuring } from "./backdrop.js";
import { paint, paintBorders, paintSea } from "./brush.js";
import { make, makeSvg } from "./dom.js";
import { FEW, nameBoxes, namedCounties } from "./ground.js";
import { lettered, write } from "./lettering.js";
import { metres } from "./store.js";
import { LOOKS } from "./tokens.js";

/** @typedef {{lat: number, lon: number, number: number}} Numbered */
/** @typedef {{x: number, y: number, numbers: number[]}} Spot */
/** @typedef {(at: [number, number]) => [number, number]} Project latitude and longitude to the drawing's units */

// Tenths of a millimetre.
const MARK = 24;
const LEADING = 36;
const LEAST_METRES = 1200;
// Letters of a mark's line.
const LINE = 9;
// Tenths of a millimetre to a pixel of a screen, and dots of the picture to a tenth of a millimetre (305 an inch).
const PICTURE = Object.freeze({ units: 2.6, dots: 1.2 });
const BARS_M = Object.freeze([100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000]);

/**
 * A map around numbered places, and around the one from which they are told.
 * @param {Base} base
 * @param {Shapes[]} drawn
 * @param {Numbered[]} places
 * @param {Origin | null} from
 * @param {number} width tenths of a millimetre
 * @param {number} height
 * @param {string} sealed what stands at the bottom left
 * @param {(metres: number) => string} length in words
 */
export function paperMap(base, drawn, places, from, width, height, sealed, length) {
  const project = fitted(from ? [...places, from] : places, width, height), found = spots(places, project);
  const drawing = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, class: "emap-over-drawing", role: "img" });
  const view = viewOf(project, width, height), counties = namedCounties(base, base.labels.length <= FEW, view.zoom);
  counties.forEach(({ name, lat, lon }) => {
    const [x, y] = project([lat, lon]);
    if (x > 0 && x < width && y > 0 && y < height) drawing.append(haloed(name, x, y, 34, "#4D4D4D", "middle"));
  });
  if (from) {
    const [cx, cy] = project([from.lat, from.lon]);
    drawing.append(makeSvg("circle", { cx, cy, r: MARK, fill: "#CC3311", stroke: "#FFFFFF", "stroke-width": 8 }));
  }
  found.forEach((spot) => drawing.append(...numbered(spot, width)));
  drawing.append(...scaleBar(places, project, width, height, length));
  if (sealed) drawing.append(haloed(sealed, 20, height - 22, 30, "#1C2733", "start"));
  return make("div", { class: "emap-drawing" }, groundOf(base, drawn, view, counties, found), drawing);
}

/**
 * What a drawing shows of the world's square, in pixels of a screen.
 * @param {Project} project
 * @param {number} width
 * @param {number} height
 */
function viewOf(project, width, height) {
  const [x, y] = project([0, 0]), half = (project([0, 180])[0] - x) / PICTURE.units;
  return {
    zoom: Math.log2(half / 128), scale: half / (WORLD / 2), left: half - x / PICTURE.units, top: half - y / PICTURE.units,
    width: width / PICTURE.units, height: height / PICTURE.units,
  };
}

/**
 * The base map as a picture of the sheet's part.
 * @param {Base} base
 * @param {Shapes[]} drawn
 * @param {View} view
 * @param {Label[]} counties whose names are written over it
 * @param {Spot[]} found
 */
function groundOf(base, drawn, view, counties, found) {
  const dots = PICTURE.dots * PICTURE.units;
  const canvas = make("canvas", { width: Math.round(view.width * dots), height: Math.round(view.height * dots), "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const look = LOOKS.paper;
  context.setTransform(dots, 0, 0, dots, 0, 0);
  paintSea(context, base, view, look);
  paint(context, [shapesOf("around", base.around), shapesOf("land", base.land), ...drawn], view, look);
  paintBorders(context, shapesOf("border", base.borders.length ? [base.borders] : []), view, look, true);
  /** @type {Box[]} */
  const taken = found.map((spot) => {
    const { wide, high } = sizeOf(spot);
    return [(spot.x - wide / 2) / PICTURE.units, (spot.y - high / 2) / PICTURE.units, (spot.x + wide / 2) / PICTURE.units, (spot.y + high / 2) / PICTURE.units];
  });
  write(context, lettered(drawn, view, measuring(context), [...taken, ...nameBoxes(counties, view)], 1), look);
  return canvas;
}

/** @param {number[]} values */
const low = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
/** @param {number[]} values */
const high = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
/** @param {number} lat */
const northing = (lat) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) * (180 / Math.PI);

/**
 * Mercator's map in which all places have room, and a single one some ground around it.
 * @param {{lat: number, lon: number}[]} places
 * @param {number} width
 * @param {number} height
 * @returns {Project}
 */
function fitted(places, width, height) {
  const xs = places.map(({ lon }) => lon), ys = places.map(({ lat }) => northing(lat));
  const middle = [(low(xs) + high(xs)) / 2, (low(ys) + high(ys)) / 2];
  const least = LEAST_METRES / 111320;
  const scale = Math.min(0.84 * width / Math.max(high(xs) - low(xs), least), 0.8 * height / Math.max(high(ys) - low(ys), least));
  return ([lat, lon]) => [width / 2 + (lon - middle[0]) * scale, height / 2 - (northing(lat) - middle[1]) * scale];
}

/**
 * Places whose marks would lie over one another have one with all their numbers.
 * @param {Numbered[]} places
 * @param {Project} project
 */
function spots(places, project) {
  /** @type {Spot[]} */
  const found = [];
  /** @param {Spot} spot */
  const place = (spot) => {
    const near = found.findIndex((other) => hides(spot, other));
    if (near < 0) { found.push(spot); return; }
    const [other] = found.splice(near, 1), all = other.numbers.length + spot.numbers.length;
    const mean = (/** @type {"x" | "y"} */ side) => (other[side] * other.numbers.length + spot[side] * spot.numbers.length) / all;
    // Larger now, it may lie over a third.
    place({ x: mean("x"), y: mean("y"), numbers: [...other.numbers, ...spot.numbers].sort((a, b) => a - b) });
  };
  places.forEach(({ lat, lon, number }) => {
    const [x, y] = project([lat, lon]);
    place({ x, y, numbers: [number] });
  });
  return found;
}

/**
 * Whether one mark would hide what another says.
 * @param {Spot} one
 * @param {Spot} other
 */
function hides(one, other) {
  const a = sizeOf(one), b = sizeOf(other);
  return Math.abs(one.x - other.x) < (a.wide + b.wide) / 2 - 8 && Math.abs(one.y - other.y) < (a.high + b.high) / 2 - 8;
}

/** @param {Spot} spot */
function sizeOf({ numbers }) {
  /** @type {string[]} */
  const lines = [];
  ranges(numbers).split("、").forEach((part) => {
    const last = lines.length - 1;
    if (last >= 0 && lines[last].length + part.length < LINE) lines[last] += "、" + part;
    else lines.push(part);
  });
  const wide = Math.max(2 * MARK, high(lines.map((line) => line.length)) * 20 + 24);
  return { lines, wide, high: 2 * MARK + (lines.length - 1) * LEADING };
}

/**
 * Numbers as one reads them: 1–3、7.
 * @param {number[]} numbers ascending
 */
function ranges(numbers) {
  /** @type {[number, number][]} */
  const found = [];
  numbers.forEach((number) => {
    const last = found[found.length - 1];
    if (last && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  });
  return found.map(([first, last]) => (first === last ? String(first) : `${first}–${last}`)).join("、");
}

/**
 * @param {Spot} spot
 * @param {number} width
 */
function numbered(spot, width) {
  const { lines, wide, high: tall } = sizeOf(spot), top = spot.y - tall / 2;
  const middle = Math.min(Math.max(spot.x, wide / 2 + 4), width - wide / 2 - 4);
  return [
    makeSvg("rect", { x: middle - wide / 2, y: top, width: wide, height: tall, rx: MARK, fill: "#0B3C7D", stroke: "#FFFFFF", "stroke-width": 4 }),
    ...lines.map((line, i) => written(line, middle, top + MARK + 11 + i * LEADING, 31, { fill: "#FFFFFF", "text-anchor": "middle", "font-weight": 700 })),
  ];
}

/**
 * @param {Numbered[]} places
 * @param {Project} project
 * @param {number} width
 * @param {number} height
 * @param {(metres: number) => string} length
 */
function scaleBar(places, project, width, height, length) {
  const { lat, lon } = places[0], [x] = project([lat, lon]), [there] = project([lat, lon + 0.01]);
  const units = (there - x) / metres(lat, lon, lat, lon + 0.01);
  const bar = BARS_M.filter((metre) => metre * units < width / 5).pop() || BARS_M[0];
  const right = width - 24, top = height - 24;
  return [
    makeSvg("path", { d: `M${right - bar * units} ${top - 10}v10H${right}v-10`, fill: "none", stroke: "#1C2733", "stroke-width": 4 }),
    haloed(length(bar), right, top - 20, 28, "#1C2733", "end"),
  ];
}

/**
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {number} size
 * @param {Record<string, string | number>} look
 */
function written(text, x, y, size, look) {
  const node = makeSvg("text", { x, y, "font-size": size, ...look });
  node.textContent = text;
  return node;
}

/**
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {number} size
 * @param {string} fill
 * @param {string} anchor
 */
const haloed = (text, x, y, size, fill, anchor) => written(text, x, y, size, {
  fill, "text-anchor": anchor, stroke: "#FFFFFF", "stroke-width": 8, "paint-order": "stroke", "stroke-linejoin": "round",
});
