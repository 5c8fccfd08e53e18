// Pinyin: letters against Chinese text, as full syllables, as initials, or mixed.
/** @import { Pinyin } from "./types.js" */

/**
 * From a table: character -> readings separated by spaces.
 * @param {Record<string, string>} table
 * @returns {Pinyin}
 */
export function readings(table) {
  /** @type {Map<string, string[]>} */
  const readings = new Map();
  const initials = new Uint32Array(65536);
  for (const [character, list] of Object.entries(table)) {
    const known = list.split(" ");
    readings.set(character, known);
    known.forEach((reading) => { initials[character.charCodeAt(0)] |= letterBit(reading.charCodeAt(0)); });
  }
  for (let code = 97; code < 123; code++) initials[code] = letterBit(code);
  return { readings, initials };
}

/** @param {number} code */
const letterBit = (code) => (code >= 97 && code < 123 ? 1 << (code - 97) : 0);

/**
 * Where letters begin in a text: 0 at its start, 1 later, -1 nowhere.
 * @param {Pinyin} pinyin
 * @param {string} text
 * @param {string} letters
 */
export function pinyinAt(pinyin, text, letters) {
  const bit = letterBit(letters.charCodeAt(0));
  for (let start = 0; start < text.length; start++) {
    if (pinyin.initials[text.charCodeAt(start)] & bit && spelt(pinyin, text, start, letters, 0)) {
      return start ? 1 : 0;
    }
  }
  return -1;
}

/**
 * @param {Pinyin} pinyin
 * @param {string} text
 * @param {number} at
 * @param {string} letters
 * @param {number} from
 * @returns {boolean}
 */
function spelt(pinyin, text, at, letters, from) {
  if (from === letters.length) return true;
  if (at === text.length) return false;
  const readings = pinyin.readings.get(text[at]);
  if (!readings) return text[at] === letters[from] && spelt(pinyin, text, at + 1, letters, from + 1);
  // Loops, not closures: this runs for every outlet at every letter typed.
  for (const reading of readings) {
    let same = 0;
    while (same < reading.length && from + same < letters.length && reading[same] === letters[from + same]) same++;
    if (!same) continue;
    if (from + same === letters.length) return true;
    if (same === reading.length && spelt(pinyin, text, at + 1, letters, from + same)) return true;
    if (spelt(pinyin, text, at + 1, letters, from + 1)) return true;
  }
  return false;
}
