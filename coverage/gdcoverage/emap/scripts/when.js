// When: whether opening hours meet what is asked of them, by the conditions or in a query's words.
/** @import { Calendar, Conditions, Hours, Moment, OpenState, Schedule } from "./types.js" */
import { kindOfDay, nextAt, openState } from "./clock.js";

/** @typedef {OpenState["state"]} Verdict unknown: nobody can tell */

/**
 * What may be asked of the usual week, by its name in addresses and among the everyday words: a day (0 Monday; of several
 * either of them), or minutes of the day, between which there must be some hours, or no break in them. A chip and a word
 * of a query have their meaning from here, and no other.
 * @type {Readonly<Record<string, {label: string, days?: number[], from?: number, to?: number, through?: boolean}>>}
 */
const TIMES = Object.freeze({
  mon: { label: "周一", days: [0] }, tue: { label: "周二", days: [1] }, wed: { label: "周三", days: [2] },
  thu: { label: "周四", days: [3] }, fri: { label: "周五", days: [4] }, sat: { label: "周六", days: [5] },
  sun: { label: "周日", days: [6] }, weekend: { label: "周末", days: [5, 6] }, workdays: { label: "工作日" },
  morning: { label: "上午", from: 0, to: 720 }, noon: { label: "中午 12:00–14:00", from: 720, to: 840, through: true },
  afternoon: { label: "下午", from: 840, to: 1080 }, late: { label: "17:30 以后", from: 1050, to: 1440 },
});
/** Those that have a chip, bit by bit. */
export const WEEKLY = Object.freeze(["sat", "sun", "noon", "late"]);

/** @param {string} time */
export const timeLabel = (time) => TIMES[time].label;

/**
 * Whether a schedule has hours between two minutes of a day (0 Monday); `through`: without a break.
 * @param {Schedule} schedule
 * @param {number} day
 * @param {{from?: number, to?: number, through?: boolean}} span
 */
const some = ({ open }, day, { from = 0, to = 1440, through = false } = {}) => {
  const start = day * 1440 + from, end = day * 1440 + to;
  return open.some((opens, i) => i % 2 === 0 && (through ? opens <= start && open[i + 1] >= end : opens < end && open[i + 1] > start));
};

/**
 * Whether a week without holidays meets all that is asked: on every day that is named, or else on every weekday that has
 * hours, there are hours, and they are as all the spans ask.
 * @param {Schedule | null} schedule
 * @param {readonly string[]} asked names of times
 * @param {number[]} days more days that are asked for
 * @returns {Verdict}
 */
export function inUsualWeek(schedule, asked, days = []) {
  if (!asked.length && !days.length) return "open";
  if (!schedule || !schedule.open.length) return "unknown";
  const times = asked.map((time) => TIMES[time]), spans = times.filter(({ to }) => to);
  const named = [...times.flatMap((time) => (time.days ? [time.days] : [])), ...days.map((day) => [day])];
  const fit = (/** @type {number} */ day) => some(schedule, day) && spans.every((span) => some(schedule, day, span));
  const weekdays = [0, 1, 2, 3, 4].filter((day) => some(schedule, day));
  const met = named.every((either) => either.some(fit))
    && ((named.length > 0 && !asked.includes("workdays")) || (weekdays.length > 0 && weekdays.every(fit)));
  return !met ? "closed" : schedule.daysSaid ? "open" : "unknown";
}

/** @param {Verdict[]} verdicts that must all be met */
const allOf = (...verdicts) => (verdicts.includes("closed") ? "closed" : verdicts.includes("unknown") ? "unknown" : "open");

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
  const usual = inUsualWeek(schedule, timesOf(week)), asked = open ? current : "open";
  return {
    met: allOf(asked, later, usual),
    open: allOf(current, later, usual),
    week: WEEKLY.map((_, bit) => allOf(asked, later, inUsualWeek(schedule, timesOf(week | (1 << bit))))),
  };
}

/** @param {number} bits of chips */
const timesOf = (bits) => WEEKLY.filter((_, bit) => bits & (1 << bit));

/**
 * Whether hours are all that a query's words ask of them: Saturday and noon are Saturday noon, today and noon today's.
 * @param {Hours[]} all
 * @param {Schedule | null} schedule
 * @param {Calendar} calendar
 * @param {Moment} now
 * @returns {Verdict}
 */
export function atHours(all, schedule, calendar, now) {
  if (!all.length) return "open";
  if (!schedule || !schedule.open.length) return "unknown";
  const times = all.flatMap(({ time }) => (time ? [time] : []));
  const later = all.flatMap(({ asked }) => (asked === "today" ? [0] : asked === "tomorrow" ? [1] : []));
  const dated = later.map((days) => onDay(schedule, calendar, now, days));
  const special = allOf(...dated, ...all.map(({ asked }) => (asked === "now" ? openState(schedule, calendar, now).state
    : asked !== "holidays" ? "open" : schedule.holidays === null ? "unknown" : schedule.holidays ? "open" : "closed")));
  // Of a day on which nobody knows the hours nobody knows more.
  if (!times.length || dated.includes("unknown")) return special;
  return allOf(special, inUsualWeek(schedule, times, later.map((days) => dayOf(now, days))));
}

/**
 * @param {Moment} now
 * @param {number} later days from now
 */
const dayOf = (now, later) => (Math.floor(now.minute / 1440) + later) % 7;

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
  if (!some(schedule, dayOf(now, later))) return kind === "work" ? "unknown" : "closed";
  return schedule.daysSaid ? "open" : "unknown";
}
