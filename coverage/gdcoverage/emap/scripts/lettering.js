// Lettering: which names are written at a zoom, how, in which order; streets along their line, places beside their mark.
/** @import { Box, Ink, Letter, Tones, Shapes, View, Written } from "./types.js" */
import { inView } from "./atlas.js";
import { Room, along, lengths, tries, wrapped } from "./placing.js";
import { SPACE, TYPE } from "./tokens.js";

/** @typedef {{kind: string, rank: number, from: number, size: number, ink: Ink, bold?: boolean, mark?: string}} Rule */

/** @type {(kind: string, rank: number, from: number, size: number, ink: Ink, more?: {bold?: boolean, mark?: string}) => Rule} */
const rule = (kind, rank, from, size, ink, more = {}) => ({ kind, rank, from, size, ink, ...more });

// Marks: a dot, that of an outlet, which is drawn elsewhere, and an exit, whose mark is its letter. Their radii.
const DOT = "dot";
const OUTLET = "outlet";
const EXIT = "exit";
const DISC = Object.freeze({ mark: 7.5, dot: 2.6, outlet: 9 });

// What is written, the most important first: kind, rank, from which zoom, pixels.
const RULES = Object.freeze([
  rule("outlet", 1, 15.5, 13, "outlet", { bold: true, mark: OUTLET }),
  rule("place", 1, 6, 17, "place", { bold: true }),
  rule("place", 2, 9.5, 15, "place", { bold: true }),
  rule("station", 2, 13, 13, "station", { bold: true, mark: "M" }),
  rule("station", 1, 11.5, 13, "station", { bold: true, mark: "站" }),
  rule("place", 3, 11, 15, "place", { bold: true }),
  rule("exit", 1, 16, 10, "station", { bold: true, mark: EXIT }),
  rule("road", 1, 12, 13, "street"),
  rule("hospital", 1, 14, 13, "hospital", { mark: "医" }),
  rule("government", 1, 14, 13, "public", { mark: "政" }),
  rule("place", 4, 12, 13.5, "place"),
  rule("road", 2, 12, 13, "street"),
  rule("school", 1, 13.5, 13, "public", { mark: "文" }),
  rule("road", 3, 13, 12.5, "street"),
  rule("park", 1, 12, 13, "park"),
  rule("lake", 1, 11, 13, "water"),
  rule("lake", 2, 13, 13, "water"),
  rule("river", 2, 12, 12.5, "water"),
  rule("park", 2, 13.5, 13, "park"),
  rule("market", 1, 15, 12.5, "public", { mark: "市" }),
  rule("road", 4, 13.5, 12.5, "street"),
  rule("place", 5, 14.5, 13, "place"),
  rule("school", 2, 15, 12.5, "public", { mark: "文" }),
  rule("station", 3, 15, 12.5, "station", { mark: "车" }),
  rule("government", 2, 15.5, 12, "public", { mark: "政" }),
  rule("estate", 1, 14, 12.5, "soft"),
  rule("estate", 2, 14.5, 12.5, "soft"),
  rule("road", 5, 15, 12, "street"),
  rule("park", 3, 15, 12.5, "park"),
  rule("estate", 3, 15.5, 12, "soft"),
  rule("sight", 1, 15, 12, "soft", { mark: DOT }),
  rule("hospital", 2, 16, 12, "hospital", { mark: "医" }),
  rule("school", 3, 16.5, 12, "public", { mark: "文" }),
  rule("market", 2, 16, 12, "public", { mark: "市" }),
  rule("stop", 1, 16, 11.5, "soft", { mark: DOT }),
  rule("lake", 3, 15, 12, "water"),
  rule("river", 3, 14, 12, "water"),
  rule("sight", 2, 16, 12, "soft", { mark: DOT }),
  rule("road", 6, 16, 12, "street"),
  rule("road", 7, 16.5, 11.5, "street"),
  rule("estate", 4, 16, 12, "soft"),
  rule("title", 1, 15, 12, "soft"),
  rule("title", 2, 15.5, 12, "soft"),
  rule("title", 3, 16, 11.5, "soft"),
  rule("title", 4, 16.5, 11.5, "soft"),
  rule("park", 4, 16, 12, "park"),
  rule("lake", 4, 16, 12, "water"),
  rule("house", 1, 17.5, 11, "soft"),
]);

const ALONG = Object.freeze(["road", "river"]);
// Letters of a line of a place's name.
const LINE = 7;

/**
 * All that is written in view, placed.
 * @param {Shapes[]} layers
 * @param {View} view
 * @param {(text: string, font: string) => number} measure pixels
 * @param {Box[]} taken what must stay free
 * @param {number} larger times the usual size
 * @returns {Written[]}
 */
export function lettered(layers, view, measure, taken, larger) {
  const room = new Room(view.width, view.height);
  room.take(taken);
  /** @type {Written[]} */
  const found = [];
  RULES.filter(({ from }) => view.zoom >= from).forEach((rule) => {
    const font = fontOf(rule, larger), size = rule.size * larger;
    layers.filter(({ kind, rank }) => kind === rule.kind && rank === rule.rank).forEach((shapes) => {
      for (let i = 0; i < shapes.size; i++) {
        if (!shapes.name[i] || !inView(shapes, i, view, 0)) continue;
        if (ALONG.includes(rule.kind)) found.push(...streetNames(shapes, i, view, rule, font, size, measure, room));
        else {
          const place = placeName(shapes, i, view, rule, font, size, measure, room);
          if (place) found.push(place);
        }
      }
    });
  });
  return found;
}

/**
 * @param {Rule} rule
 * @param {number} larger
 */
const fontOf = ({ size, bold }, larger) => `${bold ? 700 : 500} ${(size * larger).toFixed(1)}px ${TYPE.family}`;

/**
 * A street's name, as often as the street is long.
 * @param {Shapes} shapes
 * @param {number} i
 * @param {View} view
 * @param {Rule} rule
 * @param {string} font
 * @param {number} size
 * @param {(text: string, font: string) => number} measure
 * @param {Room} room
 */
function streetNames({ name, ring, start, xy }, i, view, rule, font, size, measure, room) {
  /** @type {Written[]} */
  const found = [], letters = [...name[i]];
  const widths = letters.map((letter) => measure(letter, font) + (letter > "\u2e7f" ? size * 0.08 : 0));
  const wide = widths.reduce((sum, width) => sum + width, 0);
  /** @type {number[]} */
  const line = [];
  for (let j = start[ring[i]]; j < start[ring[i] + 1]; j++) line.push(xy[2 * j] * view.scale - view.left, xy[2 * j + 1] * view.scale - view.top);
  const lengthsOf = lengths(line), length = lengthsOf[lengthsOf.length - 1];
  for (const at of tries(length, wide, SPACE.streetAgain)) {
    const placed = along(line, lengthsOf, at, letters, widths);
    if (!placed) continue;
    const middle = placed[placed.length >> 1];
    if (room.saidNear(name[i], middle.x, middle.y, SPACE.streetAgain)) continue;
    const boxes = placed.map(({ x, y }) => around(x, y, size / 2 + 1, size / 2 + 1));
    if (!room.free(boxes)) continue;
    room.take(boxes);
    room.say(name[i], middle.x, middle.y);
    found.push({ text: name[i], font, ink: rule.ink, letters: placed });
  }
  return found;
}

/**
 * A place's name: over its middle, or beside its mark; its mark alone where the name has no room.
 * @param {Shapes} shapes
 * @param {number} i
 * @param {View} view
 * @param {Rule} rule
 * @param {string} font
 * @param {number} size
 * @param {(text: string, font: string) => number} measure
 * @param {Room} room
 * @returns {Written | null}
 */
function placeName({ name, xy }, i, view, { kind, rank, ink, mark }, font, size, measure, room) {
  const x = Math.round(xy[2 * i] * view.scale - view.left), y = Math.round(xy[2 * i + 1] * view.scale - view.top);
  // Every station has its exits A and B.
  if (room.saidNear(name[i], x, y, mark === EXIT ? 40 : SPACE.again)) return null;
  const lines = wrapped(name[i], mark ? LINE + 3 : LINE), leading = size * TYPE.leading;
  const wide = Math.max(...lines.map((line) => measure(line, font))), high = lines.length * leading;
  const disc = radius(mark), marked = mark && mark !== OUTLET ? [around(x, y, disc + 1, disc + 1)] : [];
  const beside = disc + 4 + wide / 2, below = disc + 2 + high / 2;
  // A town is where its name is read, even if its middle is taken.
  const above = [[0, -high * 0.9], [0, high * 0.9], [wide / 2 + 12, 0], [-wide / 2 - 12, 0]];
  // Where a village's people are counted is its middle.
  const about = kind !== "place" ? [[0, 0]] : rank > 3 ? above : [[0, 0], ...above];
  const spots = !mark ? about : mark === EXIT ? [] : [[beside, 0], [-beside, 0], [0, below], [0, -below]];
  for (const [right, down] of spots) {
    const boxes = [...marked, around(x + right, y + down, wide / 2 + SPACE.apart, high / 2 + SPACE.apart - 1)];
    if (!room.free(boxes)) continue;
    room.take(boxes);
    room.say(name[i], x, y);
    // Beside a mark lines begin, or end, at the mark.
    const out = (/** @type {string} */ text) => (right ? Math.sign(right) * (disc + 4 + measure(text, font) / 2) : 0);
    const letters = lines.map((text, row) => ({ text, x: x + (mark ? out(text) : right), y: y + down + (row - (lines.length - 1) / 2) * leading, angle: 0 }));
    return { text: name[i], font, ink, letters, mark, x, y };
  }
  if (!mark || mark === DOT || mark === OUTLET || !room.free(marked)) return null;
  room.take(marked);
  room.say(name[i], x, y);
  return { text: name[i], font, ink, letters: [], mark: mark === EXIT ? name[i] : mark, x, y };
}

/** @param {string | undefined} mark */
const radius = (mark) => (!mark ? 0 : mark === DOT ? 4 : mark === OUTLET ? DISC.outlet : DISC.mark);

/** @type {(x: number, y: number, half: number, tall: number) => Box} */
const around = (x, y, half, tall) => [x - half, y - tall, x + half, y + tall];

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Written[]} written
 * @param {Tones} look
 */
export function write(context, written, look) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = TYPE.halo;
  context.strokeStyle = look.halo;
  written.forEach(({ font, letters }) => {
    context.font = font;
    letters.forEach((letter) => turned(context, letter, (text) => context.strokeText(text, 0, 0)));
  });
  written.forEach(({ font, ink, letters, mark, x = 0, y = 0 }) => {
    context.fillStyle = look.ink[ink];
    context.font = font;
    letters.forEach((letter) => turned(context, letter, (text) => context.fillText(text, 0, 0)));
    if (mark && mark !== OUTLET) disc(context, mark, x, y, look.ink[ink], look.disc);
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Letter} letter
 * @param {(text: string) => void} put
 */
function turned(context, { text, x, y, angle }, put) {
  context.save();
  context.translate(x, y);
  if (angle) context.rotate(angle);
  put(text);
  context.restore();
}

/**
 * A mark: a character in a disc, which needs no colour to be told from another.
 * @param {CanvasRenderingContext2D} context
 * @param {string} mark
 * @param {number} x
 * @param {number} y
 * @param {string} ink
 * @param {string} ground
 */
function disc(context, mark, x, y, ink, ground) {
  const dot = mark === DOT, metro = mark === "M";
  context.beginPath();
  context.arc(x, y, dot ? DISC.dot : DISC.mark, 0, 2 * Math.PI);
  context.fillStyle = metro ? ink : ground;
  context.fill();
  context.lineWidth = 1.3;
  context.strokeStyle = ink;
  context.stroke();
  if (dot) return;
  context.fillStyle = metro ? ground : ink;
  context.font = `700 ${mark.length > 1 ? 8.5 : 10}px ${TYPE.family}`;
  context.fillText(mark, x, y + 0.5);
}
