import assert from "node:assert/strict";
import test from "node:test";
import { pointsOf } from "../../coverage/gdcoverage/emap/scripts/atlas.js";
import { paint, paintSea } from "../../coverage/gdcoverage/emap/scripts/brush.js";
import { LOOKS, WIDTHS, widthAt } from "../../coverage/gdcoverage/emap/scripts/tokens.js";

// A canvas that remembers what is asked of it.
globalThis.Path2D = class {
  constructor() { this.points = []; }
  moveTo(x, y) { this.points.push([x, y]); }
  lineTo(x, y) { this.points.push([x, y]); }
  closePath() {}
};
function canvas() {
  const done = [];
  return {
    done, setLineDash() {},
    fill(path) { done.push(["fill", this.fillStyle, path.points]); },
    stroke(path) { done.push(["stroke", this.strokeStyle, this.lineWidth, path.points]); },
    fillRect(...box) { done.push(["rect", this.fillStyle, box]); },
  };
}
const street = (rank, xy) => ({
  kind: "road", rank, size: 1, name: [""], ring: Int32Array.from([0, 1]), start: Int32Array.from([0, xy.length / 2]),
  xy: Int32Array.from(xy), box: Float64Array.from([Math.min(xy[0], xy[xy.length - 2]), 0, Math.max(xy[0], xy[xy.length - 2]), 10]),
});
const view = (zoom) => ({ zoom, scale: 1, left: 0, top: 0, width: 400, height: 400 });

test("widths grow with the zoom, greater streets are wider and seen from farther", () => {
  for (let rank = 1; rank < 7; rank++) {
    for (let zoom = 6; zoom < 19; zoom += 0.5) {
      assert.ok(widthAt(WIDTHS[rank], zoom) <= widthAt(WIDTHS[rank], zoom + 0.5));
      assert.ok(widthAt(WIDTHS[rank], zoom) >= widthAt(WIDTHS[rank + 1], zoom) || rank === 6);
    }
  }
  assert.equal(widthAt(WIDTHS[5], 11.9), 0);
  assert.equal(widthAt(WIDTHS[1], 30), 32);
});

test("edges lie under all streets, and the greatest street on top", () => {
  const context = canvas(), look = LOOKS.day;
  paint(context, [street(1, [0, 5, 300, 5]), street(5, [0, 9, 300, 9])], view(16), look);
  const strokes = context.done.filter(([what, , , points]) => what === "stroke" && points.length).map(([, colour]) => colour);
  assert.deepEqual(strokes, [look.edge[5], look.edge[1], look.road[5], look.road[1]]);
});

test("points nearer than a pixel are passed over, ends never; what is out of view is not drawn", () => {
  const context = canvas();
  const winding = [0, 5, ...Array.from({ length: 50 }, (_, i) => [100 + (i % 2), 5]).flat(), 300, 5];
  const far = { ...street(1, [5000, 5, 6000, 5]), box: Float64Array.from([5000, 5, 6000, 5]) };
  paint(context, [{ ...street(1, winding), box: Float64Array.from([0, 5, 300, 5]) }, far], { ...view(16), scale: 0.25 }, LOOKS.day);
  const [, , , points] = context.done.find(([what, , , points]) => what === "stroke" && points.length);
  assert.deepEqual([points[0], points[points.length - 1]], [[0, 1.25], [75, 1.25]]);
  assert.ok(points.length < 6);
});

test("beyond the frame of what is known there is no sea", () => {
  const known = canvas(), unknown = canvas();
  paintSea(known, { frame: [-10, -10, 10, 10] }, view(10), LOOKS.day);
  assert.deepEqual(known.done.map(([, colour]) => colour), [LOOKS.day.outside, LOOKS.day.sea]);
  paintSea(unknown, { frame: null }, view(10), LOOKS.day);
  assert.deepEqual(unknown.done.map(([, colour]) => colour), [LOOKS.day.around]);
});

test("places have no outline to fill", () => {
  const context = canvas();
  paint(context, [pointsOf("place", ["甲村"], () => [5, 5])], view(16), LOOKS.day);
  assert.ok(context.done.every(([, , third]) => !Array.isArray(third) || !third.length));
});

test("ink stands out from the ground in every look, and greater streets from lesser", () => {
  const light = (hex) => {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => (Math.max(light(one), light(other)) + 0.05) / (Math.min(light(one), light(other)) + 0.05);
  for (const [name, look] of Object.entries(LOOKS)) {
    for (const [ink, colour] of Object.entries(look.ink)) {
      for (const ground of ["halo", "land", "green", "building", "built", "campus"]) {
        // WCAG 2.2, 1.4.3.
        assert.ok(contrast(colour, look[ground]) >= 4.5, `${name}: ${ink} on ${ground} ${contrast(colour, look[ground])}`);
      }
    }
    assert.ok(contrast(look.edge[1], look.road[1]) > 1.5, name);
  }
});
