import assert from "node:assert/strict";
import test from "node:test";
import { noConditions, select as selected } from "../../coverage/gdcoverage/emap/scripts/filter.js";
import { metres, openStore } from "../../coverage/gdcoverage/emap/scripts/store.js";

// Four outlets: two of bank A in county X, one of B in X, one of A in Y.
const store = () => openStore({
  id: ["1", "2", "3", "4"],
  name: ["甲一支行", "甲二支行", "乙支行", "甲三支行"],
  address: ["东路1号", "西路2号", "东路3号", ""],
  lon: [11300000, 11310000, 11320000, 11330000],
  lat: [2300000, 2300000, 2300000, 2300000],
  bank: { values: ["甲银行", "乙银行"], codes: [0, 0, 1, 0] },
  county: { values: [{ adcode: "1", name: "番禺区", city: "" }, { adcode: "2", name: "大埔县", city: "" }], codes: [0, 0, 0, 1] },
  hours: { values: ["工作日", ""], codes: [0, 1, 0, 0] },
  schedules: [{ open: [540, 1020], holidays: null, daysSaid: true }, null],
  items: [1, 3, 2, 3],
  modes: [1, 1, 1, 0],
  itemNames: ["养老", "工伤"],
  modeNames: ["窗口"],
  aliases: [["甲银行"], ["乙银行"]],
  everyday: { items: [], modes: [], when: [], asked: [], elsewhere: [], idle: [] },
  pinyin: { 番: "pan fan", 禺: "yu", 沙: "sha", 湾: "wan", 甲: "jia" },
  calendar: { off: [5], work: [], unsettled: [12], since: 0, horizon: 99, until: "2026-12-31" },
});
const monday = (minute) => ({ day: 4, minute });
const select = (change, origin = null, now = monday(600)) =>
  selected(store(), { ...noConditions(), ...change }, origin, now);

test("without conditions everything is shown in order", () => {
  assert.deepEqual([...select({}).shown], [0, 1, 2, 3]);
});

test("items asked for together must all be offered", () => {
  assert.deepEqual([...select({ items: 3 }).shown], [1, 3]);
});

test("open now leaves out those with unknown hours and counts them", () => {
  const found = select({ open: true });
  assert.deepEqual([...found.shown], [0, 2, 3]);
  assert.equal(found.unknown, 1);
  assert.deepEqual([...select({ open: true }, null, monday(1020)).shown], []);
});

test("open at a time of one's choice minds the calendar of that day", () => {
  // Now is Monday, day 4: Monday at ten is today, at nine next week; Tuesday is a holiday, all closed then.
  assert.deepEqual([...select({ at: 600 }).shown], [0, 2, 3]);
  assert.equal(select({ at: 600 }).unknown, 1);
  assert.deepEqual([...select({ at: 540 }).shown], [0, 2, 3]);
  assert.deepEqual([...select({ at: 1440 + 600 }).shown], []);
  assert.equal(select({ at: 1440 + 600 }).unknown, 4);
  assert.deepEqual([...select({ at: 600, open: true }, null, monday(1020)).shown], []);
});

test("what is asked of the week leaves out those with unknown hours and counts them", () => {
  const found = select({ week: 4 });
  assert.deepEqual([...found.shown], [0, 2, 3]);
  assert.equal(found.unknown, 1);
  assert.deepEqual([...found.counts.week], [0, 0, 3, 0]);
  assert.deepEqual([...select({ week: 1 }).shown], []);
});

test("counts say what each further choice would leave", () => {
  const { counts } = select({ bank: 0 });
  assert.deepEqual([...counts.county], [2, 1]);
  assert.deepEqual([...counts.bank], [3, 1]);
  assert.deepEqual([...counts.items], [3, 2]);
  assert.equal(counts.open, 2);
});

test("with an origin the nearest comes first", () => {
  assert.deepEqual([...select({}, { lat: 23, lon: 113.19 }).shown], [2, 1, 3, 0]);
});

test("names weigh more than addresses, beginnings more than middles", () => {
  assert.deepEqual([...select({ query: "甲" }).shown], [0, 1, 3]);
  assert.deepEqual([...select({ query: "东路" }).shown], [0, 2]);
});

test("a word that is nowhere is read as two", () => {
  assert.deepEqual([...select({ query: "番禺乙银" }).shown], [2]);
  assert.deepEqual(select({ query: "番禺丙行" }).found.skipped, ["丙行"]);
});

test("metres are those of the sphere", () => {
  assert.ok(Math.abs(metres(0, 0, 0, 1) - 111195.08) < 0.01);
});
