"use strict";
// Start: the map in its page.

EMap.start = function (id) {
  const root = document.getElementById(id).closest(".emap");
  const data = JSON.parse(document.getElementById("data_" + id).textContent);
  const map = L.map(id, { zoomControl: false, preferCanvas: true, minZoom: 6, maxZoom: 19 });
  L.control.zoom({ position: "topright", zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
  L.control.scale({ imperial: false, position: "topleft" }).addTo(map);
  map.attributionControl.setPrefix("Leaflet");
  map.attributionControl.addAttribution("街道 © OpenStreetMap 贡献者（ODbL）");
  map.attributionControl.addAttribution("边界示意，非标准地图");
  map.fitBounds(data.bounds, { padding: [16, 16] });
  const layers = EMap.buildLayers(map, data);
  data.styles.forEach((style) => { if (style.on) map.addLayer(layers[style.key]); });
  EMap.buildPanel(root, map, data, layers);
  map.fitBounds(data.bounds, { padding: [16, 16] });
  EMap.layers = layers;
  EMap.map = map;
  return map;
};
