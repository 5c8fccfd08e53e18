// Aloud: what screen readers say of the list, once after a pause and not at every letter.
import { part } from "./dom.js";

const PAUSE = 900; // ms

/** The last text said is the one that counts. */
export class Aloud {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.place = part(root, ".emap-aloud");
    this.timer = 0;
  }

  /** @param {string} text */
  say(text) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => { if (this.place.textContent !== text) this.place.textContent = text; }, PAUSE);
  }
}
