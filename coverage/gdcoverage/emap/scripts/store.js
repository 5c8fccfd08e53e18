// Store: the outlets, column by column.
/** @import { Origin, Outlets, Store, Walked } from "./types.js" */
/** @import { Words } from "./words.js" */

/**
 * The outlets' block with what one asks of it.
 * @param {Outlets} block
 * @returns {Store}
 */
export function openStore(block) {
  const size = block.id.length;
  const named = block.county.values.map(({ city, name }) => city || name || "—");
  const cities = [...new Set(named)];
  return {
    ...block,
    size,
    cities,
    cityOf: named.map((city) => cities.indexOf(city)),
    index: null,
    names: null,
    walks: null,
    latOf: (i) => block.lat[i] / 1e5,
    lonOf: (i) => block.lon[i] / 1e5,
    countyOf: (i) => block.county.values[block.county.codes[i]],
    bankOf: (i) => block.bank.values[block.bank.codes[i]],
    hoursOf: (i) => block.hours.values[block.hours.codes[i]],
    scheduleOf: (i) => block.schedules[block.hours.codes[i]],
    statusOf: (i) => block.status.values[block.status.codes[i]],
    termsOf: (names, bits) => names.filter((_, bit) => bits & (1 << bit)),
  };
}

/**
 * A city without counties is its own county.
 * @param {{city: string, name: string}} county
 */
export const countyName = (county, between = "") => (county.city && county.city !== county.name ? county.city + between : "") + county.name;

/**
 * Metres along a great circle.
 * @param {number} lat1
 * @param {number} lon1
 * @param {number} lat2
 * @param {number} lon2
 */
export function metres(lat1, lon1, lat2, lon2) {
  const rad = Math.PI / 180;
  const a = Math.sin(((lat2 - lat1) * rad) / 2) ** 2
    + Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * Math.sin(((lon2 - lon1) * rad) / 2) ** 2;
  return 2 * 6371008.8 * Math.asin(Math.sqrt(a));
}

/**
 * A distance in words.
 * @param {Words} words
 * @param {number} metres
 */
export const away = (words, metres) => (metres < 1000
  ? words.t("{0} 米", words.number(Math.round(metres / 10) * 10))
  : words.t("{0} 公里", words.number(Math.round(metres / 100) / 10)));

// From so many minutes on a walk is told in hours.
const LONG = 90;

/**
 * Minutes of the walk to an outlet, begun ones whole: what is told as the standard's is within it. 0 where no walk is known.
 * @param {Store} store
 * @param {Walked | null} walked
 * @param {number} i
 */
export function walkMinutes({ walks }, walked, i) {
  const metres = walked ? walked.metres[i] : Infinity;
  return walks && Number.isFinite(metres) ? Math.max(1, Math.ceil(metres / walks.speed - 1e-6)) : 0;
}

/**
 * How far an outlet is: on foot where that is known, else what it is, a straight line.
 * @param {Words} words
 * @param {Store} store
 * @param {number} i
 * @param {Origin} origin
 * @param {Walked | null} walked
 */
export function farText(words, store, i, origin, walked) {
  const minutes = walkMinutes(store, walked, i);
  if (!minutes || !walked) return straight(words, store, i, origin);
  const far = away(words, walked.metres[i]);
  return minutes < LONG ? words.t("步行约 {0} 分钟（{1}）", words.number(minutes), far)
    : words.t("步行约 {0} 小时（{1}）", words.number(Math.round(minutes / 6) / 10), far);
}

/**
 * @param {Words} words
 * @param {Store} store
 * @param {number} i
 * @param {Origin} origin
 */
export const straight = (words, store, i, origin) =>
  words.t("直线 {0}", away(words, metres(origin.lat, origin.lon, store.latOf(i), store.lonOf(i))));
