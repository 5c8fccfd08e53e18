// Names: streets, villages, stations and landmarks near which one may ask for outlets.
/** @import { Names, NamesBlock, Pinyin, SearchIndex } from "./types.js" */
import { eachLike, eachSpelt, eachWith, openTexts, soundOf } from "./texts.js";

/**
 * The block's groups (one a county and kind) as columns.
 * @param {NamesBlock | null} block
 * @param {(text: string) => string} fold
 * @param {Pinyin} pinyin
 * @returns {Names}
 */
export function openNames(block, fold, pinyin) {
  /** @type {Names} */
  const names = { size: 0, name: [], lat: [], lon: [], kind: [], where: [], texts: openTexts([]), first: new Map(), alike: new Map() };
  for (const group of block ? block.groups : []) {
    group.names.split("\n").forEach((name, k) => {
      names.name.push(name);
      names.lat.push((group.lat[k] + group.south) / 1e4);
      names.lon.push((group.lon[k] + group.west) / 1e4);
      names.kind.push(group.kind);
      names.where.push(group.county);
    });
  }
  const folded = names.name.map(fold);
  const texts = openTexts(folded), sounds = soundOf(pinyin, texts.joined);
  folded.forEach((name, i) => {
    if (names.first.has(name)) return;
    names.first.set(name, i);
    names.alike.set(sounds.slice(texts.starts[i], texts.starts[i + 1] - 1), name);
  });
  return { ...names, size: folded.length, texts: { ...texts, sounds } };
}

/** From these scores on a place is called just so, its name begins with a word, has it within, is like it. */
export const CALLED = Object.freeze({ whole: 0.95, begun: 0.8, within: 0.6, likely: 0.25 });

/**
 * Whether letters are all of a name, by syllables or by initials.
 * @param {Pinyin} pinyin
 * @param {string} name
 * @param {string} letters
 */
function spells(pinyin, name, letters) {
  const sounds = [...name].map((character) => (pinyin.readings.get(character) || [character])[0]);
  return sounds.join("") === letters || sounds.map((sound) => sound[0]).join("") === letters;
}

/**
 * Places whose name matches, the best first: exact, by its beginning, by letters, by sound.
 * @param {SearchIndex} index
 * @param {string} word folded
 * @param {number} most
 * @param {boolean} loose also with a slip
 * @returns {{i: number, score: number}[]}
 */
export function placesLike({ names, pinyin }, word, most, loose) {
  /** @type {Map<number, number>} */
  const scores = new Map();
  const note = (/** @type {number} */ i, /** @type {number} */ score) => {
    if (score > (scores.get(i) || 0)) scores.set(i, score);
  };
  const { texts } = names, length = (/** @type {number} */ i) => texts.starts[i + 1] - texts.starts[i] - 1;
  if (word.length < 2) return [];
  eachWith(texts, word, (i, at) => {
    const rest = length(i) - word.length;
    note(i, !rest ? 1 : (at ? CALLED.within : CALLED.begun) + 0.1 - Math.min(rest, 10) / 100);
  });
  if (/^[a-z]+$/.test(word) && word.length > 2) {
    eachSpelt(texts, pinyin, word, (i, at) => note(i, at ? CALLED.within : spells(pinyin, names.name[i], word) ? CALLED.whole : CALLED.begun));
  }
  if (loose && !/^[a-z]/.test(word)) {
    const sound = soundOf(pinyin, word);
    eachLike(texts, sound, word.length > 3 ? 1 : 0, (i, wrong) =>
      note(i, (wrong ? 0.3 : 0.5) - Math.abs(length(i) - word.length) / 100));
  }
  return [...scores].map(([i, score]) => ({ i, score }))
    .sort((a, b) => b.score - a.score || a.i - b.i).slice(0, most);
}
