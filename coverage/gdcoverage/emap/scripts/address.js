// Address: what is looked at, after the # of the page's address, so that it can be sent and opened again.
/** @import { Asked, Conditions, Emap, Store, Style } from "./types.js" */

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
export function writeAddress(state) {
  const hash = stateText(state);
  // A page inside another (a notebook) has no address of its own.
  try {
    window.history.replaceState(null, "", hash ? "#" + hash : window.location.pathname + window.location.search);
  } catch { /* the map works without */ }
}

/**
 * The state in words that survive another order of counties and banks.
 * @param {Emap} emap
 */
export function addressOf({ map, head, words, layers, look }) {
  const { conditions, store } = look, centre = map.getCenter();
  const names = (/** @type {string[]} */ list, /** @type {number} */ mask) => list.filter((_, bit) => mask & (1 << bit)).join(".");
  const shown = (/** @type {Style} */ { key }) => {
    const layer = layers[key];
    return layer !== undefined && map.hasLayer(layer);
  };
  const styles = head.styles || [], keys = (/** @type {Style[]} */ some) => some.map((style) => style.key).join(".");
  return {
    q: conditions.query,
    county: conditions.county < 0 ? "" : store.county.values[conditions.county].adcode,
    bank: conditions.bank < 0 ? "" : store.bank.values[conditions.bank],
    items: names(store.itemNames, conditions.items),
    modes: names(store.modeNames, conditions.modes),
    open: conditions.open ? "1" : "",
    outlet: look.chosen < 0 ? "" : store.id[look.chosen],
    at: `${centre.lat.toFixed(5)},${centre.lng.toFixed(5)},${map.getZoom()}`,
    off: keys(styles.filter((style) => style.on && !shown(style))),
    on: keys(styles.filter((style) => !style.on && shown(style))),
    lang: words.inEnglish ? "en" : "",
    large: document.documentElement.classList.contains("emap-larger") ? "1" : "",
  };
}

/**
 * @param {Asked} asked
 * @param {Store} store
 * @returns {Conditions}
 */
export function conditionsFrom(asked, store) {
  const mask = (/** @type {string[]} */ names, text = "") =>
    text.split(".").reduce((bits, name) => bits | (names.includes(name) ? 1 << names.indexOf(name) : 0), 0);
  return {
    query: asked.q || "",
    county: asked.county === undefined ? -1 : store.county.values.findIndex((county) => county.adcode === asked.county),
    bank: asked.bank === undefined ? -1 : store.bank.values.indexOf(asked.bank),
    items: mask(store.itemNames, asked.items),
    modes: mask(store.modeNames, asked.modes),
    open: asked.open === "1",
  };
}
