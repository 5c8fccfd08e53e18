// Choices: the conditions that one may choose, each with the number of outlets that it would leave.
/** @import { Look } from "./lookup.js" */
import { make, part, parts, refill } from "./dom.js";
import { noConditions } from "./filter.js";
import { countyName } from "./store.js";
import { showTime, timeChoice } from "./times.js";
import { WEEKLY, timeLabel } from "./when.js";

/** @typedef {"city" | "county" | "bank"} Group one of which may be chosen */
/** @typedef {"items" | "modes" | "week"} Terms any of which may be chosen, as bits */

/**
 * Fills the page's places for lists and chips.
 * @param {Look} look
 */
export function buildChoices(look) {
  const { root, store, conditions } = look;
  const counties = store.county.values.map((county) => countyName(county, " ") || "—");
  const banks = store.bank.values.map((bank) => bank || "—");
  refill(part(root, ".emap-selects"),
    ...(store.cities.length > 1 ? [choiceOf(look, "city", "全部地市", store.cities)] : []),
    choiceOf(look, "county", "全部县区", counties), choiceOf(look, "bank", "全部银行", banks));
  const terms = (/** @type {Terms} */ kind, /** @type {readonly string[]} */ names) =>
    names.map((name, bit) => chip(kind, bit, name, () => look.ask({ [kind]: conditions[kind] ^ (1 << bit) })));
  refill(part(root, ".emap-chips"),
    row("营业", chip("open", 0, "现在营业", () => look.ask({ open: !conditions.open })), ...terms("week", WEEKLY.map(timeLabel)), timeChoice(look)),
    row("业务事项", ...terms("items", store.itemNames)),
    row("服务方式", ...terms("modes", store.modeNames)),
    make("button", { type: "button", class: "emap-clear", "data-t": "清除筛选", click: () => look.ask({ ...noConditions(), query: conditions.query }) }),
  );
  /** @type {HTMLDetailsElement} */
  const details = part(root, ".emap-filters details");
  details.open = window.matchMedia("(min-width: 701px) and (min-height: 1000px)").matches;
}

/**
 * @param {Look} look
 * @param {Group} group
 * @param {string} all
 * @param {string[]} values
 */
function choiceOf(look, group, all, values) {
  const field = make("select", { "data-t-label": all, "data-filter": group, change: () => look.ask({ [group]: Number(field.value), ...(group === "city" ? { county: -1 } : {}) }) },
    make("option", { value: -1, "data-t": all }),
    ...values.map((value, code) => make("option", { value: code, "data-name": value }, value)));
  return field;
}

/**
 * @param {Terms | "open"} kind
 * @param {number} bit
 * @param {string} label
 * @param {() => void} click
 */
const chip = (kind, bit, label, click) => make("button", {
  type: "button", class: "emap-chip", "aria-pressed": "false", "data-filter": kind, "data-bit": bit, click,
}, make("span", { "data-t": label }), make("span", { class: "emap-number" }));

/**
 * @param {string} title
 * @param {...HTMLElement} chips
 */
const row = (title, ...chips) => make("div", { role: "group", "data-t-label": title, class: "emap-row" },
  make("span", { class: "emap-row-title", "data-t": title, "aria-hidden": "true" }), ...chips);

/**
 * Numbers beside each choice, and which are chosen.
 * @param {Look} look
 */
export function showChoices(look) {
  const { root, conditions, words, store } = look;
  const counts = { ...look.selected.counts, city: store.cities.map(() => 0) };
  counts.county.forEach((count, code) => { counts.city[store.cityOf[code]] += count; });
  /** @type {HTMLSelectElement[]} */
  const fields = parts(root, "select[data-filter]");
  fields.forEach((field) => {
    const group = /** @type {Group} */ (field.dataset.filter);
    field.value = String(conditions[group]);
    for (const option of field.options) {
      const code = Number(option.value), count = counts[group][code];
      if (code < 0) continue;
      const text = `${option.dataset.name}（${count}）`;
      // Of a chosen city only its counties.
      const hidden = group === "county" && conditions.city >= 0 && store.cityOf[code] !== conditions.city;
      const disabled = hidden || (!count && code !== conditions[group]);
      // There are hundreds, of which most stay as they are.
      if (option.textContent !== text) option.textContent = text;
      if (option.hidden !== hidden) option.hidden = hidden;
      if (option.disabled !== disabled) option.disabled = disabled;
    }
  });
  parts(root, ".emap-chip").forEach((node) => {
    const kind = /** @type {Terms | "open"} */ (node.dataset.filter), bit = Number(node.dataset.bit);
    const on = kind === "open" ? conditions.open : Boolean(conditions[kind] & (1 << bit));
    node.setAttribute("aria-pressed", String(on));
    part(node, ".emap-number").textContent = words.number(kind === "open" ? counts.open : counts[kind][bit]);
  });
  showTime(look);
  const bits = (/** @type {number} */ mask) => mask.toString(2).replace(/0/g, "").length;
  const chosen = [conditions.city >= 0, conditions.county >= 0, conditions.bank >= 0, conditions.open, conditions.at >= 0].filter(Boolean).length
    + bits(conditions.week) + bits(conditions.items) + bits(conditions.modes);
  const toggle = part(root, ".emap-filter");
  toggle.textContent = look.filtering ? words.t("完成") : chosen ? words.t("筛选（{0}）", chosen) : words.t("筛选");
  toggle.setAttribute("aria-expanded", String(look.filtering));
  part(root, ".emap-chosen").textContent = chosen ? `（${words.t("已选")} ${chosen}）` : "";
  part(root, ".emap-clear").hidden = !chosen;
}
