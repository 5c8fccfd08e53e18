// Print: Ctrl+P or the button lays out whole pages: for the public a poster, for planners the map on one sheet.
/** @import { Head } from "./types.js" */
/** @import { Words } from "./words.js" */
import { make, part, parts } from "./dom.js";
import { dates, doubtLines } from "./said.js";

/** @typedef {"A3" | "A4"} Paper */

const PAPERS_MM = Object.freeze({ A4: Object.freeze([297, 210]), A3: Object.freeze([420, 297]) });
const MARGIN_MM = 10;
// Sizes of type of the legend.
const LARGEST_PT = 11;
const LEAST_PT = 5;

/** A map's way onto paper and back to the screen. */
export class Printing {
  /**
   * @param {HTMLElement} root
   * @param {L.Map} map
   * @param {Head} head
   * @param {Words} words
   * @param {() => HTMLElement} poster the public's page, made anew
   */
  constructor(root, map, head, words, poster) {
    this.root = root;
    this.map = map;
    this.head = head;
    this.words = words;
    this.poster = poster;
    /** @type {CSSRule | null} */
    this.rule = null;
    this.bounds = map.getBounds();
    const button = part(root, ".emap-print");
    if (head.edition === "planner") this.offer(button);
    else button.addEventListener("click", () => window.print());
    window.addEventListener("beforeprint", () => this.lay("A4"));
    window.addEventListener("afterprint", () => this.restore());
  }

  /**
   * The planner's choice of paper.
   * @param {HTMLElement} button
   */
  offer(button) {
    /** @type {HTMLDialogElement} */
    const dialog = part(this.root, ".emap-printing");
    part(this.root, ".emap-papers").append(...Object.keys(PAPERS_MM).map((paper) => make("button", {
      type: "button", "data-paper": paper,
      click: () => {
        dialog.close();
        this.prepare(/** @type {Paper} */ (paper)).then(() => window.print()).catch(() => {
          this.restore();
          window.alert(this.words.t("打印不了，请改用浏览器的打印功能。"));
        });
      },
    }, paper)));
    button.addEventListener("click", () => { if (dialog.showModal) dialog.showModal(); else window.print(); });
    part(this.root, ".emap-cancel").addEventListener("click", () => dialog.close());
  }

  /** @param {Paper} paper */
  async prepare(paper) {
    this.lay(paper);
    await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
  }

  /**
   * Everything is at its place when this returns: after the event before printing nothing more is painted.
   * @param {Paper} paper
   */
  lay(paper) {
    if (this.rule) return;
    if (this.head.edition === "planner") this.layMap(paper);
    else {
      this.rule = pageRule([210, 297]);
      this.root.append(this.poster());
      this.root.classList.add("emap-posted");
    }
  }

  /**
   * A canvas is a picture of the screen: it is painted anew at the size of the paper.
   * @param {Paper} paper
   */
  layMap(paper) {
    const { root, map, head } = this, sides = PAPERS_MM[paper];
    this.bounds = map.getBounds();
    // All of it where all of it was seen; else the part that was.
    const aim = this.bounds.contains(head.bounds) ? head.bounds : this.bounds;
    this.rule = pageRule(sides);
    // A hair less than the page: what is rounded up would begin another.
    [root.style.width, root.style.height] = sides.map((side) => side - 2 * MARGIN_MM - 0.2 + "mm");
    root.classList.add("emap-paper");
    root.append(fitted(this.legend(), root));
    map.invalidateSize({ animate: false });
    map.fitBounds(aim, { animate: false });
    parts(map.getContainer(), "canvas").forEach((canvas) => still(/** @type {HTMLCanvasElement} */ (canvas)));
  }

  restore() {
    if (!this.rule) return;
    const sheet = /** @type {CSSStyleSheet} */ (this.rule.parentStyleSheet);
    sheet.deleteRule([...sheet.cssRules].indexOf(this.rule));
    this.rule = null;
    const wasMap = this.root.classList.contains("emap-paper");
    this.root.classList.remove("emap-paper", "emap-posted");
    parts(this.root, ".emap-legend, .emap-poster, .emap-still").forEach((node) => node.remove());
    if (!wasMap) return;
    this.root.style.width = this.root.style.height = "";
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
      make("p", { class: "emap-headline" }, head.headline || ""),
      make("ul", {}, ...items),
      head.standard ? make("p", { class: "emap-standard" }, head.standard) : null,
      make("p", {}, dates(head, words)),
    );
  }
}

/**
 * A legend in type as large as the sheet has room for.
 * @param {HTMLElement} legend
 * @param {HTMLElement} root
 */
function fitted(legend, root) {
  root.append(legend);
  for (let size = LARGEST_PT; size >= LEAST_PT; size -= 0.5) {
    legend.style.fontSize = size + "pt";
    if (legend.scrollHeight <= legend.clientHeight) break;
  }
  return legend;
}

/**
 * A canvas that was sized anew since the last frame prints as a white sheet in Chromium; a copy of its picture does not.
 * @param {HTMLCanvasElement} canvas
 */
function still(canvas) {
  const { width, height } = canvas, copy = make("canvas", { width, height, class: canvas.className + " emap-still" });
  const context = copy.getContext("2d");
  if (!context || !width || !height) return;
  context.drawImage(canvas, 0, 0);
  copy.style.cssText = canvas.style.cssText;
  canvas.after(copy);
}

/**
 * A rule for the printed page; the page's policy lets no style sheet be added, but rules to its own.
 * @param {readonly number[]} sides millimetres
 */
function pageRule(sides) {
  const sheet = /** @type {CSSStyleSheet} */ (/** @type {HTMLStyleElement} */ (part(document, "style")).sheet);
  const at = sheet.insertRule(`@page { size: ${sides.join("mm ")}mm; margin: ${MARGIN_MM}mm; }`, sheet.cssRules.length);
  return sheet.cssRules[at];
}
