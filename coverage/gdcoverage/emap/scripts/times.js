// Times: a day of the week and a time of day, at which outlets must be open.
/** @import { Look } from "./lookup.js" */
import { WEEKDAYS, clockTime, nextAt, nowInGuangdong } from "./clock.js";
import { make, part } from "./dom.js";

/**
 * The fields for the day and for the time, which waits for a day.
 * @param {Look} look
 */
export function timeChoice(look) {
  const ask = () => {
    const [, hour, minute] = /^(\d\d):(\d\d)/.exec(time.value) || ["", "10", "00"];
    const asked = Number(day.value) * 1440 + Number(hour) * 60 + Number(minute);
    look.ask({ at: Number(day.value) < 0 ? -1 : asked });
  };
  const day = make("select", { class: "emap-day", "data-t-label": "指定星期几", change: ask },
    make("option", { value: -1, "data-t": "指定时间" }), ...WEEKDAYS.map((_, i) => make("option", { value: i })));
  const time = make("input", { class: "emap-time", type: "time", value: "10:00", "data-t-label": "指定几点", change: ask });
  return make("span", { class: "emap-when" }, day, time);
}

/**
 * What is asked, each day with the date that it is next.
 * @param {Look} look
 */
export function showTime({ root, words, conditions: { at } }) {
  /** @type {HTMLSelectElement} */
  const day = part(root, ".emap-day");
  /** @type {HTMLInputElement} */
  const time = part(root, ".emap-time");
  const now = nowInGuangdong();
  if (at >= 0) time.value = clockTime(at);
  [...day.options].slice(1).forEach((option, i) => {
    const date = new Date(nextAt(now, i * 1440 + (at < 0 ? 600 : at % 1440)).day * 86400000);
    const shown = words.t("{0}月{1}日", date.getUTCMonth() + 1, date.getUTCDate());
    option.textContent = words.t("{0}（{1}）", words.t(WEEKDAYS[i]), shown);
  });
  day.value = String(at < 0 ? -1 : Math.floor(at / 1440));
  time.disabled = at < 0;
}
