// Sheet: on a phone the panel lies over the map's lower part, little, half or whole; dragged, or moved by its buttons.
import { part, parts } from "./dom.js";

/** @typedef {"peek" | "half" | "full"} Stop */

/** @type {readonly Stop[]} */
const STOPS = Object.freeze(["peek", "half", "full"]);
// What the style sheet calls a phone.
const isPhone = () => window.matchMedia("(max-width: 700px)").matches;
// Below so many lines of text half a page has no room for a result.
const SHORT = 26;
const STILL = 8; // pixels that a finger may stray and still press
const MEANT = 40; // pixels after which a drag means the next stop

/** The panel of a phone; on a wide screen it stands at the side, and this does nothing. */
export class Sheet {
  /**
   * @param {HTMLElement} root
   * @param {L.Map} map
   */
  constructor(root, map) {
    this.root = root;
    this.map = map;
    this.panel = part(root, ".emap-panel");
    this.bar = part(root, ".emap-sheet");
    /** @type {Stop} */
    this.stop = this.isShort ? "peek" : "half";
    part(root, ".emap-raise").addEventListener("click", () => this.step(1));
    part(root, ".emap-lower").addEventListener("click", () => this.step(-1));
    this.bar.addEventListener("keydown", (event) => {
      const step = Number(event.key === "ArrowUp") - Number(event.key === "ArrowDown");
      if (!step) return;
      event.preventDefault();
      this.step(step);
    });
    const menu = part(root, ".emap-menu");
    menu.addEventListener("click", () => {
      menu.setAttribute("aria-expanded", String(root.classList.toggle("emap-tooled")));
      this.to(this.stop);
    });
    this.drag();
    window.addEventListener("resize", () => this.to(this.stop));
    this.to(this.stop);
  }

  get isShort() {
    return this.root.clientHeight < SHORT * parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  /** Where half a page shows no result it is no place to stop. */
  get stops() {
    return this.isShort ? STOPS.filter((stop) => stop !== "half") : STOPS;
  }

  /** @param {number} by 1 for the next stop upwards, -1 for the next one down */
  step(by) {
    // A page that has become low may still be at a stop that it no longer has.
    const beyond = this.stops.filter((stop) => by * (STOPS.indexOf(stop) - STOPS.indexOf(this.stop)) > 0);
    if (beyond.length) this.to(by > 0 ? beyond[0] : beyond[beyond.length - 1]);
  }

  /** @param {Stop} stop */
  heightOf(stop) {
    const whole = this.root.clientHeight;
    if (stop === "full") return whole;
    if (stop === "half") return Math.round(whole / 2);
    const first = ".emap-tabs, .emap-search, .emap-card-top" + (this.root.classList.contains("emap-aiming") ? ", .emap-notice" : "");
    const heights = parts(this.panel, first).filter((node) => node.offsetParent).map((node) => node.offsetHeight);
    return Math.min(heights.reduce((sum, height) => sum + height, this.bar.offsetHeight), Math.round(whole / 2));
  }

  /** @param {Stop} stop */
  to(stop) {
    this.stop = stop;
    STOPS.forEach((name) => this.root.classList.toggle("emap-" + name, name === stop));
    this.root.classList.toggle("emap-short", this.isShort);
    const at = STOPS.indexOf(stop);
    /** @type {HTMLButtonElement[]} */
    const [raise, lower] = [part(this.root, ".emap-raise"), part(this.root, ".emap-lower")];
    // A button that has the focus keeps it: at the end of its way it does nothing.
    raise.setAttribute("aria-disabled", String(at === 2));
    lower.setAttribute("aria-disabled", String(at === 0));
    this.place(this.heightOf(stop));
    if (isPhone()) {
      // The map ends where the sheet begins, but for a whole one, which only covers it.
      const under = this.heightOf(stop === "full" ? "half" : stop);
      this.root.style.setProperty("--under", under + "px");
    }
    this.map.invalidateSize({ animate: false });
  }

  /** @param {number} height pixels */
  place(height) {
    this.panel.style.height = isPhone() ? height + "px" : "";
  }

  /**
   * Half of it, or all where half is too little to read.
   * @param {boolean} least leave it where it shows more already
   */
  show(least = false) {
    const wanted = this.isShort ? "full" : "half";
    if (isPhone() && !(least && STOPS.indexOf(this.stop) >= STOPS.indexOf(wanted))) this.to(wanted);
  }

  /** All of it, to type or to choose. */
  fill() {
    if (isPhone()) this.to("full");
  }

  /** The least of it, to choose on the map. */
  uncover() {
    if (isPhone()) this.to("peek");
  }

  drag() {
    const { bar } = this;
    let from = 0, height = 0, held = false, moved = false;
    bar.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      [from, height, held, moved] = [event.clientY, this.panel.offsetHeight, true, false];
    });
    // A quick finger is beyond the bar before it is followed.
    document.addEventListener("pointermove", (event) => {
      if (!held) return;
      const by = from - event.clientY;
      if (!moved && Math.abs(by) < STILL) return;
      moved = true;
      this.root.classList.add("emap-held");
      this.place(Math.max(this.heightOf("peek"), Math.min(this.heightOf("full"), height + by)));
    });
    const release = () => {
      if (held && moved) this.to(this.nearest(this.panel.offsetHeight, this.panel.offsetHeight - height));
      this.root.classList.remove("emap-held");
      held = false;
      setTimeout(() => { moved = false; });
    };
    document.addEventListener("pointerup", release);
    document.addEventListener("pointercancel", release);
    // What ends a drag presses no button.
    bar.addEventListener("click", (event) => {
      if (moved) event.stopPropagation();
    }, true);
  }

  /**
   * The stop that a released sheet goes to: the next in the way it was moved, unless it hardly was.
   * @param {number} height
   * @param {number} by
   */
  nearest(height, by) {
    const { stops } = this;
    const higher = stops.filter((stop) => this.heightOf(stop) >= height), lower = stops.filter((stop) => this.heightOf(stop) <= height);
    if (by > MEANT && higher.length) return higher[0];
    if (by < -MEANT && lower.length) return lower[lower.length - 1];
    const away = (/** @type {Stop} */ stop) => Math.abs(this.heightOf(stop) - height);
    return stops.reduce((best, stop) => (away(stop) < away(best) ? stop : best));
  }
}
