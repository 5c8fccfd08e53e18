// Texts: many short texts as one long string, searched by the engine's own search at once.
/** @import { Pinyin, Texts } from "./types.js" */
import { spelt, letterBit } from "./pinyin.js";

// Where the characters begin that stand for syllables: letters that no name here has. Engines look for
// the greater byte of a character first, and it should tell syllables apart.
const SOUND = 0x100;

/**
 * @param {string[]} texts folded, without line ends
 * @returns {Texts}
 */
export function openTexts(texts) {
  const starts = new Int32Array(texts.length + 1);
  let at = 0;
  texts.forEach((text, i) => { starts[i] = at; at += text.length + 1; });
  starts[texts.length] = at;
  return { joined: texts.join("\n") + "\n", starts, sounds: "" };
}

/**
 * A text as it sounds: a character a syllable.
 * @param {Pinyin} pinyin
 * @param {string} text
 */
export function soundOf(pinyin, text) {
  const codes = new Uint16Array(text.length), parts = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i), syllable = pinyin.syllables[code];
    codes[i] = syllable ? SOUND + syllable : code;
  }
  // More arguments than this, and some engines give up.
  for (let i = 0; i < codes.length; i += 8192) {
    parts.push(String.fromCharCode.apply(null, /** @type {number[]} */ (/** @type {unknown} */ (codes.subarray(i, i + 8192)))));
  }
  return parts.join("");
}

/**
 * Tells every text that holds a word, once, and where in it.
 * @param {Texts} texts
 * @param {string} word
 * @param {(i: number, at: number) => void} found
 * @param {string} inside `joined`, or its sounds
 */
export function eachWith({ joined, starts }, word, found, inside = joined) {
  let i = 0;
  for (let at = inside.indexOf(word); at >= 0; at = inside.indexOf(word, starts[i + 1])) {
    while (starts[i + 1] <= at) i++;
    found(i, at - starts[i]);
  }
}

/**
 * The same for letters: syllables, initials, or both.
 * @param {Texts} texts
 * @param {Pinyin} pinyin
 * @param {string} letters
 * @param {(i: number, at: number) => void} found
 */
export function eachSpelt({ joined, starts }, pinyin, letters, found) {
  const { initials } = pinyin, first = letterBit(letters.charCodeAt(0)), next = nextInitials(pinyin, letters);
  let i = 0;
  for (let at = 0; at < joined.length; at++) {
    if (!(initials[joined.charCodeAt(at)] & first)) continue;
    if (next && !(initials[joined.charCodeAt(at + 1)] & next)) continue;
    if (!spelt(pinyin, joined, at, letters, 0)) continue;
    while (starts[i + 1] <= at) i++;
    found(i, at - starts[i]);
    at = starts[i + 1] - 1;
  }
}

/**
 * With which letters the second character may begin, as bits; 0 where one character may be all.
 * @param {Pinyin} pinyin
 * @param {string} letters
 */
function nextInitials({ known }, letters) {
  let bits = letters.length > 1 ? letterBit(letters.charCodeAt(1)) : 0;
  for (const reading of known) {
    if (reading.startsWith(letters)) return 0;
    if (letters.startsWith(reading)) bits |= letterBit(letters.charCodeAt(reading.length));
  }
  return bits;
}

/**
 * Tells every text that holds something like a word: it sounds alike (0 wrong) but for one
 * character wrong, missing or too many. Of two halves of the word one is right then.
 * @param {Texts} texts
 * @param {string} sound
 * @param {number} most how many may be wrong, 0 or 1
 * @param {(i: number, wrong: number) => void} found perhaps more than once
 */
export function eachLike(texts, sound, most, found) {
  const { sounds, starts } = texts;
  eachWith(texts, sound, (i) => found(i, 0), sounds);
  if (!most) return;
  const cut = sound.length >> 1, left = sound.slice(0, cut), right = sound.slice(cut);
  for (const [half, other, forward] of /** @type {[string, string, boolean][]} */ ([[left, right, true], [right, reversed(left), false]])) {
    let i = 0;
    for (let at = sounds.indexOf(half); at >= 0; at = sounds.indexOf(half, at + 1)) {
      while (starts[i + 1] <= at) i++;
      if (forward ? continues(sounds, at + half.length, 1, other) : continues(sounds, at - 1, -1, other)) found(i, 1);
    }
  }
}

/** @param {string} text */
const reversed = (text) => text.split("").reverse().join("");

/**
 * Whether a text goes on with a word, one character of it wrong, missing or too many.
 * @param {string} text
 * @param {number} from its first character after what was found
 * @param {number} step forward 1, backward -1
 * @param {string} word
 */
function continues(text, from, step, word) {
  // By numbers, not by closures: common halves are found in every other text.
  let same = 0;
  while (same < word.length && text.charCodeAt(from + step * same) === word.charCodeAt(same)) same++;
  const at = from + step * same;
  // A text's end is no wrong character.
  return runsOn(text, at, step, word, same + 1)
    || (text[at] !== "\n" && (runsOn(text, at + step, step, word, same + 1) || runsOn(text, at + step, step, word, same)));
}

/**
 * Whether a text has the rest of a word from a place on.
 * @param {string} text
 * @param {number} at
 * @param {number} step
 * @param {string} word
 * @param {number} first
 */
function runsOn(text, at, step, word, first) {
  for (let k = first; k < word.length; k++) if (text.charCodeAt(at + step * (k - first)) !== word.charCodeAt(k)) return false;
  return true;
}

/**
 * How many characters apart two words are (Levenshtein).
 * @param {string} one
 * @param {string} other
 */
export function apart(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, k) => k);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let k = 1; k <= other.length; k++) {
      next.push(Math.min(row[k] + 1, next[k - 1] + 1, row[k - 1] + Number(one[i - 1] !== other[k - 1])));
    }
    row = next;
  }
  return row[other.length];
}
