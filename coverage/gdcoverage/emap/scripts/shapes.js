// Shapes: packed numbers to coordinates, and the marks that are not circles.
/** @import { Area, Corners, Lines, Style } from "./types.js" */
import { makeSvg } from "./dom.js";

/**
 * Lists of x, y, then steps, also from line to line, in 1e-5 degrees -> lists of [lat, lon].
 * @param {Lines} lines
 * @returns {[number, number][][]}
 */
export function unpack(lines) {
  let x = 0, y = 0;
  return lines.map((packed) => {
    /** @type {[number, number][]} */
    const points = [];
    for (let i = 0; i < packed.length; i += 2) {
      x += packed[i];
      y += packed[i + 1];
      points.push([y / 1e5, x / 1e5]);
    }
    return points;
  });
}

/** @param {Area} area */
export const unpackArea = (area) => area.map(unpack);

// Canvas marks: Leaflet draws a circle for every CircleMarker; these draw their own outline.
export class Diamond extends L.CircleMarker {
  _updatePath() {
    drawMark(this, diamond);
  }
}

export class Triangle extends L.CircleMarker {
  _updatePath() {
    drawMark(this, triangle);
  }
}

/** A circle of which only the line is clicked: what it surrounds keeps its own card. */
export class Ring extends L.CircleMarker {
  /** @param {L.Point} p */
  _containsPoint(p) {
    const mark = /** @type {any} */ (this), reach = 4 + mark._clickTolerance();
    return Math.abs(p.distanceTo(mark._point) - mark._radius) <= reach;
  }
}

/** A line with a head in its middle, towards its end. */
export class Leap extends L.Polyline {
  _updatePath() {
    const mark = /** @type {any} */ (this), context = mark._renderer._ctx;
    mark._renderer._updatePoly(mark);
    const [from, to] = /** @type {L.Point[]} */ (mark._rings[0] || []);
    if (!mark._renderer._drawing || !to || from.distanceTo(to) < 3 * HEAD) return;
    const middle = from.add(to).divideBy(2), ahead = to.subtract(from).divideBy(from.distanceTo(to));
    const corner = (/** @type {number} */ along, /** @type {number} */ across) => [middle.x + HEAD * (along * ahead.x - across * ahead.y), middle.y + HEAD * (along * ahead.y + across * ahead.x)];
    context.beginPath();
    [corner(1, 0), corner(-0.8, 0.8), corner(-0.8, -0.8)].forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](x, y));
    context.closePath();
    context.globalAlpha = 1;
    context.fillStyle = mark.options.color;
    context.fill();
  }

  /** Room for the head, and for fingers. */
  _clickTolerance() {
    return HEAD;
  }
}
// Half of the length of a line's head, pixels.
const HEAD = 8;

/** @type {Corners} */
const triangle = (r) => [[0, -r * 1.3], [r * 1.25, r], [-r * 1.25, r]];
/** @type {Corners} */
const diamond = (r) => [[0, -r * 1.2], [r * 1.2, 0], [0, r * 1.2], [-r * 1.2, 0]];
/** @type {Corners} */
const star = (r) => Array.from({ length: 10 }, (_, i) => {
  const reach = i % 2 ? r * 0.45 : r;
  return [reach * Math.sin((i * Math.PI) / 5), -reach * Math.cos((i * Math.PI) / 5)];
});
/** @type {Corners} */
const square = (r) => [[-r, -r], [r, -r], [r, r], [-r, r]];

/**
 * @param {any} mark whose insides Leaflet does not publish
 * @param {Corners} corners
 */
function drawMark(mark, corners) {
  const renderer = mark._renderer;
  if (!renderer._drawing || mark._empty()) return;
  const context = renderer._ctx, p = mark._point;
  context.beginPath();
  corners(mark._radius).forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](p.x + x, p.y + y));
  context.closePath();
  renderer._fillStroke(context, mark);
}

const CROSS = "M9 3l16 16M25 3l-16 16";

/** What stood where something goes away from. */
export function cross(/** @type {Style} */ style) {
  const svg = makeSvg("svg", { width: 34, height: 22, "aria-hidden": "true" });
  for (const [stroke, width] of [["#FFFFFF", 7], [style.options.color, 4]]) svg.append(makeSvg("path", { d: CROSS, fill: "none", stroke, "stroke-width": width }));
  return svg;
}

/**
 * The mark of a style as a small drawing for the legend.
 * @param {Style} style
 */
export function swatch(style) {
  const svg = makeSvg("svg", { width: 34, height: 22, "aria-hidden": "true" });
  const o = style.options;
  /**
   * @param {"circle" | "polygon" | "path" | "rect"} name
   * @param {Record<string, string | number | undefined>} attributes
   */
  const draw = (name, attributes) => svg.append(makeSvg(name, attributes));
  const fill = { fill: o.fillColor, "fill-opacity": o.fillOpacity };
  const corners = (/** @type {Corners} */ shape, /** @type {number} */ r) => shape(r).map(([x, y]) => `${17 + x},${11 + y}`).join(" ");
  if (style.shape === "circle") draw("circle", { cx: 17, cy: 11, r: 6, ...fill });
  if (style.shape === "star") draw("polygon", { points: corners(star, 9), ...fill });
  if (style.shape === "diamond") draw("polygon", { points: corners(diamond, 6), ...fill });
  if (style.shape === "triangle") draw("polygon", { points: corners(triangle, 6), ...fill });
  if (style.shape === "outlet") {
    draw("polygon", { points: corners(square, 8), ...fill });
    draw("path", { d: "M13 11h8M17 7v8", stroke: o.color, "stroke-width": 2 });
  }
  const stroke = { stroke: o.color, "stroke-width": Math.max(o.weight, 1.5), "stroke-dasharray": o.dashArray || "" };
  if (style.shape === "area") draw("rect", { x: 3, y: 3, width: 28, height: 16, ...fill, ...stroke });
  if (style.shape === "ring") draw("circle", { cx: 17, cy: 11, r: 7, fill: "none", ...stroke });
  if (style.shape === "cross") draw("path", { d: CROSS, fill: "none", ...stroke });
  if (style.shape === "leap") {
    draw("path", { d: "M2 11h30", fill: "none", ...stroke });
    draw("polygon", { points: "25,11 13,6 13,16", fill: o.color });
  }
  if (style.shape === "line") draw("path", { d: "M2 11h30", fill: "none", ...stroke });
  return svg;
}
