// Pieces: squares of a province's base map in scripts beside the page, read when they are looked at.
/** @import { Shapes, View } from "./types.js" */
/** @import { Words } from "./words.js" */
import { openAtlas } from "./atlas.js";
import { gunzip, leftBy } from "./blocks.js";

/** From here on squares are looked at; from farther what the page has is all that one sees. */
export const NEAR_ZOOM = 13;
// Units, as the page's maker cuts them: of zoom 11.
const SIDE = 2 ** 15;
// Squares that are kept; of a city one takes some ten megabytes.
const KEPT = 12;

/** @typedef {{state: "reading" | "here" | "missing", layers: Shapes[], seen: number}} Piece */

/** What of them is here, on its way, or missing. */
export class Pieces {
  /**
   * @param {[number, number][]} squares that lie beside the page
   * @param {() => void} changed
   */
  constructor(squares, changed) {
    this.known = new Set(squares.map(([x, y]) => `${x}-${y}`));
    this.changed = changed;
    /** @type {Map<string, Piece>} */
    this.pieces = new Map();
    this.looks = 0;
  }

  /**
   * The squares of a view that are here, with their pixels; reads those that nobody has asked for.
   * @param {View} view
   */
  look(view) {
    const { scale, left, top, width, height } = view, side = SIDE * scale;
    const edge = (/** @type {number} */ at, /** @type {number} */ from) => Math.round(at * side - from);
    /** @type {{layers: Shapes[], box: [number, number, number, number]}[]} */
    const here = [];
    let all = true;
    this.looks++;
    for (let x = Math.floor(left / side); x * side < left + width; x++) {
      for (let y = Math.floor(top / side); y * side < top + height; y++) {
        const key = `${x}-${y}`;
        // Where there is no square nothing is drawn.
        if (!this.known.has(key)) continue;
        const piece = this.pieceOf(key);
        if (piece.state === "here") {
          here.push({ layers: piece.layers, box: [edge(x, left), edge(y, top), edge(x + 1, left), edge(y + 1, top)] });
        } else all = false;
      }
    }
    this.forget();
    return { here, all };
  }

  /** @param {string} key */
  pieceOf(key) {
    const found = this.pieces.get(key);
    if (found) {
      found.seen = this.looks;
      return found;
    }
    /** @type {Piece} */
    const piece = { state: "reading", layers: [], seen: this.looks };
    this.pieces.set(key, piece);
    leftBy(`底图/${key}.js`, "emapBase").then(gunzip).then((bytes) => {
      piece.layers = openAtlas(bytes);
      piece.state = "here";
    }).catch(() => {
      // The page was handed on alone.
      piece.state = "missing";
    }).then(() => this.changed());
    return piece;
  }

  /** Lets go of what was looked at longest ago. */
  forget() {
    const rest = [...this.pieces].filter(([, { state, seen }]) => state === "here" && seen < this.looks).sort(([, one], [, other]) => other.seen - one.seen);
    rest.slice(KEPT).forEach(([key]) => this.pieces.delete(key));
  }

  /**
   * What of the last view is not here.
   * @param {Words} words
   */
  said(words) {
    const seen = [...this.pieces.values()].filter((piece) => piece.seen === this.looks);
    const is = (/** @type {string} */ wanted) => seen.some(({ state }) => state === wanted);
    return is("missing") ? words.t("读不到这里的详细底图：“底图”文件夹要与本页放在一起") : is("reading") ? words.t("正在读取这里的底图……") : "";
  }
}
