// Card: all that one may know of an outlet, and the way there.
/** @import { Moment, Origin, Store, Walked } from "./types.js" */
/** @import { Words } from "./words.js" */
import { hoursToday, kindOfDay } from "./clock.js";
import { make, makeSvg, part, refill } from "./dom.js";
import { codeLink, linksTo, telephone } from "./links.js";
import { stateLine } from "./list.js";
import { qr } from "./qr.js";
import { copied, shared } from "./share.js";
import { countyName, farText, straight, walkMinutes } from "./store.js";

/**
 * An outlet's card.
 * @param {Words} words
 * @param {Store} store
 * @param {number} i
 * @param {Moment} now
 * @param {Origin | null} origin
 * @param {Walked | null} walked
 * @param {() => void} onBack
 */
export function outletCard(words, store, i, now, origin, walked, onBack) {
  const county = store.countyOf(i);
  const unknown = words.t("未知");
  const outcome = make("p", { class: "emap-outcome", role: "status" });
  const say = (/** @type {string} */ text) => { outcome.textContent = text; };
  const share = () => { shared(words, store, i).then(say).catch(() => say(words.t("复制不了，请长按选取"))); };
  const heading = make("h2", { tabindex: "-1", lang: "zh-CN" }, store.name[i]);
  const facts = make("dl", {});
  const fact = (/** @type {string} */ label, /** @type {(Node | string | null)[]} */ ...value) =>
    facts.append(make("dt", {}, words.t(label)), make("dd", {}, ...value));
  const list = (/** @type {string[]} */ names, /** @type {number} */ bits) =>
    make("span", { class: "emap-terms" }, store.termsOf(names, bits).map((name) => words.t(name)).join("、") || unknown);
  fact("所属银行", store.bankOf(i) || unknown);
  fact("地址", make("span", { lang: "zh-CN" }, store.address[i] || unknown), store.address[i] ? copyButton(words, store.address[i]) : null);
  if (origin && walkMinutes(store, walked, i)) {
    fact("距离", make("strong", {}, farText(words, store, i, origin, walked)), make("br"), straight(words, store, i, origin),
      make("br"), make("small", {}, words.t("图上蓝线是步行路线，按街道估算，请以实地为准。")));
  } else if (origin) fact("距离", straight(words, store, i, origin));
  if (county.name) fact("县区 ", countyName(county));
  fact("营业时间", make("span", { class: "emap-hours" }, ...hoursLines(words, store, i, now)));
  fact("电话", ...(store.phone[i] ? phoneLinks(words, store.phone[i]) : [unknown]));
  fact("业务事项", list(store.itemNames, store.items[i]));
  fact("服务方式", list(store.modeNames, store.modes[i]));
  if (!store.active[i]) fact("状态", words.t(store.statusOf(i)));
  const exit = store.exits && store.exits[i];
  if (typeof exit === "number") fact("若退出", `${words.number(Math.round(exit))} 人失去达标`);
  fact("门口标识", "社保服务合作网点");
  return make("article", {},
    make("div", { class: "emap-card-top" },
      make("button", { type: "button", class: "emap-back", click: onBack }, "‹ " + words.t("返回列表")),
      make("button", { type: "button", class: "emap-share", click: share }, words.t("分享"))),
    outcome,
    heading,
    make("p", { class: "emap-now" }, stateLine(words, store, i, now)),
    facts,
    navigation(words, store, i),
    make("p", { class: "emap-note" }, words.t("法定节假日安排已知至 {0}", store.calendar.until)),
  );
}

/**
 * What a card says of now, said anew; the focus stays where it is.
 * @param {HTMLElement} card
 * @param {Words} words
 * @param {Store} store
 * @param {number} i
 * @param {Moment} now
 */
export function tellTime(card, words, store, i, now) {
  part(card, ".emap-state").replaceWith(stateLine(words, store, i, now));
  refill(part(card, ".emap-hours"), ...hoursLines(words, store, i, now));
}

/**
 * Today's hours first, then the hours as the outlet writes them.
 * @param {Words} words
 * @param {Store} store
 * @param {number} i
 * @param {Moment} now
 */
function hoursLines(words, store, i, now) {
  const schedule = store.scheduleOf(i), text = store.hoursOf(i);
  if (!text) return [words.t("未知")];
  const asWritten = make("span", { lang: "zh-CN" }, text);
  if (!schedule) return [asWritten];
  const today = hoursToday(schedule, now) || words.t("不营业");
  const kind = kindOfDay(store.calendar, now.day);
  if (kind || !schedule.daysSaid) return [asWritten];
  return [make("strong", {}, `${words.t("今天")} ${today}`), make("br"), asWritten];
}

/**
 * A link for each of the numbers, which are set apart by 、.
 * @param {Words} words
 * @param {string} phones
 */
function phoneLinks(words, phones) {
  return phones.split("、").flatMap((phone, i) => {
    const [number, extension] = phone.split("转");
    const shown = extension ? words.t("{0} 转 {1}", number, extension) : number;
    const link = make("a", { href: telephone(phone), "aria-label": words.t("拨打 {0}", shown) }, shown);
    return i ? ["、", link] : [link];
  });
}

/**
 * @param {Words} words
 * @param {string} text
 */
function copyButton(words, text) {
  const button = make("button", { type: "button", class: "emap-copy" }, words.t("复制地址"));
  const say = (/** @type {boolean} */ done) => { button.textContent = words.t(done ? "已复制" : "复制不了，请长按选取"); };
  button.addEventListener("click", () => { copied(text).then(say).catch(() => say(false)); });
  return button;
}

/**
 * @param {Words} words
 * @param {Store} store
 * @param {number} i
 */
function navigation(words, store, i) {
  const outlet = { name: store.name[i], lon: store.lonOf(i), lat: store.latOf(i) };
  const section = make("section", { class: "emap-way" }, make("h3", {}, words.t("步行导航")));
  // What cannot be made leaves the rest of the card as it is.
  try {
    const links = linksTo(outlet).filter(({ key }) => key !== foreignWay());
    section.append(make("div", { class: "emap-links" }, ...links.map(({ key, label, url }) =>
      make("a", { href: url, "data-way": key, target: "_blank", rel: "noopener noreferrer" }, words.t(label)))));
    section.append(make("figure", {}, qrImage(codeLink(outlet), words.t("用手机扫码导航")), make("figcaption", {}, words.t("用手机扫码导航"))));
  } catch (error) {
    console.warn(error);
    section.append(make("p", { class: "emap-note" }, words.t("导航链接或二维码生成不了，请按地址查找。")));
  }
  return section;
}

/** The map service that this device does not have: Apple's knows no geo:, others no Apple Maps. */
const foreignWay = () => (/iP(hone|ad|od)|Macintosh/.test(navigator.userAgent) ? "geo" : "apple");

/**
 * A QR code as one path; four modules of quiet zone around it.
 * @param {string} text
 * @param {string} label
 */
export function qrImage(text, label) {
  const rows = qr(text), side = rows.length + 8;
  const modules = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : "")));
  return makeSvg("svg", { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
    makeSvg("path", { d: modules.join("") }));
}
