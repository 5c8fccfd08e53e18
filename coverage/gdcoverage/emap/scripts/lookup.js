// Look-up: what is asked, what is found, listed and opened; the map shows what the list holds.
/** @import { Conditions, Layers, Store, Walks } from "./types.js" */
/** @import { Told } from "./near.js" */
/** @import { Words } from "./words.js" */
import { Aloud } from "./aloud.js";
import { Beside } from "./beside.js";
import { outletCard, tellTime } from "./card.js";
import { buildChoices, showChoices } from "./choices.js";
import { nowInGuangdong } from "./clock.js";
import { part, parts, refill } from "./dom.js";
import { buildDoors, showDoors } from "./doors.js";
import { noConditions, nothing, select, within } from "./filter.js";
import { lined, listKeys, outletItem, placeItem, stateLine, tryItem } from "./list.js";
import { Near, told } from "./near.js";
import { onOutlets } from "./points.js";
import { showNotice, showTally } from "./tally.js";
import { follow, openGroup, showFound } from "./view.js";
import { Way } from "./way.js";

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
    this.selected = nothing(store);
    /** @type {number[]} */
    this.listed = [];
    /** @type {{contains(at: [number, number]): boolean} | null} */
    this.view = null;
    this.chosen = -1;
    this.length = PAGE;
    /** Past the first question, what one has come for. */
    this.past = false;
    this.filtering = false;
    /** @type {Told} */
    this.notice = [""];
    this.aloud = new Aloud(root);
    this.typing = 0;
    this.frame = 0;

    // What others do when the state has changed, a card or list has opened, a card has closed.
    this.changed = () => {};
    this.opened = (/** @type {"card" | "list" | "filters" | "map"} */ _what) => {};
    this.closed = () => {};

    this.near = new Near(root, map, () => this.moved(), (...text) => this.tell(...text));
    this.way = new Way(map);
    this.beside = new Beside(store, () => this.refresh(!this.view));
    buildChoices(this);
    buildDoors(this);
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

  /** Whether outlets are sorted by their walks. */
  get onFoot() {
    const { walked } = this.selected;
    return walked !== null && walked.metres.some((metres) => Number.isFinite(metres));
  }

  /** Nothing is asked any more. */
  reset() {
    if (this.near.origin || this.near.picking) this.near.set(null);
    this.input.value = "";
    Object.assign(this.conditions, noConditions());
    this.whole();
    this.past = false;
    this.refresh(true);
  }

  /**
   * Past the first question, into the list.
   * @param {Partial<Conditions>} change
   */
  enter(change) {
    this.ask(change);
    this.opened("list");
    this.focusItem(0);
  }

  /** @param {boolean} on the conditions have the phone's sheet, above the first of what they leave */
  filter(on) {
    if (on === this.filtering) return;
    this.filtering = on;
    this.root.classList.toggle("emap-filtering", on);
    const filters = part(this.root, ".emap-filters"), within = filters.contains(document.activeElement);
    if (on) {
      /** @type {HTMLDetailsElement} */
      const details = part(filters, "details");
      details.open = true;
      this.opened("filters");
      part(filters, "select").focus();
    } else if (within) part(this.root, ".emap-filter").focus();
    showChoices(this);
    this.changed();
  }

  /** @param {boolean} fit let the map show what is found */
  refresh(fit = false) {
    const { store } = this;
    this.selected = select(store, this.conditions, this.near.origin, nowInGuangdong());
    this.beside.want(this);
    this.active.shown = this.shown.filter((i) => store.active[i]);
    if (this.idle) this.idle.shown = this.shown.filter((i) => !store.active[i]);
    this.list();
    if (this.chosen >= 0) this.way.show(this);
    showChoices(this);
    showDoors(this);
    // The list first; a map that moves draws anew by itself.
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      if (!fit || !showFound(this)) this.points.forEach((layer) => layer.redraw());
      this.changed();
    });
  }

  /**
   * Conditions changed: the list is whole again and the map shows all of it.
   * @param {Partial<Conditions>} change
   */
  ask(change) {
    Object.assign(this.conditions, change);
    this.past = true;
    this.whole();
    if (this.chosen >= 0) this.close(false);
    this.refresh(true);
  }

  // The place to sort from has changed.
  moved() {
    part(this.root, ".emap-near").textContent = this.words.t(this.near.origin ? "取消定位" : "离我最近");
    this.whole();
    if (this.near.origin) {
      this.past = true;
      this.opened("list");
    }
    this.refresh(true);
    this.tellWhere();
  }

  // How far it is from there, once the page's streets are read.
  tellWhere() {
    const { walks } = this.store, { origin } = this.near;
    this.tell(...told(origin, this.onFoot && walks ? Math.round(walks.speed) : 0, walks !== null));
  }

  /**
   * The list from its beginning, of a part of the map where it is bound to one.
   * @param {typeof this.view} view
   */
  whole(view = null) {
    this.view = view;
    this.length = PAGE;
  }

  list() {
    const { store } = this;
    this.listed = this.view ? within(store, this.shown, this.view) : this.shown;
    const now = nowInGuangdong();
    const { found } = this.selected, tries = found && !this.shown.length ? found.tries : [];
    const places = !found || this.near.origin || this.view ? [] : found.places.map((place) => placeItem(this, place, found.parts));
    const outlets = lined(this, this.listed, this.listed.slice(0, this.length).map((i) => outletItem(this, i, now)));
    refill(this.items, ...(tries.length ? [tryItem(this, tries)] : []),
      ...(found && found.placesFirst ? [...places, ...outlets] : [...outlets, ...places]));
    part(this.root, ".emap-more").hidden = this.listed.length <= this.length;
    part(this.root, ".emap-all").hidden = !this.view;
    showTally(this);
  }

  // Outlets open and close while the page stands, whatever is looked at.
  tick() {
    const { store, words, card, chosen, items } = this, now = nowInGuangdong();
    if (chosen >= 0) tellTime(card, words, store, chosen, now);
    else if (!items.contains(document.activeElement)) this.refresh();
    parts(items, ".emap-state").forEach((state) => state.replaceWith(stateLine(words, store, Number(state.dataset.i), now)));
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
    refill(card, outletCard(this.words, store, i, nowInGuangdong(), this.origin, this.selected.walked, () => this.close()));
    card.hidden = false;
    this.opened("card");
    card.scrollTop = 0;
    if (move && !this.way.fit()) map.setView([store.latOf(i), store.lonOf(i)], Math.max(map.getZoom(), 15), { animate: false });
    if (focus) part(card, "h2").focus({ preventScroll: true });
    this.changed();
  }

  /** @param {boolean} focus go back to where the card was opened from */
  close(focus = true) {
    const was = this.chosen;
    this.choose(-1);
    this.card.hidden = true;
    refill(this.card);
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
    this.way.show(this);
  }

  /** @param {Walks} walks that the page has */
  walk(walks) {
    this.store.walks = walks;
    if (this.origin) this.refresh();
    if (this.near.origin) this.tellWhere();
  }

  /** @param {Told} told for the notice above the list; "" for none */
  tell(...told) {
    this.notice = told;
    showNotice(this);
    if (this.near.picking) this.opened("map");
  }

  /** @param {number} i number of an item of the list */
  focusItem(i) {
    const button = this.items.querySelectorAll("button")[i];
    if (button) button.focus();
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
    part(root, ".emap-aim").addEventListener("click", () => {
      if (this.near.picking) this.near.middle();
      else this.near.pick("请在地图上点一下您在哪里。");
    });
    part(root, ".emap-filter").addEventListener("click", () => this.filter(!this.filtering));
    part(root, ".emap-all").addEventListener("click", () => { this.view = null; showFound(this); this.list(); this.changed(); });
    part(root, ".emap-more").addEventListener("click", () => {
      const at = this.items.querySelectorAll("button").length;
      this.length += PAGE;
      this.list();
      this.focusItem(at);
    });
    listKeys(input, this.items);
    onOutlets(map, this.points, (mark) => {
      if (this.near.picking) return false;
      if (mark.members.length === 1) this.open(mark.members[0], { move: false });
      else openGroup(this, mark.members);
      return true;
    });
    map.on("dragend", () => follow(this));
    map.getContainer().addEventListener("wheel", () => map.once("moveend", () => follow(this)), { passive: true });
  }
}
