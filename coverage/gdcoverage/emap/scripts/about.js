// About: whose work is on the page and on what terms, and what was let pass when it was published.
/** @import { Head } from "./types.js" */
/** @import { Words } from "./words.js" */
import { make, part, refill } from "./dom.js";
import { dates } from "./said.js";

/**
 * The dialog of credits, written in the reader's language when it is opened.
 * @param {HTMLElement} root
 * @param {Head} head
 * @param {Words} words
 */
export function about(root, head, words) {
  /** @type {HTMLDialogElement} */
  const dialog = part(root, ".emap-about");
  const title = dialog.getAttribute("aria-labelledby") || "";
  const waived = (head.waived || []).map((line) => make("p", { class: "emap-waived", lang: "zh-CN" }, line));
  part(root, ".emap-foot").append(...waived);
  part(root, ".emap-about-open").addEventListener("click", () => {
    refill(dialog, ...[
      make("h2", { id: title }, words.t("关于与版权")),
      make("p", {}, dates(head, words)),
      head.approval ? make("p", {}, seal(head, words)) : null,
      ...waived.map((line) => make("p", { lang: "zh-CN" }, line.textContent)),
      credits(head, words),
      make("details", {}, make("summary", {}, words.t("Leaflet 的许可全文")), make("pre", { lang: "en" }, head.leaflet)),
      make("button", { type: "button", click: () => { if (dialog.close) dialog.close(); else dialog.removeAttribute("open"); } }, words.t("关闭")),
    ].filter((node) => node !== null));
    // Old browsers know no dialogs; theirs is an element like others, shown by its style.
    if (dialog.showModal) dialog.showModal(); else dialog.setAttribute("open", "");
  });
}

/**
 * What stands at the map's bottom left: the number of its approval, or why there is none.
 * @param {Head} head
 * @param {Words} words
 */
export const seal = (head, words) => (head.approval ? words.t("审图号：{0}", head.approval) : head.unapproved || "");

/**
 * @param {Head} head
 * @param {Words} words
 */
function credits(head, words) {
  return make("dl", {}, ...head.credits.flatMap(([what, terms, english, englishTerms]) => (words.inEnglish
    ? [make("dt", {}, english), make("dd", {}, englishTerms)]
    : [make("dt", {}, what), make("dd", {}, terms)])));
}
