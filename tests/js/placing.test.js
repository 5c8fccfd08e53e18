import assert from "node:assert/strict";
import test from "node:test";
import { lettered } from "../../coverage/gdcoverage/emap/scripts/lettering.js";
import { Room, along, lengths, tries, wrapped } from "../../coverage/gdcoverage/emap/scripts/placing.js";

const name = ["深", "南", "大", "道"], wide = [10, 10, 10, 10];
const placed = (line, at = 50) => along(line, lengths(line), at, name, wide);

test("a name runs from left to right whichever way the street was drawn", () => {
  for (const line of [[0, 0, 100, 0], [100, 0, 0, 0]]) {
    const letters = placed(line);
    assert.deepEqual(letters.map(({ x }) => Math.round(x)), [35, 45, 55, 65]);
    assert.ok(letters.every(({ angle }) => Math.abs(angle) < 1e-9));
  }
});

test("along a steep street Chinese is written downwards and upright, Latin lies along it", () => {
  for (const line of [[0, 0, 0, 100], [0, 100, 0, 0]]) {
    const letters = placed(line);
    assert.deepEqual(letters.map(({ y }) => Math.round(y)), [35, 45, 55, 65]);
    assert.ok(letters.every(({ angle }) => Math.abs(angle) < 1e-9));
  }
  const [first] = along([0, 0, 0, 100], [0, 100], 50, [..."Rua a"], [10, 10, 10, 10, 10]);
  assert.ok(Math.abs(Math.abs(first.angle) - Math.PI / 2) < 1e-9);
});

test("no name around a sharp corner, nor where the street doubles back", () => {
  assert.equal(placed([0, 0, 50, 0, 50, 50]), null);
  assert.equal(placed([0, 0, 50, 0, 0, 1]), null);
  assert.ok(placed([0, 0, 50, 0, 100, 10]));
});

test("names are tried from the middle outwards and never beyond the ends", () => {
  const all = [...tries(1000, 40, 300)];
  assert.equal(all[0], 500);
  assert.ok(all.includes(200) && all.includes(800));
  assert.ok(all.every((at) => at >= 20 && at <= 980));
  assert.deepEqual([...tries(39, 40, 300)], []);
});

test("what is taken is not given twice, and nothing lies outside", () => {
  const room = new Room(200, 100);
  const box = [10, 10, 60, 30];
  assert.ok(room.free([box]));
  room.take([box]);
  assert.equal(room.free([[59, 29, 90, 40]]), false);
  assert.ok(room.free([[60, 10, 90, 40]]));
  assert.equal(room.free([[190, 10, 210, 20]]), false);
  room.say("中山路", 10, 10);
  assert.ok(room.saidNear("中山路", 20, 10, 11));
  assert.equal(room.saidNear("中山路", 30, 10, 11), false);
});

test("long names break in their middle, at a space, before a bracket", () => {
  assert.deepEqual(wrapped("深圳大学", 7), ["深圳大学"]);
  assert.deepEqual(wrapped("南山外国语学校文华学校", 7), ["南山外国语学", "校文华学校"]);
  assert.deepEqual(wrapped("清溪河（合成示例）", 7), ["清溪河", "（合成示例）"]);
  assert.deepEqual(wrapped("Praça da Alfândega", 7), ["Praça da", "Alfândega"]);
  assert.deepEqual(wrapped("Konditoreimeister", 7), ["Konditoreimeister"]);
});

// A square of streets by hand: two ranks, many names, one pixel a unit.
function layer(kind, rank, things) {
  const ring = Int32Array.from([0, ...things.map((_, i) => i + 1)]);
  const start = Int32Array.from(things.reduce((all, { xy }) => [...all, all[all.length - 1] + xy.length / 2], [0]));
  const box = Float64Array.from(things.flatMap(({ xy }) => {
    const xs = xy.filter((_, i) => i % 2 === 0), ys = xy.filter((_, i) => i % 2);
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  }));
  return { kind, rank, size: things.length, name: things.map(({ name }) => name), ring, start, xy: Float64Array.from(things.flatMap(({ xy }) => xy)), box };
}
const view = { zoom: 18, scale: 1, left: 0, top: 0, width: 1000, height: 800 };
const measure = (text, font) => [...text].length * Number(/(\d+(\.\d+)?)px/.exec(font)[1]);

test("in a dense grid no letters overlap, main streets come first, and what is taken stays free", () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ name: `横${i}路`, xy: [0, 20 * i + 5, 1000, 20 * i + 5] }));
  const main = [{ name: "深南大道", xy: [0, 400, 1000, 402] }];
  const places = Array.from({ length: 60 }, (_, i) => ({ name: `第${i}小学`, xy: [(i * 137) % 1000, (i * 89) % 800] }));
  const taken = [[480, 380, 520, 420]];
  const found = lettered([layer("road", 5, rows), layer("road", 1, main), layer("school", 2, places)], view, measure, taken, 1);
  const texts = found.map(({ text }) => text);
  assert.equal(texts[0], "深南大道");
  assert.ok(texts.filter((text) => text === "深南大道").length >= 2);
  assert.ok(texts.length > 40);
  const boxes = found.flatMap(({ font, letters }, owner) => letters.map(({ text, x, y }) => {
    const size = measure("一", font), half = (measure(text, font) / 2) * 0.95, tall = size * 0.45;
    return { owner, box: [x - half, y - tall, x + half, y + tall] };
  })).concat([{ owner: -1, box: taken[0] }]);
  for (const one of boxes) {
    for (const other of boxes) {
      if (one.owner <= other.owner) continue;
      const meet = one.box[0] < other.box[2] && other.box[0] < one.box[2] && one.box[1] < other.box[3] && other.box[1] < one.box[3];
      assert.equal(meet, false, `${texts[one.owner]} over ${texts[other.owner]}`);
    }
  }
});

test("far away only what is known far away is written", () => {
  const layers = [layer("place", 2, [{ name: "甲镇", xy: [500, 400] }]), layer("road", 5, [{ name: "小路", xy: [0, 10, 900, 10] }])];
  assert.deepEqual(lettered(layers, { ...view, zoom: 12 }, measure, [], 1).map(({ text }) => text), ["甲镇"]);
});

test("the exits of two stations keep their letters", () => {
  const exits = layer("exit", 1, [{ name: "A", xy: [100, 100] }, { name: "A", xy: [300, 100] }]);
  assert.deepEqual(lettered([exits], view, measure, [], 1).map(({ mark }) => mark), ["A", "A"]);
});
