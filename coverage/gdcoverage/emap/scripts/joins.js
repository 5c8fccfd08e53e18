// Joins: the streets that one may walk to straight from where one is, by the rules of network/_snap.py on the page's simpler lines.
/** @import { Joins, Streets } from "./types.js" */

// Lines that meet a leg within so many millimetres of its end are touched, not crossed.
const TOUCH_MM = 10;
// How `Streets.look` has a street that is joined for certain, or a barrier: both end legs.
const CERTAIN = 2;

/**
 * Metres a degree of longitude and of latitude on WGS-84 (the series of a meridian's and a parallel's arc).
 * @param {number} lat
 * @returns {[number, number]}
 */
export function metresPerDegree(lat) {
  const { cos } = Math, phi = lat * Math.PI / 180;
  return [111412.84 * cos(phi) - 93.5 * cos(3 * phi) + 0.118 * cos(5 * phi), 111132.92 - 559.82 * cos(2 * phi) + 1.175 * cos(4 * phi)];
}

/**
 * Where a place joins the streets: at the nearest place of each street within reach, unless the straight leg there meets
 * a certain street or a barrier before.
 * @param {Streets} streets
 * @param {number} lat
 * @param {number} lon
 * @returns {Joins}
 */
export function joinsOf(streets, lat, lon) {
  const { x, y, first, look, edges, reach } = streets, [perLon, perLat] = metresPerDegree(lat);
  const wide = reach / perLon, high = reach / perLat, wet = rimsAround(streets, lat, lon);
  /** @type {{line: number, piece: number, part: number, x: number, y: number, away: number}[]} */
  const found = [];
  /** @type {number[][]} how near it comes, line, then metres east and north of both ends of what bars legs */
  const bars = [];
  for (let line = 0; line < look.length; line++) {
    if (!look[line] || wet.includes(line)) continue;
    let best = null;
    for (let i = first[line]; i < first[line + 1] - 1; i++) {
      if (Math.min(x[i], x[i + 1]) - lon > wide || lon - Math.max(x[i], x[i + 1]) > wide
        || Math.min(y[i], y[i + 1]) - lat > high || lat - Math.max(y[i], y[i + 1]) > high) continue;
      const ax = (x[i] - lon) * perLon, ay = (y[i] - lat) * perLat, dx = (x[i + 1] - x[i]) * perLon, dy = (y[i + 1] - y[i]) * perLat;
      const square = dx * dx + dy * dy, part = square ? Math.min(Math.max(-(ax * dx + ay * dy) / square, 0), 1) : 0;
      const place = { line, piece: i, part, x: ax + part * dx, y: ay + part * dy, away: Math.hypot(ax + part * dx, ay + part * dy) };
      if (place.away > reach || (line >= edges && place.away * 1000 <= TOUCH_MM)) continue;
      if (line < edges && (!best || place.away < best.away)) best = place;
      if (look[line] === CERTAIN) bars.push([place.away, line, ax, ay, ax + dx, ay + dy]);
    }
    if (best) found.push(best);
  }
  // What is near bars most of what lies behind it, and what is farther than a place does not bar it.
  bars.sort((a, b) => a[0] - b[0]);
  const open = found.filter((place) => {
    const leg = place.away - TOUCH_MM / 1000;
    for (const [away, line, ax, ay, bx, by] of bars) {
      if (away >= leg) return true;
      if (line !== place.line && met(place.x, place.y, place.away, ax, ay, bx, by) < leg) return false;
    }
    return true;
  });
  return {
    edge: Int32Array.from(open, ({ line }) => line),
    along: Float64Array.from(open, ({ line, piece, part }) => alongOf(streets, line, piece, part)),
    access: Float64Array.from(open, ({ away }) => away),
  };
}

/**
 * How many metres along the leg to (px, py) it meets a piece; Infinity where it does not.
 * @param {number} px
 * @param {number} py
 * @param {number} leg
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 */
function met(px, py, leg, ax, ay, bx, by) {
  if (!leg) return Infinity;
  const aOff = (px * ay - py * ax) / leg, bOff = (px * by - py * bx) / leg;
  if ((aOff > 0 && bOff > 0) || (aOff < 0 && bOff < 0)) return Infinity;
  const aOn = (px * ax + py * ay) / leg, bOn = (px * bx + py * by) / leg;
  const on = aOff === bOff ? Math.min(aOn, bOn) : aOn + (aOff / (aOff - bOff)) * (bOn - aOn);
  return on >= 0 ? on : Infinity;
}

/**
 * Metres along an edge to a part of a piece of its line, which is a little shorter than the street.
 * @param {Streets} streets
 * @param {number} edge
 * @param {number} piece
 * @param {number} part
 */
function alongOf({ drawn, first, metres }, edge, piece, part) {
  const whole = drawn[first[edge + 1] - 1];
  return whole ? metres[edge] * (drawn[piece] + part * (drawn[piece + 1] - drawn[piece])) / whole : 0;
}

/**
 * Rims of the water that a place lies in, which do not hold it back; within two rims it is on an island.
 * @param {Streets} streets
 * @param {number} lat
 * @param {number} lon
 */
function rimsAround({ x, y, first, rims }, lat, lon) {
  const around = rims.filter((line) => {
    let inside = false;
    for (let i = first[line]; i < first[line + 1] - 1; i++) {
      if ((y[i] > lat) !== (y[i + 1] > lat) && lon < x[i] + (lat - y[i]) / (y[i + 1] - y[i]) * (x[i + 1] - x[i])) inside = !inside;
    }
    return inside;
  });
  return around.length % 2 ? around : [];
}
