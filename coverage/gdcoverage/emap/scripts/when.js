// When: whether opening hours meet what is asked of them, by the conditions or in a query's words.
/** @import { Calendar, Conditions, Hours, Moment, OpenState, Schedule } from "./types.js" */
import { kindOfDay, nextAt, openState } from "./clock.js";

/** @typedef {OpenState["state"]} Verdict unknown: nobody can tell */

/** What may be asked of the usual week, bit by bit: as the address and as the reader has it. */
export const WEEKLY = Object.freeze(["sat", "sun", "noon", "late"]);
export const WEEKLY_NAMES = Object.freeze(["周六", "周日", "中午 12:00–14:00", "17:30 以后"]);
const SAT = 1;
const SUN = 2;
const NOON = 4;
const LATE = 8;

/**
 * Whether a schedule has hours between two minutes of a day (0 Monday).
 * @param {Schedule} schedule
 * @param {number} day
 * @param {number} from
 * @param {number} to
 */
const some = ({ open }, day, from = 0, to = 1440) =>
  open.some((start, i) => i % 2 === 0 && start < day * 1440 + to && open[i + 1] > day * 1440 + from);

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
  const through = (/** @type {number} */ day, /** @type {number} */ from, /** @type {number} */ to) =>
    open.some((start, i) => i % 2 === 0 && start <= day * 1440 + from && open[i + 1] >= day * 1440 + to);
  const named = [...(asked & SAT ? [5] : []), ...(asked & SUN ? [6] : [])];
  const days = named.length ? named : [0, 1, 2, 3, 4].filter((day) => some(schedule, day));
  const met = days.length > 0 && days.every((day) => some(schedule, day)
    && (!(asked & NOON) || through(day, 720, 840)) && (!(asked & LATE) || some(schedule, day, 1050)));
  return !met ? "closed" : schedule.daysSaid ? "open" : "unknown";
}

/** @param {Verdict[]} verdicts that must all be met */
export const allOf = (...verdicts) => (verdicts.includes("closed") ? "closed" : verdicts.includes("unknown") ? "unknown" : "open");

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
    met: allOf(asked, later, usual),
    open: allOf(current, later, usual),
    week: WEEKLY.map((_, bit) => allOf(asked, later, inUsualWeek(schedule, week | (1 << bit)))),
  };
}

/**
 * Hours that several words name together: Saturday and evening are Saturday evening.
 * @param {Hours[]} all
 * @returns {Hours[]}
 */
export function together(all) {
  const plain = all.filter((hours) => !hours.asked);
  if (plain.length < 2) return all;
  const both = plain[0].days.filter((day) => plain.every((hours) => hours.days.includes(day)));
  return [...all.filter((hours) => hours.asked), {
    label: plain.map((hours) => hours.label).join(""),
    // Saturday and Sunday are either of them.
    days: both.length ? both : [...new Set(plain.flatMap((hours) => hours.days))],
    from: Math.max(...plain.map((hours) => hours.from)),
    to: Math.min(...plain.map((hours) => hours.to)),
  }];
}

/**
 * Whether hours are those that a query names, for a while at least.
 * @param {Hours} hours
 * @param {Schedule | null} schedule
 * @param {Calendar} calendar
 * @param {Moment} now
 * @returns {Verdict}
 */
export function atHours({ asked, days, from, to }, schedule, calendar, now) {
  if (!schedule || !schedule.open.length) return "unknown";
  if (asked === "now") return openState(schedule, calendar, now).state;
  if (asked === "holidays") return schedule.holidays === null ? "unknown" : schedule.holidays ? "open" : "closed";
  if (asked) return onDay(schedule, calendar, now, asked === "tomorrow" ? 1 : 0);
  return !days.some((day) => some(schedule, day, from, to)) ? "closed" : schedule.daysSaid ? "open" : "unknown";
}

/**
 * Whether there are hours on a day to come, by the calendar as `openState` reads it.
 * @param {Schedule} schedule
 * @param {Calendar} calendar
 * @param {Moment} now
 * @param {number} later days from now
 * @returns {Verdict}
 */
function onDay(schedule, calendar, now, later) {
  const kind = kindOfDay(calendar, now.day + later);
  if (kind === "unsettled") return "unknown";
  if (kind === "off" && schedule.holidays !== true) return schedule.holidays === false ? "closed" : "unknown";
  if (!some(schedule, (Math.floor(now.minute / 1440) + later) % 7)) return kind === "work" ? "unknown" : "closed";
  return schedule.daysSaid ? "open" : "unknown";
}
