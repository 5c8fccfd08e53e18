// Leader: one number and one map, today and after each recommended site.
/** @import { Head, Layers, Planner, Step } from "./types.js" */
/** @import { Words } from "./words.js" */
import { make, part, refill } from "./dom.js";
import { Diamond, Triangle } from "./shapes.js";

// What is shown then besides the marks of one's own.
const SHOWN = Object.freeze(["counties", "outlets", "walk_3", "radius"]);

/** The page without its panel, and with a slider of sites. */
export class Leader {
  /**
   * @param {HTMLElement} root
   * @param {L.Map} map
   * @param {Words} words
   * @param {Head} head
   * @param {Planner} planner
   * @param {Layers} layers
   */
  constructor(root, map, words, head, planner, layers) {
    this.root = root;
    this.map = map;
    this.words = words;
    this.planner = planner;
    this.layers = layers;
    this.style = Object.fromEntries((head.styles || []).map((style) => [style.key, style]));
    this.renderer = L.canvas({ padding: 0.3 });
    this.marks = L.layerGroup();
    /** @type {string[]} */
    this.hidden = [];
    this.built = 0;
    this.card = make("section", { class: "emap-leading", hidden: true, "aria-live": "polite" });
    part(root, ".emap-map").after(this.card);
    this.button = part(root, ".emap-lead");
    this.button.hidden = !planner.steps.length;
    this.button.addEventListener("click", () => this.turn(true));
    root.addEventListener("keydown", (event) => { if (event.key === "Escape" && !this.card.hidden) this.turn(false); });
  }

  /** @param {boolean} on */
  turn(on) {
    const { map, layers, card } = this;
    this.root.classList.toggle("emap-led", on);
    card.hidden = !on;
    map.invalidateSize({ animate: false });
    if (on) {
      const rated = (/** @type {string} */ key) => this.planner.counties && key.startsWith("rate_");
      this.hidden = Object.keys(layers).filter((key) => layers[key] && map.hasLayer(/** @type {L.Layer} */ (layers[key])) && !SHOWN.includes(key) && !rated(key));
      this.hidden.forEach((key) => map.removeLayer(/** @type {L.Layer} */ (layers[key])));
      map.closePopup();
      this.marks.addTo(map);
      this.write();
      this.show(0);
      (card.querySelector("input") || part(card, "button")).focus();
    } else {
      this.marks.remove();
      this.hidden.forEach((key) => map.addLayer(/** @type {L.Layer} */ (layers[key])));
      this.button.focus();
    }
  }

  /** The card's own elements, in the reader's language. */
  write() {
    const { words, planner } = this, most = planner.steps.length - 1;
    const slider = make("input", { type: "range", min: 0, max: most, value: 0, step: 1, "aria-label": words.t("建成几个建议网点"), input: () => this.show(Number(slider.value)) });
    refill(this.card,
      make("p", { class: "emap-rate" }), make("p", { class: "emap-rated" }, words.t(planner.rated)),
      make("p", { class: "emap-left" }),
      most > 0 ? make("div", { class: "emap-slid" }, make("span", {}, words.t("现状")), slider, make("span", {}, words.t("全部建成"))) : "",
      make("p", { class: "emap-built" }),
      make("button", { type: "button", click: () => this.turn(false) }, words.t("回到地图")));
  }

  /** @param {number} built how many sites */
  show(built) {
    const { words, planner, card } = this, { steps, sites } = planner;
    /** @type {Step} */
    const step = steps[built];
    this.built = built;
    part(card, ".emap-rate").textContent = step.rate;
    part(card, ".emap-left").textContent = words.t("未达标 {0} 人", words.number(step.missed));
    part(card, ".emap-built").textContent = steps.length < 2 ? "" : built ? words.t("已建成 {0} 个（共 {1} 个建议网点），增加达标 {2} 人", built, steps.length - 1, words.number(steps[0].missed - step.missed))
      : words.t("今天；向右拖，看建成建议网点之后");
    this.marks.clearLayers();
    this.people(built).forEach((mark) => this.marks.addLayer(mark));
    if (steps.length < 2) return;
    sites.slice(0, built).forEach(({ lat, lon, name }, i) => this.marks.addLayer(L.marker([lat, lon], {
      interactive: false, keyboard: false, alt: name, icon: L.divIcon({ className: "emap-site", html: String(i + 1), iconSize: [26, 26], iconAnchor: [13, 13] }),
    })));
  }

  /**
   * People outside the standard, and those whom the sites have won.
   * @param {number} built
   */
  people(built) {
    const { demand } = this.planner, { style, renderer } = this;
    if (!demand) return [];
    return demand.lon.flatMap((lon, i) => {
      // Of a service more are outside than of all outlets.
      const site = demand.won ? demand.won[i] : 0;
      if ((demand.covered[i] && !site) || !demand.people[i]) return [];
      const won = site > 0 && site <= built;
      const [Mark, look] = won ? [L.CircleMarker, style.covered] : demand.urban[i] ? [Diamond, style.uncovered] : [Triangle, style.uncovered_rural];
      const radius = Math.max(3, Math.min(11, Math.sqrt(demand.people[i]) / 7));
      return [new Mark([demand.lat[i] / 1e5, lon / 1e5], { ...look.options, radius, renderer, interactive: false })];
    });
  }
}
