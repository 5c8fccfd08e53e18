// What a map says of itself: until when its data go, when it was made, and what is in doubt.
/** @import { Calendar, Head } from "./types.js" */
/** @import { Words } from "./words.js" */
import { make } from "./dom.js";

/** So old a map asks its readers to call first. */
const STALE_DAYS = 180;

/**
 * The last day, since 1970-01-01, that a date may mean (2025, 2025-06, 2025-06-30); Infinity for no date.
 * @param {string} text
 */
function lastDay(text) {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?/.exec(text) || [];
  if (!year) return Infinity;
  const months = Number(month || 12);
  return (day ? Date.UTC(Number(year), months - 1, Number(day)) : Date.UTC(Number(year), months, 0)) / 86400000;
}

/**
 * What a map says that is old, or that is looked at beyond the holidays it knows; "" for any other.
 * @param {Head} head
 * @param {Calendar} calendar
 * @param {Words} words
 * @param {number} today
 */
export function stale(head, calendar, words, today) {
  const age = today - Math.min(lastDay(head.dataDate), lastDay(head.madeOn)), lines = [];
  if (age > STALE_DAYS) lines.push(words.t("本图资料已有 {0} 天，网点和时间可能有变，出门前请先致电。", age));
  if (today > lastDay(calendar.until)) lines.push(words.t("本图的节假日安排只到 {0}，节日前后请先致电。", calendar.until));
  return lines.join(words.inEnglish ? " " : "");
}

/**
 * Both dates; nothing where neither is told.
 * @param {Head} head
 * @param {Words} words
 * @returns {string}
 */
export function dates(head, words) {
  const { madeOn } = head, until = words.t(head.dataDate);
  if (until && madeOn) return words.t("数据截至 {0}，生成日期 {1}", until, madeOn);
  return until ? words.t("数据截至 {0}", until) : madeOn ? words.t("生成日期 {0}", madeOn) : "";
}

/**
 * What must be read before the headline, its first line in bold.
 * @param {Head} head
 * @returns {HTMLParagraphElement[]}
 */
export function doubtLines(head) {
  return (head.doubt || []).map((line, i) => make("p", { lang: "zh-CN" }, i ? line : make("strong", {}, line)));
}
