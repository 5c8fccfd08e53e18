// Poster: what is looked at (a county, a town, an outlet) as a page for a notice board, with all its outlets.
/** @import { Base, Head, Shapes } from "./types.js" */
/** @import { Look } from "./lookup.js" */
import { seal } from "./about.js";
import { qrImage } from "./card.js";
import { WEEKDAYS, clockTime } from "./clock.js";
import { make } from "./dom.js";
import { paperMap } from "./paper.js";
import { dates } from "./said.js";
import { away, countyName, farText } from "./store.js";
import { WEEKLY, timeLabel } from "./when.js";

// From a place the nearest matter.
const NEAREST = 20;
// Tenths of a millimetre: between the margins of an upright A4, and a third of its height.
const WIDTH = 1900;
const HEIGHT = 1000;
// So few fill a page that is read from farther away.
const FEW = 3;
const TALL = 1550;
// Longer addresses make modules too small to be read from a wall.
const LONGEST = 200;

/**
 * The page: title, map, numbered list, and at the foot of each sheet what it rests on.
 * @param {Look} look
 * @param {Head} head
 * @param {Base} base
 * @param {Shapes[]} drawn the base map
 * @param {string} state of the look-up, as the page's address has it
 */
export function poster(look, head, base, drawn, state) {
  const { store, words } = look, { title, rows } = scope(look, head);
  const sealed = seal(head, words);
  const places = rows.map((i, at) => ({ lat: store.latOf(i), lon: store.lonOf(i), number: at + 1 }));
  const few = rows.length <= FEW;
  const columns = ["序号", "网点", "营业时间", "电话", "可办业务"].map((name) => words.t(name));
  return make("section", { class: few ? "emap-poster emap-few" : "emap-poster" },
    head.draft ? make("p", { class: "emap-poster-draft" }, words.t("内部草稿，未经发布核对，请勿对外")) : null,
    make("header", {},
      make("div", {}, make("h1", {}, head.title), make("h2", { lang: "zh-CN" }, title),
        make("p", {}, rows.length ? words.t("共 {0} 个网点", words.number(rows.length)) : words.t("没有符合条件的网点"))),
      found(look, head, state)),
    places.length ? paperMap(base, drawn, places, look.origin, WIDTH, few ? TALL : HEIGHT, sealed, (metres) => away(words, metres)) : null,
    make("table", {},
      make("thead", {}, make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...rows.map((i, at) => row(look, i, at + 1))),
      make("tfoot", {}, make("tr", {}, make("td", { colspan: columns.length }, ...foot(look, head, sealed))))),
  );
}

/**
 * What the page is about, and its outlets.
 * @param {Look} look
 * @param {Head} head
 */
function scope(look, head) {
  const { store, conditions, words, origin, view } = look;
  if (look.chosen >= 0) return { title: store.name[look.chosen], rows: [look.chosen] };
  const rows = origin ? look.shown.slice(0, NEAREST) : look.listed;
  const asked = [
    conditions.county >= 0 ? countyName(store.county.values[conditions.county]) : conditions.city < 0 ? "" : store.cities[conditions.city],
    conditions.bank < 0 ? "" : store.bank.values[conditions.bank],
    ...[...store.termsOf(store.itemNames, conditions.items), ...store.termsOf(store.modeNames, conditions.modes)].map((name) => words.t(name)),
    conditions.open ? words.t("现在营业") : "",
    ...store.termsOf(WEEKLY.map(timeLabel), conditions.week).map((name) => words.t(name)),
    conditions.at < 0 ? "" : words.t("{0} {1}", words.t(WEEKDAYS[Math.floor(conditions.at / 1440)]), clockTime(conditions.at)),
    conditions.query && `“${conditions.query}”`,
    origin ? words.t("离所选位置最近的 {0} 个网点", rows.length) : view ? words.t("地图所示范围") : "",
  ];
  return { title: asked.filter(Boolean).join(" · ") || head.subtitle, rows };
}

/**
 * Where the page is to be found again; a code only where that is known.
 * @param {Look} look
 * @param {Head} head
 * @param {string} state
 */
function found({ words }, head, state) {
  if (!head.url) return null;
  const [page] = head.url.split("#"), whole = state ? `${page}#${state}` : page;
  const url = whole.length > LONGEST ? page : whole, said = words.t("扫码看电子地图");
  return make("figure", { "data-url": url }, qrImage(url, said), make("figcaption", {}, said, make("br"), page));
}

/**
 * @param {Look} look
 * @param {number} i
 * @param {number} number
 */
function row({ store, words, origin, selected: { walked } }, i, number) {
  const unknown = words.t("未知");
  const terms = (/** @type {string[]} */ names, /** @type {number} */ bits) => store.termsOf(names, bits).map((name) => words.t(name)).join("、");
  const modes = terms(store.modeNames, store.modes[i]);
  return make("tr", {},
    make("th", { scope: "row" }, String(number)),
    make("td", { lang: "zh-CN" }, make("strong", {}, store.name[i]), make("br"), store.address[i] || unknown,
      ...(origin ? [make("br"), make("small", {}, farText(words, store, i, origin, walked))] : [])),
    make("td", { lang: "zh-CN" }, store.hoursOf(i) || unknown),
    make("td", {}, ...(store.phone[i] || unknown).split("、").flatMap((phone, at) => (at ? [make("br"), phone] : [phone]))),
    make("td", { class: "emap-terms" }, terms(store.itemNames, store.items[i]) || unknown, ...(modes ? [make("br"), make("small", {}, modes)] : [])));
}

/**
 * Dates, approval, whose work; what was let pass.
 * @param {Look} look
 * @param {Head} head
 * @param {string} sealed
 */
function foot({ words }, head, sealed) {
  const lines = [
    [dates(head, words), sealed, head.approval ? "" : words.t("边界示意，非标准地图"), head.streets ? words.t("街道 © OpenStreetMap 贡献者（ODbL）") : ""]
      .filter(Boolean).join("　"),
    ...(head.waived || []).filter((line) => line !== sealed),
    head.draft ? words.t("内部草稿，未经发布核对，请勿对外") : "",
  ];
  return lines.filter(Boolean).map((line) => make("p", {}, line));
}
