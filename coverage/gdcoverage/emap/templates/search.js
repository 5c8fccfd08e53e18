"use strict";
// Search: words against names, addresses, banks and counties; every word must be found.

// Most texts are plain already, and there are tens of thousands of them.
EMap.plain = (text) => (/^[\u4e00-\u9fff0-9a-z]*$/.test(text) ? text : text.normalize("NFKC").toLowerCase());

// -> one score an outlet, 0 where it does not match; null for an empty query.
EMap.search = function (store, query) {
  const words = EMap.plain(query).split(/[\s,，、]+/).filter((word) => word);
  if (!words.length) return null;
  const found = EMap.scores(store, words);
  if (found.some((score) => score)) return found;
  // People write 番禺农行 in one word: try to read it as two, one of them a county or a bank.
  for (const [k, word] of words.entries()) {
    for (let cut = 2; cut <= word.length - 2; cut++) {
      if (!EMap.namesGroup(store, word.slice(0, cut)) && !EMap.namesGroup(store, word.slice(cut))) continue;
      const split = [...words.slice(0, k), word.slice(0, cut), word.slice(cut), ...words.slice(k + 1)];
      const scores = EMap.scores(store, split);
      if (scores.some((score) => score)) return scores;
    }
  }
  return found;
};

EMap.namesGroup = function (store, word) {
  const { pinyin, bank, county } = EMap.searchIndex(store);
  const letters = /^[a-z]+$/.test(word) ? word : null;
  return bank.some((text) => EMap.wordScore(pinyin, text, word, letters, true))
    || county.some((text) => EMap.wordScore(pinyin, text, word, letters, false));
};

EMap.scores = function (store, words) {
  const index = EMap.searchIndex(store);
  const total = new Float32Array(store.size).fill(1);
  for (const word of words) {
    const letters = /^[a-z]+$/.test(word) ? word : null;
    const score = (text, weight, loose) => weight * EMap.wordScore(index.pinyin, text, word, letters, loose);
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
};

EMap.searchIndex = function (store) {
  if (!store.index) {
    store.index = {
      pinyin: EMap.readings(store.pinyin),
      name: store.name.map(EMap.plain),
      address: store.address.map(EMap.plain),
      bank: store.bank.values.map(EMap.plain),
      county: store.county.values.map((county) => EMap.plain(county.city + county.name)),
    };
  }
  return store.index;
};

// 1 at best; loose finds 农行 in 农业银行.
EMap.wordScore = function (pinyin, text, word, letters, loose) {
  const at = text.indexOf(word);
  if (at >= 0) return at ? 0.8 : 1;
  if (letters) {
    const spelt = EMap.pinyinAt(pinyin, text, letters);
    return spelt < 0 ? 0 : spelt ? 0.4 : 0.6;
  }
  return loose && word.length > 1 && EMap.inOrder(text, word) ? 0.5 : 0;
};

EMap.inOrder = function (text, word) {
  let at = -1;
  for (const character of word) {
    at = text.indexOf(character, at + 1);
    if (at < 0) return false;
  }
  return true;
};

// Places whose name matches: at most a few, to ask for outlets near them.
EMap.searchPlaces = function (store, query, most = 3) {
  const word = EMap.plain(query).trim();
  if (word.length < 2) return [];
  const { pinyin } = EMap.searchIndex(store);
  const letters = /^[a-z]+$/.test(word) ? word : null;
  return store.places.name
    .map((name, i) => ({ i, name, score: EMap.wordScore(pinyin, EMap.plain(name), word, letters, false) }))
    .filter((place) => place.score > 0.5)
    .sort((a, b) => b.score - a.score || a.i - b.i)
    .slice(0, most);
};
