import assert from "node:assert/strict";
import test from "node:test";
import { noConditions, select } from "../../coverage/gdcoverage/emap/scripts/filter.js";
import { search } from "../../coverage/gdcoverage/emap/scripts/search.js";
import { openStore } from "../../coverage/gdcoverage/emap/scripts/store.js";
import { apart } from "../../coverage/gdcoverage/emap/scripts/texts.js";

const WORKDAYS = [0, 1, 2, 3, 4].flatMap((day) => [day * 1440 + 540, day * 1440 + 1020]);
const readings = {
  天: "tian", 河: "he", 区: "qu", 工: "gong", 商: "shang", 银: "yin", 行: "hang xing", 中: "zhong", 国: "guo", 农: "nong", 业: "ye",
  失: "shi", 保: "bao", 险: "xian", 岗: "gang", 顶: "ding", 石: "shi", 牌: "pai", 支: "zhi",
};
// Two banks in two counties; the last outlet's hours are not known, the second also opens on Saturday.
const store = () => Object.assign(openStore({
  id: ["1", "2", "3", "4"],
  name: ["石牌支行", "农行岗顶支行", "中国银行东路支行", "天河路支行"],
  address: ["天河路1号", "石牌路2号", "工人路3号", ""],
  lon: [11300000, 11310000, 11320000, 11330000],
  lat: [2300000, 2300000, 2300000, 2300000],
  bank: { values: ["中国工商银行", "中国农业银行", "中国银行"], codes: [0, 1, 2, 0] },
  aliases: [["中国工商银行", "工商银行", "工行"], ["中国农业银行", "农业银行", "农行"], ["中国银行", "中行"]],
  county: { values: [{ adcode: "1", name: "天河区", city: "广州市" }, { adcode: "2", name: "大埔县", city: "" }], codes: [0, 0, 1, 1] },
  hours: { values: ["a", "b", ""], codes: [0, 1, 0, 2] },
  schedules: [
    { open: WORKDAYS, holidays: null, daysSaid: true },
    { open: [...WORKDAYS, 5 * 1440 + 540, 5 * 1440 + 720], holidays: true, daysSaid: true }, null,
  ],
  items: [1, 3, 2, 3],
  modes: [1, 1, 3, 0],
  itemNames: ["养老", "失业保险"],
  modeNames: ["窗口", "自助"],
  everyday: {
    items: [[1, ["养老", "退休"]], [2, ["失业保险", "失业金"]], [3, ["社保"]]],
    modes: [[2, ["自助", "自助机"]]],
    when: [["sat", ["周六", "星期六"]], ["late", ["晚上"]], ["morning", ["上午"]]],
    asked: [["now", ["现在"]], ["tomorrow", ["明天"]], ["holidays", ["节假日"]]],
    elsewhere: [["由别处经办", ["生育津贴"]]],
    idle: ["的", "办", "附近", "银行"],
  },
  pinyin: readings,
  sounds: { hang: "杭", nong: "浓" },
  simple: "銀银東东",
  calendar: { off: [9], work: [], unsettled: [12], since: 0, horizon: 99, until: "2026-12-31" },
}), {
  names: {
    groups: [
      { county: "天河区", kind: "车站", names: "岗顶\n珠江新城", south: 230000, west: 1130000, lat: [0, 0], lon: [2100, 3100] },
      { county: "天河区", kind: "医院", names: "一医院\n二医院", south: 230000, west: 1130000, lat: [0, 0], lon: [0, 0] },
    ],
    pinyin: { 珠: "zhu", 江: "jiang", 新: "xin", 城: "cheng" },
    simple: "",
  },
});
// Monday, 10 o'clock.
const now = { day: 4, minute: 600 };
const found = (query, at = now) => select(store(), { ...noConditions(), query }, null, at);
const shown = (query, at) => [...found(query, at).shown];

test("an alias is that bank, and no text is", () => {
  assert.deepEqual(shown("工行"), [0, 3]);
  assert.deepEqual(shown("gh"), [0, 3]);
  assert.deepEqual(shown("gonghang"), [0, 3]);
  assert.deepEqual(shown("中国银行"), [2]);
  assert.deepEqual(shown("中行"), [2]);
});

test("everyday words are items and modes; of several items any will do", () => {
  assert.deepEqual(shown("退休"), [0, 1, 3]);
  assert.deepEqual(shown("失业金"), [1, 2, 3]);
  assert.deepEqual(shown("自助机"), [2]);
  assert.deepEqual(shown("社保"), [0, 1, 2, 3]);
});

test("words in any order, with spaces or without", () => {
  for (const query of ["天河 失业金 农行", "农行失业金天河", "天河区农行办失业金的银行", "失业金，农行，天河"]) {
    assert.deepEqual(shown(query), [1], query);
  }
});

test("a county is not a street that is called so", () => {
  assert.deepEqual(shown("天河"), [0, 1]);
  assert.deepEqual(shown("天河路"), [3, 0]);
  assert.deepEqual(shown("广州"), [0, 1]);
});

test("hours narrow by the week, and tell who is left out for want of them", () => {
  assert.deepEqual(shown("周六"), [1]);
  assert.equal(found("周六").unknown, 1);
  assert.deepEqual(shown("星期六 上午"), [1]);
  assert.deepEqual(shown("周六 晚上"), []);
  assert.deepEqual(shown("现在"), [0, 1, 2]);
  assert.deepEqual(shown("现在", { day: 4, minute: 1100 }), []);
  assert.deepEqual(shown("节假日"), [1]);
  // Friday; Saturday is a holiday.
  const tomorrow = found("明天", { day: 8, minute: 4 * 1440 + 600 });
  assert.deepEqual([...tomorrow.shown], [1]);
  assert.equal(tomorrow.unknown, 3);
  // Tuesday; only a notice says whether tomorrow is a holiday.
  assert.equal(found("明天", { day: 11, minute: 1440 + 600 }).unknown, 4);
});

test("whom nobody can tell of is counted once, and only where all else is met", () => {
  assert.equal(select(store(), { ...noConditions(), query: "周六", open: true }, null, now).unknown, 1);
  assert.equal(select(store(), { ...noConditions(), query: "周六", county: 0 }, null, now).unknown, 0);
  assert.equal(select(store(), { ...noConditions(), query: "节假日", county: 0 }, null, now).unknown, 1);
});

test("traditional, full-width, alike in sound, one character wrong", () => {
  assert.deepEqual(shown("工商銀行"), [0, 3]);
  assert.deepEqual(shown("ｇｈ"), [0, 3]);
  assert.deepEqual(shown("東路"), [2]);
  assert.deepEqual(shown("工商银杭"), [0, 3]);
  assert.deepEqual(shown("浓行"), [1]);
  assert.deepEqual(shown("工商很行"), [0, 3]);
});

test("what is alike is said to be so, and stands in for what is not there", () => {
  assert.equal(found("石牌支行").found.alike, false);
  assert.equal(found("石排支行").found.alike, true);
  assert.deepEqual(shown("石排支行"), [0]);
});

test("a place that no outlet names: outlets by their distance from it", () => {
  const { shown: near, found: { places }, near: { lat, lon } } = found("珠江新城");
  assert.deepEqual([lat, lon], [23, 113.31]);
  assert.deepEqual(near, [3, 2, 1, 0]);
  assert.equal(places[0].part.word, "珠江新城");
  assert.deepEqual(shown("zhujiangxincheng"), near);
  assert.deepEqual(shown("珠江新成"), near);
  assert.deepEqual(shown("失业金 珠江新城附近"), [3, 2, 1]);
});

test("a place that outlets name is offered, and before them where nothing else is asked", () => {
  const { found: { near, places, placesFirst }, shown: named } = found("岗顶");
  assert.deepEqual([near, places.length, placesFirst], [-1, 1, true]);
  assert.deepEqual([...named], [1]);
  assert.equal(found("岗顶 农行").found.placesFirst, false);
});

test("of several places of a kind the reader chooses", () => {
  const { found: { places, some } } = found("医院");
  assert.deepEqual([places.length, some], [2, false]);
});

test("nothing found is never nothing said", () => {
  const { found: { tries } } = found("周六 晚上");
  // 晚上 alone would find nothing either.
  assert.deepEqual(tries, [{ query: "周六", count: 1 }]);
  assert.ok(found("魑魅魍魉").found.tries.length > 0);
  assert.deepEqual(shown("生育津贴"), []);
  assert.equal(found("生育津贴").found.parts[0].meanings[0].label, "由别处经办");
  assert.deepEqual(found("工行 魑魅").found.skipped, ["魑魅"]);
});

test("signs and spaces alone ask for nothing", () => {
  assert.equal(search(store(), " ，、 ", now), null);
});

test("Levenshtein", () => {
  assert.deepEqual([apart("", "ab"), apart("abc", "abc"), apart("kitten", "sitting")], [2, 0, 3]);
});
