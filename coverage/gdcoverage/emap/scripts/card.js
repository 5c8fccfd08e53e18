// Card: all that one may know of an outlet, and the way there.
/** @import { Moment, Store } from "./types.js" */
/** @import { Words } from "./words.js" */
import { hoursToday, kindOfDay, openState, openWords } from "./clock.js";
import { make, makeSvg } from "./dom.js";
import { linksTo, telephone } from "./links.js";
import { qr } from "./qr.js";
import { countyName } from "./store.js";

/**
 * An outlet's card.
 * @param {Words} words
 * @param {Store} store
 * @param {number} i
 * @param {Moment} now
 * @param {() => void} onBack
 */
export function outletCard(words, store, i, now, onBack) {
  const county = store.countyOf(i), schedule = store.scheduleOf(i);
  const state = openState(schedule, store.calendar, now);
  const [word, more] = openWords(words, state, now);
  const unknown = words.t("未知");
  const heading = make("h2", { tabindex: "-1", lang: "zh-CN" }, store.name[i]);
  const facts = make("dl", {});
  const fact = (/** @type {string} */ label, /** @type {(Node | string | null)[]} */ ...value) =>
    facts.append(make("dt", {}, words.t(label)), make("dd", {}, ...value));
  const list = (/** @type {string[]} */ names, /** @type {number} */ bits) =>
    store.termsOf(names, bits).map((name) => words.t(name)).join("、") || unknown;
  fact("所属银行", store.bankOf(i) || unknown);
  fact("地址", make("span", { lang: "zh-CN" }, store.address[i] || unknown), store.address[i] ? copyButton(words, store.address[i]) : null);
  if (county.name) fact("县区 ", countyName(county));
  fact("营业时间", ...hoursLines(words, store, i, now));
  fact("电话", ...(store.phone[i] ? phoneLinks(words, store.phone[i]) : [unknown]));
  fact("业务事项", list(store.itemNames, store.items[i]));
  fact("服务方式", list(store.modeNames, store.modes[i]));
  if (!store.active[i]) fact("状态", words.t(store.statusOf(i)));
  const exit = store.exits && store.exits[i];
  if (typeof exit === "number") fact("若退出", `${words.number(Math.round(exit))} 人失去达标`);
  fact("门口标识", "社保服务合作网点");
  return make("article", {},
    make("button", { type: "button", class: "emap-back", click: onBack }, "‹ " + words.t("返回列表")),
    heading,
    make("p", { class: `emap-state emap-${state.state}` }, make("strong", {}, word), more ? " · " + more : ""),
    facts,
    navigation(words, store, i),
    make("p", { class: "emap-note" }, words.t("法定节假日安排已知至 {0}", store.calendar.until)),
  );
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
  if (kind) return [asWritten];
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
  button.addEventListener("click", async () => {
    button.textContent = words.t((await copied(text)) ? "已复制" : "复制不了，请长按选取");
  });
  return button;
}

/**
 * The clipboard wants a secure page; an old way works in the others.
 * @param {string} text
 */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = make("textarea", { class: "emap-sr", readonly: true });
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

/**
 * @param {Words} words
 * @param {Store} store
 * @param {number} i
 */
function navigation(words, store, i) {
  const links = linksTo({ name: store.name[i], lon: store.lonOf(i), lat: store.latOf(i) });
  const section = make("section", { class: "emap-way" }, make("h3", {}, words.t("步行导航")));
  const buttons = make("div", { class: "emap-links" });
  links.forEach(({ key, label, url }) => buttons.append(
    make("a", { href: url, "data-way": key, target: "_blank", rel: "noopener noreferrer" }, words.t(label)),
  ));
  const code = make("figure", {}, qrImage(links[0].url, words.t("用手机扫码导航")), make("figcaption", {}, words.t("用手机扫码导航")));
  section.append(buttons, code);
  return section;
}

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
