// Placing: where letters have room, along a line or beside a place; none over another.
/** @import { Box, Letter } from "./types.js" */

const CELL = 48;

/** What is taken already, found by squares. */
export class Room {
  /**
   * @param {number} width
   * @param {number} height letters must lie within
   */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    /** @type {Map<number, Box[]>} */
    this.cells = new Map();
    /** @type {Map<string, [number, number][]>} */
    this.said = new Map();
  }

  /**
   * Whether boxes lie in the map and over nothing.
   * @param {Box[]} boxes
   */
  free(boxes) {
    return boxes.every((box) => box[0] >= 0 && box[1] >= 0 && box[2] <= this.width && box[3] <= this.height
      && !this.over(box, (cell) => (this.cells.get(cell) || []).some((other) => meet(box, other))));
  }

  /** @param {Box[]} boxes */
  take(boxes) {
    boxes.forEach((box) => this.over(box, (cell) => {
      const taken = this.cells.get(cell);
      if (taken) taken.push(box);
      else this.cells.set(cell, [box]);
      return false;
    }));
  }

  /**
   * Whether some square under a box is so.
   * @param {Box} box
   * @param {(cell: number) => boolean} is
   */
  over([west, north, east, south], is) {
    for (let row = Math.floor(north / CELL); row <= Math.floor(south / CELL); row++) {
      for (let column = Math.floor(west / CELL); column <= Math.floor(east / CELL); column++) {
        if (is(row * 4096 + column)) return true;
      }
    }
    return false;
  }

  /**
   * Whether a text stands within so many pixels already.
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {number} within
   */
  saidNear(text, x, y, within) {
    return (this.said.get(text) || []).some(([there, down]) => Math.hypot(there - x, down - y) < within);
  }

  /**
   * @param {string} text
   * @param {number} x
   * @param {number} y
   */
  say(text, x, y) {
    const places = this.said.get(text);
    if (places) places.push([x, y]);
    else this.said.set(text, [[x, y]]);
  }
}

/**
 * @param {Box} one
 * @param {Box} other
 */
const meet = (one, other) => one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];

/** Characters that stand upright in a column; others lie along it. */
export const upright = (/** @type {string} */ text) => [...text].every((letter) => letter > "\u2e7f" || /[\dA-Z]/.test(letter));

// Steeper than this, Chinese is written downwards.
const STEEP = (50 / 180) * Math.PI;
// From letter to letter, and from the first to the last.
const BEND = (16 / 180) * Math.PI;
const TURN = (60 / 180) * Math.PI;

/**
 * Lengths at which names of a line are tried: from its middle outwards, where the line itself, not the view, says.
 * @param {number} length
 * @param {number} wide of the name
 * @param {number} again between two
 */
export function* tries(length, wide, again) {
  if (length < wide) return;
  const middle = length / 2, step = Math.max(again, 1.5 * wide);
  for (let away = 0; middle - away >= 0; away += step) {
    for (const side of away ? [-1, 1] : [1]) {
      for (const nudge of [0, wide / 2, -wide / 2, wide, -wide]) {
        const at = middle + side * away + nudge;
        if (at - wide / 2 >= 0 && at + wide / 2 <= length) yield at;
      }
    }
  }
}

/**
 * The lengths along a line up to each of its points.
 * @param {number[]} line x, y, x, y …
 */
export function lengths(line) {
  const found = [0];
  for (let i = 2; i < line.length; i += 2) {
    found.push(found[found.length - 1] + Math.hypot(line[i] - line[i - 2], line[i + 1] - line[i - 1]));
  }
  return found;
}

/**
 * The letters of a name along a line, or null where it bends too much.
 * @param {number[]} line x, y, x, y …
 * @param {number[]} reach of `lengths`
 * @param {number} at middle of the name, along the line
 * @param {string[]} letters
 * @param {number[]} widths of the letters
 * @returns {Letter[] | null}
 */
export function along(line, reach, at, letters, widths) {
  const wide = widths.reduce((sum, width) => sum + width, 0), from = at - wide / 2;
  const [x0, y0] = spot(line, reach, from), [x1, y1] = spot(line, reach, at + wide / 2);
  // A name doubled back upon itself has no direction.
  if (Math.hypot(x1 - x0, y1 - y0) < 0.75 * wide) return null;
  const slope = Math.atan2(y1 - y0, x1 - x0), flat = Math.abs(Math.atan(Math.tan(slope)));
  const column = flat > STEEP && upright(letters.join(""));
  const backwards = column ? y1 < y0 : x1 < x0;
  /** @type {Letter[]} */
  const found = [];
  let done = 0, first = 0, last = 0;
  for (let i = 0; i < letters.length; i++) {
    const half = widths[i] / 2, middle = backwards ? wide - done - half : done + half;
    const before = spot(line, reach, from + middle - half), after = spot(line, reach, from + middle + half);
    let angle = Math.atan2(after[1] - before[1], after[0] - before[0]) + (backwards ? Math.PI : 0);
    if (column) angle -= Math.PI / 2;
    angle = Math.atan2(Math.sin(angle), Math.cos(angle));
    if (!i) first = last = angle;
    if (Math.abs(angle - last) > BEND || Math.abs(angle - first) > TURN) return null;
    last = angle;
    const [x, y] = spot(line, reach, from + middle);
    found.push({ text: letters[i], x, y, angle });
    done += widths[i];
  }
  return found;
}

/**
 * @param {number[]} line
 * @param {number[]} reach
 * @param {number} at
 * @returns {[number, number]}
 */
function spot(line, reach, at) {
  let low = 0, high = reach.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (reach[middle] <= at) low = middle;
    else high = middle;
  }
  const share = reach[high] > reach[low] ? (at - reach[low]) / (reach[high] - reach[low]) : 0;
  return [line[2 * low] + share * (line[2 * high] - line[2 * low]), line[2 * low + 1] + share * (line[2 * high + 1] - line[2 * low + 1])];
}

/**
 * A long name on two lines, as equal as may be; breaks at a space or before a bracket where there is one.
 * @param {string} text
 * @param {number} most letters of a line
 */
export function wrapped(text, most) {
  const letters = [...text], middle = letters.length / 2;
  if (letters.length <= most) return [text];
  const breaks = letters.map((letter, i) => ({ letter, i })).filter(({ letter, i }) => i && " ·（(".includes(letter))
    .sort((a, b) => Math.abs(a.i - middle) - Math.abs(b.i - middle));
  // Words of letters are not broken.
  if (!breaks.length && /^[\x20-\x7e]+$/.test(text)) return [text];
  const at = breaks.length && Math.abs(breaks[0].i - middle) < letters.length / 3 ? breaks[0].i : Math.ceil(middle);
  return [letters.slice(0, at).join(""), letters.slice(at).join("").trim()];
}
