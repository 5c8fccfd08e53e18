"use strict";
// Layers: the data as Leaflet layers, areas under streets under points.

// People as the area of a mark: pixels of radius.
EMap.radius = (people) => Math.max(2.5, Math.min(11, Math.sqrt(people) / 7));

EMap.buildLayers = function (map, data) {
  const style = Object.fromEntries(data.styles.map((s) => [s.key, s]));
  const quiet = EMap.quietRenderers(map);
  const marks = L.canvas({ padding: 0.3 });
  const lines = (key, renderer = quiet.lines) => L.layerGroup(
    data.lines[key].map((line) => L.polyline(EMap.unpack(line), {
      ...style[key].options, renderer, interactive: false, smoothFactor: 1,
    })));
  const area = (key, renderer = quiet.areas) => L.polygon(EMap.unpackArea(data.areas[key]), {
    ...style[key].options, renderer, interactive: false,
  });
  const layers = {
    streets: lines("streets"),
    counties: L.layerGroup([area("counties", quiet.land), EMap.countyNames(data)]),
    radius: area("radius"),
    walk_3: area("walk_3"),
    walk_2: area("walk_2"),
    walk_1: area("walk_1"),
    reached: lines("reached", quiet.reached),
    gaps: EMap.gapLayer(data, style.gaps, marks),
    ...EMap.demandLayers(data, style, marks),
    ...EMap.outletLayers(data, style, marks),
    ...EMap.siteLayer(data, style, marks),
  };
  return layers;
};

// What is only looked at lies in panes of its own, which let clicks through.
EMap.quietRenderers = function (map) {
  const renderers = {};
  [["land", 310], ["lines", 320], ["areas", 330], ["reached", 340]].forEach(([name, z]) => {
    const pane = map.createPane("emap-" + name);
    pane.style.zIndex = z;
    pane.style.pointerEvents = "none";
    renderers[name] = L.canvas({ pane: "emap-" + name, padding: 0.3 });
  });
  return renderers;
};

EMap.countyNames = (data) => L.layerGroup(data.countyNames.map((county) => L.marker([county.lat, county.lon], {
  interactive: false,
  keyboard: false,
  icon: L.divIcon({ className: "emap-county", html: EMap.text("span", county.name), iconSize: null }),
})));

EMap.gapLayer = function (data, style, renderer) {
  const group = L.layerGroup();
  data.gaps.forEach((gap) => {
    const popup = () => EMap.card(gap.name, gap.facts);
    gap.shape = L.polygon(EMap.unpackArea(gap.area), { ...style.options, renderer }).bindPopup(popup);
    group.addLayer(gap.shape);
    if (gap.rank <= 10) {
      group.addLayer(L.marker([gap.lat, gap.lon], {
        keyboard: false,
        icon: L.divIcon({ className: "emap-rank", html: String(gap.rank), iconSize: [22, 22], iconAnchor: [24, 24] }),
      }).bindPopup(popup));
    }
  });
  return group;
};

EMap.demandLayers = function (data, style, renderer) {
  const layers = { covered: L.layerGroup(), uncovered: L.layerGroup() };
  const d = data.demand;
  for (let i = 0; i < d.lon.length; i++) {
    const key = d.covered[i] ? "covered" : "uncovered";
    const Mark = d.covered[i] ? L.CircleMarker : EMap.Diamond;
    const mark = new Mark([d.lat[i] / 1e5, d.lon[i] / 1e5], {
      ...style[key].options, radius: EMap.radius(d.people[i]), renderer,
    });
    mark.bindPopup(() => EMap.demandCard(d, i));
    layers[key].addLayer(mark);
  }
  return layers;
};

EMap.demandCard = (d, i) => EMap.card(d.name[i] || "需求点", [
  ["人口", d.people[i].toLocaleString("zh-CN") + " 人"],
  ["城乡类别", d.urban[i] ? d.settlements.urban : d.settlements.rural],
  ["是否达标", d.covered[i] ? "达标" : "不达标"],
  [d.urban[i] ? "步行距离" : "直线距离", d.metres[i] === null ? d.unknown : d.metres[i].toLocaleString("zh-CN") + " 米"],
  ["最近网点", d.outletNames[d.outlet[i]] || "无"],
  ["路网", d.status[i]],
]);

EMap.outletLayers = function (data, style, renderer) {
  const layers = { outlets: L.layerGroup(), idle: L.layerGroup() };
  data.outlets.forEach((outlet) => {
    const key = outlet.active ? "outlets" : "idle";
    const mark = new EMap.Outlet([outlet.lat, outlet.lon], { ...style[key].options, radius: 8, renderer });
    mark.bindPopup(() => EMap.card(outlet.name, outlet.facts));
    layers[key].addLayer(mark);
  });
  return layers;
};

EMap.siteLayer = function (data, style, renderer) {
  if (!style.sites) return {};
  const group = L.layerGroup();
  data.sites.forEach((site) => {
    const mark = new EMap.Star([site.lat, site.lon], { ...style.sites.options, radius: 11, renderer });
    mark.bindPopup(() => EMap.card(site.name, site.facts));
    group.addLayer(mark);
  });
  return { sites: group };
};

// Elements are made, never written: a name with markup in it stays a name.
EMap.text = function (tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
};

EMap.card = function (title, facts) {
  const card = document.createElement("div");
  card.className = "emap-popup";
  card.appendChild(EMap.text("h3", title));
  const list = document.createElement("dl");
  facts.forEach(([label, value]) => {
    list.appendChild(EMap.text("dt", label));
    list.appendChild(EMap.text("dd", value));
  });
  card.appendChild(list);
  return card;
};
