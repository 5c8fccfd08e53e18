// What a map says of itself: until when its data go, when it was made, and what is in doubt.
/** @import { Head } from "./types.js" */
/** @import { Words } from "./words.js" */
import { make } from "./dom.js";

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
