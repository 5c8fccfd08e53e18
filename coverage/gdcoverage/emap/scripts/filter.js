// Filter: which outlets meet the conditions, in what order, and how many each further choice would leave.
/** @import { Conditions, Moment, Origin, Selected, Store, Walked } from "./types.js" */
import { placeOf, search } from "./search.js";
import { metres } from "./store.js";
import { walkedFrom } from "./walks.js";
import { WEEKLY, fits } from "./when.js";

/** @returns {Conditions} */
export const noConditions = () => ({ query: "", city: -1, county: -1, bank: -1, items: 0, modes: 0, open: false, week: 0, at: -1 });

/**
 * What is selected before anything is looked for: nothing.
 * @param {Store} store
 * @returns {Selected}
 */
export const nothing = (store) => ({
  shown: [], unknown: 0, found: null, near: null, walked: null,
  counts: {
    county: store.county.values.map(() => 0), bank: store.bank.values.map(() => 0),
    items: store.itemNames.map(() => 0), modes: store.modeNames.map(() => 0), open: 0, week: WEEKLY.map(() => 0),
  },
});

/**
 * Numbers of the outlets shown in order, counts, and how many are left out because nobody can tell whether they are open when asked.
 * @param {Store} store
 * @param {Conditions} conditions
 * @param {Origin | null} origin
 * @param {Moment} now
 * @returns {Selected}
 */
export function select(store, conditions, origin, now) {
  const found = search(store, conditions.query, now), scores = found && found.scores;
  const untold = new Set(found ? found.unknown : []);
  const verdicts = store.schedules.map((schedule) => fits(schedule, store.calendar, conditions, now));
  const { counts, shown } = nothing(store);
  // Outlets by what they have in common first: there are tens of thousands.
  const byHours = new Uint32Array(verdicts.length), byItems = new Uint32Array(1 << counts.items.length), byModes = new Uint32Array(1 << counts.modes.length);
  let unknown = 0;
  for (let i = 0; i < store.size; i++) {
    const county = store.county.codes[i], bank = store.bank.codes[i], time = verdicts[store.hours.codes[i]];
    if (scores && !scores[i] && !untold.has(i)) continue;
    if ((store.items[i] & conditions.items) !== conditions.items) continue;
    if ((store.modes[i] & conditions.modes) !== conditions.modes) continue;
    const inCounty = conditions.county < 0
      ? conditions.city < 0 || store.cityOf[county] === conditions.city : county === conditions.county;
    const ofBank = conditions.bank < 0 || bank === conditions.bank;
    if (untold.has(i)) {
      if (inCounty && ofBank && time.met !== "closed") unknown++;
      continue;
    }
    const open = time.met === "open";
    // A choice among counties counts what the other conditions leave, and so does one among banks.
    if (ofBank && open) counts.county[county]++;
    if (inCounty && open) counts.bank[bank]++;
    if (!inCounty || !ofBank) continue;
    byHours[store.hours.codes[i]]++;
    if (!open) continue;
    byItems[store.items[i]]++;
    byModes[store.modes[i]]++;
    shown.push(i);
  }
  verdicts.forEach((time, code) => {
    if (time.open === "open") counts.open += byHours[code];
    if (time.met === "unknown") unknown += byHours[code];
    time.week.forEach((verdict, bit) => { if (verdict === "open") counts.week[bit] += byHours[code]; });
  });
  const spread = (/** @type {number[]} */ ofBits, /** @type {Uint32Array} */ byMask) => byMask.forEach((count, mask) => {
    if (count) ofBits.forEach((_, bit) => { if (mask & (1 << bit)) ofBits[bit] += count; });
  });
  spread(counts.items, byItems);
  spread(counts.modes, byModes);
  const near = found && found.near >= 0 ? placeOf(store, found.near) : null;
  const from = near || origin, walked = store.walks && from ? walkedFrom(store.walks, from.lat, from.lon) : null;
  return { shown: ordered(store, shown, scores, from, walked), counts, unknown, found, near, walked };
}

/**
 * From a place by their walks, then those of which none is known by straight lines.
 * @param {Store} store
 * @param {number[]} shown
 * @param {Float32Array | null} scores
 * @param {Origin | null} origin
 * @param {Walked | null} walked
 */
function ordered(store, shown, scores, origin, walked) {
  if (origin) {
    const away = new Float64Array(store.size), walk = walked ? walked.metres : away;
    shown.forEach((i) => { away[i] = metres(origin.lat, origin.lon, store.latOf(i), store.lonOf(i)); });
    return shown.sort((a, b) => (walk[a] === walk[b] ? away[a] - away[b] || a - b : walk[a] - walk[b]));
  }
  if (!scores) return shown;
  // There are few different scores, and sorting so many numbers takes its time.
  /** @type {Map<number, number[]>} */
  const alike = new Map();
  shown.forEach((i) => {
    const others = alike.get(scores[i]);
    if (others) others.push(i);
    else alike.set(scores[i], [i]);
  });
  return [...alike.keys()].sort((a, b) => b - a).flatMap((score) => alike.get(score) || []);
}

/**
 * Those of `shown` within the map's view.
 * @param {Store} store
 * @param {number[]} shown
 * @param {{contains(at: [number, number]): boolean}} bounds
 */
export const within = (store, shown, bounds) => shown.filter((i) => bounds.contains([store.latOf(i), store.lonOf(i)]));
