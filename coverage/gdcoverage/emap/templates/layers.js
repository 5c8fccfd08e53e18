"use strict";
// Layers: what planners see on the ground, built when first switched on, areas under streets under points.

// People as the area of a mark: pixels of radius.
EMap.radius = (people) => Math.max(2.5, Math.min(11, Math.sqrt(people) / 7));

// A group that makes its members when it is first shown.
EMap.Later = L.LayerGroup.extend({
  initialize: function (build) {
    L.LayerGroup.prototype.initialize.call(this);
    this._build = build;
  },
  onAdd: function (map) {
    if (this._build) this._build().forEach((layer) => this.addLayer(layer));
    this._build = null;
    L.LayerGroup.prototype.onAdd.call(this, map);
  },
});

EMap.plannerLayers = function (map, head, planner) {
  const style = Object.fromEntries(head.styles.map((s) => [s.key, s]));
  const marks = L.canvas({ padding: 0.3 });
  const panes = { lines: EMap.quietPane(map, "lines", 320), areas: EMap.quietPane(map, "areas", 330), reached: EMap.quietPane(map, "reached", 340) };
  // Thousands of streets are one shape to Leaflet.
  const lines = (key, renderer) => new EMap.Later(() => [L.polyline(EMap.unpack(planner.lines[key]), {
    ...style[key].options, renderer, interactive: false, smoothFactor: 1,
  })]);
  const area = (key) => new EMap.Later(() => [L.polygon(EMap.unpackArea(planner.areas[key]), {
    ...style[key].options, renderer: panes.areas, interactive: false,
  })]);
  if (planner.counties) {
    return { ...EMap.rateLayers(planner, style, marks), ...EMap.gapMarks(planner, style, marks), ...EMap.siteLayer(planner, style) };
  }
  return {
    streets: lines("streets", panes.lines),
    radius: area("radius"),
    walk_3: area("walk_3"),
    walk_2: area("walk_2"),
    walk_1: area("walk_1"),
    reached: lines("reached", panes.reached),
    gaps: new EMap.Later(() => EMap.gapShapes(planner, style.gaps, marks)),
    covered: EMap.demandLayer(planner.demand, style.covered, 1, L.CircleMarker, marks),
    uncovered: EMap.demandLayer(planner.demand, style.uncovered, 0, EMap.Diamond, marks),
    ...EMap.siteLayer(planner, style),
  };
};

EMap.popup = (layer, title, facts) => layer.bindPopup(() => EMap.factCard(title, facts), { maxWidth: 320 });

EMap.gapShapes = (planner, style, renderer) => planner.gaps.flatMap((gap) => {
  gap.shape = EMap.popup(L.polygon(EMap.unpackArea(gap.area), { ...style.options, renderer }), gap.name, gap.facts);
  if (gap.rank > 10) return [gap.shape];
  const icon = L.divIcon({ className: "emap-rank", html: String(gap.rank), iconSize: [22, 22], iconAnchor: [24, 24] });
  return [gap.shape, EMap.popup(L.marker([gap.lat, gap.lon], { keyboard: false, icon, pane: "emap-names" }), gap.name, gap.facts)];
});

EMap.demandLayer = (demand, style, covered, Mark, renderer) => new EMap.Later(() => demand.lon.flatMap((lon, i) => {
  if (demand.covered[i] !== covered) return [];
  const mark = new Mark([demand.lat[i] / 1e5, lon / 1e5], { ...style.options, radius: EMap.radius(demand.people[i]), renderer });
  return [mark.bindPopup(() => EMap.demandCard(demand, i))];
}));

EMap.demandCard = (d, i) => EMap.factCard(d.name[i] || EMap.t("需求点"), Object.entries({
  population: d.people[i],
  settlement_name: d.urban[i] ? d.settlements.urban : d.settlements.rural,
  covered: d.covered[i] ? "达标" : "不达标",
  [d.urban[i] ? "walk_m" : "radius_m"]: d.metres[i] ?? d.unknown,
  outlet_name: d.outletNames[d.outlet[i]] || "无",
  status_name: d.status[i],
}).map(([name, value]) => [d.columns[name].label, typeof value === "number" ? `${value.toLocaleString("zh-CN")} ${d.columns[name].unit}` : value]));

EMap.siteLayer = function (planner, style) {
  if (!style.sites) return {};
  return { sites: new EMap.Later(() => planner.sites.map((site) => EMap.popup(L.marker([site.lat, site.lon], {
    alt: site.name, title: site.name,
    icon: L.divIcon({ className: "emap-star", html: EMap.swatch(style.sites), iconSize: [34, 22], iconAnchor: [17, 11] }),
  }), site.name, site.facts))) };
};

// The province: counties by class of coverage rate.
EMap.rateLayers = function (planner, style, renderer) {
  const layers = {};
  Object.keys(style).filter((key) => key.startsWith("rate_")).forEach((key) => {
    layers[key] = new EMap.Later(() => planner.counties.filter((county) => county.style === key).map((county) => {
      county.shape = L.polygon(EMap.unpackArea(county.area), { ...style[key].options, renderer });
      return county.shape.bindPopup(() => EMap.countyCard(county), { maxWidth: 320 });
    }));
  });
  return layers;
};

EMap.countyCard = function (county) {
  const card = EMap.factCard(EMap.countyName(county), county.facts);
  if (county.link) card.append(EMap.make("a", { href: county.link, class: "emap-open" }, EMap.t("打开本县区地图")));
  return card;
};

EMap.gapMarks = function (planner, style, renderer) {
  if (!style.gap_marks) return {};
  return { gap_marks: new EMap.Later(() => planner.gapMarks.map((gap) => EMap.popup(
    new EMap.Diamond([gap.lat, gap.lon], { ...style.gap_marks.options, radius: EMap.radius(gap.people), renderer }), gap.name, gap.facts))) };
};

EMap.factCard = function (title, facts) {
  const list = EMap.make("dl", {});
  facts.forEach(([label, value]) => list.append(EMap.make("dt", {}, EMap.t(label)), EMap.make("dd", { lang: "zh-CN" }, value)));
  return EMap.make("div", { class: "emap-popup" }, EMap.make("h3", { lang: "zh-CN" }, title), list);
};
