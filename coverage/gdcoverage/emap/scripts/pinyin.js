// Pinyin: letters against Chinese text, as full syllables, as initials, or mixed.
/** @import { Pinyin } from "./types.js" */

/**
 * From a table: character -> readings separated by spaces; and one of further characters by sound.
 * @param {Record<string, string>} table
 * @param {Record<string, string>} sounds
 * @returns {Pinyin}
 */
export function readings(table, sounds = {}) {
  /** @type {Map<string, string[]>} */
  const readings = new Map();
  const initials = new Uint32Array(65536), syllables = new Uint16Array(65536);
  /** @type {Map<string, number>} */
  const numbers = new Map();
  const numberOf = (/** @type {string} */ reading) => {
    let number = numbers.get(reading);
    if (!number) {
      const sound = soundAlike(reading);
      number = numbers.get(sound) || numbers.size + 1;
      numbers.set(sound, number).set(reading, number);
    }
    return number;
  };
  for (const [character, list] of Object.entries(table)) {
    const known = list.split(" "), code = character.charCodeAt(0);
    readings.set(character, known);
    syllables[code] = numberOf(known[0]);
    known.forEach((reading) => { initials[code] |= letterBit(reading.charCodeAt(0)); });
  }
  const known = [...new Set([...readings.values()].flat())];
  for (const [reading, characters] of Object.entries(sounds)) {
    for (const character of characters) syllables[character.charCodeAt(0)] = numberOf(reading);
  }
  for (let code = 97; code < 123; code++) initials[code] = letterBit(code);
  return { readings, initials, syllables, known };
}

/**
 * What many in Guangdong do not tell apart: zh and z, n and l, ing and in.
 * @param {string} reading
 */
const soundAlike = (reading) => reading.replace(/^([zcs])h/, "$1").replace(/^n(?=.)/, "l").replace(/([aei]n)g$/, "$1");

/** @param {number} code */
export const letterBit = (code) => (code >= 97 && code < 123 ? 1 << (code - 97) : 0);

/**
 * Whether letters from a number on spell a text from a place on.
 * @param {Pinyin} pinyin
 * @param {string} text
 * @param {number} at
 * @param {string} letters
 * @param {number} from
 * @returns {boolean}
 */
export function spelt(pinyin, text, at, letters, from) {
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
