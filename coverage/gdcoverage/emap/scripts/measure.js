// Measure: lengths and areas on the ellipsoid, drawn point by point with a mouse, a finger or the keyboard.
/** @import { Spot } from "./extent.js" */
/** @import { Words } from "./words.js" */
import { make, part } from "./dom.js";
import { areaOf, lengthOf } from "./extent.js";
import { paneOf } from "./ground.js";

// A click that moved farther was a drag, pixels.
const STILL = 5;

/**
 * @param {Words} words
 * @param {Spot[]} line
 */
export function measured(words, line) {
  if (line.length < 2) return words.t("点一下地图放第一点；键盘：方向键移动地图，回车放点");
  const metres = lengthOf(line), square = areaOf(line);
  const long = metres < 1e4 ? words.t("{0} 米", words.number(Math.round(metres))) : words.t("{0} 公里", words.number(Math.round(metres / 10) / 100));
  if (!square) return words.t("距离 {0}", long);
  const wide = square < 1e5 ? words.t("{0} 平方米", words.number(Math.round(square))) : words.t("{0} 平方公里", words.number(Math.round(square / 1e4) / 100));
  return words.t("距离 {0}，围合面积 {1}", long, wide);
}

/** A line that is being measured on a map. */
export class Measuring {
  /**
   * @param {HTMLElement} root
   * @param {L.Map} map
   * @param {Words} words
   */
  constructor(root, map, words) {
    this.map = map;
    this.words = words;
    this.button = part(root, ".emap-measure");
    this.said = part(root, ".emap-measured");
    /** @type {Spot[]} */
    this.line = [];
    this.on = false;
    paneOf(map, "measure", 660);
    this.drawn = L.layerGroup();
    this.aim = make("div", { class: "emap-aimed", "aria-hidden": "true" });
    map.getContainer().append(this.aim);
    this.pressed = L.point(0, 0);
    this.button.addEventListener("click", () => this.turn(!this.on));
    const container = map.getContainer(), caught = { capture: true };
    container.addEventListener("mousedown", (event) => { this.pressed = L.point(event.clientX, event.clientY); }, caught);
    // Before whatever lies there is asked of the click.
    ["click", "dblclick"].forEach((name) => root.addEventListener(name, (event) => this.click(/** @type {MouseEvent} */ (event)), caught));
    root.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {boolean} on */
  turn(on) {
    this.on = on;
    this.button.setAttribute("aria-pressed", String(on));
    this.map.getContainer().classList.toggle("emap-measuring", on);
    this.line = [];
    if (on) this.drawn.addTo(this.map);
    else this.drawn.remove();
    this.show();
  }

  /** @param {MouseEvent} event */
  click(event) {
    const at = /** @type {Element} */ (event.target);
    if (!this.on || !this.map.getContainer().contains(at) || at.closest(".leaflet-control")) return;
    event.stopPropagation();
    event.preventDefault();
    if (event.type === "dblclick" || this.pressed.distanceTo(L.point(event.clientX, event.clientY)) > STILL) return;
    this.add(this.map.mouseEventToLatLng(event));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.on) return;
    if (event.key === "Escape") this.turn(false);
    else if (event.key === "Backspace" && !(event.target instanceof HTMLInputElement)) {
      this.line.pop();
      this.show();
    } else if (event.key === "Enter" && event.target === this.map.getContainer()) this.add(this.map.getCenter());
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Spot} spot */
  add(spot) {
    this.line.push(spot);
    this.show();
  }

  show() {
    const look = { pane: "emap-measure", interactive: false, color: "#AA3377" }, renderer = L.svg({ pane: "emap-measure" });
    this.drawn.clearLayers();
    if (this.line.length > 2) this.drawn.addLayer(L.polygon(this.line, { ...look, renderer, stroke: false, fillOpacity: 0.12 }));
    if (this.line.length > 1) this.drawn.addLayer(L.polyline(this.line, { ...look, renderer, weight: 3 }));
    this.line.forEach((spot) => this.drawn.addLayer(L.circleMarker(spot, { ...look, renderer, radius: 4, fillColor: "#fff", fillOpacity: 1, weight: 2 })));
    this.said.textContent = this.on ? measured(this.words, this.line) : "";
    this.said.hidden = !this.on;
  }
}
