// Ground: the map itself, the base map under everything, tiles where they are wanted.
/** @import { Base, GroundLayer, Head, Shapes } from "./types.js" */
/** @import { Words } from "./words.js" */
import { seal } from "./about.js";
import { shapesOf } from "./atlas.js";
import { Backdrop, followLooks, larger, lookOf, marksOf, measuring } from "./backdrop.js";
import { paint, paintBorders } from "./brush.js";
import { make } from "./dom.js";
import { lettered, write } from "./lettering.js";
import { gcj } from "./links.js";
import { unpack } from "./shapes.js";
import { LOOKS } from "./tokens.js";

/**
 * Over tiles in GCJ-02 the projection shifts what is drawn, so that all data stay WGS-84.
 * @param {string} datum of the tiles
 */
function crs(datum) {
  if (datum !== "gcj02") return L.CRS.EPSG3857;
  const plain = L.Projection.SphericalMercator;
  const shifted = (/** @type {L.LatLng} */ latlng) => {
    const [lon, lat] = gcj(latlng.lng, latlng.lat);
    return L.latLng(lat, lon);
  };
  return L.extend({}, L.CRS.EPSG3857, {
    projection: {
      ...plain,
      project: (/** @type {L.LatLng} */ latlng) => plain.project(shifted(latlng)),
      unproject: (/** @type {L.Point} */ point) => {
        const aim = plain.unproject(point);
        let at = aim;
        for (let i = 0; i < 3; i++) {
          const there = shifted(at);
          at = L.latLng(at.lat + aim.lat - there.lat, at.lng + aim.lng - there.lng);
        }
        return at;
      },
    },
  });
}

/**
 * @param {string} id
 * @param {Head} head
 */
export function openMap(id, head) {
  const map = L.map(id, {
    crs: crs(head.tiles ? head.tiles.datum : "wgs84"),
    zoomControl: false, preferCanvas: true, minZoom: 6, maxZoom: head.tiles ? head.tiles.maxZoom : 19, zoomSnap: 0.5,
  });
  map.attributionControl.setPrefix("Leaflet");
  if (head.tiles) {
    const { urls, maxZoom, attribution } = head.tiles;
    urls.forEach((url) => L.tileLayer(url, { maxZoom }).addTo(map));
    map.attributionControl.addAttribution(attribution);
  }
  map.fitBounds(head.bounds, { padding: [12, 12], animate: false });
  return map;
}

/**
 * Texts on the map that change with the language; -> writes them anew.
 * @param {L.Map} map
 * @param {Head} head
 * @param {Words} words
 */
export function mapWords(map, head, words) {
  /** @type {L.Control[]} */
  let controls = [];
  /** @type {string[]} */
  let lines = [];
  return () => {
    controls.forEach((control) => control.remove());
    controls = [
      L.control.zoom({ position: "topright", zoomInTitle: words.t("放大"), zoomOutTitle: words.t("缩小") }),
      L.control.scale({ imperial: false, position: "topleft" }),
    ];
    const sealed = seal(head, words);
    if (sealed) controls.push(sealControl(sealed, head.approval ? words.language : "zh-CN"));
    controls.forEach((control) => control.addTo(map));
    lines.forEach((text) => map.attributionControl.removeAttribution(text));
    lines = [
      ...(head.streets ? [words.t("街道 © OpenStreetMap 贡献者（ODbL）")] : []),
      ...(head.approval ? [] : [words.t("边界示意，非标准地图")]),
    ].map((text) => make("span", {}, text).innerHTML);
    lines.forEach((text) => map.attributionControl.addAttribution(text));
  };
}

/**
 * A line at the map's bottom left, where 审图号 is looked for.
 * @param {string} text
 * @param {string} lang
 */
function sealControl(text, lang) {
  const control = new L.Control({ position: "bottomleft" });
  control.onAdd = () => make("div", { class: "emap-seal", lang }, text);
  return control;
}

/**
 * Panes that are only looked at let clicks through.
 * @param {L.Map} map
 * @param {string} name
 * @param {number} z
 */
export function quietPane(map, name, z) {
  paneOf(map, name, z);
  return L.canvas({ pane: "emap-" + name, padding: 0.3 });
}

/**
 * @param {L.Map} map
 * @param {string} name
 * @param {number} z
 */
export function paneOf(map, name, z) {
  const pane = map.createPane("emap-" + name);
  pane.style.zIndex = String(z);
  pane.style.pointerEvents = "none";
  return pane;
}

// A page of so few counties is looked at from near.
const FEW = 3;

/**
 * Land, water, streets and names of our own; borders and names of counties.
 * @param {L.Map} map
 * @param {Base} base
 * @param {Shapes[]} drawn
 * @param {boolean} tiled whether tiles lie under them
 * @param {() => Shapes} outlets those shown, with their names
 * @returns {GroundLayer}
 */
export function drawGround(map, base, drawn, tiled, outlets) {
  const few = base.labels.length <= FEW;
  /** @type {GroundLayer} */
  const group = L.layerGroup();
  const names = countyNames(map, base, few);
  if (tiled) {
    const renderer = quietPane(map, "ground", 305);
    const borders = L.polyline(unpack(base.borders), { renderer, interactive: false, color: LOOKS.day.border, weight: 1.2 });
    return group.addLayer(borders).addLayer(names);
  }
  const borders = shapesOf("border", base.borders.length ? [base.borders] : []);
  const layers = [shapesOf("around", base.around), shapesOf("land", base.land), ...drawn];
  [["ground", 305], ["words", 350]].forEach(([name, z]) => paneOf(map, /** @type {string} */ (name), /** @type {number} */ (z)));
  const ground = new Backdrop("emap-ground", 0.25, (context, view) => {
    const look = lookOf(map);
    context.fillStyle = base.sea ? look.sea : look.around;
    context.fillRect(0, 0, view.width, view.height);
    paint(context, layers, view, look);
    paintBorders(context, borders, view, look, few);
  });
  const measure = measuring(/** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d")));
  const words = new Backdrop("emap-words", 0.25, (context, view) => {
    const own = outlets(), taken = marksOf(own, view);
    group.written = lettered([own, ...drawn], view, measure, taken.length > MARKS ? [] : taken, larger());
    write(context, group.written, lookOf(map));
  });
  followLooks([ground, words]);
  group.rewrite = () => words.redraw();
  return group.addLayer(ground).addLayer(words).addLayer(names);
}

// Of more outlets in view most are numbers only.
const MARKS = 400;

// From here on a county is larger than the screen.
const NEAR_ZOOM = 13;

/**
 * County names where they have room: the largest first, none over another.
 * @param {L.Map} map
 * @param {Base} base
 * @param {boolean} few counties, of which one need not say from near in which one is
 */
function countyNames(map, { labels, beyond }, few) {
  const group = L.layerGroup();
  const place = () => {
    if (!map.hasLayer(group)) return;
    group.clearLayers();
    // Seen from afar a province is full of numbers already.
    if ((labels.length > 20 && map.getZoom() < 9) || (few && map.getZoom() > NEAR_ZOOM)) return;
    /** @type {L.Bounds[]} */
    const taken = [];
    const view = map.getBounds().pad(0.1);
    [...labels, ...beyond].forEach((label, i) => {
      const at = map.latLngToLayerPoint([label.lat, label.lon]);
      const half = label.name.length * 9;
      const box = L.bounds(at.subtract([half, 11]), at.add([half, 11]));
      if (!view.contains([label.lat, label.lon]) || taken.some((other) => other.intersects(box))) return;
      taken.push(box);
      const text = make("span", {}, label.name);
      group.addLayer(L.marker([label.lat, label.lon], {
        interactive: false, keyboard: false, pane: "emap-names",
        icon: L.divIcon({ className: i < labels.length ? "emap-county" : "emap-county emap-beyond", html: text, iconSize: /** @type {any} */ (null) }),
      }));
    });
  };
  // Above the numbers of outlets.
  paneOf(map, "names", 640);
  map.on("zoomend moveend resize", place);
  group.on("add", place);
  return group;
}
