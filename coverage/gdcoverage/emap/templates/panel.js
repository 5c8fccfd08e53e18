"use strict";
// Panel: title, layer switches that are the legend too, the list of gaps.

EMap.buildPanel = function (root, map, data, layers) {
  const set = (selector, text) => { root.querySelector(selector).textContent = text; };
  set("h1", data.title);
  set(".emap-subtitle", data.subtitle);
  set(".emap-phrase", data.phrase);
  set(".emap-headline", data.headline);
  set(".emap-standard", data.standard);
  set(".emap-date", data.madeOn ? "数据日期：" + data.madeOn : "");
  EMap.layerSwitches(root.querySelector(".emap-layers"), map, data, layers);
  EMap.gapList(root.querySelector(".emap-gaps"), root.querySelector(".emap-gaps-title"), map, data);
  EMap.folding(root.querySelector(".emap-panel"), map);
};

EMap.counts = (data) => ({
  outlets: data.outlets.filter((o) => o.active).length,
  idle: data.outlets.filter((o) => !o.active).length,
  covered: data.demand.covered.filter((c) => c).length,
  uncovered: data.demand.covered.filter((c) => !c).length,
  gaps: data.gaps.length,
  sites: data.sites.length,
});

EMap.layerSwitches = function (list, map, data, layers) {
  const counts = EMap.counts(data);
  data.styles.slice().reverse().forEach((style) => {
    const item = document.createElement("li");
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = style.on;
    box.dataset.layer = style.key;
    box.addEventListener("change", () => {
      map[box.checked ? "addLayer" : "removeLayer"](layers[style.key]);
      EMap.pointsOnTop(map, layers);
    });
    label.append(box, EMap.swatch(style), EMap.text("span", style.label));
    if (style.key in counts) {
      const count = EMap.text("span", counts[style.key].toLocaleString("zh-CN"));
      count.className = "emap-count";
      label.append(count);
    }
    item.appendChild(label);
    list.appendChild(item);
  });
};

// A layer switched on again is drawn last; the points belong above the gaps.
EMap.pointsOnTop = function (map, layers) {
  ["covered", "uncovered", "idle", "outlets", "sites"].forEach((key) => {
    if (layers[key] && map.hasLayer(layers[key])) layers[key].eachLayer((mark) => mark.bringToFront());
  });
};

EMap.gapList = function (list, title, map, data) {
  if (!data.gaps.length) {
    title.textContent = "没有空白区";
    return;
  }
  data.gaps.slice(0, 10).forEach((gap) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    const people = EMap.text("span", gap.people.toLocaleString("zh-CN") + " 人");
    people.className = "emap-people";
    const name = EMap.text("span", gap.name);
    name.className = "emap-name";
    button.append(EMap.text("span", gap.rank + "."), name, people);
    button.addEventListener("click", () => {
      map.fitBounds(gap.shape.getBounds(), { maxZoom: 15 });
      L.popup().setLatLng([gap.lat, gap.lon]).setContent(EMap.card(gap.name, gap.facts)).openOn(map);
    });
    item.appendChild(button);
    list.appendChild(item);
  });
};

// On a phone the panel is folded until asked for.
EMap.folding = function (panel, map) {
  const button = panel.querySelector(".emap-fold");
  const fold = (folded) => {
    panel.classList.toggle("emap-folded", folded);
    button.setAttribute("aria-expanded", String(!folded));
    map.invalidateSize();
  };
  button.addEventListener("click", () => fold(!panel.classList.contains("emap-folded")));
  fold(window.matchMedia("(max-width: 700px)").matches);
};
