// Near: outlets sorted from where one is: the device's position, a tap on the map, or a named place.
/** @import { Origin } from "./types.js" */
import { make } from "./dom.js";
import { dragged } from "./points.js";

/** @typedef {[string, ...(number | [string, number])[]]} Told a text, and what fills its gaps: numbers, or a measure as text and number */

const PANE = "emap-here";

/** Where one is, and how one says so. */
export class Near {
  /**
   * @param {HTMLElement} root
   * @param {L.Map} map
   * @param {() => void} changed
   * @param {(...told: Told) => void} tell
   */
  constructor(root, map, changed, tell) {
    this.root = root;
    this.map = map;
    this.changed = changed;
    this.tell = tell;
    this.picking = false;
    /** @type {Origin | null} */
    this.origin = null;
    /** @type {L.Path[]} */
    this.marks = [];
    this.cross = make("div", { class: "emap-cross", "aria-hidden": "true", hidden: true });
    map.getContainer().append(this.cross);
    const pane = map.createPane(PANE);
    pane.style.zIndex = "660";
    pane.style.pointerEvents = "none";
    // The first click while picking is the place, whatever it lands on.
    map.getContainer().addEventListener("click", (event) => this.picked(event), true);
    map.getContainer().addEventListener("keydown", (event) => {
      if (!this.picking || event.key !== "Enter" || event.target !== map.getContainer()) return;
      event.preventDefault();
      this.middle();
    });
  }

  /** @param {Origin | null} origin */
  set(origin) {
    this.aim(false);
    this.origin = origin;
    this.marks.forEach((mark) => mark.remove());
    this.marks = [];
    if (origin) {
      const common = { renderer: L.svg({ pane: PANE }), pane: PANE, interactive: false, color: "#FFFFFF", fillColor: "#CC3311" };
      const spot = /** @type {[number, number]} */ ([origin.lat, origin.lon]);
      if (origin.accuracy) this.marks.push(L.circle(spot, { ...common, radius: origin.accuracy, color: "#CC3311", weight: 1, fillOpacity: 0.1 }));
      this.marks.push(L.circleMarker(spot, { ...common, radius: 9, weight: 3, fillOpacity: 1 }));
      this.marks.forEach((mark) => mark.addTo(this.map));
    }
    this.changed();
  }

  /** @param {string} why the device's position is not taken */
  pick(why) {
    this.aim(true);
    this.tell(why);
  }

  /** @param {boolean} picking a place on the map is asked for */
  aim(picking) {
    this.picking = picking;
    this.map.getContainer().classList.toggle("emap-picking", picking);
    this.root.classList.toggle("emap-aiming", picking);
    this.cross.hidden = !picking;
  }

  /** The place that is in the middle of the map, for those who press no place on it. */
  middle() {
    const { lat, lng } = this.map.getCenter();
    this.set({ lat, lon: lng, kind: "picked" });
  }

  ask() {
    if (this.origin || this.picking) { this.set(null); return; }
    // Pages from plain http get no position, and some browsers no answer either.
    if (!navigator.geolocation || !window.isSecureContext) { this.pick("请在地图上点一下您在哪里。"); return; }
    this.tell("正在定位……");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.set({ lat: coords.latitude, lon: coords.longitude, kind: "device", accuracy: coords.accuracy }),
      () => this.pick("得不到您的位置。请在地图上点一下您在哪里，或在搜索框输入镇街名。"),
      { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 },
    );
  }

  /** @param {MouseEvent} event */
  picked(event) {
    const target = /** @type {Element} */ (event.target);
    if (!this.picking || target.closest(".leaflet-control") || dragged(this.map)) return;
    // Also from the outlets' own listener on the same element.
    event.stopImmediatePropagation();
    const { lat, lng } = this.map.mouseEventToLatLng(event);
    this.set({ lat, lon: lng, kind: "picked" });
  }
}

// A position more uncertain than this many metres does not tell which outlet is near.
const VAGUE = 1000;

/**
 * How the list is sorted, and how far the device's position may be off.
 * @param {Origin | null} origin
 * @param {number} speed metres a minute at which walks are told; 0 where they are not known
 * @param {boolean} streets whether the page has any
 * @returns {Told}
 */
export function told(origin, speed, streets) {
  if (!origin) return [""];
  if (streets && !speed) return ["这里不在本图的步行街道旁，按直线距离排列。"];
  if (origin.kind !== "device") return speed ? ["按步行的远近排列（约数，每分钟 {0} 米）。", speed] : ["按离所选位置的远近排列（直线距离）。"];
  const { accuracy = 0 } = origin, [label, unit] = accuracy < 950 ? [Math.ceil(accuracy / 10) * 10, "{0} 米"] : [Math.round(accuracy / 100) / 10, "{0} 公里"];
  return accuracy > VAGUE
    ? ["定位误差约 {0}，排列不一定准；可改为在地图上选一个位置。位置只在本页使用，不会发送。", [unit, label]]
    : speed ? ["按步行的远近排列（约数，每分钟 {0} 米），定位误差约 {1}。位置只在本页使用，不会发送。", speed, [unit, label]]
      : ["按离您的远近排列（直线距离），定位误差约 {0}。位置只在本页使用，不会发送。", [unit, label]];
}
