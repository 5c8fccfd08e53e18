// Suggest: what to try where nothing is found: fewer words, words like those, or what surely is there.
/** @import { Found, Part, SearchIndex, Store } from "./types.js" */
import { short } from "./lexicon.js";
import { apart, soundOf } from "./texts.js";

const MOST = 4;

/**
 * Queries that find something, each with how many outlets.
 * @param {Store} store
 * @param {SearchIndex} index
 * @param {Part[]} parts that find nothing together
 * @param {(parts: Part[]) => Found} find
 * @returns {{query: string, count: number}[]}
 */
export function suggest(store, index, parts, find) {
  /** @type {Map<string, number>} */
  const tries = new Map();
  const offer = (/** @type {Part[]} */ others) => {
    const query = others.map(({ word }) => word).join(" ");
    if (!query || tries.size >= MOST || tries.has(query)) return;
    const { scores } = find(others), count = scores.reduce((sum, score) => sum + Number(score > 0), 0);
    if (count) tries.set(query, count);
  };
  const known = (/** @type {string} */ word) => ({ word, meanings: index.lexicon.phrases.get(word) || [] });
  parts.forEach((part, k) => {
    if (part.meanings.length) return;
    for (const word of nearest(index, part.word)) offer([...parts.slice(0, k), known(word), ...parts.slice(k + 1)]);
  });
  if (parts.length > 1) parts.forEach((part) => offer(parts.filter((other) => other !== part)));
  if (!tries.size) surely(store).forEach((word) => offer([known(word)]));
  return [...tries].map(([query, count]) => ({ query, count }));
}

/**
 * Words of the lexicon and names of places that are most like a word.
 * @param {SearchIndex} index
 * @param {string} word
 */
function nearest({ lexicon, names, pinyin }, word) {
  const sound = soundOf(pinyin, word), letters = /^[a-z]+$/.test(word), size = word.length;
  /** @type {{other: string, far: number}[]} */
  const near = [];
  const look = (/** @type {string} */ other, /** @type {string} */ otherSound) => {
    if (Math.abs(otherSound.length - size) * 2 > size) return;
    // Most share nothing with the word, and need not be compared.
    let shared = 0;
    for (const character of sound) if (otherSound.includes(character)) shared++;
    if (shared * 2 < size || (size < 4 && ![...word].some((character) => other.includes(character)))) return;
    const far = other.includes(word) ? 0.5 : apart(sound, otherSound);
    if (far * 2 <= size) near.push({ other, far });
  };
  lexicon.words.forEach((phrase, k) => {
    if (/^[a-z]/.test(phrase) !== letters || !(lexicon.phrases.get(phrase) || []).some(({ kind }) => kind !== "idle" && kind !== "elsewhere")) return;
    look(phrase, lexicon.sounds[k]);
  });
  const { joined, sounds, starts } = names.texts;
  for (let i = 0; i < names.size && !letters; i++) {
    const end = starts[i + 1] - 1;
    look(joined.slice(starts[i], end), sounds.slice(starts[i], end));
  }
  return [...new Set(near.sort((a, b) => a.far - b.far).map(({ other }) => other))].slice(0, 3);
}

/**
 * The county and the bank with most outlets, and the commonest business.
 * @param {Store} store
 */
function surely(store) {
  const most = (/** @type {number[]} */ codes, /** @type {number} */ size) => {
    const counts = new Array(size).fill(0);
    codes.forEach((code) => { counts[code]++; });
    return counts.indexOf(Math.max(...counts));
  };
  if (!store.size) return [];
  const county = store.county.values[most(store.county.codes, store.county.values.length)];
  const bank = store.bank.values[most(store.bank.codes, store.bank.values.length)];
  return [short(county.name), bank.replace(/^中国(?=.{3})/, ""), "社保卡"];
}
