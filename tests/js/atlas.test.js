import assert from "node:assert/strict";
import test from "node:test";
import { WORLD, inView, inWorld, openAtlas, pointsOf, shapesOf } from "../../coverage/gdcoverage/emap/scripts/atlas.js";

const sevens = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...sevens(value >>> 7)]);
const zigzag = (value) => (value < 0 ? -2 * value - 1 : 2 * value);
/** A block by hand: heading, then numbers. */
function block(layers, names, numbers) {
  const heading = new TextEncoder().encode(JSON.stringify({ layers, names }));
  return Uint8Array.from([heading.length & 255, heading.length >> 8, 0, 0, ...heading, ...numbers.flatMap(sevens)]);
}

test("a street and a house with a yard come out as they went in", () => {
  const steps = [[100, 200], [300, -50], [5, 5], [10, 0], [0, 10], [-8, -8], [2, 0], [0, 2]].flat().map(zigzag);
  const atlas = openAtlas(block([["road", 2, 1, 1, 2], ["building", 4, 1, 2, 6]], ["中山路"], [
    1, 1, 2, ...steps.slice(0, 4), 0, 2, 3, 3, ...steps.slice(4),
  ]));
  const [road, house] = atlas;
  assert.deepEqual([road.kind, road.rank, road.name, [...road.xy]], ["road", 2, ["中山路"], [100, 200, 400, 150]]);
  assert.deepEqual([...road.box], [100, 150, 400, 200]);
  assert.deepEqual(house.name, [""]);
  assert.deepEqual([[...house.ring], [...house.start]], [[0, 2], [0, 3, 6]]);
  // Steps go on from layer to layer.
  assert.deepEqual([...house.xy].slice(0, 2), [405, 155]);
});

test("a block cut short is damaged, not endless", () => {
  const whole = block([["road", 1, 1, 1, 2]], [], [0, 1, 2, 2, 2, 2, 2]);
  assert.throws(() => openAtlas(whole.subarray(0, whole.length - 1)), /damaged/);
});

test("the world's square is Web Mercator's", () => {
  assert.deepEqual(inWorld(0, 0), [WORLD / 2, WORLD / 2]);
  const [x, y] = inWorld(85.0511287798066, 180);
  assert.ok(Math.abs(x - WORLD) < 1e-6 && Math.abs(y) < 1e-3);
});

test("polygons of the older packing and places by name are shapes too", () => {
  const land = shapesOf("land", [[[11300000, 2300000, 100, 0, 0, 100], [-60, -90, 10, 0, 0, 10]], [[0, 0, 1, 1]]]);
  assert.deepEqual([[...land.ring], [...land.start]], [[0, 2, 3], [0, 3, 6, 8]]);
  assert.deepEqual([...land.xy].slice(0, 2), inWorld(23, 113));
  const [west, , east] = land.box;
  assert.ok(Math.abs(east - west - (WORLD * 0.001) / 360) < 1e-6);
  const places = pointsOf("outlet", ["甲", "乙"], (i) => [10 * i, 20]);
  assert.deepEqual([...places.box], [0, 20, 0, 20, 10, 20, 10, 20]);
  const view = { scale: 1, left: 5, top: 0, width: 10, height: 30 };
  assert.deepEqual([0, 1].map((i) => inView(places, i, view, 0)), [false, true]);
});
