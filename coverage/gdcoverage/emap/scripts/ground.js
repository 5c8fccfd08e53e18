// Ground: the map itself, land and streets under everything, tiles where they are wanted.
/** @import { Area, Base, Head, Label, Lines } from "./types.js" */
/** @import { Words } from "./words.js" */
import { seal } from "./about.js";
import { make } from "./dom.js";
import { gcj } from "./links.js";
import { unpack, unpackArea } from "./shapes.js";

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

export const PALETTE = Object.freeze({ sea: "#DFE8EE", land: "#FBF9F4", border: "#8A8378", water: "#BCD6E6", river: "#A9CBE0", road: "#E3D3AE" });

/**
 * Panes that are only looked at let clicks through.
 * @param {L.Map} map
 * @param {string} name
 * @param {number} z
 */
export function quietPane(map, name, z) {
  const pane = map.createPane("emap-" + name);
  pane.style.zIndex = String(z);
  pane.style.pointerEvents = "none";
  return L.canvas({ pane: "emap-" + name, padding: 0.3 });
}

// From which zoom the roads and rivers of a province are drawn, by rank; of a few counties always.
const LEAST_ZOOM = Object.freeze([0, 9.5, 11, 12]);

/**
 * Land, water and streets of our own, borders and names of counties.
 * @param {L.Map} map
 * @param {Base} base
 * @param {boolean} tiled whether tiles lie under them
 */
export function drawGround(map, base, tiled) {
  const renderer = quietPane(map, "ground", 305);
  const common = { renderer, interactive: false, smoothFactor: 1 };
  const filled = (/** @type {Area} */ area, /** @type {string} */ fillColor) =>
    L.polygon(unpackArea(area), { ...common, stroke: false, fillColor, fillOpacity: 1 });
  const lines = (/** @type {Lines} */ list, /** @type {string} */ color, /** @type {number} */ weight) =>
    L.polyline(unpack(list), { ...common, color, weight });
  const few = base.labels.length <= 3;
  const borders = lines(base.borders, PALETTE.border, 1.2);
  if (few) borders.options.dashArray = "7 4";
  const group = L.layerGroup();
  if (!tiled) group.addLayer(filled(base.land, PALETTE.land)).addLayer(filled(base.water, PALETTE.water));
  /** @type {(readonly [L.Polyline, number])[]} */
  const ranked = tiled ? [] : [
    ...base.river.map((list, i) => /** @type {const} */ ([lines(list, PALETTE.river, 2), i])),
    // The least roads first, so that the greatest lie on top.
    ...base.road.map((list, i) => /** @type {const} */ ([lines(list, PALETTE.road, 3 - 0.6 * i), i])).reverse(),
  ];
  const show = () => ranked.forEach(([layer, rank]) => {
    group[few || map.getZoom() >= LEAST_ZOOM[rank] ? "addLayer" : "removeLayer"](layer);
  });
  map.on("zoomend", show);
  show();
  return group.addLayer(borders).addLayer(countyNames(map, base.labels));
}

/**
 * County names where they have room: the largest first, none over another.
 * @param {L.Map} map
 * @param {Label[]} labels
 */
function countyNames(map, labels) {
  const group = L.layerGroup();
  const place = () => {
    if (!map.hasLayer(group)) return;
    group.clearLayers();
    // Seen from afar a province is full of numbers already.
    if (labels.length > 20 && map.getZoom() < 9) return;
    /** @type {L.Bounds[]} */
    const taken = [];
    const view = map.getBounds().pad(0.1);
    labels.forEach((label) => {
      const at = map.latLngToLayerPoint([label.lat, label.lon]);
      const half = label.name.length * 9;
      const box = L.bounds(at.subtract([half, 11]), at.add([half, 11]));
      if (!view.contains([label.lat, label.lon]) || taken.some((other) => other.intersects(box))) return;
      taken.push(box);
      const text = make("span", {}, label.name);
      group.addLayer(L.marker([label.lat, label.lon], {
        interactive: false, keyboard: false, pane: "emap-names",
        icon: L.divIcon({ className: "emap-county", html: text, iconSize: /** @type {any} */ (null) }),
      }));
    });
  };
  const pane = map.createPane("emap-names");
  pane.style.zIndex = "450";
  pane.style.pointerEvents = "none";
  map.on("zoomend moveend resize", place);
  group.on("add", place);
  return group;
}
