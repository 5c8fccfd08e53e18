// Points: thousands of outlets on one canvas, grouped where they would lie over one another.
/** @import { Mark, MarkStyle, Store } from "./types.js" */

/** Outlets as a layer with a pane of its own above all that is drawn. */
export class Points extends L.Layer {
  /**
   * @param {Store} store
   * @param {MarkStyle} style
   * @param {number} z order of its pane
   */
  constructor(store, style, z) {
    super();
    this.store = store;
    this.style = style;
    this.z = z;
    /** @type {number[]} */
    this.shown = [];
    this.chosen = -1;
    /** @type {Mark[]} */
    this.marks = [];
    this.pad = L.point(0, 0);
    // World coordinates at zoom 0, once.
    this.x = new Float64Array(store.size);
    this.y = new Float64Array(store.size);
    /** @type {HTMLCanvasElement | null} */
    this.canvas = null;
    /** Told when others are shown. */
    this.changed = () => {};
  }

  /** @param {L.Map} map */
  onAdd(map) {
    if (!this.canvas) this.canvas = this.place(map);
    this.canvas.style.display = "";
    map.on("viewreset moveend resize", this.draw, this);
    this.draw();
    return this;
  }

  /** @param {L.Map} map */
  place(map) {
    const pane = map.createPane("emap-points-" + this.z);
    pane.style.zIndex = String(this.z);
    pane.style.pointerEvents = "none";
    const { crs } = map.options;
    for (let i = 0; crs && i < this.store.size; i++) {
      // A bare object: Leaflet's own checks each number, of tens of thousands.
      const at = crs.latLngToPoint(/** @type {L.LatLng} */ ({ lat: this.store.latOf(i), lng: this.store.lonOf(i) }), 0);
      this.x[i] = at.x;
      this.y[i] = at.y;
    }
    const canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", pane);
    canvas.setAttribute("aria-hidden", "true");
    return canvas;
  }

  /** @param {L.Map} map */
  onRemove(map) {
    map.off("viewreset moveend resize", this.draw, this);
    if (this.canvas) this.canvas.style.display = "none";
    this.marks = [];
    return this;
  }

  redraw() {
    if (this._map) this.draw();
    this.changed();
  }

  /** @param {number} i the outlet to mark, or -1 */
  choose(i) {
    this.chosen = i;
    this.redraw();
  }

  draw() {
    const { canvas, _map: map } = this, context = canvas && canvas.getContext("2d");
    if (!context) return;
    const size = map.getSize(), pad = size.multiplyBy(0.25).round();
    const corner = map.containerPointToLayerPoint(pad.multiplyBy(-1)).round();
    const width = size.x + 2 * pad.x, height = size.y + 2 * pad.y, dense = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(canvas, corner);
    canvas.width = width * dense;
    canvas.height = height * dense;
    canvas.style.width = width + "px";
    canvas.style.height = height + "px";
    const scale = 2 ** map.getZoom(), origin = map.getPixelOrigin().add(corner);
    this.pad = pad;
    this.marks = grouped(this, scale, origin, width, height);
    context.scale(dense, dense);
    this.marks.forEach((mark) => drawOutlets(context, mark, this.style));
    const chosen = this.marks.find((mark) => mark.members.includes(this.chosen));
    if (chosen) drawRing(context, chosen);
  }

  /**
   * The mark under a point of the map's container, or null.
   * @param {L.Point} point
   */
  hit(point) {
    if (!this._map) return null;
    const x = point.x + this.pad.x, y = point.y + this.pad.y;
    let best = null, nearest = Infinity;
    for (const mark of this.marks) {
      const away = Math.hypot(mark.x - x, mark.y - y);
      // A finger needs 22 px around the middle of what it means.
      if (away <= Math.max(mark.radius + 4, 22) && away < nearest) [best, nearest] = [mark, away];
    }
    return best;
  }
}

// Below so many in view every outlet has its own mark, unless it would hide another.
const FEW = 400;

/**
 * @param {Points} points
 * @param {number} scale pixels a unit of the world
 * @param {L.Point} origin
 * @param {number} width
 * @param {number} height
 */
function grouped(points, scale, origin, width, height) {
  /** @type {[number, number, number][]} */
  const inView = [];
  for (const i of points.shown) {
    const x = points.x[i] * scale - origin.x, y = points.y[i] * scale - origin.y;
    if (x > -20 && y > -20 && x < width + 20 && y < height + 20) inView.push([i, x, y]);
  }
  const few = inView.length <= FEW, cell = few ? 9 : 54;
  /** @type {Map<number, Mark>} */
  const cells = new Map();
  for (const [i, x, y] of inView) {
    // Cells are fixed to the ground, so that groups do not change as the map moves.
    const key = Math.floor((x + origin.x) / cell) * 1e6 + Math.floor((y + origin.y) / cell);
    const group = cells.get(key);
    if (group) {
      group.members.push(i);
      group.x += x;
      group.y += y;
    } else cells.set(key, { members: [i], x, y, radius: 0 });
  }
  const marks = [...cells.values()];
  marks.forEach((mark) => {
    mark.x /= mark.members.length;
    mark.y /= mark.members.length;
    sized(mark);
  });
  return apart(marks, few ? 0.6 : 0.9);
}

/** @param {Mark} mark */
const sized = (mark) => { mark.radius = mark.members.length === 1 ? 8 : 11 + 3.2 * Math.log10(mark.members.length) ** 1.4; };

/**
 * Marks that overlap by more than this share of their radii become one.
 * @param {Mark[]} marks
 * @param {number} share
 */
function apart(marks, share) {
  /** @type {Mark[]} */
  const kept = [];
  marks.sort((a, b) => b.members.length - a.members.length || a.members[0] - b.members[0]);
  for (const mark of marks) {
    const near = kept.find((other) => Math.hypot(other.x - mark.x, other.y - mark.y) < share * (other.radius + mark.radius));
    if (!near) { kept.push(mark); continue; }
    const all = near.members.length + mark.members.length;
    near.x = (near.x * near.members.length + mark.x * mark.members.length) / all;
    near.y = (near.y * near.members.length + mark.y * mark.members.length) / all;
    near.members = near.members.concat(mark.members);
    sized(near);
  }
  return kept;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Mark} mark
 * @param {MarkStyle} style
 */
function drawOutlets(context, mark, style) {
  const { x, y, radius } = mark, many = mark.members.length;
  context.beginPath();
  if (many > 1) context.arc(x, y, radius, 0, 2 * Math.PI);
  else context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  context.fillStyle = style.fillColor;
  context.fill();
  context.strokeStyle = "#FFFFFF";
  context.lineWidth = 2;
  context.stroke();
  if (many > 1) {
    context.fillStyle = "#FFFFFF";
    context.font = "600 12px sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(String(many), x, y + 0.5);
  } else {
    context.beginPath();
    context.moveTo(x - 4, y);
    context.lineTo(x + 4, y);
    context.moveTo(x, y - 4);
    context.lineTo(x, y + 4);
    context.stroke();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Mark} mark
 */
function drawRing(context, mark) {
  context.beginPath();
  context.arc(mark.x, mark.y, mark.radius + 7, 0, 2 * Math.PI);
  context.strokeStyle = "#D55E00";
  context.lineWidth = 4;
  context.stroke();
}

/**
 * Whether a click ends a drag.
 * @param {L.Map} map
 */
export const dragged = (map) => Boolean(map.dragging) && /** @type {any} */ (map.dragging).moved();

/**
 * Clicks on outlets, before Leaflet looks at what lies under them. onHit returns whether it took the click.
 * @param {L.Map} map
 * @param {Points[]} layers
 * @param {(mark: Mark) => boolean} onHit
 */
export function onOutlets(map, layers, onHit) {
  const container = map.getContainer();
  const under = (/** @type {MouseEvent} */ event) => {
    if (/** @type {Element} */ (event.target).closest(".leaflet-control, .leaflet-popup")) return null;
    const point = map.mouseEventToContainerPoint(event);
    for (const layer of layers) {
      const mark = layer.hit(point);
      if (mark) return mark;
    }
    return null;
  };
  container.addEventListener("click", (event) => {
    if (dragged(map)) return;
    const mark = under(event);
    if (mark && onHit(mark)) event.stopPropagation();
  }, true);
  container.addEventListener("mousemove", (event) => {
    container.classList.toggle("emap-over", !event.buttons && Boolean(under(event)));
  });
}
