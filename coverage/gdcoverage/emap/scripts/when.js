// When: whether opening hours meet what is asked of them: now, at a day and time, at weekends, over noon.
/** @import { Calendar, Conditions, Moment, OpenState, Schedule } from "./types.js" */
import { nextAt, openState } from "./clock.js";

/** @typedef {OpenState["state"]} Verdict unknown: nobody can tell */

/** What may be asked of the usual week, bit by bit: as the address and as the reader has it. */
export const WEEKLY = Object.freeze(["sat", "sun", "noon", "late"]);
export const WEEKLY_NAMES = Object.freeze(["周六", "周日", "中午 12:00–14:00", "17:30 以后"]);
const SAT = 1;
const SUN = 2;
const NOON = 4;
const LATE = 8;

/**
 * Whether a week without holidays meets all that is asked: open on the weekend days named; without a break
 * over noon, and beyond half past five, on these days, or else on every weekday that has hours.
 * @param {Schedule | null} schedule
 * @param {number} asked bits
 * @returns {Verdict}
 */
export function inUsualWeek(schedule, asked) {
  if (!asked) return "open";
  if (!schedule || !schedule.open.length) return "unknown";
  const { open } = schedule;
  const some = (/** @type {number} */ day, from = 0, to = 1440) =>
    open.some((start, i) => i % 2 === 0 && start < day * 1440 + to && open[i + 1] > day * 1440 + from);
  const through = (/** @type {number} */ day, /** @type {number} */ from, /** @type {number} */ to) =>
    open.some((start, i) => i % 2 === 0 && start <= day * 1440 + from && open[i + 1] >= day * 1440 + to);
  const named = [...(asked & SAT ? [5] : []), ...(asked & SUN ? [6] : [])];
  const days = named.length ? named : [0, 1, 2, 3, 4].filter((day) => some(day));
  const met = days.length > 0 && days.every((day) => some(day)
    && (!(asked & NOON) || through(day, 720, 840)) && (!(asked & LATE) || some(day, 1050)));
  return !met ? "closed" : schedule.daysSaid ? "open" : "unknown";
}

/** @param {Verdict[]} verdicts that must all be met */
const all = (...verdicts) => (verdicts.includes("closed") ? "closed" : verdicts.includes("unknown") ? "unknown" : "open");

/**
 * Whether hours meet the conditions on time, and whether they would with one more of them.
 * @param {Schedule | null} schedule
 * @param {Calendar} calendar
 * @param {Conditions} conditions
 * @param {Moment} now
 * @returns {{met: Verdict, open: Verdict, week: Verdict[]}}
 */
export function fits(schedule, calendar, { open, week, at }, now) {
  const current = openState(schedule, calendar, now).state;
  const later = at < 0 ? "open" : openState(schedule, calendar, nextAt(now, at)).state;
  const usual = inUsualWeek(schedule, week), asked = open ? current : "open";
  return {
    met: all(asked, later, usual),
    open: all(current, later, usual),
    week: WEEKLY.map((_, bit) => all(asked, later, inUsualWeek(schedule, week | (1 << bit)))),
  };
}
