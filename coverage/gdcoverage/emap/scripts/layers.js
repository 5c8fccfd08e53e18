// Layers: what planners see on the ground, built when first switched on, areas under streets under points.
/** @import { Demand, Facts, Head, Place, Planner, RatedCounty, Style, Town } from "./types.js" */
/** @import { Words } from "./words.js" */
import { make } from "./dom.js";
import { paneOf, quietPane } from "./ground.js";
import { Diamond, Leap, Ring, Triangle, cross, swatch, unpack, unpackArea } from "./shapes.js";
import { countyName } from "./store.js";

/** @typedef {Record<string, Style>} Styles by key */

/**
 * People as the area of a mark: pixels of radius.
 * @param {number} people
 */
const radius = (people) => Math.max(2.5, Math.min(11, Math.sqrt(people) / 7));

/** A group that makes its members when it is first shown. */
export class Later extends L.LayerGroup {
  /** @param {() => L.Layer[]} build */
  constructor(build) {
    super();
    this.build = build;
    this.built = false;
    /** @type {L.Map | null} */
    this.shown = null;
  }

  /** @param {L.Map} map */
  onAdd(map) {
    this.shown = map;
    if (!this.built) this.build().forEach((layer) => this.addLayer(layer));
    this.built = true;
    return super.onAdd(map);
  }

  /** @param {L.Map} map */
  onRemove(map) {
    this.shown = null;
    return super.onRemove(map);
  }

  /** Makes its members again, of what there is now. */
  renew() {
    const map = this.shown;
    if (map) map.removeLayer(this);
    this.clearLayers();
    this.built = false;
    if (map) map.addLayer(this);
  }
}

/**
 * The layers of a county's map or of the province's, by key.
 * @param {Words} words
 * @param {L.Map} map
 * @param {Head} head
 * @param {Planner} planner
 * @returns {Record<string, L.LayerGroup>}
 */
export function plannerLayers(words, map, head, planner) {
  const style = Object.fromEntries((head.styles || []).map((s) => [s.key, s]));
  const marks = L.canvas({ padding: 0.3 });
  // Below outlets; they are clicked, which a quiet pane lets through.
  paneOf(map, "ranks", 450).style.pointerEvents = "";
  // Above outlets, some of which they cross out.
  paneOf(map, "changes", 650).style.pointerEvents = "";
  const panes = { lines: quietPane(map, "lines", 320), areas: quietPane(map, "areas", 330), reached: quietPane(map, "reached", 340) };
  // Thousands of streets are one shape to Leaflet.
  const lines = (/** @type {string} */ key, /** @type {L.Renderer} */ renderer) => new Later(() => [L.polyline(unpack(planner.lines[key]), {
    ...style[key].options, renderer, interactive: false, smoothFactor: 1,
  })]);
  const area = (/** @type {string} */ key) => new Later(() => [L.polygon(unpackArea(planner.areas[key]), {
    ...style[key].options, renderer: panes.areas, interactive: false,
  })]);
  if (planner.counties) {
    return { ...rateLayers(words, map, planner.counties, style, marks), ...townLayers(words, planner.towns, style, marks, "town_rate_"), ...gapMarks(words, planner, style, marks), ...siteLayer(words, planner, style), ...changeLayers(words, planner, style, marks), ...supervisionLayers(words, planner, style, marks) };
  }
  return {
    ...townLayers(words, planner.towns, style, marks, "rate_"),
    streets: lines("streets", panes.lines),
    radius: area("radius"),
    walk_3: area("walk_3"),
    walk_2: area("walk_2"),
    walk_1: area("walk_1"),
    reached: lines("reached", panes.reached),
    gaps: new Later(() => gapShapes(words, planner, style.gaps, marks)),
    covered: demandLayer(words, planner.demand, style.covered, isCovered, L.CircleMarker, marks),
    uncovered: demandLayer(words, planner.demand, style.uncovered, isMissed(1), Diamond, marks),
    uncovered_rural: demandLayer(words, planner.demand, style.uncovered_rural, isMissed(0), Triangle, marks),
    ...siteLayer(words, planner, style),
    ...changeLayers(words, planner, style, marks),
    ...supervisionLayers(words, planner, style, marks),
  };
}

/**
 * @template {L.Layer} T
 * @param {Words} words
 * @param {T} layer
 * @param {string} title
 * @param {Facts} facts
 * @returns {T}
 */
const popup = (words, layer, title, facts) => layer.bindPopup(() => factCard(words, title, facts), { maxWidth: 320 });

/**
 * @param {Words} words
 * @param {Planner} planner
 * @param {Style} style
 * @param {L.Renderer} renderer
 */
const gapShapes = (words, planner, style, renderer) => planner.gaps.flatMap((gap) => {
  const shape = popup(words, L.polygon(unpackArea(gap.area), { ...style.options, renderer }), gap.name, gap.facts);
  if (gap.rank > 10) return [shape];
  const icon = L.divIcon({ className: "emap-rank", html: String(gap.rank), iconSize: [22, 22], iconAnchor: [24, 24] });
  return [shape, popup(words, L.marker([gap.lat, gap.lon], { keyboard: false, icon, pane: "emap-ranks" }), gap.name, gap.facts)];
});

/**
 * @param {Words} words
 * @param {Demand} demand
 * @param {Style} style
 * @param {(demand: Demand, i: number) => boolean} which
 * @param {typeof L.CircleMarker} Mark
 * @param {L.Renderer} renderer
 */
const demandLayer = (words, demand, style, which, Mark, renderer) => new Later(() => demand.lon.flatMap((lon, i) => {
  if (!which(demand, i)) return [];
  const mark = new Mark([demand.lat[i] / 1e5, lon / 1e5], { ...style.options, radius: radius(demand.people[i]), renderer });
  return [mark.bindPopup(() => demandCard(words, demand, i))];
}));

/** Who is in the standard, and who is not in town (1) or in the country (0). */
export const isCovered = (/** @type {Demand} */ demand, /** @type {number} */ i) => demand.covered[i] === 1;
export const isMissed = (/** @type {number} */ urban) => (/** @type {Demand} */ demand, /** @type {number} */ i) =>
  !demand.covered[i] && demand.urban[i] === urban;

/**
 * @param {Words} words
 * @param {Demand} d
 * @param {number} i
 */
const demandCard = (words, d, i) => factCard(words, d.name[i] || words.t("需求点"), Object.entries({
  population: d.people[i],
  settlement_name: d.urban[i] ? d.settlements.urban : d.settlements.rural,
  covered: (d.service ? d.service + "：" : "") + (d.covered[i] ? "达标" : "不达标"),
  [d.urban[i] ? "walk_m" : "radius_m"]: d.metres[i] ?? d.unknown,
  outlet_name: d.outletNames[d.outlet[i]] || "无",
  status_name: d.status[i],
}).map(([name, value]) => {
  const { label, unit } = d.columns[name];
  return [label, typeof value === "number" ? `${value.toLocaleString("zh-CN")} ${unit}` : value];
}));

/**
 * @param {Words} words
 * @param {Planner} planner
 * @param {Styles} style
 * @returns {Record<string, L.LayerGroup>}
 */
function siteLayer(words, planner, style) {
  /** @type {Record<string, L.LayerGroup>} */
  const layers = {};
  for (const key of /** @type {const} */ (["alternatives", "sites"])) {
    if (style[key]) layers[key] = new Later(() => planner[key].map((site) => marker(words, site, swatch(style[key]))));
  }
  return layers;
}

/**
 * @param {Words} words
 * @param {Place} place
 * @param {SVGElement} html
 * @param {string} [pane]
 */
const marker = (words, place, html, pane) => popup(words, L.marker([place.lat, place.lon], {
  alt: place.name, title: place.name, ...(pane ? { pane } : {}),
  icon: L.divIcon({ className: "emap-star", html: /** @type {any} */ (html), iconSize: [34, 22], iconAnchor: [17, 11] }),
}), place.name, place.facts);

/**
 * A redesign: what closes, with a line to where it goes, and what opens.
 * @param {Words} words
 * @param {Planner} planner
 * @param {Styles} style
 * @param {L.Renderer} renderer
 */
function changeLayers(words, planner, style, renderer) {
  /** @type {Record<string, L.LayerGroup>} */
  const layers = {};
  Object.keys(style).filter((key) => key.startsWith("change_")).forEach((key) => {
    const own = style[key];
    layers[key] = new Later(() => planner.changes.filter((place) => place.style === key).flatMap((place) => {
      const mark = marker(words, place, key === "change_open" ? swatch(own) : cross(own), "emap-changes");
      if (!place.to) return [mark];
      return [popup(words, new Leap([[place.lat, place.lon], place.to], { ...own.options, renderer }), place.name, place.facts), mark];
    }));
  });
  return layers;
}

/**
 * A ring around each outlet that supervision has to look at, by what for.
 * @param {Words} words
 * @param {Planner} planner
 * @param {Styles} style
 * @param {L.Renderer} renderer
 */
function supervisionLayers(words, planner, style, renderer) {
  /** @type {Record<string, L.LayerGroup>} */
  const layers = {};
  Object.keys(style).filter((key) => key.startsWith("supervised_")).forEach((key) => {
    layers[key] = new Later(() => planner.supervision.filter((place) => place.style === key)
      .map((place) => popup(words, new Ring([place.lat, place.lon], { ...style[key].options, renderer }), place.name, place.facts)));
  });
  return layers;
}

/**
 * Towns by class of coverage rate.
 * @param {Words} words
 * @param {Town[]} towns
 * @param {Styles} style
 * @param {L.Renderer} renderer
 * @param {string} prefix of the styles' names
 */
function townLayers(words, towns, style, renderer, prefix) {
  /** @type {Record<string, L.LayerGroup>} */
  const layers = {};
  Object.keys(style).filter((key) => key.startsWith(prefix)).forEach((key) => {
    layers[key] = new Later(() => towns.filter((town) => town.style === key && town.area.length)
      .map((town) => popup(words, L.polygon(unpackArea(town.area), { ...style[key].options, renderer }), town.name, town.facts)));
  });
  return layers;
}

// From here on a county's colour gives way to its streets.
const STREETS_ZOOM = 12;
const LIGHTER = 5;

/**
 * The province: counties by class of coverage rate.
 * @param {Words} words
 * @param {L.Map} map
 * @param {RatedCounty[]} counties
 * @param {Styles} style
 * @param {L.Renderer} renderer
 */
function rateLayers(words, map, counties, style, renderer) {
  /** @type {Record<string, L.LayerGroup>} */
  const layers = {};
  const near = () => map.getZoom() >= STREETS_ZOOM;
  const filled = (/** @type {string} */ key) => ({ fillOpacity: (style[key].options.fillOpacity || 0) / (near() ? LIGHTER : 1) });
  let veiled = near();
  map.on("zoomend", () => {
    if (veiled === near()) return;
    veiled = near();
    Object.keys(layers).forEach((key) => layers[key].eachLayer((shape) => { if (shape instanceof L.Path) shape.setStyle(filled(key)); }));
  });
  Object.keys(style).filter((key) => key.startsWith("rate_")).forEach((key) => {
    layers[key] = new Later(() => counties.filter((county) => county.style === key).map((county) => {
      const shape = L.polygon(unpackArea(county.area), { ...style[key].options, ...filled(key), renderer });
      return shape.bindPopup(() => countyCard(words, county), { maxWidth: 320 });
    }));
  });
  return layers;
}

/**
 * @param {Words} words
 * @param {RatedCounty} county
 */
export function countyCard(words, county) {
  const card = factCard(words, countyName(county), county.facts);
  if (county.link) card.append(make("a", { href: county.link, class: "emap-open" }, words.t("打开本县区地图")));
  return card;
}

/**
 * @param {Words} words
 * @param {Planner} planner
 * @param {Styles} style
 * @param {L.Renderer} renderer
 * @returns {Record<string, L.LayerGroup>}
 */
function gapMarks(words, planner, style, renderer) {
  if (!style.gap_marks) return {};
  return { gap_marks: new Later(() => planner.gapMarks.map((gap) => popup(words, 
    new Diamond([gap.lat, gap.lon], { ...style.gap_marks.options, radius: radius(gap.people), renderer }), gap.name, gap.facts))) };
}

/**
 * @param {Words} words
 * @param {string} title
 * @param {Facts} facts
 */
export function factCard(words, title, facts) {
  const list = make("dl", {});
  facts.forEach(([label, value]) => list.append(make("dt", {}, words.t(label)), make("dd", { lang: "zh-CN" }, value)));
  return make("div", { class: "emap-popup" }, make("h3", { lang: "zh-CN" }, title), list);
}
