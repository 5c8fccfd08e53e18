// Address: what is looked at, after the # of the page's address, so that it can be sent and opened again.
/** @import { Asked, Conditions, Emap, Store, Style } from "./types.js" */
import { clockTime } from "./clock.js";
import { looksInAddress } from "./looks.js";
import { WEEKLY } from "./when.js";

/**
 * @param {string} hash
 * @returns {Asked}
 */
export const readAddress = (hash) => Object.fromEntries(new URLSearchParams(hash.replace(/^#/, "")));

/**
 * The state as an address has it.
 * @param {Record<string, string>} state
 */
export const stateText = (state) => new URLSearchParams(Object.entries(state).filter(([, value]) => value !== "")).toString();

/** @param {Record<string, string>} state */

/**
 * The state in words that survive another order of counties and banks.
 * @param {Emap} emap
 */
export function addressOf({ map, head, words, layers, look }) {
  const { conditions, store } = look, centre = map.getCenter();
  const names = (/** @type {readonly string[]} */ list, /** @type {number} */ mask) => list.filter((_, bit) => mask & (1 << bit)).join(".");
  const shown = (/** @type {Style} */ { key }) => {
    const layer = layers[key];
    return layer !== undefined && map.hasLayer(layer);
  };
  const styles = head.styles || [], keys = (/** @type {Style[]} */ some) => some.map((style) => style.key).join(".");
  return {
    q: conditions.query,
    city: conditions.city < 0 ? "" : store.cities[conditions.city],
    county: conditions.county < 0 ? "" : store.county.values[conditions.county].adcode,
    bank: conditions.bank < 0 ? "" : store.bank.values[conditions.bank],
    items: names(store.itemNames, conditions.items),
    modes: names(store.modeNames, conditions.modes),
    open: conditions.open ? "1" : "",
    week: names(WEEKLY, conditions.week),
    time: timeText(conditions.at),
    all: look.past && !asks(conditions) ? "1" : "",
    outlet: look.chosen < 0 ? "" : store.id[look.chosen],
    at: `${centre.lat.toFixed(5)},${centre.lng.toFixed(5)},${map.getZoom()}`,
    off: keys(styles.filter((style) => style.on && !shown(style))),
    on: keys(styles.filter((style) => !style.on && shown(style))),
    lang: words.inEnglish ? "en" : "",
    ...looksInAddress(),
  };
}

/**
 * A minute of the week as day and time: 3.1030.
 * @param {number} minute
 */
const timeText = (minute) => (minute < 0 ? "" : `${1 + Math.floor(minute / 1440)}.${clockTime(minute).replace(":", "")}`);

/** @param {string} [text] */
function timeFrom(text) {
  const [, day, hour, minute] = /^([1-7])\.([01]\d|2[0-3])([0-5]\d)$/.exec(text || "") || [];
  return day ? (Number(day) - 1) * 1440 + Number(hour) * 60 + Number(minute) : -1;
}

/**
 * @param {Asked} asked
 * @param {Store} store
 * @returns {Conditions}
 */
export function conditionsFrom(asked, store) {
  const mask = (/** @type {readonly string[]} */ names, text = "") =>
    text.split(".").reduce((bits, name) => bits | (names.includes(name) ? 1 << names.indexOf(name) : 0), 0);
  return {
    query: asked.q || "",
    city: asked.city === undefined ? -1 : store.cities.indexOf(asked.city),
    county: asked.county === undefined ? -1 : store.county.values.findIndex((county) => county.adcode === asked.county),
    bank: asked.bank === undefined ? -1 : store.bank.values.indexOf(asked.bank),
    items: mask(store.itemNames, asked.items),
    modes: mask(store.modeNames, asked.modes),
    open: asked.open === "1",
    week: mask(WEEKLY, asked.week),
    at: timeFrom(asked.time),
  };
}

/** @param {Conditions} conditions */
const asks = ({ query, city, county, bank, items, modes, open, week, at }) =>
  Boolean(query || city >= 0 || county >= 0 || bank >= 0 || items || modes || open || week || at >= 0);
