// Backdrop: the base map as two canvases under everything: the ground, and over areas of one's own its names.
/** @import { Box, Shapes, View } from "./types.js" */
import { UNIT_ZOOM } from "./atlas.js";
import { LOOKS, TYPE } from "./tokens.js";

// A printer's dots are finer than a screen's.
const PRINTED = 3;

/** A canvas that moves and grows with the map, and is painted anew when it stands; Leaflet's renderer without layers. */
export class Backdrop extends L.Renderer {
  /**
   * @param {string} pane
   * @param {number} padding
   * @param {(context: CanvasRenderingContext2D, view: View) => void} paint
   */
  constructor(pane, padding, paint) {
    super(/** @type {any} */ ({ pane, padding }));
    this.paint = paint;
    /** @type {HTMLCanvasElement | null} */
    this.canvas = null;
  }

  _initContainer() {
    this.canvas = /** @type {any} */ (this)._container = document.createElement("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
  }

  _destroyContainer() {
    if (this.canvas) this.canvas.remove();
    delete /** @type {any} */ (this)._container;
    this.canvas = null;
  }

  _updatePaths() {}

  /** Leaflet would move the canvas by parts of a pixel, and letters would blur. */
  _reset() {
    this._update();
  }

  _update() {
    const own = /** @type {any} */ (this), map = this._map;
    if (own._map._animatingZoom && own._bounds) return;
    /** @type {any} */ (L.Renderer.prototype)._update.call(this);
    const { canvas } = this, context = canvas && canvas.getContext("2d");
    if (!canvas || !context) return;
    const corner = own._bounds.min, size = own._bounds.getSize(), dense = printed(map) ? PRINTED : window.devicePixelRatio || 1;
    L.DomUtil.setPosition(canvas, corner);
    canvas.width = size.x * dense;
    canvas.height = size.y * dense;
    canvas.style.width = size.x + "px";
    canvas.style.height = size.y + "px";
    context.setTransform(dense, 0, 0, dense, 0, 0);
    const origin = map.getPixelOrigin().add(corner), zoom = map.getZoom();
    this.paint(context, { zoom, scale: 2 ** (zoom - UNIT_ZOOM), left: origin.x, top: origin.y, width: size.x, height: size.y });
  }

  redraw() {
    if (this._map) this._update();
  }
}

/** @param {L.Map} map */
const printed = (map) => Boolean(map.getContainer().closest(".emap-paper"));

/**
 * How the ground looks now.
 * @param {L.Map} map
 */
export function lookOf(map) {
  if (printed(map)) return LOOKS.paper;
  return document.documentElement.classList.contains("emap-night") ? LOOKS.night : LOOKS.day;
}

/** How much larger than usual names are. */
export const larger = () => (document.documentElement.classList.contains("emap-larger") ? TYPE.larger : 1);

/**
 * Paints anew when the page's looks change.
 * @param {Backdrop[]} drawn
 */
export function followLooks(drawn) {
  new MutationObserver(() => drawn.forEach((canvas) => canvas.redraw()))
    .observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
}

/**
 * Widths of texts, each measured once; Chinese characters are all as wide as high.
 * @param {CanvasRenderingContext2D} context
 */
export function measuring(context) {
  /** @type {Map<string, number>} */
  const known = new Map();
  return (/** @type {string} */ text, /** @type {string} */ font) => {
    const key = font + text;
    let width = known.get(key);
    if (width === undefined) {
      context.font = font;
      width = context.measureText(text).width;
      known.set(key, width);
    }
    return width;
  };
}

/**
 * Squares that marks of outlets need.
 * @param {Shapes} outlets
 * @param {View} view
 * @returns {Box[]}
 */
export function marksOf({ xy }, { scale, left, top, width, height }) {
  /** @type {Box[]} */
  const found = [];
  for (let i = 0; i < xy.length; i += 2) {
    const x = xy[i] * scale - left, y = xy[i + 1] * scale - top;
    if (x > -9 && y > -9 && x < width + 9 && y < height + 9) found.push([x - 9, y - 9, x + 9, y + 9]);
  }
  return found;
}
