"use strict";
// Start: the map in its page; the data follow as they are unpacked.

EMap.start = function (id) {
  const root = document.getElementById("emap_" + id);
  const head = JSON.parse(document.querySelector(`script[data-map="${id}"][data-block="head"]`).textContent);
  const map = EMap.openMap(id, head);
  EMap.map = map;
  EMap.ready = false;
  EMap.fill(root, map, id, head).then(() => { EMap.ready = true; });
  return map;
};

EMap.fill = async function (root, map, id, head) {
  const asked = EMap.readAddress(window.location.hash);
  EMap.language = asked.lang === "en" ? "en" : "zh-CN";
  root.querySelector("h1").textContent = head.title;
  root.querySelector(".emap-subtitle").textContent = head.subtitle;
  EMap.large(root, map, asked.large === "1");
  EMap.translate(root);
  EMap.mapWords(map, head);
  const [outlets, base, planner] = await Promise.all(["outlets", "base", "planner"].map((name) => EMap.block(id, name)));
  const store = EMap.openStore(outlets);
  const ground = EMap.drawGround(map, base, Boolean(head.tiles)).addTo(map);
  const blue = { fillColor: "#0B3C7D" }, grey = { fillColor: "#8A8A8A" };
  const layers = { counties: ground, outlets: new EMap.Points(store, blue, 630) };
  if (planner) Object.assign(layers, { idle: new EMap.Points(store, grey, 620) }, EMap.plannerLayers(map, head, planner));
  EMap.layers = layers;
  const look = EMap.lookup(root, map, store, layers);
  EMap.look = look;
  const wanted = (style) => (style.on && !(asked.off || "").split(".").includes(style.key)) || (asked.on || "").split(".").includes(style.key);
  (head.styles || [{ key: "outlets", on: true }]).forEach((style) => {
    const layer = layers[style.key];
    if (wanted(style)) map.addLayer(layer);
    else map.removeLayer(layer);
  });
  EMap.pointsOnTop(map, layers);
  const tabs = planner ? EMap.plannerPanel(root, map, head, planner, layers, store) : null;
  EMap.parts(root, look, tabs);
  EMap.print = EMap.printing(root, map, head);
  EMap.sheet(root, map);

  EMap.restore(root, look, asked);
  const words = () => {
    EMap.translate(root);
    EMap.mapWords(map, head);
    root.querySelector(".emap-date").textContent = head.madeOn ? EMap.t("数据日期：{0}", head.madeOn) : "";
    if (planner) EMap.ranking(root, map, planner);
    look.tell(look.notice);
    look.refresh(!EMap.ready && !asked.at && !asked.outlet && EMap.asksForSome(asked));
    if (look.chosen >= 0) look.open(look.chosen, { move: false, focus: false });
  };
  words();
  const remember = () => EMap.writeAddress(EMap.addressOf(look, map, head));
  look.changed = remember;
  map.on("moveend emap:layers", remember);
  root.querySelector(".emap-language").addEventListener("click", () => {
    EMap.language = EMap.language === "en" ? "zh-CN" : "en";
    words();
  });
  root.querySelector(".emap-large").addEventListener("click", () => {
    EMap.large(root, map, !document.documentElement.classList.contains("emap-larger"));
    remember();
  });
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && look.chosen >= 0) look.close(); });
  // The first letter typed must not wait for the index.
  setTimeout(() => EMap.searchIndex(store), 200);
  // Outlets open and close while the page stands.
  setInterval(() => { if (look.chosen < 0 && !root.contains(document.activeElement)) look.refresh(); }, 60000);
};

// What the address asks for: conditions, the view, the outlet.
EMap.restore = function (root, look, asked) {
  const { map, store } = look;
  Object.assign(look.conditions, EMap.conditionsFrom(asked, store));
  root.querySelector("#emap_query").value = look.conditions.query;
  const [lat, lon, zoom] = (asked.at || "").split(",").map(Number);
  if (Number.isFinite(lat) && Number.isFinite(lon) && Number.isFinite(zoom)) map.setView([lat, lon], zoom, { animate: false });
  const i = store.id.indexOf(asked.outlet);
  if (i >= 0) look.open(i, { move: !asked.at });
};

EMap.asksForSome = (asked) => ["q", "county", "bank", "items", "modes", "open"].some((name) => asked[name]);

// A card takes the place of whatever the panel showed, and gives it back.
EMap.parts = function (root, look, tabs) {
  const behind = [...root.querySelectorAll(".emap-part, .emap-tabs")];
  let hidden = null;
  look.opened = (what) => {
    if (what === "list") { if (tabs) tabs.open("lookup"); return; }
    if (hidden) return;
    hidden = behind.filter((part) => !part.hidden);
    hidden.forEach((part) => { part.hidden = true; });
  };
  look.closed = () => {
    (hidden || []).forEach((part) => { part.hidden = false; });
    hidden = null;
  };
};

EMap.large = function (root, map, on) {
  document.documentElement.classList.toggle("emap-larger", on);
  root.querySelector(".emap-large").setAttribute("aria-pressed", String(on));
  map.invalidateSize({ animate: false });
};

// On a phone the panel is a sheet under the map; it grows when asked, and for typing.
EMap.sheet = function (root, map) {
  const button = root.querySelector(".emap-sheet"), input = root.querySelector("#emap_query");
  const grow = (tall) => {
    root.classList.toggle("emap-tall", tall);
    button.setAttribute("aria-expanded", String(tall));
    button.dataset.t = tall ? "收起列表" : "展开列表";
    button.textContent = EMap.t(button.dataset.t);
    map.invalidateSize({ animate: false });
  };
  button.addEventListener("click", () => grow(!root.classList.contains("emap-tall")));
  root.querySelector(".emap-list").addEventListener("click", () => grow(false), true);
  input.addEventListener("focus", () => { if (window.matchMedia("(max-width: 700px)").matches) grow(true); });
  grow(false);
};
