// Planner: tabs, layer switches that are the legend too, the ranking of gaps or of counties.
/** @import { Area, Demand, Gap, Head, Layers, Planner, RatedCounty, Store, Town } from "./types.js" */
/** @import { Words } from "./words.js" */
import { make, part, parts, refill } from "./dom.js";
import { countyCard, factCard, isCovered, isMissed } from "./layers.js";
import { Leader } from "./leader.js";
import { Measuring } from "./measure.js";
import { doubtLines } from "./said.js";
import { factRows, pictureOf, rankedFacts, save, saveTable } from "./saved.js";
import { serviceSwitches } from "./services.js";
import { swatch, unpackArea } from "./shapes.js";
import { countyName } from "./store.js";

/**
 * The panel's texts and switches; -> its tabs.
 * @param {HTMLElement} root
 * @param {Words} words
 * @param {L.Map} map
 * @param {Head} head
 * @param {Planner} planner
 * @param {Layers} layers
 * @param {Store} store
 */
export function plannerPanel(root, words, map, head, planner, layers, store) {
  const set = (/** @type {string} */ name, /** @type {string} */ text) => { part(root, ".emap-" + name).textContent = text; };
  set("phrase", head.phrase);
  const doubt = part(root, ".emap-doubt");
  refill(doubt, ...doubtLines(head));
  doubt.hidden = !doubt.childElementCount;
  set("headline", head.headline || "");
  set("standard", head.standard || "");
  Object.assign(words.english, planner.words);
  layerSwitches(part(root, ".emap-layers"), words, map, head, layers, layerCounts(planner, store));
  workTools(root, words, map, head, planner, layers);
  if (planner.services) serviceSwitches(root, words, head, planner.demand, planner.services, layers);
  return tabs(root);
}

/**
 * What planners do with the map: measure, save, show, make room.
 * @param {HTMLElement} root
 * @param {Words} words
 * @param {L.Map} map
 * @param {Head} head
 * @param {Planner} planner
 * @param {Layers} layers
 */
function workTools(root, words, map, head, planner, layers) {
  new Measuring(root, map, words);
  new Leader(root, map, words, head, planner, layers);
  part(root, ".emap-picture").addEventListener("click", () => {
    pictureOf(map, head, words, head.headline || "").then((blob) => save(`${head.title}_${head.subtitle}.png`, blob)).catch((error) => {
      console.warn(error);
      // Tiles of another's host may be seen, not taken.
      window.alert(words.t("存不了图片（用了在线底图，或地图太大），请用打印。"));
    });
  });
  part(root, ".emap-save-ranking").addEventListener("click", () => saveTable(`${head.subtitle}_${words.t(planner.counties ? "县区" : "空白区")}`, factRows(words, rankedFacts(planner))));
  const fold = (/** @type {boolean} */ on) => {
    root.classList.toggle("emap-folded", on);
    map.invalidateSize({ animate: false });
    part(root, on ? ".emap-unfold" : ".emap-fold").focus();
  };
  part(root, ".emap-fold").addEventListener("click", () => fold(true));
  part(root, ".emap-unfold").addEventListener("click", () => fold(false));
}

/**
 * @param {Planner} planner
 * @param {Store} store
 * @returns {Record<string, number>}
 */
function layerCounts(planner, store) {
  const count = (/** @type {number[]} */ list, /** @type {number} */ wanted) => list.filter((value) => value === wanted).length;
  /** @type {Record<string, number>} */
  const counts = { outlets: count(store.active, 1), idle: count(store.active, 0), sites: planner.sites.length, alternatives: planner.alternatives.length };
  planner.towns.forEach(({ style, area }) => { if (area.length) counts[style] = (counts[style] || 0) + 1; });
  planner.changes.forEach(({ style }) => { counts[style] = (counts[style] || 0) + 1; });
  planner.supervision.forEach(({ style }) => { counts[style] = (counts[style] || 0) + 1; });
  if (planner.counties) {
    planner.counties.forEach(({ style }) => { counts[style] = (counts[style] || 0) + 1; });
    return { ...counts, gap_marks: planner.gapMarks.length };
  }
  const { demand } = planner, of = (/** @type {(d: Demand, i: number) => boolean} */ which) => demand.lon.filter((_, i) => which(demand, i)).length;
  return { ...counts, covered: of(isCovered), uncovered: of(isMissed(1)), uncovered_rural: of(isMissed(0)), gaps: planner.gaps.length };
}

/**
 * @param {HTMLElement} list
 * @param {Words} words
 * @param {L.Map} map
 * @param {Head} head
 * @param {Layers} layers
 * @param {Record<string, number>} counts
 */
function layerSwitches(list, words, map, head, layers, counts) {
  (head.styles || []).slice().reverse().forEach((style) => {
    words.english[style.label] = style.english;
    const layer = layers[style.key];
    if (!layer) return;
    const box = make("input", { type: "checkbox", "data-layer": style.key });
    box.checked = map.hasLayer(layer);
    box.addEventListener("change", () => {
      map[box.checked ? "addLayer" : "removeLayer"](layer);
      pointsOnTop(map, layers);
      map.fire("emap:layers");
    });
    const count = style.key in counts ? make("span", { class: "emap-number", "data-count": style.key }, words.number(counts[style.key])) : null;
    list.append(make("li", {}, make("label", {}, box, swatch(style), make("span", { class: "emap-label", "data-t": style.label }), count)));
  });
}

/**
 * A layer switched on again is drawn last; the points belong above the gaps.
 * @param {L.Map} map
 * @param {Layers} layers
 */
export function pointsOnTop(map, layers) {
  ["covered", "uncovered", "uncovered_rural", "gap_marks"].forEach((key) => {
    const layer = layers[key];
    if (!(layer instanceof L.LayerGroup) || !map.hasLayer(layer)) return;
    layer.eachLayer((mark) => { if (mark instanceof L.Path) mark.bringToFront(); });
  });
}

/**
 * Gaps by people, or counties by people outside the standard; each leads to its place.
 * @param {HTMLElement} root
 * @param {Words} words
 * @param {L.Map} map
 * @param {Planner} planner
 */
export function ranking(root, words, map, planner) {
  const rows = planner.counties
    ? planner.counties.filter((county) => county.missed).sort((a, b) => b.missed - a.missed)
      .map((county) => ({ name: countyName(county), people: county.missed, go: () => goToCounty(words, map, county) }))
    : planner.gaps.map((gap) => ({ name: gap.name, people: gap.people, go: () => goToGap(words, map, gap) }));
  part(root, '[id^="tab_ranking"]').textContent = words.t(planner.counties ? "县区" : "空白区");
  part(root, '[id^="part_ranking"] h2').textContent = words.t(
    !rows.length ? "没有空白区" : planner.counties ? "县区（按{0}）" : "空白区（按{0}）", words.t(planner.ranked).toLowerCase());
  refill(part(root, ".emap-ranking"), ...ranked(words, rows));
  const towns = planner.towns.map((town) => ({ name: town.name, people: town.missed, go: () => goToTown(words, map, town) }));
  part(root, ".emap-towns-title").textContent = towns.length ? words.t("镇街（按{0}）", words.t(planner.rankedTowns).toLowerCase()) : "";
  refill(part(root, ".emap-towns"), ...ranked(words, towns));
}

/**
 * @param {Words} words
 * @param {{name: string, people: number, go: () => void}[]} rows
 */
const ranked = (words, rows) => rows.slice(0, 200).map((row, i) => make("li", {}, make("button", { type: "button", click: row.go },
  make("span", {}, `${i + 1}.`),
  make("span", { class: "emap-name", lang: "zh-CN" }, row.name),
  make("span", { class: "emap-people" }, words.t("{0} 人", words.number(row.people))))));

/** @param {Area} area */
const boundsOf = (area) => L.latLngBounds(unpackArea(area).flat(2));

/**
 * @param {Words} words
 * @param {L.Map} map
 * @param {Gap} gap
 */
function goToGap(words, map, gap) {
  const bounds = boundsOf(gap.area);
  map.fitBounds(bounds, { maxZoom: 15, animate: false });
  L.popup({ maxWidth: 320 }).setLatLng([gap.lat, gap.lon]).setContent(factCard(words, gap.name, gap.facts)).openOn(map);
}

/**
 * To a town's area; one without an area shows its numbers where the map is.
 * @param {Words} words
 * @param {L.Map} map
 * @param {Town} town
 */
function goToTown(words, map, town) {
  if (town.area.length) map.fitBounds(boundsOf(town.area), { animate: false });
  const at = town.area.length ? boundsOf(town.area).getCenter() : map.getCenter();
  L.popup({ maxWidth: 320 }).setLatLng(at).setContent(factCard(words, town.name, town.facts)).openOn(map);
}

/**
 * @param {Words} words
 * @param {L.Map} map
 * @param {RatedCounty} county
 */
function goToCounty(words, map, county) {
  const bounds = boundsOf(county.area);
  map.fitBounds(bounds, { animate: false });
  L.popup({ maxWidth: 320 }).setLatLng(bounds.getCenter()).setContent(countyCard(words, county)).openOn(map);
}

/** @param {HTMLElement} root */
function tabs(root) {
  const tabs = parts(root, '[role="tab"]');
  const partOf = (/** @type {HTMLElement} */ tab) => part(root, "#" + tab.getAttribute("aria-controls"));
  const open = (/** @type {HTMLElement} */ chosen) => tabs.forEach((tab) => {
    const on = tab === chosen;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    partOf(tab).hidden = !on;
  });
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => open(tab));
    tab.addEventListener("keydown", (event) => {
      const step = Number(event.key === "ArrowRight") - Number(event.key === "ArrowLeft");
      if (!step) return;
      const next = tabs[(i + step + tabs.length) % tabs.length];
      open(next);
      next.focus();
    });
  });
  return { open: (/** @type {string} */ name) => open(part(root, `[id^="tab_${name}"]`)) };
}
