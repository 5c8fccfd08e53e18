// When: whether an outlet is open at the hours that a query names.
/** @import { Calendar, Hours, Moment, Schedule } from "./types.js" */
import { kindOfDay, openState } from "./clock.js";

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
 * @param {Hours} hours
 * @param {Schedule} schedule
 * @param {Calendar} calendar
 * @param {Moment} now
 */
export function openAt(hours, schedule, calendar, now) {
  if (hours.asked === "now") return openState(schedule, calendar, now).state === "open";
  if (hours.asked === "holidays") return schedule.holidays === true;
  if (hours.asked) {
    const later = hours.asked === "tomorrow" ? 1 : 0;
    if (kindOfDay(calendar, now.day + later) === "off" && schedule.holidays !== true) return false;
    return openOn(schedule, (Math.floor(now.minute / 1440) + later) % 7, 0, 1440);
  }
  return hours.days.some((day) => openOn(schedule, day, hours.from, hours.to));
}

/**
 * @param {Schedule} schedule
 * @param {number} day
 * @param {number} from minute of the day
 * @param {number} to
 */
function openOn({ open }, day, from, to) {
  const start = day * 1440;
  return open.some((opens, k) => k % 2 === 0 && opens < start + to && open[k + 1] > start + from);
}
