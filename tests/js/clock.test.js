import assert from "node:assert/strict";
import test from "node:test";
import { WEEK, hoursToday, nextAt, openState, openWords } from "../../coverage/gdcoverage/emap/scripts/clock.js";
import { Words } from "../../coverage/gdcoverage/emap/scripts/words.js";

const calendar = { off: [100], work: [103], unsettled: [200, 201], since: 0, horizon: 300, until: "2026-12-31" };
const at = (weekday, hour, minute = 0, day = 4) => ({ day, minute: weekday * 1440 + hour * 60 + minute });
// Monday to Friday 9-12 and 14-17, Saturday 9-12.
const open = [0, 1, 2, 3, 4].flatMap((d) => [d * 1440 + 540, d * 1440 + 720, d * 1440 + 840, d * 1440 + 1020]).concat([5 * 1440 + 540, 5 * 1440 + 720]);
const week = { open, holidays: null, daysSaid: true };
const words = (schedule, now) => openWords(new Words(), openState(schedule, calendar, now), now).join("|");

test("open from the first minute to the last", () => {
  assert.equal(words(week, at(0, 8, 59)), "休息中|09:00 开门");
  assert.equal(words(week, at(0, 9)), "营业中|12:00 关门");
  assert.equal(words(week, at(0, 11, 59)), "营业中|12:00 关门");
  assert.equal(words(week, at(0, 12)), "休息中|14:00 开门");
});

test("after the last hours comes the next day that has some", () => {
  assert.equal(words(week, at(0, 18)), "休息中|明天 09:00 开门");
  assert.equal(words(week, at(5, 12)), "休息中|周一 09:00 开门");
  assert.equal(words(week, at(6, 20)), "休息中|明天 09:00 开门");
});

test("a week later where an outlet opens once a week", () => {
  const once = { open: [540, 600], holidays: null, daysSaid: true };
  // Day 4 is 5 January, a Monday.
  assert.equal(words(once, at(0, 10)), "休息中|1月12日 09:00 开门");
});

test("a holiday in between is not promised", () => {
  assert.equal(words(week, at(2, 18, 0, 99)), "休息中|周五 09:00 开门");
  assert.equal(words({ open, holidays: true, daysSaid: true }, at(2, 18, 0, 99)), "休息中|明天 09:00 开门");
});

test("never closes, and across midnight", () => {
  assert.equal(words({ open: [0, WEEK], holidays: null, daysSaid: true }, at(3, 3)), "营业中|全天营业");
  const night = { open: [0, 120, 6 * 1440 + 1320, WEEK], holidays: null, daysSaid: true };
  assert.equal(words(night, at(6, 23)), "营业中|02:00 关门");
});

test("holidays: unknown where nothing is said, as said otherwise", () => {
  assert.equal(words(week, at(3, 10, 0, 100)), "节假日，请电话确认|");
  assert.equal(words({ open, holidays: false, daysSaid: true }, at(3, 10, 0, 100)), "休息中|节假日休息");
  assert.equal(words({ open, holidays: true, daysSaid: true }, at(3, 10, 0, 100)), "营业中|12:00 关门");
});

test("a weekend that is worked: open where hours say so, else unknown", () => {
  assert.equal(words(week, at(5, 10, 0, 103)), "营业中|12:00 关门");
  assert.equal(words(week, at(5, 15, 0, 103)), "调休上班日，请电话确认|");
});

test("unknown hours stay unknown", () => {
  assert.equal(words(null, at(0, 10)), "营业时间未知|");
  assert.equal(words({ open: [], holidays: null, daysSaid: true }, at(0, 10)), "营业时间未知|");
});

test("days that only a coming notice settles, and days beyond the calendar, promise nothing", () => {
  for (const schedule of [week, { ...week, holidays: true }, { ...week, holidays: false }]) {
    for (const day of [200, 201, -1, 301]) {
      for (const hour of [3, 10, 20]) assert.equal(words(schedule, at(3, hour, 0, day)), "可能休息，请先致电|");
    }
    assert.equal(words(schedule, at(2, 18, 0, 199)), "休息中|周六 09:00 开门");
  }
  assert.equal(words(null, at(3, 10, 0, 200)), "营业时间未知|");
});

test("hours of unsaid days: closed outside them, else to be asked for", () => {
  const daily = [0, 1, 2, 3, 4, 5, 6].flatMap((d) => [d * 1440 + 540, d * 1440 + 1020]);
  const hours = { open: daily, holidays: false, daysSaid: false };
  assert.equal(words(hours, at(0, 8, 59)), "休息中|");
  assert.equal(words(hours, at(6, 10)), "未注明星期几营业，请先致电|");
  assert.equal(words(hours, at(0, 10)), "未注明星期几营业，请先致电|");
  assert.equal(words(hours, at(3, 10, 0, 100)), "休息中|节假日休息");
});

test("the next moment at a minute of the week is today or within the week", () => {
  assert.deepEqual(nextAt(at(2, 10, 0, 6), 2 * 1440 + 600), { day: 6, minute: 2 * 1440 + 600 });
  assert.deepEqual(nextAt(at(2, 10, 0, 6), 2 * 1440 + 599), { day: 13, minute: 2 * 1440 + 599 });
  assert.deepEqual(nextAt(at(2, 10, 0, 6), 600), { day: 11, minute: 600 });
  assert.deepEqual(nextAt(at(6, 23, 59, 10), 0), { day: 11, minute: 0 });
});

test("hours of today", () => {
  assert.equal(hoursToday(week, at(0, 20)), "09:00–12:00，14:00–17:00");
  assert.equal(hoursToday(week, at(6, 10)), "");
});
