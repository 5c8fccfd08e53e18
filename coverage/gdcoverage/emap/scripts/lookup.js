// Look-up: what is asked, what is found, listed and opened; the map shows what the list holds.
/** @import { Conditions, Layers, Store } from "./types.js" */
/** @import { Words } from "./words.js" */
import { outletCard } from "./card.js";
import { buildChoices, showChoices } from "./choices.js";
import { nowInGuangdong } from "./clock.js";
import { part } from "./dom.js";
import { noConditions, select, within } from "./filter.js";
import { listKeys, outletItem, placeItem, readAs, tryItem } from "./list.js";
import { Near } from "./near.js";
import { onOutlets } from "./points.js";

const PAGE = 40;

/** The state of a map's look-up, and what changes it. */
export class Look {
  /**
   * @param {HTMLElement} root
   * @param {L.Map} map
   * @param {Words} words
   * @param {Store} store
   * @param {Layers} layers
   */
  constructor(root, map, words, store, layers) {
    this.root = root;
    this.map = map;
    this.words = words;
    this.store = store;
    this.active = layers.outlets;
    this.idle = layers.idle;
    this.points = layers.idle ? [layers.outlets, layers.idle] : [layers.outlets];
    /** @type {HTMLInputElement} */
    this.input = part(root, ".emap-search input");
    this.items = part(root, ".emap-list");
    this.card = part(root, ".emap-card");

    this.conditions = noConditions();
    this.selected = select(store, this.conditions, null, nowInGuangdong());
    /** @type {number[]} */
    this.listed = [];
    /** @type {{contains(at: [number, number]): boolean} | null} */
    this.view = null;
    this.chosen = -1;
    this.length = PAGE;
    this.notice = "";
    this.typing = 0;
    this.frame = 0;

    // What others do when the state has changed, a card or list has opened, a card has closed.
    this.changed = () => {};
    this.opened = (/** @type {"card" | "list"} */ _what) => {};
    this.closed = () => {};

    this.near = new Near(map, () => this.moved(), (text) => this.tell(text));
    buildChoices(this);
    this.listen();
  }

  /** Numbers of the outlets that meet the conditions, in order. */
  get shown() {
    return this.selected.shown;
  }

  /** The place from which distances are told: what the query names, or where one is. */
  get origin() {
    return this.selected.near || this.near.origin;
  }

  /** @param {boolean} fit let the map show what is found */
  refresh(fit = false) {
    const { store } = this;
    this.selected = select(store, this.conditions, this.near.origin, nowInGuangdong());
    this.active.shown = this.shown.filter((i) => store.active[i]);
    if (this.idle) this.idle.shown = this.shown.filter((i) => !store.active[i]);
    this.list();
    showChoices(this);
    // The list first; a map that moves draws anew by itself.
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      if (!fit || !this.fit()) this.points.forEach((layer) => layer.redraw());
      this.changed();
    });
  }

  /**
   * Conditions changed: the list is whole again and the map shows all of it.
   * @param {Partial<Conditions>} change
   */
  ask(change) {
    Object.assign(this.conditions, change);
    this.whole();
    if (this.chosen >= 0) this.close(false);
    this.refresh(true);
  }

  // The place to sort from has changed.
  moved() {
    part(this.root, ".emap-near").textContent = this.words.t(this.near.origin ? "取消定位" : "离我最近");
    this.whole();
    this.refresh(true);
  }

  // The list is not bound to the map's view.
  whole() {
    this.view = null;
    this.length = PAGE;
  }

  /** Whether the map moved to show what is found. */
  fit() {
    const { map, origin } = this;
    if (!this.shown.length) return false;
    // With an origin the nearest few matter, not the farthest.
    const bounds = boundsOf(this.store, origin ? this.shown.slice(0, 3) : this.shown);
    if (origin) bounds.extend([origin.lat, origin.lon]);
    // Chosen before the map had moved: it stays where the choice is.
    if (this.chosen >= 0) return false;
    const seen = map.getBounds().contains(bounds) && map.getBoundsZoom(bounds, false, L.point(80, 80)) <= map.getZoom();
    if (seen) return false;
    map.fitBounds(bounds, { padding: [40, 40], maxZoom: 16, animate: false });
    return true;
  }

  list() {
    const { store } = this;
    this.listed = this.view ? within(store, this.shown, this.view) : this.shown;
    const now = nowInGuangdong();
    const { found } = this.selected, tries = found && !this.shown.length ? found.tries : [];
    const read = part(this.root, ".emap-read"), said = readAs(this);
    read.hidden = !said;
    read.textContent = said;
    const places = !found || this.near.origin || this.view ? [] : found.places.map((place) => placeItem(this, place, found.parts));
    const outlets = this.listed.slice(0, this.length).map((i) => outletItem(this, i, now));
    this.items.replaceChildren(...(tries.length ? [tryItem(this, tries)] : []),
      ...(found && found.placesFirst ? [...places, ...outlets] : [...outlets, ...places]));
    part(this.root, ".emap-more").hidden = this.listed.length <= this.length;
    part(this.root, ".emap-all").hidden = !this.view;
    this.count();
  }

  // How many there are, in words.
  count() {
    const { words, shown } = this, none = !shown.length, { unknown } = this.selected;
    const found = none ? words.t("没有符合条件的网点")
      : this.view ? words.t("地图范围内 {0} 个，共 {1} 个", words.number(this.listed.length), words.number(shown.length))
        : words.t("共 {0} 个网点", words.number(shown.length));
    const left = unknown ? words.t("（{0} 个营业时间未知）", words.number(unknown)) : "";
    const advise = none && this.store.size > 0;
    const advice = advise ? (words.inEnglish ? ". " : "。") + words.t("请换一个词，或减少筛选条件。") : "";
    part(this.root, ".emap-count").textContent = found + left + advice;
  }

  /**
   * Opens an outlet's card.
   * @param {number} i
   * @param {{move?: boolean, focus?: boolean}} how
   */
  open(i, { move = true, focus = true } = {}) {
    const { map, store, card } = this;
    // What is still being typed must not close the card again.
    clearTimeout(this.typing);
    if (this.input.value !== this.conditions.query) {
      this.conditions.query = this.input.value;
      this.refresh();
    }
    this.choose(i);
    card.replaceChildren(outletCard(this.words, store, i, nowInGuangdong(), () => this.close()));
    this.opened("card");
    card.hidden = false;
    card.scrollTop = 0;
    if (move) map.setView([store.latOf(i), store.lonOf(i)], Math.max(map.getZoom(), 15), { animate: false });
    if (focus) part(card, "h2").focus({ preventScroll: true });
    this.changed();
  }

  /** @param {boolean} focus go back to where the card was opened from */
  close(focus = true) {
    const was = this.chosen;
    this.choose(-1);
    this.card.hidden = true;
    this.card.replaceChildren();
    this.closed();
    /** @type {HTMLElement | null} */
    const item = this.items.querySelector(`[data-i="${was}"]`);
    if (focus) (item || this.input).focus();
    this.changed();
  }

  /** @param {number} i */
  choose(i) {
    this.chosen = i;
    this.points.forEach((layer) => layer.choose(i));
  }

  /**
   * Several outlets under one mark: nearer, or, where nothing is nearer, as a list.
   * @param {number[]} members
   */
  group(members) {
    const { map, store } = this, bounds = boundsOf(store, members);
    const zoom = map.getBoundsZoom(bounds, false, L.point(60, 60));
    if (zoom > map.getZoom() && map.getZoom() < 17) {
      map.setView(bounds.getCenter(), Math.min(Math.max(zoom, map.getZoom() + 1), 17), { animate: false });
      this.follow();
      return;
    }
    this.view = { contains: ([lat, lon]) => members.some((i) => store.latOf(i) === lat && store.lonOf(i) === lon) };
    this.length = PAGE;
    if (this.chosen >= 0) this.close();
    this.opened("list");
    this.list();
    part(this.root, ".emap-count").textContent = this.words.t("这里有 {0} 个网点", this.words.number(members.length));
    part(this.items, "button").focus();
  }

  // The reader moved the map: the list keeps to what is in view.
  follow() {
    const bounds = this.map.getBounds();
    this.view = { contains: (at) => bounds.contains(at) };
    this.length = PAGE;
    this.list();
    this.changed();
  }

  /** @param {string} text for the notice above the list; "" for none */
  tell(text) {
    const notice = part(this.root, ".emap-notice");
    notice.hidden = !text;
    notice.textContent = this.words.t(text);
    this.notice = text;
  }

  /** @param {number} i number of an item of the list */
  focusItem(i) {
    const item = this.items.children[i];
    if (item) part(item, "button").focus();
  }

  listen() {
    const { root, map, input } = this;
    input.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = window.setTimeout(() => this.ask({ query: input.value }), 60);
    });
    part(root, ".emap-search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.focusItem(0);
    });
    part(root, ".emap-near").addEventListener("click", () => this.near.ask());
    part(root, ".emap-all").addEventListener("click", () => { this.view = null; this.fit(); this.list(); this.changed(); });
    part(root, ".emap-more").addEventListener("click", () => {
      const at = this.items.children.length;
      this.length += PAGE;
      this.list();
      this.focusItem(at);
    });
    listKeys(input, this.items);
    onOutlets(map, this.points, (mark) => {
      if (this.near.picking) return false;
      if (mark.members.length === 1) this.open(mark.members[0], { move: false });
      else this.group(mark.members);
      return true;
    });
    map.on("dragend", () => this.follow());
    map.getContainer().addEventListener("wheel", () => map.once("moveend", () => this.follow()), { passive: true });
  }
}

/**
 * @param {Store} store
 * @param {number[]} shown
 */
function boundsOf(store, shown) {
  let [south, west, north, east] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const i of shown) {
    const lat = store.latOf(i), lon = store.lonOf(i);
    if (lat < south) south = lat;
    if (lat > north) north = lat;
    if (lon < west) west = lon;
    if (lon > east) east = lon;
  }
  return L.latLngBounds([south, west], [north, east]);
}
