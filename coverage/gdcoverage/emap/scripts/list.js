// List: the items that the look-up lists, and the keys that lead through them.
/** @import { FoundPlace, Moment, Part, Store } from "./types.js" */
/** @import { Look } from "./lookup.js" */
/** @import { Words } from "./words.js" */
import { openState, openWords } from "./clock.js";
import { make } from "./dom.js";
import { placeOf, searchIndex } from "./search.js";
import { farText, walkMinutes } from "./store.js";

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
  const { store, words, origin, selected: { walked } } = look;
  return make("li", {}, make("button", { type: "button", class: "emap-item", "data-i": i, click: () => look.open(i) },
    make("span", { class: "emap-name", lang: "zh-CN" }, store.name[i]),
    make("span", { class: "emap-where", lang: "zh-CN" }, store.address[i] || store.countyOf(i).name),
    stateLine(words, store, i, now),
    origin ? make("span", { class: "emap-away" }, farText(words, store, i, origin, walked)) : null,
  ));
}

/**
 * Outlets' items with the standard's line between those within its minutes and the others, and a line before those to
 * which no walk is known; nothing of the kind where they are not sorted by walks.
 * @param {Look} look
 * @param {number[]} listed
 * @param {HTMLLIElement[]} items
 */
export function lined({ store, words, onFoot, selected: { walked } }, listed, items) {
  if (!onFoot || !store.walks) return items;
  const { minutes } = store.walks, line = (/** @type {string} */ text) => make("li", { class: "emap-line" }, text);
  const kind = (/** @type {number} */ i) => { const walk = walkMinutes(store, walked, i); return !walk ? 2 : walk > minutes ? 1 : 0; };
  let last = 0;
  return items.flatMap((item, k) => {
    const before = last;
    last = kind(listed[k]);
    return [
      ...(!before && last ? [line(words.t(k ? "以上步行 {0} 分钟以内" : "步行 {0} 分钟以内没有网点", minutes))] : []),
      ...(before < 2 && last === 2 ? [line(words.t("以下没有查到步行路线，按直线距离排列"))] : []),
      item,
    ];
  });
}

/**
 * A named place, near which one may ask for outlets; what else the query says stays.
 * @param {Look} look
 * @param {FoundPlace} place
 * @param {Part[]} parts of the query
 */
export function placeItem(look, { i, part }, parts) {
  const { names } = searchIndex(look.store);
  const go = () => {
    look.conditions.query = look.input.value = parts.filter((other) => other !== part).map(({ word }) => word).join(" ");
    look.near.set(placeOf(look.store, i));
  };
  return make("li", {}, make("button", { type: "button", class: "emap-item emap-place", click: go },
    make("span", { class: "emap-name", lang: "zh-CN" }, names.name[i]),
    make("span", { class: "emap-where" }, [names.kind[i] && look.words.t(names.kind[i]), names.where[i]].filter((text) => text)
      .concat(look.words.t("看这附近的网点")).join(" · "))));
}

/**
 * What to try where nothing is found.
 * @param {Look} look
 * @param {{query: string, count: number}[]} tries
 */
export function tryItem(look, tries) {
  const go = (/** @type {string} */ query) => () => { look.input.value = query; look.ask({ query }); };
  return make("li", { class: "emap-tries" }, make("span", {}, look.words.t("试试：")), ...tries.map(({ query, count }) =>
    make("button", { type: "button", class: "emap-try", click: go(query) }, query,
      make("span", { class: "emap-number" }, look.words.number(count)))));
}

/**
 * How a query was understood, in words; "" where it stands for itself.
 * @param {Look} look
 */
export function readAs({ words, store, onFoot, selected: { found } }) {
  if (!found) return "";
  const { names } = searchIndex(store), told = [];
  const partSaid = (/** @type {Part} */ { word, meanings }) => meanings.length
    ? [...new Set(meanings.map(({ label }) => words.t(label)))].slice(0, 3).join(" / ") + (meanings.length > 3 ? "…" : "") : `“${word}”`;
  const near = found.near < 0 ? null : names.name[found.near], nears = new Set(found.places.map(({ part }) => part));
  const plain = found.parts.filter((part) => !part.meanings.some(({ kind }) => kind === "elsewhere" || kind === "idle"));
  if (found.skipped.length) told.push(words.t("没有找到“{0}”", found.skipped.join("”“")));
  if (!found.some && found.places.length) told.push(words.t("请选一个地点"));
  const parts = plain.filter((part) => near === null || !nears.has(part)).map(partSaid);
  if (near !== null) told.push(onFoot ? words.t("按从“{0}”步行的远近排列", near) : words.t("按离“{0}”的远近排列（直线距离）", near));
  else if (found.alike) told.push(words.t("没有完全相同的，列出相近的"));
  if (parts.length && plain.some(({ meanings }) => meanings.length)) told.unshift(words.t("按 {0} 查找", parts.join(" · ")));
  const elsewhere = found.parts.flatMap(({ meanings }) => meanings.filter(({ kind }) => kind === "elsewhere").map(({ label }) => label));
  return [...new Set(elsewhere), told.join(words.inEnglish ? "; " : "；")].filter((text) => text).join(" ");
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
