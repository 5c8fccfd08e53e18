"use strict";
// Ground: the map itself, land and streets under everything, tiles where they are wanted.

// Over tiles in GCJ-02 the projection shifts what is drawn, so that all data stay WGS-84.
EMap.crs = function (datum) {
  if (datum !== "gcj02") return L.CRS.EPSG3857;
  const plain = L.Projection.SphericalMercator;
  const shifted = (latlng) => {
    const [lon, lat] = EMap.gcj(latlng.lng, latlng.lat);
    return L.latLng(lat, lon);
  };
  return L.extend({}, L.CRS.EPSG3857, {
    projection: {
      ...plain,
      project: (latlng) => plain.project(shifted(latlng)),
      unproject: (point) => {
        const aim = plain.unproject(point);
        let at = aim;
        for (let i = 0; i < 3; i++) {
          const there = shifted(at);
          at = L.latLng(at.lat + aim.lat - there.lat, at.lng + aim.lng - there.lng);
        }
        return at;
      },
    },
  });
};

EMap.openMap = function (id, head) {
  const map = L.map(id, {
    crs: EMap.crs(head.tiles ? head.tiles.datum : "wgs84"),
    zoomControl: false, preferCanvas: true, minZoom: 6, maxZoom: head.tiles ? head.tiles.maxZoom : 19, zoomSnap: 0.5,
  });
  map.attributionControl.setPrefix("Leaflet");
  if (head.tiles) {
    head.tiles.urls.forEach((url) => L.tileLayer(url, { maxZoom: head.tiles.maxZoom }).addTo(map));
    map.attributionControl.addAttribution(head.tiles.attribution);
  }
  map.fitBounds(head.bounds, { padding: [12, 12], animate: false });
  return map;
};

// Texts on the map that change with the language.
EMap.mapWords = function (map, head) {
  if (map.emapControls) map.emapControls.forEach((control) => control.remove());
  map.emapControls = [
    L.control.zoom({ position: "topright", zoomInTitle: EMap.t("放大"), zoomOutTitle: EMap.t("缩小") }),
    L.control.scale({ imperial: false, position: "topleft" }),
  ];
  map.emapControls.forEach((control) => control.addTo(map));
  const line = map.attributionControl;
  (map.emapLines || []).forEach((text) => line.removeAttribution(text));
  map.emapLines = [
    EMap.t("街道 © OpenStreetMap 贡献者（ODbL）"),
    head.approval ? EMap.t("审图号：{0}", head.approval) : EMap.t("边界示意，非标准地图"),
  ].map((text) => EMap.make("span", {}, text).innerHTML);
  map.emapLines.forEach((text) => line.addAttribution(text));
};

EMap.palette = { sea: "#DFE8EE", land: "#FBF9F4", border: "#8A8378", water: "#BCD6E6", river: "#A9CBE0", road: "#E3D3AE" };

// Panes that are only looked at let clicks through.
EMap.quietPane = function (map, name, z) {
  const pane = map.createPane("emap-" + name);
  pane.style.zIndex = z;
  pane.style.pointerEvents = "none";
  return L.canvas({ pane: "emap-" + name, padding: 0.3 });
};

// From which zoom the roads and rivers of a province are drawn, by rank; of a few counties always.
EMap.leastZoom = [0, 9.5, 11, 12];

EMap.drawGround = function (map, base, tiled) {
  const renderer = EMap.quietPane(map, "ground", 305), { palette } = EMap;
  const common = { renderer, interactive: false, smoothFactor: 1 };
  const filled = (area, fillColor) => L.polygon(EMap.unpackArea(area), { ...common, stroke: false, fillColor, fillOpacity: 1 });
  const lines = (list, color, weight) => L.polyline(EMap.unpack(list), { ...common, color, weight });
  const few = base.labels.length <= 3;
  const borders = lines(base.borders, palette.border, 1.2);
  borders.options.dashArray = few ? "7 4" : null;
  const group = L.layerGroup();
  if (!tiled) group.addLayer(filled(base.land, palette.land)).addLayer(filled(base.water, palette.water));
  const ranked = tiled ? [] : [
    ...base.river.map((list, i) => [lines(list, palette.river, 2), i]),
    // The least roads first, so that the greatest lie on top.
    ...base.road.map((list, i) => [lines(list, palette.road, 3 - 0.6 * i), i]).reverse(),
  ];
  const show = () => ranked.forEach(([layer, rank]) => {
    group[few || map.getZoom() >= EMap.leastZoom[rank] ? "addLayer" : "removeLayer"](layer);
  });
  map.on("zoomend", show);
  show();
  return group.addLayer(borders).addLayer(EMap.countyNames(map, base.labels));
};

// County names where they have room: the largest first, none over another.
EMap.countyNames = function (map, labels) {
  const group = L.layerGroup();
  const place = () => {
    if (!map.hasLayer(group)) return;
    group.clearLayers();
    // Seen from afar a province is full of numbers already.
    if (labels.length > 20 && map.getZoom() < 9) return;
    const taken = [], view = map.getBounds().pad(0.1);
    labels.forEach((label) => {
      const at = map.latLngToLayerPoint([label.lat, label.lon]);
      const half = label.name.length * 9;
      const box = L.bounds(at.subtract([half, 11]), at.add([half, 11]));
      if (!view.contains([label.lat, label.lon]) || taken.some((other) => other.intersects(box))) return;
      taken.push(box);
      const text = EMap.make("span", {}, label.name);
      group.addLayer(L.marker([label.lat, label.lon], {
        interactive: false, keyboard: false, pane: "emap-names",
        icon: L.divIcon({ className: "emap-county", html: text, iconSize: null }),
      }));
    });
  };
  const pane = map.createPane("emap-names");
  pane.style.zIndex = 450;
  pane.style.pointerEvents = "none";
  map.on("zoomend moveend resize", place);
  group.on("add", place);
  return group;
};
