// Brush: land, water, green, buildings, streets and rails drawn on a canvas, by zoom.
/** @import { Base, Shapes, Tones, View } from "./types.js" */
import { inView, inWorld } from "./atlas.js";
import { WIDTHS, widthAt } from "./tokens.js";

// From which zoom areas are drawn, by rank; buildings from where one tells one from the other.
const AREA_ZOOM = Object.freeze([0, 6, 9, 11.5, 13.5]);
const BUILDING_ZOOM = 14;
const RIVER_ZOOM = Object.freeze([0, 6, 8, 12, 14]);
const RIVERS = Object.freeze([[8, 0.8], [12, 1.6], [15, 4], [19, 14]]);
const RAILS = Object.freeze([[8, 0.8], [13, 1.6], [16, 3], [19, 5]]);
// Pixels: what is smaller is left out, points nearer than a step to the last one too; from which width a street has edges.
const LEAST = Object.freeze({ seen: 2, step: 0.7, edged: 1.5 });

/**
 * The sea, as far as it is known.
 * @param {CanvasRenderingContext2D} context
 * @param {Base} base
 * @param {View} view
 * @param {Tones} look
 */
export function paintSea(context, { frame }, view, look) {
  context.fillStyle = frame ? look.outside : look.around;
  context.fillRect(0, 0, view.width, view.height);
  if (!frame) return;
  const [left, top] = inWorld(frame[3], frame[0]), [right, bottom] = inWorld(frame[1], frame[2]);
  context.fillStyle = look.sea;
  context.fillRect(left * view.scale - view.left, top * view.scale - view.top, (right - left) * view.scale, (bottom - top) * view.scale);
}

/**
 * The ground in view.
 * @param {CanvasRenderingContext2D} context
 * @param {Shapes[]} layers
 * @param {View} view
 * @param {Tones} look
 */
export function paint(context, layers, view, look) {
  const { zoom } = view;
  const of = (/** @type {string} */ kind) => layers.filter((layer) => layer.kind === kind);
  context.lineJoin = context.lineCap = "round";
  const fill = (/** @type {Shapes[]} */ shapes, /** @type {string} */ colour, edge = "") => {
    const path = traced(shapes, view, true);
    context.fillStyle = colour;
    context.fill(path, "evenodd");
    if (edge) stroke(context, path, edge, 0.8);
  };
  fill(of("around"), look.around);
  fill(of("land"), look.land);
  const seen = (/** @type {string} */ kind) => of(kind).filter(({ rank }) => zoom >= AREA_ZOOM[rank]);
  ["built", "campus", "sand", "wood", "green"].forEach((kind) => fill(seen(kind), /** @type {any} */ (look)[kind]));
  fill(seen("water"), look.water, zoom >= 13 ? look.bank : "");
  of("river").filter(({ rank }) => zoom >= RIVER_ZOOM[rank]).forEach((layer) => {
    stroke(context, traced([layer], view, false), look.water, widthAt(RIVERS, zoom) * (layer.rank > 2 ? 0.6 : 1));
  });
  if (zoom >= BUILDING_ZOOM) fill(of("building"), look.building, zoom >= 15.5 ? look.wall : "");
  streets(context, of("road"), view, look);
  rails(context, of("rail"), view, look);
}

/**
 * Edges of all streets under all streets, so that crossings are open; the greatest on top.
 * @param {CanvasRenderingContext2D} context
 * @param {Shapes[]} roads
 * @param {View} view
 * @param {Tones} look
 */
function streets(context, roads, view, look) {
  const drawn = roads.slice().sort((one, other) => other.rank - one.rank).map(({ rank }, i, all) => ({ rank, width: widthAt(WIDTHS[rank], view.zoom), layer: all[i] }))
    .filter(({ width }) => width > 0).map((street) => ({ ...street, path: traced([street.layer], view, false) }));
  const paths = drawn.filter(({ rank }) => rank > 6), wide = drawn.filter(({ rank, width }) => rank < 7 && width >= LEAST.edged);
  const thin = drawn.filter(({ rank, width }) => rank < 7 && width < LEAST.edged);
  context.setLineDash([4, 3]);
  context.lineCap = "butt";
  paths.forEach(({ path, width }) => stroke(context, path, look.foot, width));
  context.setLineDash([]);
  context.lineCap = "round";
  thin.forEach(({ path, width, rank }) => stroke(context, path, rank < 3 ? look.edge[rank] : look.thin, width));
  wide.forEach(({ path, width, rank }) => stroke(context, path, look.edge[rank], width + 1.5));
  wide.forEach(({ path, width, rank }) => stroke(context, path, look.road[rank], width));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Shapes[]} layers
 * @param {View} view
 * @param {Tones} look
 */
function rails(context, layers, view, look) {
  const width = widthAt(RAILS, view.zoom);
  if (!width) return;
  context.lineCap = "butt";
  layers.forEach((layer) => {
    const path = traced([layer], view, false);
    if (layer.rank > 1) {
      context.setLineDash([7, 4]);
      stroke(context, path, look.metro, Math.max(1, width * 0.7));
    } else {
      stroke(context, path, look.rail, width);
      context.setLineDash([6, 6]);
      if (width > 1.4) stroke(context, path, look.land, width - 1);
    }
    context.setLineDash([]);
  });
  context.lineCap = "round";
}

/**
 * Borders over everything.
 * @param {CanvasRenderingContext2D} context
 * @param {Shapes} borders
 * @param {View} view
 * @param {Tones} look
 * @param {boolean} dashed
 */
export function paintBorders(context, borders, view, look, dashed) {
  const path = traced([borders], view, false);
  context.lineJoin = context.lineCap = "round";
  if (dashed) {
    context.globalAlpha = 0.35;
    stroke(context, path, look.border, 4);
    context.globalAlpha = 1;
    context.lineCap = "butt";
    context.setLineDash([9, 4, 2, 4]);
  }
  stroke(context, path, look.border, 1.3);
  context.setLineDash([]);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Path2D} path
 * @param {string} colour
 * @param {number} width
 */
function stroke(context, path, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
}

/**
 * What is in view, as one path.
 * @param {Shapes[]} layers
 * @param {View} view
 * @param {boolean} closed
 */
function traced(layers, view, closed) {
  const path = new Path2D(), { scale, left, top } = view;
  layers.forEach((shapes) => {
    const { ring, start, xy, box } = shapes;
    for (let i = 0; i < shapes.size; i++) {
      const at = 4 * i, across = (box[at + 2] - box[at] + box[at + 3] - box[at + 1]) * scale;
      if (!inView(shapes, i, view, 20) || (closed && across < LEAST.seen)) continue;
      for (let j = ring[i]; j < ring[i + 1]; j++) {
        const end = 2 * (start[j + 1] - 1);
        let x = xy[2 * start[j]] * scale - left, y = xy[2 * start[j] + 1] * scale - top;
        path.moveTo(x, y);
        for (let k = 2 * start[j] + 2; k <= end; k += 2) {
          const nextX = xy[k] * scale - left, nextY = xy[k + 1] * scale - top;
          if (k < end && Math.abs(nextX - x) < LEAST.step && Math.abs(nextY - y) < LEAST.step) continue;
          x = nextX;
          y = nextY;
          path.lineTo(x, y);
        }
        if (closed) path.closePath();
      }
    }
  });
  return path;
}
