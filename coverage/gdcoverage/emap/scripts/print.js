// Print: the map on one landscape page of A3 or A4, painted at the page's size before it is printed.
/** @import { Head } from "./types.js" */
/** @import { Words } from "./words.js" */
import { make, part, parts } from "./dom.js";
import { dates, doubtLines } from "./said.js";

/** @typedef {"A3" | "A4"} Paper */

const PAPERS_MM = Object.freeze({ A4: Object.freeze([297, 210]), A3: Object.freeze([420, 297]) });
const MARGIN_MM = 10;

/** A map's way onto paper and back to the screen. */
export class Printing {
  /**
   * @param {HTMLElement} root
   * @param {L.Map} map
   * @param {Head} head
   * @param {Words} words
   */
  constructor(root, map, head, words) {
    this.root = root;
    this.map = map;
    this.head = head;
    this.words = words;
    /** @type {HTMLStyleElement | null} */
    this.sheet = null;
    this.bounds = map.getBounds();
    /** @type {HTMLDialogElement} */
    const dialog = part(root, ".emap-printing");
    part(root, ".emap-papers").append(...this.buttons(dialog));
    part(root, ".emap-print").addEventListener("click", () => { if (dialog.showModal) dialog.showModal(); else window.print(); });
    part(root, ".emap-cancel").addEventListener("click", () => dialog.close());
  }

  /** @param {HTMLDialogElement} dialog */
  buttons(dialog) {
    return Object.keys(PAPERS_MM).map((paper) => make("button", {
      type: "button", "data-paper": paper,
      click: () => {
        dialog.close();
        this.prepare(/** @type {Paper} */ (paper)).then(() => window.print()).catch(() => window.alert(this.words.t("打印不了，请改用浏览器的打印功能。")))
          .then(() => this.restore());
      },
    }, paper));
  }

  /**
   * A canvas is a picture of the screen: it is painted anew at the size of the paper.
   * @param {Paper} paper
   */
  async prepare(paper) {
    const { root, map, head } = this, sides = PAPERS_MM[paper];
    const [width, height] = sides.map((side) => side - 2 * MARGIN_MM);
    this.bounds = map.getBounds();
    // All of it where all of it was seen; else the part that was.
    const aim = this.bounds.contains(head.bounds) ? head.bounds : this.bounds;
    this.sheet = make("style", {}, `@page { size: ${sides.join("mm ")}mm; margin: ${MARGIN_MM}mm; }
      .emap.emap-paper { width: ${width}mm; height: ${height}mm; }`);
    document.head.append(this.sheet);
    root.classList.add("emap-paper");
    root.append(this.legend());
    map.invalidateSize({ animate: false });
    map.fitBounds(aim, { animate: false });
    await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
  }

  restore() {
    if (!this.sheet) return;
    this.sheet.remove();
    this.sheet = null;
    this.root.classList.remove("emap-paper");
    parts(this.root, ".emap-legend").forEach((legend) => legend.remove());
    this.map.invalidateSize({ animate: false });
    this.map.fitBounds(this.bounds, { animate: false });
  }

  /** What is on the map and on what terms, beside it on paper. */
  legend() {
    const { root, head, words } = this;
    /** @type {HTMLInputElement[]} */
    const boxes = parts(root, "[data-layer]");
    const items = boxes.filter((box) => box.checked).map((box) => {
      const item = /** @type {HTMLElement} */ (box.closest("li"));
      return make("li", {}, ...[...item.querySelectorAll("svg")].map((mark) => mark.cloneNode(true)), part(item, ".emap-label").textContent);
    });
    return make("aside", { class: "emap-legend" },
      make("p", { class: "emap-phrase" }, head.phrase),
      head.doubt && head.doubt.length ? make("div", { class: "emap-doubt" }, ...doubtLines(head)) : null,
      head.headline ? make("p", { class: "emap-headline" }, head.headline) : make("p", {}, part(root, ".emap-count").textContent),
      make("ul", {}, ...items),
      head.standard ? make("p", { class: "emap-standard" }, head.standard) : null,
      make("p", {}, dates(head, words)),
    );
  }
}
