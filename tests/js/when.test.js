import assert from "node:assert/strict";
import test from "node:test";
import { atHours, inUsualWeek } from "../../coverage/gdcoverage/emap/scripts/when.js";

const on = (days, ...spans) => days.flatMap((day) => spans.map(([from, to]) => [day * 1440 + from * 60, day * 1440 + to * 60])).flat();
const said = (open) => ({ open, holidays: null, daysSaid: true });
const asks = (...names) => names;
const WEEKDAYS = [0, 1, 2, 3, 4];

test("nothing asked is met by all, anything by nobody of whom nothing is known", () => {
  assert.equal(inUsualWeek(null, asks()), "open");
  assert.equal(inUsualWeek(null, asks("sat")), "unknown");
  assert.equal(inUsualWeek(said([]), asks("sat")), "unknown");
});

test("Saturdays and Sundays, both where both are asked for", () => {
  const saturday = said(on([...WEEKDAYS, 5], [9, 17]));
  assert.equal(inUsualWeek(saturday, asks("sat")), "open");
  assert.equal(inUsualWeek(saturday, asks("sun")), "closed");
  assert.equal(inUsualWeek(saturday, asks("sat", "sun")), "closed");
  assert.equal(inUsualWeek(said([0, 7 * 1440]), asks("sat", "sun", "noon", "late")), "open");
});

test("over noon means from twelve to two without a break, on every weekday that has hours", () => {
  assert.equal(inUsualWeek(said(on(WEEKDAYS, [9, 17])), asks("noon")), "open");
  assert.equal(inUsualWeek(said(on([1, 3], [12, 14])), asks("noon")), "open");
  assert.equal(inUsualWeek(said(on(WEEKDAYS, [9, 12], [14, 17])), asks("noon")), "closed");
  assert.equal(inUsualWeek(said(on(WEEKDAYS, [9, 13.5], [14, 17])), asks("noon")), "closed");
  assert.equal(inUsualWeek(said([...on([0], [9, 12]), ...on([1], [9, 17])]), asks("noon")), "closed");
  // Only at weekends: no weekday to go to.
  assert.equal(inUsualWeek(said(on([5], [9, 17])), asks("noon")), "closed");
  assert.equal(inUsualWeek(said([...on(WEEKDAYS, [9, 12], [14, 17]), ...on([5], [9, 17])]), asks("sat", "noon")), "open");
});

test("beyond half past five is later than half past five", () => {
  assert.equal(inUsualWeek(said(on(WEEKDAYS, [9, 17.5])), asks("late")), "closed");
  assert.equal(inUsualWeek(said(on(WEEKDAYS, [9, 18])), asks("late")), "open");
  assert.equal(inUsualWeek(said(on(WEEKDAYS, [18, 20])), asks("late")), "open");
});

test("hours of unsaid days rule out what they cannot meet, and promise nothing", () => {
  const hours = (...spans) => ({ open: on([0, 1, 2, 3, 4, 5, 6], ...spans), holidays: null, daysSaid: false });
  assert.equal(inUsualWeek(hours([9, 17]), asks("sat")), "unknown");
  assert.equal(inUsualWeek(hours([9, 17]), asks("noon")), "unknown");
  assert.equal(inUsualWeek(hours([9, 12], [14, 17]), asks("noon")), "closed");
  assert.equal(inUsualWeek(hours([9, 17]), asks("sat", "late")), "closed");
});

test("a weekend is either of its days, with all that is asked of a day; weekdays are all that have hours", () => {
  const saturday = said(on([...WEEKDAYS, 5], [9, 12]));
  assert.equal(inUsualWeek(saturday, asks("weekend")), "open");
  assert.equal(inUsualWeek(said(on(WEEKDAYS, [9, 17])), asks("weekend")), "closed");
  assert.equal(inUsualWeek(saturday, asks("weekend", "morning")), "open");
  assert.equal(inUsualWeek(saturday, asks("weekend", "afternoon")), "closed");
  assert.equal(inUsualWeek(said([...on([0, 1], [9, 17]), ...on([6], [9, 12])]), asks("workdays", "afternoon")), "open");
  assert.equal(inUsualWeek(said([...on([0, 1], [9, 12]), ...on([6], [9, 17])]), asks("sun", "workdays", "afternoon")), "closed");
});

test("today at noon is this day's noon, by the calendar", () => {
  const calendar = { off: [9], work: [10], unsettled: [], since: 0, horizon: 99, until: "" };
  // Day 4 is a Monday. Noon on Mondays alone; Saturday, day 9, is off, and Sunday, day 10, is worked.
  const schedule = said([...on([0], [9, 17]), ...on([1, 5], [9, 12])]);
  const at = (day, ...all) => atHours(all, schedule, calendar, { day, minute: ((day + 3) % 7) * 1440 + 600 });
  const [noon, today, tomorrow, now] = [{ time: "noon" }, { asked: "today" }, { asked: "tomorrow" }, { asked: "now" }];
  assert.equal(at(4, today, noon), "open");
  assert.equal(at(4, noon), "closed");
  assert.equal(at(4, tomorrow), "open");
  assert.equal(at(4, tomorrow, noon), "closed");
  assert.equal(at(8, tomorrow, noon), "unknown");
  assert.equal(at(9, tomorrow, noon), "unknown");
  assert.equal(at(4, now, { time: "sat" }), "open");
  assert.equal(at(4), "open");
});
