// Start: a map in its page; the data follow as they are unpacked.
/** @import { Asked, Base, Emap, Layers, Outlets, Planner, Shapes, Store } from "./types.js" */
import { about } from "./about.js";
import { addressOf, conditionsFrom, readAddress, stateText } from "./address.js";
import { inWorld, openAtlas, pointsOf } from "./atlas.js";
import { block, bytesOf } from "./blocks.js";
import { nowInGuangdong } from "./clock.js";
import { make, part, parts } from "./dom.js";
import { drawGround, mapWords, openMap } from "./ground.js";
import { plannerLayers } from "./layers.js";
import { looks, looksFrom, onDeviceDark, setLooks } from "./looks.js";
import { Look } from "./lookup.js";
import { Past } from "./past.js";
import { plannerPanel, pointsOnTop, ranking } from "./planner.js";
import { Points } from "./points.js";
import { poster } from "./poster.js";
import { Printing } from "./print.js";
import { dates, stale } from "./said.js";
import { outletRows, saveTable } from "./saved.js";
import { searchIndex, takeNames } from "./search.js";
import { Sheet } from "./sheet.js";
import { openStore } from "./store.js";
import { openWalks } from "./walks.js";
import { Words } from "./words.js";

/** @typedef {Pick<Emap, "root" | "map" | "head" | "words" | "ready">} Opened before its data are there */

/**
 * Starts the map of an id; its state is at the property `emap` of its element.
 * @param {string} id
 * @returns {L.Map}
 */
export function start(id) {
  /** @type {HTMLElement & {emap?: Opened, emapPlain?: () => void}} emapPlain as plain.js gives it */
  const root = part(document, `[id="emap_${id}"]`);
  const head = JSON.parse(part(document, `script[data-map="${id}"][data-block="head"]`).textContent || "");
  const first = document.querySelector(".emap") === root;
  if (!first) ownIds(root, id);
  const map = openMap(id, head);
  const emap = { root, map, head, words: new Words(), ready: false };
  root.emap = emap;
  fill(emap, id, first).then(() => { emap.ready = true; }).catch((error) => {
    console.error(error);
    if (root.emapPlain) root.emapPlain();
  });
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
  if (head.province) part(root, ".emap-titles").append(make("a", { class: "emap-province", href: head.province, "data-t": "‹ 全省地图" }));
  if (first) setLooks(root, looksFrom(asked));
  words.translate(root);
  const writeMapWords = mapWords(map, head, words);
  writeMapWords();
  const packed = head.tiles ? null : bytesOf(id, "drawn");
  const [outlets, base, planner] = /** @type {[Outlets, Base, Planner | null]} */ (
    await Promise.all(["outlets", "base", "planner"].map((name) => block(id, name))));
  const bytes = await packed, drawn = bytes ? openAtlas(bytes) : [];
  const store = openStore(outlets), layers = makeLayers(opened, store, base, drawn, planner);
  const look = new Look(root, map, words, store, layers);
  showLayers(opened, layers, asked);
  const tabs = planner && plannerPanel(root, words, map, head, planner, layers, store);
  const sheet = new Sheet(root, map);
  shareSpace(root, look, tabs, sheet);
  if (planner) part(root, ".emap-save-list").addEventListener("click", () => saveTable(`${head.subtitle}_${words.t("网点")}`, outletRows(look)));
  about(root, head, words);
  const page = () => poster(look, head, base, drawn, stateOf(addressOf(emap)));
  /** @type {Emap} */
  const emap = Object.assign(opened, { layers, look, print: new Printing(root, map, head, words, page), sheet });
  restore(look, asked);
  const speak = (fit = false) => {
    words.translate(root);
    writeMapWords();
    part(root, ".emap-date").textContent = dates(head, words);
    part(root, ".emap-stale").textContent = stale(head, store.calendar, words, nowInGuangdong().day);
    if (planner) ranking(root, words, map, planner);
    look.tell(...look.notice);
    look.refresh(fit);
    if (look.chosen >= 0) look.open(look.chosen, { move: false, focus: false });
  };
  const fit = !asked.at && !asked.outlet && asksForSome(asked);
  speak(fit);
  sheet.to(sheet.stop);
  listen(emap, speak, first ? remembering(emap, speak) : () => {});
  // Nobody has told yet where one is.
  block(id, "walks").then((walks) => { if (walks) look.walk(openWalks(walks)); }).catch((error) => console.warn(error));
  // Names may be many, and only a query that names one waits for them; the map works without.
  block(id, "names").then((names) => {
    if (names) takeNames(store, names);
    if (look.conditions.query) look.refresh(fit && !look.view);
  }).catch((error) => console.warn(error)).then(() => {
    // The first letter typed must not wait for the index.
    setTimeout(() => searchIndex(store), 200);
  });
}

/**
 * The page's address and the browser's history follow the map, and the map follows them; -> what tells of a change.
 * @param {Emap} emap
 * @param {(fit?: boolean) => void} speak
 */
function remembering(emap, speak) {
  const { root, look, layers, words } = emap;
  const past = new Past([
    { isOpen: () => look.past, close: () => look.reset() },
    { isOpen: () => look.filtering, close: () => look.filter(false) },
    { isOpen: () => look.chosen >= 0, close: () => look.close() },
  ], () => stateText(addressOf(emap)), () => {
    const asked = readAddress(window.location.hash);
    words.language = asked.lang === "en" ? "en" : "zh-CN";
    setLooks(root, looksFrom(asked));
    look.filter(false);
    if (look.chosen >= 0) look.close(false);
    showLayers(emap, layers, asked);
    restore(look, asked);
    speak(!asked.at && !asked.outlet);
  });
  past.remember();
  return () => past.remember();
}

/**
 * What is asked, without how it is looked at, for another's screen.
 * @param {Record<string, string>} state
 */
const stateOf = ({ q, city, county, bank, items, modes, week, time, outlet }) =>
  stateText(outlet ? { outlet } : { q, city, county, bank, items, modes, week, time });

/**
 * @param {Opened} opened
 * @param {Store} store
 * @param {Base} base
 * @param {Shapes[]} drawn
 * @param {Planner | null} planner
 * @returns {Layers}
 */
function makeLayers({ map, head, words }, store, base, drawn, planner) {
  const outlets = new Points(store, { fillColor: "#0B3C7D" }, 630);
  const ground = drawGround(map, words, base, drawn, Boolean(head.tiles), outletsOf(store, outlets)).addTo(map);
  outlets.changed = () => ground.rewrite && ground.rewrite();
  const layers = { counties: ground, outlets };
  if (!planner) return layers;
  const idle = new Points(store, { fillColor: "#8A8A8A" }, 620);
  return { ...layers, idle, ...plannerLayers(words, map, head, planner) };
}

/**
 * The outlets that are shown, as places to write names at; anew only when others are.
 * @param {Store} store
 * @param {Points} points
 */
function outletsOf(store, points) {
  /** @type {number[] | null} */
  let of = null, found = pointsOf("outlet", [], () => [0, 0]);
  return () => {
    const { shown } = points;
    if (of !== shown) found = pointsOf("outlet", shown.map((i) => store.name[i]), (i) => inWorld(store.latOf(shown[i]), store.lonOf(shown[i])));
    of = shown;
    return found;
  };
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
 * @param {(fit?: boolean) => void} speak after the language has changed
 * @param {() => void} remember the state
 */
function listen({ root, map, words, look, sheet }, speak, remember) {
  look.changed = remember;
  map.on("moveend emap:layers", remember);
  part(root, ".emap-language").addEventListener("click", () => {
    words.language = words.inEnglish ? "zh-CN" : "en";
    speak();
  });
  const turn = (/** @type {"large" | "dark"} */ name) => {
    setLooks(root, { ...looks(), [name]: !looks()[name] });
    sheet.to(sheet.stop);
    remember();
  };
  part(root, ".emap-large").addEventListener("click", () => turn("large"));
  part(root, ".emap-dark").addEventListener("click", () => turn("dark"));
  onDeviceDark(() => setLooks(root, { ...looks(), ...looksFrom(readAddress(window.location.hash)) }));
  part(root, ".emap-skip").addEventListener("click", () => {
    look.enter({});
  });
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && look.chosen >= 0) look.close(); });
  setInterval(() => look.tick(), 60000);
  // A telephone takes the page out of its pocket the next day.
  document.addEventListener("visibilitychange", () => look.tick());
}

/**
 * What the address asks for: conditions, the view, the outlet.
 * @param {Look} look
 * @param {Asked} asked
 */
function restore(look, asked) {
  const { map, store } = look;
  Object.assign(look.conditions, conditionsFrom(asked, store));
  look.past = asked.all === "1" || asksForSome(asked);
  look.input.value = look.conditions.query;
  const [lat, lon, zoom] = (asked.at || "").split(",").map(Number);
  if (Number.isFinite(lat) && Number.isFinite(lon) && Number.isFinite(zoom)) map.setView([lat, lon], zoom, { animate: false });
  const i = store.id.indexOf(asked.outlet || "");
  if (i >= 0) look.open(i, { move: !asked.at });
}

/** @param {Asked} asked */
const asksForSome = (asked) => ["q", "city", "county", "bank", "items", "modes", "open", "week", "time"].some((name) => asked[name]);

/**
 * A card takes the place of whatever the panel showed, and gives it back; a phone's sheet moves with what is asked.
 * @param {HTMLElement} root
 * @param {Look} look
 * @param {ReturnType<typeof plannerPanel> | null} tabs
 * @param {Sheet} sheet
 */
function shareSpace(root, look, tabs, sheet) {
  const behind = parts(root, ".emap-part, .emap-tabs");
  /** @type {HTMLElement[]} */
  let hidden = [];
  look.opened = (what) => {
    if (what === "filters") { sheet.fill(); return; }
    if (what === "map") { sheet.uncover(); return; }
    if (what === "list") {
      if (tabs) tabs.open("lookup");
      sheet.show(true);
      return;
    }
    if (!hidden.length) hidden = behind.filter((node) => !node.hidden);
    hidden.forEach((node) => { node.hidden = true; });
    sheet.show();
  };
  look.closed = () => {
    hidden.forEach((node) => { node.hidden = false; });
    hidden = [];
    sheet.to(sheet.stop);
  };
  look.input.addEventListener("focus", () => sheet.fill());
}
