// Near: outlets sorted from where one is: the device's position, a tap on the map, or a named place.
/** @import { Origin } from "./types.js" */
import { dragged } from "./points.js";

const PANE = "emap-here";

/** Where one is, and how one says so. */
export class Near {
  /**
   * @param {L.Map} map
   * @param {() => void} changed
   * @param {(text: string) => void} tell
   */
  constructor(map, changed, tell) {
    this.map = map;
    this.changed = changed;
    this.tell = tell;
    this.picking = false;
    /** @type {Origin | null} */
    this.origin = null;
    /** @type {L.CircleMarker | null} */
    this.dot = null;
    const pane = map.createPane(PANE);
    pane.style.zIndex = "660";
    pane.style.pointerEvents = "none";
    // The first click while picking is the place, whatever it lands on.
    map.getContainer().addEventListener("click", (event) => this.picked(event), true);
  }

  /** @param {Origin | null} origin */
  set(origin) {
    this.picking = false;
    this.map.getContainer().classList.remove("emap-picking");
    this.origin = origin;
    if (this.dot) this.dot.remove();
    this.dot = null;
    if (origin) {
      this.dot = L.circleMarker([origin.lat, origin.lon], {
        renderer: L.svg({ pane: PANE }), pane: PANE, interactive: false,
        radius: 9, color: "#FFFFFF", weight: 3, fillColor: "#CC3311", fillOpacity: 1,
      }).addTo(this.map);
    }
    this.tell(!origin ? "" : origin.kind === "device"
      ? "按离您的远近排列（直线距离）。位置只在本页使用，不会发送。" : "按离所选位置的远近排列（直线距离）。");
    this.changed();
  }

  /** @param {string} why the device's position is not taken */
  pick(why) {
    this.picking = true;
    this.map.getContainer().classList.add("emap-picking");
    this.tell(why);
  }

  ask() {
    if (this.origin || this.picking) { this.set(null); return; }
    // Pages from plain http get no position, and some browsers no answer either.
    if (!navigator.geolocation || !window.isSecureContext) { this.pick("请在地图上点一下您在哪里。"); return; }
    this.tell("正在定位……");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.set({ lat: coords.latitude, lon: coords.longitude, kind: "device" }),
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
