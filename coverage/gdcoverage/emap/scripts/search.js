// Search: which outlets are what a query asks for; near which place where it names one; what else to try.
/** @import { Found, Hours, Moment, NamesBlock, Origin, Part, SearchIndex, Store } from "./types.js" */
import { openLexicon } from "./lexicon.js";
import { CALLED, openNames, placesLike } from "./names.js";
import { readings } from "./pinyin.js";
import { suggest } from "./suggest.js";
import { eachLike, eachSpelt, eachWith, openTexts, soundOf } from "./texts.js";
import { isIdle, understand } from "./understand.js";
import { atHours } from "./when.js";

// What a word weighs in a name, a bank or county, an address; and written otherwise.
const WEIGHT = Object.freeze({ name: 4, group: 2, address: 1, inside: 0.8, spelt: 0.6, alike: 0.3, wrong: 0.15 });
const OFFERED = 3;
// Among so many places of a name those in the county asked for are looked for.
const MOST_ALIKE = 50;
// A longer word that is nowhere is a name that is missed, and not passed over.
const SHORT = 3;
const REMEMBERED = 100;

/**
 * Most texts are plain already, and there are tens of thousands of them.
 * @param {string} text
 */
export const plain = (text) => (/^[\u4e00-\u9fff0-9a-z]*$/.test(text) ? text : text.normalize("NFKC").toLowerCase().replace(/\n/g, " "));

/**
 * What is found; null for an empty query.
 * @param {Store} store
 * @param {string} query
 * @param {Moment} now
 * @returns {Found | null}
 */
export function search(store, query, now) {
  // A page that has just been opened must not wait for the index.
  if (!query) return null;
  const index = searchIndex(store), parts = understand(index, query);
  if (!parts.length) return null;
  const found = foundFor(store, index, parts, now);
  if (!found.some && !found.places.length) {
    found.tries = suggest(store, index, parts, (others) => foundFor(store, index, others, now, true));
  }
  return found;
}

/**
 * Every part must be met: as it is written; else near the place that it names; else as it may be meant.
 * @param {Store} store
 * @param {SearchIndex} index
 * @param {Part[]} parts
 * @param {Moment} now
 * @param {boolean} strict only as it is written, or near the place
 * @returns {Found}
 */
function foundFor(store, index, parts, now, strict = false) {
  const texts = parts.filter((part) => !part.meanings.length);
  const known = parts.filter((part) => part.meanings.length);
  const { scores: asked, unknown } = scoresOfKnown(store, known, now);
  const together = (/** @type {boolean} */ loose, /** @type {Part[]} */ left) => {
    const scores = asked.slice(), each = left.map((part) => scoresOfText(store, index, part.word, loose));
    for (const one of each) for (let i = 0; i < store.size; i++) scores[i] = one[i] && scores[i] ? scores[i] + one[i] : 0;
    return { scores, some: scores.some((score) => score > 0), unknown: unknown.filter((i) => each.every((one) => one[i])) };
  };
  const plainly = together(false, texts);
  const whole = { parts, places: [], tries: [], skipped: [], near: -1, alike: false, placesFirst: true };
  if (plainly.some) {
    // Where outlets have the name itself, places that begin with it are not what is wanted.
    const places = offered(store, index, parts, false).filter(({ score }) => !texts.length || score >= CALLED.whole);
    return { ...whole, ...plainly, places, placesFirst: parts.length === 1 };
  }
  for (const loose of strict ? [false] : [false, true]) {
    const places = offered(store, index, parts, loose).filter(({ part }) => texts.includes(part));
    const named = new Set(places.map(({ part }) => part));
    const near = places.length ? together(false, texts.filter((part) => !named.has(part))) : null;
    if (near && near.some) {
      // One of several 医院 is for the reader to choose.
      const [{ i, score }] = places, several = places.length > 1 && score < CALLED.begun && score >= CALLED.within;
      return several ? { ...whole, ...plainly, places } : { ...whole, ...near, near: i, places };
    }
    const alike = !strict && !loose && texts.length ? together(true, texts) : null;
    if (alike && alike.some) return { ...whole, ...alike, alike: true, places: offered(store, index, parts, true) };
  }
  const missed = texts.filter(({ word }) => word.length <= SHORT && !index.occurs(word));
  if (!strict && missed.length && missed.length < parts.length) {
    const others = parts.filter((part) => !missed.includes(part));
    return { ...foundFor(store, index, others, now), skipped: missed.map(({ word }) => word) };
  }
  return { ...whole, ...plainly };
}

/**
 * 1 and more where an outlet is all that is asked, else 0; and which might be, but nobody can tell at that hour.
 * @param {Store} store
 * @param {Part[]} parts
 * @param {Moment} now
 */
function scoresOfKnown(store, parts, now) {
  const scores = new Float32Array(store.size).fill(1);
  /** @type {Hours[]} */
  const hours = [];
  const { bank, county, items, modes } = store;
  for (const { meanings } of parts) {
    const [first] = meanings;
    if (first.kind === "hours") { hours.push(first.hours); continue; }
    if (first.kind === "idle") continue;
    // Among several meanings any will do: jh is 建行 and 交行.
    const banks = bank.values.map((_, code) => meanings.some((m) => m.kind === "bank" && m.codes.includes(code)));
    const counties = county.values.map((_, code) => meanings.some((m) => m.kind === "county" && m.codes.includes(code)));
    const bits = (/** @type {string} */ kind) => meanings.reduce((sum, m) => sum | (m.kind === kind && "bits" in m ? m.bits : 0), 0);
    const itemBits = bits("items"), modeBits = bits("modes");
    for (let i = 0; i < store.size; i++) {
      const met = banks[bank.codes[i]] || counties[county.codes[i]] || (items[i] & itemBits) || (modes[i] & modeBits);
      scores[i] = met && scores[i] ? scores[i] + WEIGHT.group : 0;
    }
  }
  /** @type {number[]} */
  const unknown = [];
  if (hours.length) {
    const verdicts = store.schedules.map((schedule) => atHours(hours, schedule, store.calendar, now));
    for (let i = 0; i < store.size; i++) {
      const verdict = verdicts[store.hours.codes[i]];
      if (verdict === "unknown" && scores[i]) unknown.push(i);
      if (verdict !== "open") scores[i] = 0;
    }
  }
  return { scores, unknown };
}

/**
 * @param {Store} store
 * @param {SearchIndex} index
 * @param {string} word
 * @param {boolean} loose also where it sounds alike or one character is wrong
 * @returns {Float32Array}
 */
function scoresOfText(store, index, word, loose) {
  const key = (loose ? "~" : "") + word, kept = index.remembered.get(key);
  if (kept) return kept;
  const scores = new Float32Array(store.size), { pinyin } = index, letters = /^[a-z]+$/.test(word);
  const raise = (/** @type {number} */ i, /** @type {number} */ score) => { if (score > scores[i]) scores[i] = score; };
  const groups = (/** @type {string[]} */ texts, /** @type {number[]} */ codes) => {
    const each = openTexts(texts), hit = new Float32Array(texts.length);
    eachWith(each, word, (code) => { hit[code] = WEIGHT.group; });
    if (letters) eachSpelt(each, pinyin, word, (code) => { hit[code] = Math.max(hit[code], WEIGHT.group * WEIGHT.spelt); });
    if (hit.some((score) => score)) for (let i = 0; i < store.size; i++) raise(i, hit[codes[i]]);
  };
  groups(index.bank, store.bank.codes);
  groups(index.county, store.county.codes);
  for (const [texts, weight] of /** @type {[import("./types.js").Texts, number][]} */ ([[index.name, WEIGHT.name], [index.address, WEIGHT.address]])) {
    eachWith(texts, word, (i, at) => raise(i, weight * (at ? WEIGHT.inside : 1)));
    if (letters) eachSpelt(texts, pinyin, word, (i, at) => raise(i, weight * WEIGHT.spelt * (at ? WEIGHT.inside : 1)));
    else if (loose && word.length > 1) {
      eachLike(texts, soundOf(pinyin, word), word.length > 3 ? 1 : 0, (i, wrong) => raise(i, weight * (wrong ? WEIGHT.wrong : WEIGHT.alike)));
    }
  }
  if (index.remembered.size >= REMEMBERED) index.remembered.clear();
  index.remembered.set(key, scores);
  return scores;
}

/**
 * `placesLike`, remembered.
 * @param {SearchIndex} index
 * @param {string} word
 * @param {boolean} loose
 */
function placesOf(index, word, loose) {
  const { places } = index, key = (loose ? "~" : "") + word, kept = places.get(key);
  if (kept) return kept;
  const found = placesLike(index, word, MOST_ALIKE, loose);
  if (places.size >= REMEMBERED) places.clear();
  places.set(key, found);
  return found;
}

/**
 * Places that parts name, the best first; where the query names a county, those there.
 * @param {Store} store
 * @param {SearchIndex} index
 * @param {Part[]} parts
 * @param {boolean} loose
 */
function offered(store, index, parts, loose) {
  const counties = parts.flatMap(({ meanings }) => meanings.flatMap((m) => (m.kind === "county" ? m.codes.map((code) => store.county.values[code].name) : [])));
  const places = parts.filter((part) => !isIdle(part)).flatMap((part) => {
    // What is known otherwise is a place only by its whole name.
    const whole = part.meanings.length ? index.names.first.get(part.word) : undefined;
    const like = !part.meanings.length ? placesOf(index, part.word, loose) : whole === undefined ? [] : [{ i: whole, score: 1 }];
    return like.filter(({ score }) => score > (loose ? CALLED.likely : CALLED.within)).map(({ i, score }) => ({ i, score, part }));
  });
  const home = (/** @type {{i: number, part: Part}} */ { i, part }) =>
    !counties.length || part.meanings.length > 0 || !index.names.where[i] || counties.includes(index.names.where[i]);
  return places.filter(home).sort((a, b) => b.score - a.score || a.i - b.i).slice(0, OFFERED);
}

/**
 * Where a named place is.
 * @param {Store} store
 * @param {number} i
 * @returns {Origin}
 */
export function placeOf(store, i) {
  const { names } = searchIndex(store);
  return { lat: names.lat[i], lon: names.lon[i], kind: "place" };
}

/**
 * @param {Store} store
 * @returns {SearchIndex}
 */
export function searchIndex(store) {
  if (store.index) return store.index;
  const named = namedPart(store), { fold, pinyin } = named;
  const texts = (/** @type {string[]} */ all) => {
    const opened = openTexts(all.map(fold));
    return { ...opened, sounds: soundOf(pinyin, opened.joined) };
  };
  const index = {
    ...named, lexicon: openLexicon(store, pinyin, fold),
    name: texts(store.name), address: texts(store.address), bank: store.bank.values.map(fold),
    county: store.county.values.map((county) => fold(county.city + county.name)),
    occurs: (/** @type {string} */ word) => scoresOfText(store, index, word, false).some((score) => score)
      || placesOf(index, word, false).length > 0,
  };
  store.index = index;
  return index;
}

/**
 * Other names than before; what is known of the outlets stays, for their characters are numbered first.
 * @param {Store} store
 * @param {NamesBlock} names
 */
export function takeNames(store, names) {
  store.names = names;
  if (store.index) Object.assign(store.index, namedPart(store));
}

/**
 * What of an index goes with the names.
 * @param {Store} store
 */
function namedPart({ names: block, pinyin: table, sounds, simple: pairs }) {
  const pinyin = readings(block ? { ...table, ...block.pinyin } : table, sounds);
  const simple = simpler((pairs || "") + (block ? block.simple : ""));
  const fold = (/** @type {string} */ text) => simple(plain(text));
  return { pinyin, fold, names: openNames(block, fold, pinyin), remembered: new Map(), places: new Map() };
}

/**
 * Simplified characters for traditional ones; a table of both in turn.
 * @param {string} table
 */
function simpler(table) {
  const codes = new Uint16Array(65536);
  for (let k = 0; k < table.length; k += 2) codes[table.charCodeAt(k)] = table.charCodeAt(k + 1);
  return (/** @type {string} */ text) => {
    let out = text;
    for (let k = 0; k < text.length; k++) {
      const code = codes[text.charCodeAt(k)];
      if (code) out = out.slice(0, k) + String.fromCharCode(code) + out.slice(k + 1);
    }
    return out;
  };
}
