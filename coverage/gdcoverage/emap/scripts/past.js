// Past: Back closes what lies on top, then what lies under it, then leaves; an address written by hand is obeyed.

/**
 * Something that lies over the rest until it is closed.
 * @typedef {{isOpen: () => boolean, close: () => void}} Layer
 */

/** @typedef {{depth: number, line: number}} Kept of an entry of the browser's history */

// Milliseconds after which a browser that does not say that it went back is taken to have gone.
const PATIENCE = 800;

/** The browser's history kept as deep as layers are open: an entry for each. */
export class Past {
  /**
   * @param {readonly Layer[]} layers from below
   * @param {() => string} write the state as an address's hash, "" for none
   * @param {() => void} obey do what the address asks for
   */
  constructor(layers, write, obey) {
    this.layers = layers;
    this.write = write;
    this.obey = obey;
    const kept = this.kept();
    this.depth = kept ? kept.depth : 0;
    // Of entries that grew from an address written by hand; Back from these obeys the older address.
    this.line = kept ? kept.line : 0;
    this.written = window.location.hash;
    this.going = 0;
    this.timer = 0;
    window.addEventListener("popstate", () => this.arrived());
    window.addEventListener("hashchange", () => this.arrived());
  }

  /** @returns {Kept | null} */
  kept() {
    const state = window.history.state;
    return state && typeof state.depth === "number" ? state : null;
  }

  get open() {
    return this.layers.filter((layer) => layer.isOpen()).length;
  }

  /** What has changed goes into the address, once all of it has. */
  remember() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.settle(), 20);
  }

  settle() {
    if (this.going) return;
    const { open } = this, hash = this.write();
    const address = hash ? "#" + hash : window.location.pathname + window.location.search;
    // A page inside another (a notebook) has no history of its own; the map works without.
    try {
      if (open < this.depth) {
        window.history.go(open - this.depth);
        this.going = window.setTimeout(() => this.gone(), PATIENCE);
        return;
      }
      // The entry that the page was opened with is known again when Back returns to it.
      if (!this.kept()) window.history.replaceState(this.entry(), "");
      if (open === this.depth) window.history.replaceState(this.entry(), "", address);
      while (this.depth < open) {
        this.depth++;
        window.history.pushState(this.entry(), "", address);
      }
      this.written = window.location.hash;
    } catch { /* see above */ }
  }

  /** @returns {Kept} */
  entry() {
    return { depth: this.depth, line: this.line };
  }

  // Gone back because a layer was closed by other means.
  gone() {
    clearTimeout(this.going);
    this.going = 0;
    const kept = this.kept();
    this.depth = kept ? kept.depth : this.open;
    this.settle();
  }

  arrived() {
    if (this.going) { this.gone(); return; }
    const kept = this.kept();
    if (kept && kept.line === this.line && kept.depth < this.open) {
      this.depth = kept.depth;
      for (const layer of [...this.layers].reverse()) if (this.open > this.depth && layer.isOpen()) layer.close();
    } else if (window.location.hash !== this.written) {
      this.obey();
      this.line = kept ? kept.line : this.line + 1;
      this.depth = kept ? kept.depth : this.open;
    } else return;
    this.written = window.location.hash;
    this.settle();
  }
}
