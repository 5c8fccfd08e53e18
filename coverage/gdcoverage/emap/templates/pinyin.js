"use strict";
// Pinyin: letters against Chinese text, as full syllables, as initials, or mixed.

// table: character -> readings separated by spaces.
EMap.readings = function (table) {
  const readings = new Map(), initials = new Uint32Array(65536);
  for (const [character, list] of Object.entries(table)) {
    const known = list.split(" ");
    readings.set(character, known);
    known.forEach((reading) => { initials[character.charCodeAt(0)] |= EMap.letterBit(reading.charCodeAt(0)); });
  }
  for (let code = 97; code < 123; code++) initials[code] = EMap.letterBit(code);
  return { readings, initials };
};

EMap.letterBit = (code) => (code >= 97 && code < 123 ? 1 << (code - 97) : 0);

// Where letters begin in a text: 0 at its start, 1 later, -1 nowhere.
EMap.pinyinAt = function (pinyin, text, letters) {
  const bit = EMap.letterBit(letters.charCodeAt(0));
  for (let start = 0; start < text.length; start++) {
    if (pinyin.initials[text.charCodeAt(start)] & bit && EMap.spelt(pinyin, text, start, letters, 0)) {
      return start ? 1 : 0;
    }
  }
  return -1;
};

EMap.spelt = function (pinyin, text, at, letters, from) {
  if (from === letters.length) return true;
  if (at === text.length) return false;
  const readings = pinyin.readings.get(text[at]);
  if (!readings) return text[at] === letters[from] && EMap.spelt(pinyin, text, at + 1, letters, from + 1);
  // Loops, not closures: this runs for every outlet at every letter typed.
  for (const reading of readings) {
    let same = 0;
    while (same < reading.length && from + same < letters.length && reading[same] === letters[from + same]) same++;
    if (!same) continue;
    if (from + same === letters.length) return true;
    if (same === reading.length && EMap.spelt(pinyin, text, at + 1, letters, from + same)) return true;
    if (EMap.spelt(pinyin, text, at + 1, letters, from + 1)) return true;
  }
  return false;
};
