// Ground: the map itself, the base map under everything, tiles where they are wanted.
/** @import { Base, Box, GroundLayer, Head, Label, Shapes, View } from "./types.js" */
/** @import { Words } from "./words.js" */
import { seal } from "./about.js";
import { inWorld, shapesOf } from "./atlas.js";
import { Backdrop, followLooks, larger, lookOf, marksOf, measuring } from "./backdrop.js";
import { paint, paintBorders, paintSea } from "./brush.js";
import { make } from "./dom.js";
import { lettered, write } from "./lettering.js";
import { gcj } from "./links.js";
import { unpack } from "./shapes.js";
import { NEAR_ZOOM as PIECES_ZOOM, Pieces } from "./pieces.js";
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
export const FEW = 3;

/**
 * Land, water, streets and names of our own; borders and names of counties.
 * @param {L.Map} map
 * @param {Words} texts
 * @param {Base} base
 * @param {Shapes[]} drawn
 * @param {boolean} tiled whether tiles lie under them
 * @param {() => Shapes} outlets those shown, with their names
 * @returns {GroundLayer}
 */
export function drawGround(map, texts, base, drawn, tiled, outlets) {
  const few = base.labels.length <= FEW;
  /** @type {GroundLayer} */
  const group = L.layerGroup();
  const named = (/** @type {number} */ zoom) => namedCounties(base, few, zoom), names = countyNames(map, base, named);
  if (tiled) {
    const renderer = quietPane(map, "ground", 305);
    const borders = L.polyline(unpack(base.borders), { renderer, interactive: false, color: LOOKS.day.border, weight: 1.2 });
    return group.addLayer(borders).addLayer(names);
  }
  const borders = shapesOf("border", base.borders.length ? [base.borders] : []);
  const land = [shapesOf("around", base.around), shapesOf("land", base.land)];
  const pieces = base.pieces ? new Pieces(base.pieces, () => [ground, words].forEach((canvas) => canvas.redraw())) : null;
  const said = make("p", { class: "emap-pieces", role: "status" });
  map.getContainer().append(said);
  [["ground", 305], ["words", 350]].forEach(([name, z]) => paneOf(map, /** @type {string} */ (name), /** @type {number} */ (z)));
  const ground = new Backdrop("emap-ground", 0.25, (context, view) => {
    const look = lookOf(map);
    paintSea(context, base, view, look);
    paint(context, land, view, look);
    const near = pieces && view.zoom >= PIECES_ZOOM ? pieces.look(view) : { here: [], all: false };
    if (!near.all) clipped(context, near.here.map(({ box }) => box), view, () => paint(context, drawn, view, look));
    near.here.forEach(({ layers, box }) => clipped(context, [box], null, () => paint(context, layers, view, look)));
    said.textContent = pieces && view.zoom >= PIECES_ZOOM ? pieces.said(texts) : "";
    paintBorders(context, borders, view, look, few);
  });
  const measure = measuring(/** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d")));
  const words = new Backdrop("emap-words", 0.25, (context, view) => {
    const own = view.zoom < MARKED_ZOOM ? [] : [outlets()];
    const marks = own.length ? marksOf(own[0], view) : [];
    const taken = [...nameBoxes(named(view.zoom), view), ...(marks.length > MARKS ? [] : marks)];
    const near = pieces && view.zoom >= PIECES_ZOOM ? pieces.look(view) : { here: [], all: false };
    // The page's own streets lie less closely.
    const seen = [...near.here.flatMap((piece) => piece.layers), ...(near.all ? [] : drawn)];
    group.written = lettered([...own, ...seen], view, measure, taken, larger());
    write(context, group.written, lookOf(map));
  });
  followLooks([ground, words]);
  let waiting = 0;
  // Once a picture, however often a search tells of others; a list must not wait for it.
  group.rewrite = () => {
    cancelAnimationFrame(waiting);
    if (map.getZoom() >= MARKED_ZOOM) waiting = requestAnimationFrame(() => words.redraw());
  };
  group.pieces = pieces || undefined;
  return group.addLayer(ground).addLayer(words).addLayer(names);
}

/**
 * Draws within boxes, or in a view without them.
 * @param {CanvasRenderingContext2D} context
 * @param {Box[]} boxes
 * @param {View | null} without
 * @param {() => void} draw
 */
function clipped(context, boxes, without, draw) {
  const path = new Path2D();
  if (without) path.rect(0, 0, without.width, without.height);
  boxes.forEach(([left, top, right, bottom]) => path.rect(left, top, right - left, bottom - top));
  context.save();
  context.clip(path, "evenodd");
  draw();
  context.restore();
}

// Of more outlets in view most are numbers only; seen from farther all are.
const MARKS = 400;
const MARKED_ZOOM = 10;

// From here on a county is larger than the screen; a neighbour's name still says what lies over there.
const NEAR_ZOOM = 12;
const NEXT_ZOOM = 13;

/**
 * Counties whose names are written at a zoom, the page's own before neighbours.
 * @param {Base} base
 * @param {boolean} few
 * @param {number} zoom
 */
export function namedCounties({ labels, beyond }, few, zoom) {
  // Seen from afar a province is full of numbers already.
  if (labels.length > 20 && zoom < 9) return [];
  return [...(few && zoom > NEAR_ZOOM ? [] : labels), ...(few && zoom > NEXT_ZOOM ? [] : beyond)];
}

/**
 * What names of counties take of a view.
 * @param {Label[]} labels
 * @param {View} view
 * @returns {Box[]}
 */
export const nameBoxes = (labels, { scale, left, top }) => labels.map(({ name, lat, lon }) => {
  const [x, y] = inWorld(lat, lon), half = name.length * 9;
  return [x * scale - left - half, y * scale - top - 11, x * scale - left + half, y * scale - top + 11];
});

/**
 * County names where they have room: the largest first, none over another.
 * @param {L.Map} map
 * @param {Base} base
 * @param {(zoom: number) => Label[]} named
 */
function countyNames(map, { beyond }, named) {
  const group = L.layerGroup();
  const place = () => {
    if (!map.hasLayer(group)) return;
    group.clearLayers();
    /** @type {L.Bounds[]} */
    const taken = [];
    const view = map.getBounds().pad(0.1);
    named(map.getZoom()).forEach((label) => {
      const at = map.latLngToLayerPoint([label.lat, label.lon]);
      const half = label.name.length * 9;
      const box = L.bounds(at.subtract([half, 11]), at.add([half, 11]));
      if (!view.contains([label.lat, label.lon]) || taken.some((other) => other.intersects(box))) return;
      taken.push(box);
      const text = make("span", {}, label.name);
      group.addLayer(L.marker([label.lat, label.lon], {
        interactive: false, keyboard: false, pane: "emap-names",
        icon: L.divIcon({ className: beyond.includes(label) ? "emap-county emap-beyond" : "emap-county", html: text, iconSize: /** @type {any} */ (null) }),
      }));
    });
  };
  // Above the numbers of outlets.
  paneOf(map, "names", 640);
  map.on("zoomend moveend resize", place);
  group.on("add", place);
  return group;
}
