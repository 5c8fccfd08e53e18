// Clock: whether an outlet is open now, in Guangdong's time whatever the device's zone.
/** @import { Calendar, Moment, OpenState, Schedule } from "./types.js" */
/** @import { Words } from "./words.js" */

export const WEEK = 7 * 1440;
export const WEEKDAYS = Object.freeze(["周一", "周二", "周三", "周四", "周五", "周六", "周日"]);

/**
 * Days since 1970-01-01 and minutes since Monday 0:00, both in UTC+8.
 * @param {number} time milliseconds since 1970-01-01, UTC
 * @returns {Moment}
 */
export function nowInGuangdong(time = Date.now()) {
  const minutes = Math.floor(time / 60000) + 480;
  const day = Math.floor(minutes / 1440);
  // 1970-01-01 was a Thursday.
  return { day, minute: ((day + 3) % 7) * 1440 + (minutes - day * 1440) };
}

/**
 * The first moment from now on at a minute of the week.
 * @param {Moment} now
 * @param {number} minute
 * @returns {Moment}
 */
export const nextAt = (now, minute) => ({
  day: now.day + Math.floor(((now.minute % 1440) + ((minute - now.minute + WEEK) % WEEK)) / 1440), minute,
});

/**
 * What a day is by the calendar: "off" (public holiday), "work" (make-up workday), "unsettled" (only a notice
 * that was not there when the map was made says which) or "".
 * @param {Calendar} calendar
 * @param {number} day
 */
export function kindOfDay(calendar, day) {
  if (calendar.off.includes(day)) return "off";
  if (calendar.work.includes(day)) return "work";
  return day < calendar.since || day > calendar.horizon || calendar.unsettled.includes(day) ? "unsettled" : "";
}

/**
 * Whether an outlet is open at a moment; until when, or why not.
 * @param {Schedule | null} schedule
 * @param {Calendar} calendar
 * @param {Moment} now
 * @returns {OpenState}
 */
export function openState(schedule, calendar, now) {
  if (!schedule || !schedule.open.length) return { state: "unknown", why: "营业时间未知" };
  const kind = kindOfDay(calendar, now.day);
  if (kind === "unsettled") return { state: "unknown", why: "可能休息，请先致电" };
  const minute = now.minute;
  if (kind === "off" && schedule.holidays !== true) {
    return schedule.holidays === false
      ? { state: "closed", why: "节假日休息" } : { state: "unknown", why: "节假日，请电话确认" };
  }
  const open = schedule.open;
  const at = open.findIndex((_, i) => i % 2 === 0 && minute >= open[i] && minute < open[i + 1]);
  // A weekend that is worked: who opens at weekends anyway is open, of others nobody knows.
  if (kind === "work" && at < 0) return { state: "unknown", why: "调休上班日，请电话确认" };
  if (at >= 0) {
    if (!schedule.daysSaid) return { state: "unknown", why: "未注明星期几营业，请先致电" };
    // Sunday's end is Monday's beginning.
    const until = open[at + 1] === WEEK && open[0] === 0 ? open[1] : open[at + 1];
    return { state: "open", until, always: open.length === 2 && open[0] === 0 && open[1] === WEEK };
  }
  return { state: "closed", ...nextOpening(schedule, calendar, now) };
}

/**
 * The next hours that are sure: minute of the week, and in how many days; holidays in between are passed over.
 * @param {Schedule} schedule
 * @param {Calendar} calendar
 * @param {Moment} now
 * @returns {{next?: number, days?: number}}
 */
function nextOpening(schedule, calendar, now) {
  if (!schedule.daysSaid) return {};
  const starts = schedule.open.filter((_, i) => i % 2 === 0), today = Math.floor(now.minute / 1440);
  for (let days = 0; days < 15; days++) {
    const kind = days ? kindOfDay(calendar, now.day + days) : "";
    if (kind === "unsettled" || (kind === "off" && schedule.holidays !== true)) continue;
    const day = (today + days) % 7;
    const next = starts.find((start) => Math.floor(start / 1440) === day && (days > 0 || start > now.minute));
    if (next !== undefined) return { next, days };
  }
  return {};
}

/** @param {number} minute of the week */
export const clockTime = (minute) => {
  const m = minute % 1440;
  return String(Math.floor(m / 60)).padStart(2, "0") + ":" + String(m % 60).padStart(2, "0");
};

/**
 * The state in words: [营业中, 17:00 关门].
 * @param {Words} words
 * @param {OpenState} state
 * @param {Moment} now
 * @returns {[string, string]}
 */
export function openWords(words, state, now) {
  if (state.state === "unknown") return [words.t(state.why), ""];
  if (state.state === "open") {
    return [words.t("营业中"), state.always ? words.t("全天营业") : words.t("{0} 关门", clockTime(state.until))];
  }
  if (state.why) return [words.t("休息中"), words.t(state.why)];
  if (state.next === undefined || state.days === undefined) return [words.t("休息中"), ""];
  const time = clockTime(state.next);
  const date = new Date((now.day + state.days) * 86400000);
  const when = state.days === 0 ? time : state.days === 1 ? words.t("明天 {0}", time)
    : state.days < 7 ? words.t("{0} {1}", words.t(WEEKDAYS[Math.floor(state.next / 1440)]), time)
      : words.t("{0} {1}", words.t("{0}月{1}日", date.getUTCMonth() + 1, date.getUTCDate()), time);
  return [words.t("休息中"), words.t("{0} 开门", when)];
}

/**
 * Opening hours of the day that it is: "09:00–12:00, 14:00–17:00"; "" where there are none.
 * @param {Schedule} schedule
 * @param {Moment} now
 */
export function hoursToday(schedule, now) {
  const start = Math.floor(now.minute / 1440) * 1440, parts = [];
  for (let i = 0; i < schedule.open.length; i += 2) {
    const from = Math.max(schedule.open[i], start), to = Math.min(schedule.open[i + 1], start + 1440);
    if (from < to) parts.push(clockTime(from) + "–" + (to === start + 1440 ? "24:00" : clockTime(to)));
  }
  return parts.join("，");
}
