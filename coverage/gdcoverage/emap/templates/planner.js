"use strict";
// Planner: tabs, layer switches that are the legend too, the ranking of gaps or of counties.

EMap.plannerPanel = function (root, map, head, planner, layers, store) {
  const set = (name, text) => { root.querySelector(".emap-" + name).textContent = text; };
  set("phrase", head.phrase);
  set("headline", head.headline);
  set("standard", head.standard);
  Object.assign(EMap.english, planner.words);
  EMap.layerSwitches(root.querySelector(".emap-layers"), map, head, layers, EMap.layerCounts(planner, store));
  return EMap.tabs(root);
};

EMap.layerCounts = function (planner, store) {
  const count = (list, wanted) => list.filter((value) => value === wanted).length;
  const counts = { outlets: count(store.active, 1), idle: count(store.active, 0), sites: planner.sites.length };
  if (planner.counties) {
    planner.counties.forEach(({ style }) => { counts[style] = (counts[style] || 0) + 1; });
    return { ...counts, gap_marks: planner.gapMarks.length };
  }
  const { covered } = planner.demand;
  return { ...counts, covered: count(covered, 1), uncovered: count(covered, 0), gaps: planner.gaps.length };
};

EMap.layerSwitches = function (list, map, head, layers, counts) {
  head.styles.slice().reverse().forEach((style) => {
    EMap.english[style.label] = style.english;
    const box = EMap.make("input", { type: "checkbox", "data-layer": style.key });
    box.checked = map.hasLayer(layers[style.key]);
    box.addEventListener("change", () => {
      map[box.checked ? "addLayer" : "removeLayer"](layers[style.key]);
      EMap.pointsOnTop(map, layers);
      map.fire("emap:layers");
    });
    const count = style.key in counts ? EMap.make("span", { class: "emap-number" }, EMap.number(counts[style.key])) : null;
    list.append(EMap.make("li", {}, EMap.make("label", {}, box, EMap.swatch(style), EMap.make("span", { class: "emap-label", "data-t": style.label }), count)));
  });
};

// A layer switched on again is drawn last; the points belong above the gaps.
EMap.pointsOnTop = function (map, layers) {
  ["covered", "uncovered", "gap_marks"].forEach((key) => {
    if (layers[key] && map.hasLayer(layers[key])) layers[key].eachLayer((mark) => mark.bringToFront());
  });
};

// Gaps by people, or counties by people outside the standard; each leads to its place.
EMap.ranking = function (root, map, planner) {
  const title = root.querySelector("#part_ranking h2"), list = root.querySelector(".emap-ranking");
  const rows = planner.counties
    ? planner.counties.filter((county) => county.missed).sort((a, b) => b.missed - a.missed)
      .map((county) => ({ name: EMap.countyName(county), people: county.missed, go: () => EMap.goToCounty(map, county) }))
    : planner.gaps.map((gap) => ({ name: gap.name, people: gap.people, go: () => EMap.goToGap(map, gap) }));
  root.querySelector("#tab_ranking").textContent = EMap.t(planner.counties ? "县区" : "空白区");
  const ranked = EMap.t(planner.ranked).toLowerCase();
  title.textContent = EMap.t(!rows.length ? "没有空白区" : planner.counties ? "县区（按{0}）" : "空白区（按{0}）", ranked);
  list.replaceChildren(...rows.slice(0, 200).map((row, i) => EMap.make("li", {}, EMap.make("button", { type: "button", click: row.go },
    EMap.make("span", {}, `${i + 1}.`),
    EMap.make("span", { class: "emap-name", lang: "zh-CN" }, row.name),
    EMap.make("span", { class: "emap-people" }, EMap.t("{0} 人", EMap.number(row.people)))))));
};

EMap.goToGap = function (map, gap) {
  const bounds = L.latLngBounds(EMap.unpackArea(gap.area).flat(2));
  map.fitBounds(bounds, { maxZoom: 15, animate: false });
  L.popup({ maxWidth: 320 }).setLatLng([gap.lat, gap.lon]).setContent(EMap.factCard(gap.name, gap.facts)).openOn(map);
};

EMap.goToCounty = function (map, county) {
  const bounds = L.latLngBounds(EMap.unpackArea(county.area).flat(2));
  map.fitBounds(bounds, { animate: false });
  L.popup({ maxWidth: 320 }).setLatLng(bounds.getCenter()).setContent(EMap.countyCard(county)).openOn(map);
};

EMap.tabs = function (root) {
  const tabs = [...root.querySelectorAll('[role="tab"]')];
  const part = (tab) => root.querySelector("#" + tab.getAttribute("aria-controls"));
  const open = (chosen) => tabs.forEach((tab) => {
    const on = tab === chosen;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    part(tab).hidden = !on;
  });
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => open(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(i + step + tabs.length) % tabs.length];
      open(next);
      next.focus();
    });
  });
  return { open: (name) => open(root.querySelector("#tab_" + name)) };
};
