// Lexicon: the words that a query is made of, but for names: banks, counties, items, modes, hours.
/** @import { Hours, Lexicon, Meaning, Pinyin, Store } from "./types.js" */
import { apart, soundOf } from "./texts.js";
import { timeLabel } from "./when.js";

const COUNTY_ENDS = /(?:壮族瑶族|瑶族)?自治县$|[市区县]$/;

/**
 * @param {Store} store
 * @param {Pinyin} pinyin
 * @param {(text: string) => string} fold
 * @returns {Lexicon}
 */
export function openLexicon(store, pinyin, fold) {
  /** @type {Map<string, Meaning[]>} */
  const phrases = new Map();
  const add = (/** @type {string} */ phrase, /** @type {Meaning} */ meaning) => {
    const meanings = phrases.get(phrase);
    if (!meanings) phrases.set(phrase, [meaning]);
    else if (!meanings.includes(meaning)) meanings.push(meaning);
  };
  const learn = (/** @type {string} */ phrase, /** @type {Meaning} */ meaning, fewest = Infinity) => {
    const known = fold(phrase), readings = [...known].map((character) => pinyin.readings.get(character));
    add(known, meaning);
    if (meaning.kind === "idle" || !readings.every((reading) => reading)) return;
    const sounds = readings.map((reading) => (reading || [""])[0]);
    if (known.length > 1) add(sounds.join(""), meaning);
    if (known.length >= fewest) add(sounds.map((sound) => sound[0]).join(""), meaning);
  };
  store.bank.values.forEach((bank, code) => {
    const meaning = /** @type {Meaning} */ ({ kind: "bank", codes: [code], label: bank });
    (store.aliases[code] || [bank]).forEach((alias) => learn(alias, meaning, 2));
  });
  /** @type {Map<string, Meaning & {codes: number[]}>} */
  const cities = new Map();
  store.county.values.forEach(({ name, city }, code) => {
    const meaning = /** @type {Meaning} */ ({ kind: "county", codes: [code], label: name });
    if (name) [name, short(name)].forEach((phrase) => learn(phrase, meaning));
    if (!city || city === name) return;
    const whole = cities.get(city) || { kind: "county", codes: [], label: city };
    cities.set(city, whole);
    whole.codes.push(code);
  });
  cities.forEach((meaning, city) => [city, short(city)].forEach((phrase) => learn(phrase, meaning)));
  const { items, modes, when, asked, elsewhere, idle } = store.everyday;
  const learnTerms = (/** @type {"items" | "modes"} */ kind, /** @type {[number, string[]][]} */ table, /** @type {string[]} */ names) =>
    table.forEach(([bits, words]) => {
      const meaning = { kind, bits, label: names.filter((_, bit) => bits & (1 << bit)).join(" / ") };
      words.forEach((word) => learn(word, meaning, 3));
    });
  learnTerms("items", items, store.itemNames);
  learnTerms("modes", modes, store.modeNames);
  const learnHours = (/** @type {string[]} */ words, /** @type {string} */ label, /** @type {Hours} */ hours) => {
    const meaning = /** @type {Meaning} */ ({ kind: "hours", label, hours });
    words.forEach((word) => learn(word, meaning));
  };
  when.forEach(([time, words]) => learnHours(words, timeLabel(time), { time }));
  asked.forEach(([word, words]) => learnHours(words, words[0], { asked: word }));
  elsewhere.forEach(([label, words]) => words.forEach((word) => learn(word, { kind: "elsewhere", label })));
  idle.forEach((word) => learn(word, { kind: "idle", label: "" }));
  const words = [...phrases.keys()], sounds = words.map((phrase) => soundOf(pinyin, phrase));
  /** @type {Map<string, string>} */
  const alike = new Map();
  words.forEach((phrase, k) => {
    if (phrase.length > 1 && (phrases.get(phrase) || []).some(({ kind }) => kind !== "idle")) alike.set(sounds[k], phrase);
  });
  return { phrases, words, sounds, alike };
}

/**
 * A county's name as people say it: 番禺 for 番禺区; one character alone is no name.
 * @param {string} name
 */
export function short(name) {
  const said = name.replace(COUNTY_ENDS, "");
  return said.length > 1 ? said : name;
}

/**
 * What a word may become when it is typed to its end; or what it is a part of, if that is one thing.
 * @param {Lexicon} lexicon
 * @param {string} word
 */
export function begun({ phrases, words }, word) {
  const letters = /^[a-z]/.test(word);
  if (word.length < (letters ? 3 : 2)) return [];
  const told = (/** @type {(phrase: string) => boolean} */ like) => [...new Set(words.filter(like)
    .flatMap((phrase) => phrases.get(phrase) || []).filter((meaning) => meaning.kind !== "idle"))];
  const typed = told((phrase) => phrase.startsWith(word));
  if (typed.length) return typed.filter((meaning) => meaning.kind === typed[0].kind);
  const around = letters ? [] : told((phrase) => phrase.includes(word));
  return around.length === 1 ? around : [];
}

/**
 * The phrase that a word is with a slip: it sounds alike, or one character differs.
 * @param {Lexicon} lexicon
 * @param {Pinyin} pinyin
 * @param {string} word
 * @returns {string} "" where there is none
 */
export function meant({ words, sounds }, pinyin, word) {
  const sound = soundOf(pinyin, word), letters = /^[a-z]+$/.test(word);
  let best = "", least = Infinity;
  sounds.forEach((other, k) => {
    const phrase = words[k];
    if (Math.abs(other.length - sound.length) > 1 || /^[a-z]/.test(phrase) !== letters) return;
    const wrong = other === sound ? 0 : Math.min(other.length, sound.length) < (letters ? 5 : 3) ? Infinity : apart(other, sound);
    if (wrong > 1) return;
    const same = [...word].filter((character) => phrase.includes(character)).length;
    const cost = wrong * 100 - same + Math.abs(phrase.length - word.length) * 0.5;
    if (cost < least) [best, least] = [phrase, cost];
  });
  return best;
}
