// Tally: how many outlets there are, how the query was understood, and what else is told above the list.
/** @import { Look } from "./lookup.js" */
import { part } from "./dom.js";
import { readAs } from "./list.js";

/** @param {Look} look */
export function showTally(look) {
  const { root, words, shown, selected: { unknown } } = look, none = !shown.length;
  const found = none ? words.t("没有符合条件的网点")
    : look.view ? words.t("地图范围内 {0} 个，共 {1} 个", words.number(look.listed.length), words.number(shown.length))
      : words.t("共 {0} 个网点", words.number(shown.length));
  const left = unknown ? words.t("（另有 {0} 个时间不详）", words.number(unknown)) : "";
  const advice = none && look.store.size > 0 ? (words.inEnglish ? ". " : "。") + words.t("请换一个词，或减少筛选条件。") : "";
  part(root, ".emap-count").textContent = found + left + advice;
  const read = part(root, ".emap-read"), said = [readAs(look), look.beside.said(look)].filter((text) => text).join(words.inEnglish ? "; " : "；");
  read.hidden = !said;
  read.textContent = said;
  look.aloud.say([said, found + left + advice].filter((text) => text).join(words.inEnglish ? ". " : "。"));
}

/**
 * The notice, and the button that goes with it while a place is chosen or might be better chosen.
 * @param {Look} look
 */
export function showNotice({ root, words, notice: [text, ...gaps], near: { picking, origin } }) {
  part(root, ".emap-notice").hidden = !text;
  part(root, ".emap-notice p").textContent = words.t(text, ...gaps.map((gap) => (Array.isArray(gap) ? words.t(gap[0], words.number(gap[1])) : words.number(gap))));
  const aim = part(root, ".emap-aim");
  aim.hidden = !(picking || (origin && origin.kind === "device"));
  aim.textContent = words.t(picking ? "选地图中心" : "在地图上选位置");
}
