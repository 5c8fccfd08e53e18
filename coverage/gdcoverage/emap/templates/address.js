"use strict";
// Address: what is looked at, after the # of the page's address, so that it can be sent and opened again.

EMap.readAddress = function (hash) {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  return Object.fromEntries(words);
};

EMap.writeAddress = function (state) {
  const words = new URLSearchParams(Object.entries(state).filter(([, value]) => value !== "" && value !== null && value !== undefined));
  const hash = words.toString();
  // A page inside another (a notebook) has no address of its own.
  try {
    window.history.replaceState(null, "", hash ? "#" + hash : window.location.pathname + window.location.search);
  } catch { /* the map works without */ }
};

// The state in words that survive another order of counties and banks.
EMap.addressOf = function (look, map, head) {
  const { conditions, store } = look, centre = map.getCenter();
  const names = (list, mask) => list.filter((_, bit) => mask & (1 << bit)).join(".");
  return {
    q: conditions.query,
    county: conditions.county < 0 ? "" : store.county.values[conditions.county].adcode,
    bank: conditions.bank < 0 ? "" : store.bank.values[conditions.bank],
    items: names(store.itemNames, conditions.items),
    modes: names(store.modeNames, conditions.modes),
    open: conditions.open ? 1 : "",
    outlet: look.chosen < 0 ? "" : store.id[look.chosen],
    at: `${centre.lat.toFixed(5)},${centre.lng.toFixed(5)},${map.getZoom()}`,
    off: head.styles ? head.styles.filter((s) => s.on && !map.hasLayer(EMap.layers[s.key])).map((s) => s.key).join(".") : "",
    on: head.styles ? head.styles.filter((s) => !s.on && map.hasLayer(EMap.layers[s.key])).map((s) => s.key).join(".") : "",
    lang: EMap.language === "en" ? "en" : "",
    large: document.documentElement.classList.contains("emap-larger") ? 1 : "",
  };
};

EMap.conditionsFrom = function (state, store) {
  const mask = (names, text) => (text || "").split(".").reduce((bits, name) => bits | (names.includes(name) ? 1 << names.indexOf(name) : 0), 0);
  return {
    query: state.q || "",
    county: state.county === undefined ? -1 : store.county.values.findIndex((county) => county.adcode === state.county),
    bank: state.bank === undefined ? -1 : store.bank.values.indexOf(state.bank),
    items: mask(store.itemNames, state.items),
    modes: mask(store.modeNames, state.modes),
    open: state.open === "1",
  };
};
