// Extent: lengths and areas of what is drawn on the map, on the ellipsoid, right to a thousandth within 100 km.
import { metresPerDegree } from "./joins.js";

/** @typedef {{lat: number, lng: number}} Spot */

/**
 * Metres along a line; each part as on a plane at its middle.
 * @param {Spot[]} line
 */
export const lengthOf = (line) => line.slice(1).reduce((sum, { lat, lng }, i) => {
  const [east, north] = metresPerDegree((lat + line[i].lat) / 2);
  return sum + Math.hypot((lat - line[i].lat) * north, (lng - line[i].lng) * east);
}, 0);

// WGS-84.
const AXIS_M = 6378137;
const ROUND = Object.freeze({ e: 0.0818191908426 });

/**
 * Square metres within a line that is closed from its end to its beginning: strips down to the first point's parallel.
 * @param {Spot[]} line
 */
export function areaOf(line) {
  if (line.length < 3) return 0;
  const rad = Math.PI / 180, base = strip(line[0].lat);
  const sum = line.reduce((all, spot, i) => {
    const next = line[(i + 1) % line.length];
    return all + (next.lng - spot.lng) * rad * ((strip(spot.lat) + strip(next.lat)) / 2 - base);
  }, 0);
  return (AXIS_M ** 2 / 2) * Math.abs(sum);
}

/**
 * What lies between the equator and a parallel, in half squares of the axis a radian (Snyder 1987, 3-12).
 * @param {number} lat
 */
function strip(lat) {
  const { e } = ROUND, sine = Math.sin((lat * Math.PI) / 180), part = e * sine;
  return (1 - e * e) * (sine / (1 - part * part) + Math.log((1 + part) / (1 - part)) / (2 * e));
}
