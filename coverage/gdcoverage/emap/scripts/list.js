// List: the items that the look-up lists, and the keys that lead through them.
/** @import { Moment, Store } from "./types.js" */
/** @import { Look } from "./lookup.js" */
/** @import { Words } from "./words.js" */
import { openState, openWords } from "./clock.js";
import { make } from "./dom.js";
import { straight } from "./store.js";

/**
 * Whether an outlet is open, in words; made anew as time goes by.
 * @param {Words} words
 * @param {Store} store
 * @param {number} i
 * @param {Moment} now
 */
export function stateLine(words, store, i, now) {
  const state = openState(store.scheduleOf(i), store.calendar, now);
  const [word, more] = openWords(words, state, now);
  return make("span", { class: `emap-state emap-${state.state}`, "data-i": i }, make("b", {}, word), more ? " · " + more : "");
}

/**
 * An outlet of the list.
 * @param {Look} look
 * @param {number} i
 * @param {Moment} now
 */
export function outletItem(look, i, now) {
  const { store, words, near: { origin } } = look;
  return make("li", {}, make("button", { type: "button", class: "emap-item", "data-i": i, click: () => look.open(i) },
    make("span", { class: "emap-name", lang: "zh-CN" }, store.name[i]),
    make("span", { class: "emap-where", lang: "zh-CN" }, store.address[i] || store.countyOf(i).name),
    stateLine(words, store, i, now),
    origin ? make("span", { class: "emap-away" }, straight(words, store, i, origin)) : null,
  ));
}

/**
 * A named place, near which one may ask for outlets.
 * @param {Look} look
 * @param {{i: number, name: string}} place
 */
export function placeItem(look, { i, name }) {
  const { lat, lon } = look.store.places;
  const go = () => {
    look.conditions.query = "";
    look.input.value = "";
    look.near.set({ lat: lat[i] / 1e5, lon: lon[i] / 1e5, kind: "place" });
  };
  return make("li", {}, make("button", { type: "button", class: "emap-item emap-place", click: go },
    make("span", { class: "emap-name", lang: "zh-CN" }, name),
    make("span", { class: "emap-where" }, look.words.t("看这附近的网点"))));
}

/**
 * Arrow keys lead from the box into the list and through it.
 * @param {HTMLInputElement} input
 * @param {HTMLElement} list
 */
export function listKeys(input, list) {
  const buttons = () => [...list.querySelectorAll("button")];
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || !list.children.length) return;
    event.preventDefault();
    buttons()[0].focus();
  });
  list.addEventListener("keydown", (event) => {
    const step = Number(event.key === "ArrowDown") - Number(event.key === "ArrowUp");
    if (!step) return;
    event.preventDefault();
    const all = buttons(), at = all.findIndex((button) => button === document.activeElement) + step;
    (all[at] || (at < 0 ? input : all[all.length - 1])).focus();
  });
}
