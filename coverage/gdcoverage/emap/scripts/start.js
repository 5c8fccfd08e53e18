// Start: a map in its page; the data follow as they are unpacked.
/** @import { Asked, Base, Emap, Layers, Outlets, Planner, Store } from "./types.js" */
import { about } from "./about.js";
import { addressOf, conditionsFrom, readAddress, stateText, writeAddress } from "./address.js";
import { block } from "./blocks.js";
import { part, parts } from "./dom.js";
import { drawGround, mapWords, openMap } from "./ground.js";
import { plannerLayers } from "./layers.js";
import { Look } from "./lookup.js";
import { plannerPanel, pointsOnTop, ranking } from "./planner.js";
import { Points } from "./points.js";
import { poster } from "./poster.js";
import { Printing } from "./print.js";
import { dates } from "./said.js";
import { searchIndex } from "./search.js";
import { openStore } from "./store.js";
import { Words } from "./words.js";

/** @typedef {Pick<Emap, "root" | "map" | "head" | "words" | "ready">} Opened before its data are there */

/**
 * Starts the map of an id; its state is at the property `emap` of its element.
 * @param {string} id
 * @returns {L.Map}
 */
export function start(id) {
  /** @type {HTMLElement & {emap?: Opened}} */
  const root = part(document, `[id="emap_${id}"]`);
  const head = JSON.parse(part(document, `script[data-map="${id}"][data-block="head"]`).textContent || "");
  const first = document.querySelector(".emap") === root;
  if (!first) ownIds(root, id);
  const map = openMap(id, head);
  const emap = { root, map, head, words: new Words(), ready: false };
  root.emap = emap;
  fill(emap, id, first).then(() => { emap.ready = true; });
  return map;
}

/**
 * Names within a further map of a page that are not those of the first.
 * @param {HTMLElement} root
 * @param {string} id
 */
function ownIds(root, id) {
  const named = parts(root, "[id]").filter((node) => node.id !== id);
  const names = named.map((node) => node.id);
  named.forEach((node) => { node.id += "_" + id; });
  for (const attribute of ["for", "aria-controls", "aria-labelledby"]) {
    parts(root, `[${attribute}]`).forEach((node) => {
      const name = node.getAttribute(attribute) || "";
      if (names.includes(name)) node.setAttribute(attribute, name + "_" + id);
    });
  }
}

/**
 * @param {Opened} opened
 * @param {string} id
 * @param {boolean} first of the page: its state is what the page's address says
 */
async function fill(opened, id, first) {
  const { root, map, head, words } = opened;
  const asked = first ? readAddress(window.location.hash) : {};
  words.language = asked.lang === "en" ? "en" : "zh-CN";
  part(root, "h1").textContent = head.title;
  part(root, ".emap-subtitle").textContent = head.subtitle;
  if (first) enlarge(root, map, asked.large === "1");
  words.translate(root);
  const writeMapWords = mapWords(map, head, words);
  writeMapWords();
  const [outlets, base, planner] = /** @type {[Outlets, Base, Planner | null]} */ (
    await Promise.all(["outlets", "base", "planner"].map((name) => block(id, name))));
  const store = openStore(outlets), layers = makeLayers(opened, store, base, planner);
  const look = new Look(root, map, words, store, layers);
  showLayers(opened, layers, asked);
  const tabs = planner && plannerPanel(root, words, map, head, planner, layers, store);
  shareSpace(root, look, tabs);
  about(root, head, words);
  const page = () => poster(look, head, base, stateOf(addressOf(emap)));
  /** @type {Emap} */
  const emap = Object.assign(opened, { layers, look, print: new Printing(root, map, head, words, page) });
  growSheet(emap);

  restore(look, asked);
  const speak = () => {
    words.translate(root);
    writeMapWords();
    part(root, ".emap-date").textContent = dates(head, words);
    if (planner) ranking(root, words, map, planner);
    look.tell(look.notice);
    look.refresh(!emap.ready && !asked.at && !asked.outlet && asksForSome(asked));
    if (look.chosen >= 0) look.open(look.chosen, { move: false, focus: false });
  };
  speak();
  listen(emap, speak, first ? () => writeAddress(addressOf(emap)) : () => {});
}

/**
 * What is asked, without how it is looked at, for another's screen.
 * @param {Record<string, string>} state
 */
const stateOf = ({ q, county, bank, items, modes, outlet }) => stateText(outlet ? { outlet } : { q, county, bank, items, modes });

/**
 * @param {Opened} opened
 * @param {Store} store
 * @param {Base} base
 * @param {Planner | null} planner
 * @returns {Layers}
 */
function makeLayers({ map, head, words }, store, base, planner) {
  const layers = {
    counties: drawGround(map, base, Boolean(head.tiles)).addTo(map),
    outlets: new Points(store, { fillColor: "#0B3C7D" }, 630),
  };
  if (!planner) return layers;
  const idle = new Points(store, { fillColor: "#8A8A8A" }, 620);
  return { ...layers, idle, ...plannerLayers(words, map, head, planner) };
}

/**
 * Layers on or off: as the style table says, but for what the address asks.
 * @param {Opened} opened
 * @param {Layers} layers
 * @param {Asked} asked
 */
function showLayers({ map, head }, layers, asked) {
  const [on, off] = [asked.on, asked.off].map((keys) => (keys || "").split("."));
  (head.styles || [{ key: "outlets", on: true }]).forEach((style) => {
    const layer = layers[style.key];
    if (!layer) return;
    if ((style.on && !off.includes(style.key)) || on.includes(style.key)) map.addLayer(layer);
    else map.removeLayer(layer);
  });
  pointsOnTop(map, layers);
}

/**
 * @param {Emap} emap
 * @param {() => void} speak after the language has changed
 * @param {() => void} remember the state
 */
function listen({ root, map, words, look }, speak, remember) {
  look.changed = remember;
  map.on("moveend emap:layers", remember);
  part(root, ".emap-language").addEventListener("click", () => {
    words.language = words.inEnglish ? "zh-CN" : "en";
    speak();
  });
  part(root, ".emap-large").addEventListener("click", () => {
    enlarge(root, map, !document.documentElement.classList.contains("emap-larger"));
    remember();
  });
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && look.chosen >= 0) look.close(); });
  // The first letter typed must not wait for the index.
  setTimeout(() => searchIndex(look.store), 200);
  // Outlets open and close while the page stands.
  setInterval(() => { if (look.chosen < 0 && !root.contains(document.activeElement)) look.refresh(); }, 60000);
}

/**
 * What the address asks for: conditions, the view, the outlet.
 * @param {Look} look
 * @param {Asked} asked
 */
function restore(look, asked) {
  const { map, store } = look;
  Object.assign(look.conditions, conditionsFrom(asked, store));
  look.input.value = look.conditions.query;
  const [lat, lon, zoom] = (asked.at || "").split(",").map(Number);
  if (Number.isFinite(lat) && Number.isFinite(lon) && Number.isFinite(zoom)) map.setView([lat, lon], zoom, { animate: false });
  const i = store.id.indexOf(asked.outlet || "");
  if (i >= 0) look.open(i, { move: !asked.at });
}

/** @param {Asked} asked */
const asksForSome = (asked) => ["q", "county", "bank", "items", "modes", "open"].some((name) => asked[name]);

/**
 * A card takes the place of whatever the panel showed, and gives it back.
 * @param {HTMLElement} root
 * @param {Look} look
 * @param {ReturnType<typeof plannerPanel> | null} tabs
 */
function shareSpace(root, look, tabs) {
  const behind = parts(root, ".emap-part, .emap-tabs");
  /** @type {HTMLElement[]} */
  let hidden = [];
  look.opened = (what) => {
    if (what === "list") { if (tabs) tabs.open("lookup"); return; }
    if (hidden.length) return;
    hidden = behind.filter((node) => !node.hidden);
    hidden.forEach((node) => { node.hidden = true; });
  };
  look.closed = () => {
    hidden.forEach((node) => { node.hidden = false; });
    hidden = [];
  };
}

/**
 * Large type, of the whole page.
 * @param {HTMLElement} root
 * @param {L.Map} map
 * @param {boolean} on
 */
function enlarge(root, map, on) {
  document.documentElement.classList.toggle("emap-larger", on);
  part(root, ".emap-large").setAttribute("aria-pressed", String(on));
  map.invalidateSize({ animate: false });
}

/**
 * On a phone the panel is a sheet under the map; it grows when asked, and for typing.
 * @param {Emap} emap
 */
function growSheet({ root, map, words, look }) {
  const button = part(root, ".emap-sheet");
  const grow = (/** @type {boolean} */ tall) => {
    const label = tall ? "收起列表" : "展开列表";
    root.classList.toggle("emap-tall", tall);
    button.setAttribute("aria-expanded", String(tall));
    button.dataset.t = label;
    button.textContent = words.t(label);
    map.invalidateSize({ animate: false });
  };
  button.addEventListener("click", () => grow(!root.classList.contains("emap-tall")));
  look.items.addEventListener("click", () => grow(false), true);
  look.input.addEventListener("focus", () => { if (window.matchMedia("(max-width: 700px)").matches) grow(true); });
  grow(false);
}
