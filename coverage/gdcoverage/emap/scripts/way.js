// Way: the walk from where one is to the outlet whose card is open, drawn on the map.
/** @import { Look } from "./lookup.js" */
import { wayTo } from "./walks.js";

const PANE = "emap-way";

/** A line along the streets, and the straight legs at its ends. */
export class Way {
  /** @param {L.Map} map */
  constructor(map) {
    this.map = map;
    /** @type {L.Polyline[]} */
    this.lines = [];
    // Below the outlets.
    const pane = map.createPane(PANE);
    pane.style.zIndex = "610";
    pane.style.pointerEvents = "none";
  }

  /**
   * The walk to the outlet whose card is open, from where distances are told; none where none is known.
   * @param {Look} look
   */
  show({ store, origin, chosen, selected: { walked } }) {
    this.clear();
    const along = chosen >= 0 && walked && store.walks ? wayTo(store.walks, walked, chosen) : [];
    if (!along.length || !origin) return;
    /** @type {[number, number][]} */
    const [from, to] = [[origin.lat, origin.lon], [store.latOf(chosen), store.lonOf(chosen)]];
    const common = { renderer: L.svg({ pane: PANE }), pane: PANE, interactive: false };
    const legs = [[from, along[0]], [along[along.length - 1], to]];
    this.lines = [
      L.polyline(along, { ...common, color: "#FFFFFF", weight: 9, opacity: 0.9 }),
      L.polyline(along, { ...common, color: "#0072B2", weight: 5 }),
      ...legs.map((leg) => L.polyline(leg, { ...common, color: "#0072B2", weight: 4, dashArray: "1 8" })),
    ];
    this.lines.forEach((line) => line.addTo(this.map));
  }

  clear() {
    this.lines.forEach((line) => line.remove());
    this.lines = [];
  }

  /** Whether the map moved to show the way. */
  fit() {
    if (!this.lines.length) return false;
    const bounds = this.lines.reduce((all, line) => all.extend(line.getBounds()), L.latLngBounds([]));
    this.map.fitBounds(bounds, { padding: [40, 40], maxZoom: 17, animate: false });
    return true;
  }
}
