// Search: words against names, addresses, banks and counties; every word must be found.
/** @import { Pinyin, SearchIndex, Store } from "./types.js" */
import { pinyinAt, readings } from "./pinyin.js";

/**
 * Most texts are plain already, and there are tens of thousands of them.
 * @param {string} text
 */
export const plain = (text) => (/^[\u4e00-\u9fff0-9a-z]*$/.test(text) ? text : text.normalize("NFKC").toLowerCase());

/**
 * One score an outlet, 0 where it does not match; null for an empty query.
 * @param {Store} store
 * @param {string} query
 */
export function search(store, query) {
  const words = plain(query).split(/[\s,，、]+/).filter((word) => word);
  if (!words.length) return null;
  const found = scoresOf(store, words);
  if (found.some((score) => score)) return found;
  // People write 番禺农行 in one word: try to read it as two, one of them a county or a bank.
  for (const [k, word] of words.entries()) {
    for (let cut = 2; cut <= word.length - 2; cut++) {
      if (!namesGroup(store, word.slice(0, cut)) && !namesGroup(store, word.slice(cut))) continue;
      const split = [...words.slice(0, k), word.slice(0, cut), word.slice(cut), ...words.slice(k + 1)];
      const scores = scoresOf(store, split);
      if (scores.some((score) => score)) return scores;
    }
  }
  return found;
}

/**
 * @param {Store} store
 * @param {string} word
 */
function namesGroup(store, word) {
  const { pinyin, bank, county } = searchIndex(store);
  const letters = lettersOf(word);
  return bank.some((text) => wordScore(pinyin, text, word, letters, true))
    || county.some((text) => wordScore(pinyin, text, word, letters, false));
}

/**
 * @param {Store} store
 * @param {string[]} words
 */
function scoresOf(store, words) {
  const index = searchIndex(store);
  const total = new Float32Array(store.size).fill(1);
  for (const word of words) {
    const letters = lettersOf(word);
    /**
     * @param {string} text
     * @param {number} weight
     * @param {boolean} loose
     */
    const score = (text, weight, loose) => weight * wordScore(index.pinyin, text, word, letters, loose);
    const bank = index.bank.map((text) => score(text, 2, true));
    const county = index.county.map((text) => score(text, 2, false));
    for (let i = 0; i < store.size; i++) {
      if (!total[i]) continue;
      const best = Math.max(score(index.name[i], 4, false), bank[store.bank.codes[i]], county[store.county.codes[i]])
        || score(index.address[i], 1, false);
      total[i] = best && total[i] + best;
    }
  }
  return total;
}

/**
 * @param {Store} store
 * @returns {SearchIndex}
 */
export function searchIndex(store) {
  if (!store.index) {
    store.index = {
      pinyin: readings(store.pinyin),
      name: store.name.map(plain),
      address: store.address.map(plain),
      bank: store.bank.values.map(plain),
      county: store.county.values.map((county) => plain(county.city + county.name)),
    };
  }
  return store.index;
}

/** @param {string} word */
const lettersOf = (word) => (/^[a-z]+$/.test(word) ? word : null);

/**
 * 1 at best; loose finds 农行 in 农业银行.
 * @param {Pinyin} pinyin
 * @param {string} text
 * @param {string} word
 * @param {string | null} letters the word, where it is letters only
 * @param {boolean} loose
 */
function wordScore(pinyin, text, word, letters, loose) {
  const at = text.indexOf(word);
  if (at >= 0) return at ? 0.8 : 1;
  if (letters) {
    const spelt = pinyinAt(pinyin, text, letters);
    return spelt < 0 ? 0 : spelt ? 0.4 : 0.6;
  }
  return loose && word.length > 1 && inOrder(text, word) ? 0.5 : 0;
}

/**
 * @param {string} text
 * @param {string} word
 */
function inOrder(text, word) {
  let at = -1;
  for (const character of word) {
    at = text.indexOf(character, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/**
 * Places whose name matches: at most a few, to ask for outlets near them.
 * @param {Store} store
 * @param {string} query
 */
export function searchPlaces(store, query, most = 3) {
  const word = plain(query).trim();
  if (word.length < 2) return [];
  const { pinyin } = searchIndex(store);
  const letters = lettersOf(word);
  return store.places.name
    .map((name, i) => ({ i, name, score: wordScore(pinyin, plain(name), word, letters, false) }))
    .filter((place) => place.score > 0.5)
    .sort((a, b) => b.score - a.score || a.i - b.i)
    .slice(0, most);
}
