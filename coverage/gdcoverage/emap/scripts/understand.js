// Understand: a query as parts, each of which is known (a bank, a county, an item, hours) or a text.
/** @import { Meaning, Part, SearchIndex } from "./types.js" */
import { begun, meant } from "./lexicon.js";
import { soundOf } from "./texts.js";

// What a piece costs: one that is known little, one that sounds like it the less the longer it is,
// a text more, a single character left over most.
const COST = Object.freeze({ known: 1, knownLetter: 2, place: 1.2, alike: 8, alikeLetter: -1.5, leastAlike: 2, text: 3, letter: 1, alone: 7 });
const LONGEST = 40;
const BETWEEN = /[\s,、。;:!?()[\]<>《》【】「」“”"'‘’·./\\|+&_-]+/;

/**
 * Parts of a query; words to pass over are left out, unless there are no others.
 * @param {SearchIndex} index
 * @param {string} query
 * @returns {Part[]}
 */
export function understand(index, query) {
  const words = index.fold(query).split(BETWEEN).filter((word) => word);
  const parts = words.flatMap((word) => partsOf(index, word.slice(0, LONGEST)));
  const some = parts.filter((part) => !isIdle(part));
  return some.length ? some : parts;
}

/** @param {Part} part */
export const isIdle = ({ meanings }) => meanings.length > 0 && meanings.every(({ kind }) => kind === "idle");

/**
 * @param {string} word
 * @returns {Part}
 */
const text = (word) => ({ word, meanings: [] });

/**
 * @param {SearchIndex} index
 * @param {string} word
 * @returns {Part[]}
 */
function partsOf(index, word) {
  const { lexicon } = index, known = exact(index, word);
  if (known) return [known];
  if (index.occurs(word)) return [text(word)];
  const typed = begun(lexicon, word);
  if (typed.length) return [{ word, meanings: typed }];
  const pieces = divided(index, word);
  if (pieces.every((piece) => piece.meanings.length || index.occurs(piece.word))) return pieces;
  const slip = meantBy(index, word);
  if (slip) return [slip];
  return pieces.length === 1 ? [text(word)] : pieces.map((piece) => {
    if (piece.meanings.length || index.occurs(piece.word)) return piece;
    const meanings = begun(lexicon, piece.word);
    if (meanings.length) return { ...piece, meanings };
    return meantBy(index, piece.word) || piece;
  });
}

/**
 * What a word is with a slip: a phrase that sounds alike, else such a place, else a phrase one
 * character away.
 * @param {SearchIndex} index
 * @param {string} word
 * @returns {Part | null}
 */
function meantBy({ lexicon, names, pinyin }, word) {
  const sound = soundOf(pinyin, word), phrase = lexicon.alike.get(sound) || "", place = names.alike.get(sound);
  if (!phrase && place !== undefined) return text(place);
  const known = phrase || meant(lexicon, pinyin, word);
  return known ? { word, meanings: lexicon.phrases.get(known) || [] } : null;
}

/**
 * @param {SearchIndex} index
 * @param {string} word
 * @returns {Part | null}
 */
function exact({ lexicon }, word) {
  const meanings = lexicon.phrases.get(word);
  return meanings ? { word, meanings } : null;
}

/**
 * A word without spaces as pieces, at the least cost: 番禺农行周六 is 番禺, 农行, 周六.
 * @param {SearchIndex} index
 * @param {string} word
 * @returns {Part[]}
 */
function divided(index, word) {
  /** @type {{cost: number, from: number, meanings: Meaning[]}[]} */
  const best = [{ cost: 0, from: 0, meanings: [] }];
  for (let end = 1; end <= word.length; end++) {
    best.push({ cost: Infinity, from: 0, meanings: [] });
    for (let from = 0; from < end; from++) {
      const { cost, meanings } = priced(index, word.slice(from, end));
      if (best[from].cost + cost < best[end].cost) best[end] = { cost: best[from].cost + cost, from, meanings };
    }
  }
  const pieces = [];
  for (let end = word.length; end > 0; end = best[end].from) {
    const { from, meanings } = best[end];
    pieces.unshift({ word: word.slice(from, end), meanings });
  }
  return pieces;
}

/**
 * What a piece means, and what it costs to take it so.
 * @param {SearchIndex} index
 * @param {string} piece
 * @returns {{cost: number, meanings: Meaning[]}}
 */
function priced({ lexicon, names, pinyin }, piece) {
  const size = piece.length, meanings = lexicon.phrases.get(piece);
  if (meanings) return { cost: size > 1 ? COST.known : COST.knownLetter, meanings };
  if (size === 1) return { cost: COST.alone, meanings: [] };
  if (names.first.has(piece)) return { cost: COST.place, meanings: [] };
  const phrase = lexicon.alike.get(soundOf(pinyin, piece));
  return phrase ? { cost: Math.max(COST.leastAlike, COST.alike + COST.alikeLetter * size), meanings: lexicon.phrases.get(phrase) || [] }
    : { cost: COST.text + COST.letter * size, meanings: [] };
}
