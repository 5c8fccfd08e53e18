"use strict";
// Look-up: search box, filters, list and card; the map shows what the list holds.

EMap.PAGE = 40;

EMap.lookup = function (root, map, store, layers) {
  const part = (name) => root.querySelector(".emap-" + name);
  const input = root.querySelector("#emap_query"), list = part("list"), more = part("more");
  const look = {
    store, map, conditions: EMap.noConditions(), shown: [], listed: [], view: null, chosen: -1, length: EMap.PAGE,
    changed: () => {}, opened: () => {}, closed: () => {},
  };
  let selected = null, timer = 0, frame = 0;

  look.refresh = function (fit = false) {
    selected = EMap.select(store, look.conditions, look.near.origin, EMap.now());
    look.shown = selected.shown;
    layers.outlets.shown = look.shown.filter((i) => store.active[i]);
    if (layers.idle) layers.idle.shown = look.shown.filter((i) => !store.active[i]);
    look.list();
    EMap.showFilters(root, look, selected.counts);
    // The list first; a map that moves draws anew by itself.
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      if (!fit || !look.fit()) [layers.outlets, layers.idle].forEach((layer) => layer && layer.redraw());
      look.changed();
    });
  };

  // Conditions changed: the list is whole again and the map shows all of it.
  look.ask = function (change) {
    Object.assign(look.conditions, change);
    look.view = null;
    look.length = EMap.PAGE;
    if (look.chosen >= 0) look.close(false);
    look.refresh(true);
  };

  look.fit = function () {
    const { origin } = look.near;
    if (!look.shown.length) return false;
    // With an origin the nearest few matter, not the farthest.
    const bounds = EMap.boundsOf(store, origin ? look.shown.slice(0, 3) : look.shown);
    if (origin) bounds.extend([origin.lat, origin.lon]);
    // Chosen before the map had moved: it stays where the choice is.
    if (look.chosen >= 0) return false;
    const seen = map.getBounds().contains(bounds) && map.getBoundsZoom(bounds, false, L.point(80, 80)) <= map.getZoom();
    if (seen) return false;
    map.fitBounds(bounds, { padding: [40, 40], maxZoom: 16, animate: false });
    return true;
  };

  look.list = function () {
    look.listed = look.view ? EMap.within(store, look.shown, look.view) : look.shown;
    const now = EMap.now();
    const places = look.near.origin || look.view ? [] : EMap.searchPlaces(store, look.conditions.query);
    list.replaceChildren(
      ...places.map((place) => EMap.placeItem(store, place, look)),
      ...look.listed.slice(0, look.length).map((i) => EMap.outletItem(store, i, now, look)),
    );
    more.hidden = look.listed.length <= look.length;
    part("all").hidden = !look.view;
    const count = part("count");
    const words = !look.shown.length ? EMap.t("没有符合条件的网点")
      : look.view ? EMap.t("地图范围内 {0} 个，共 {1} 个", EMap.number(look.listed.length), EMap.number(look.shown.length))
        : EMap.t("共 {0} 个网点", EMap.number(look.shown.length));
    const unknown = selected.unknown ? EMap.t("（{0} 个营业时间未知）", EMap.number(selected.unknown)) : "";
    count.textContent = words + unknown + (look.shown.length || !store.size ? "" : EMap.language === "en" ? ". " : "。");
    if (!look.shown.length && store.size) count.append(EMap.t("请换一个词，或减少筛选条件。"));
  };

  look.open = function (i, { move = true, focus = true } = {}) {
    // What is still being typed must not close the card again.
    clearTimeout(timer);
    if (input.value !== look.conditions.query) {
      look.conditions.query = input.value;
      look.refresh();
    }
    look.chosen = i;
    layers.outlets.choose(i);
    if (layers.idle) layers.idle.choose(i);
    const card = part("card");
    card.replaceChildren(EMap.outletCard(store, i, EMap.now(), () => look.close()));
    look.opened();
    card.hidden = false;
    card.scrollTop = 0;
    if (move) map.setView([store.latOf(i), store.lonOf(i)], Math.max(map.getZoom(), 15), { animate: false });
    if (focus) card.querySelector("h2").focus({ preventScroll: true });
    look.changed();
  };

  look.close = function (focus = true) {
    const was = look.chosen;
    look.chosen = -1;
    layers.outlets.choose(-1);
    if (layers.idle) layers.idle.choose(-1);
    part("card").hidden = true;
    part("card").replaceChildren();
    look.closed();
    const item = list.querySelector(`[data-i="${was}"]`);
    if (focus) (item || input).focus();
    look.changed();
  };

  // Several outlets under one mark: nearer, or, where nothing is nearer, as a list.
  look.group = function (members) {
    const bounds = EMap.boundsOf(store, members);
    const zoom = map.getBoundsZoom(bounds, false, L.point(60, 60));
    if (zoom > map.getZoom() && map.getZoom() < 17) {
      map.setView(bounds.getCenter(), Math.min(Math.max(zoom, map.getZoom() + 1), 17), { animate: false });
      look.follow();
      return;
    }
    look.view = bounds.pad(0.01);
    look.view.contains = (at) => members.some((i) => store.latOf(i) === at[0] && store.lonOf(i) === at[1]);
    look.length = EMap.PAGE;
    if (look.chosen >= 0) look.close();
    look.opened("list");
    look.list();
    part("count").textContent = EMap.t("这里有 {0} 个网点", EMap.number(members.length));
    list.querySelector("button").focus();
  };

  // The reader moved the map: the list keeps to what is in view.
  look.follow = function () {
    look.view = map.getBounds();
    look.length = EMap.PAGE;
    look.list();
    look.changed();
  };

  look.tell = function (text) {
    const notice = part("notice");
    notice.hidden = !text;
    notice.textContent = text ? EMap.t(text) : "";
    look.notice = text;
  };

  look.near = EMap.near(map, () => {
    part("near").textContent = EMap.t(look.near.origin ? "取消定位" : "离我最近");
    look.view = null;
    look.length = EMap.PAGE;
    look.refresh(true);
  }, look.tell);

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => look.ask({ query: input.value }), 60);
  });
  part("search").addEventListener("submit", (event) => {
    event.preventDefault();
    const first = list.querySelector("button");
    if (first) first.focus();
  });
  part("near").addEventListener("click", () => look.near.ask());
  part("all").addEventListener("click", () => { look.view = null; look.fit(); look.list(); look.changed(); });
  more.addEventListener("click", () => {
    const at = list.children.length;
    look.length += EMap.PAGE;
    look.list();
    list.children[at].querySelector("button").focus();
  });
  EMap.listKeys(input, list);
  EMap.onOutlets(map, [layers.outlets, ...(layers.idle ? [layers.idle] : [])], ({ mark }) => {
    if (look.near.picking) return false;
    if (mark.members.length === 1) look.open(mark.members[0], { move: false });
    else look.group(mark.members);
    return true;
  });
  map.on("dragend", look.follow);
  map.getContainer().addEventListener("wheel", () => map.once("moveend", look.follow), { passive: true });
  EMap.buildFilters(root, look);
  return look;
};

EMap.boundsOf = function (store, shown) {
  let [south, west, north, east] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const i of shown) {
    const lat = store.latOf(i), lon = store.lonOf(i);
    if (lat < south) south = lat;
    if (lat > north) north = lat;
    if (lon < west) west = lon;
    if (lon > east) east = lon;
  }
  return L.latLngBounds([south, west], [north, east]);
};

EMap.outletItem = function (store, i, now, look) {
  const { make } = EMap;
  const state = EMap.openState(store.scheduleOf(i), store.calendar, now);
  const [word, more] = EMap.openWords(state, now);
  const { origin } = look.near;
  const away = origin && EMap.away(EMap.metres(origin.lat, origin.lon, store.latOf(i), store.lonOf(i)));
  return make("li", {}, make("button", { type: "button", class: "emap-item", "data-i": i, click: () => look.open(i) },
    make("span", { class: "emap-name", lang: "zh-CN" }, store.name[i]),
    make("span", { class: "emap-where", lang: "zh-CN" }, store.address[i] || store.countyOf(i).name),
    make("span", { class: `emap-state emap-${state.state}` }, make("b", {}, word), more ? " · " + more : ""),
    away ? make("span", { class: "emap-away" }, EMap.t("直线约 {0}", away)) : null,
  ));
};

EMap.placeItem = function (store, place, look) {
  const at = { lat: store.places.lat[place.i] / 1e5, lon: store.places.lon[place.i] / 1e5, kind: "place" };
  const go = () => {
    look.conditions.query = "";
    document.getElementById("emap_query").value = "";
    look.near.set(at);
  };
  return EMap.make("li", {}, EMap.make("button", { type: "button", class: "emap-item emap-place", click: go },
    EMap.make("span", { class: "emap-name", lang: "zh-CN" }, place.name),
    EMap.make("span", { class: "emap-where" }, EMap.t("看这附近的网点"))));
};

// Arrow keys lead from the box into the list and through it.
EMap.listKeys = function (input, list) {
  const buttons = () => [...list.querySelectorAll("button")];
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || !list.children.length) return;
    event.preventDefault();
    buttons()[0].focus();
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = buttons(), at = all.indexOf(document.activeElement) + step;
    (all[at] || (at < 0 ? input : all[all.length - 1])).focus();
  });
};

EMap.buildFilters = function (root, look) {
  const { make } = EMap, { store } = look;
  const select = (name, all, values) => {
    const field = make("select", { "data-t-label": all, "data-filter": name, change: () => look.ask({ [name]: Number(field.value) }) },
      make("option", { value: -1, "data-t": all }),
      ...values.map((value, code) => make("option", { value: code, "data-name": value }, value)));
    return field;
  };
  const counties = store.county.values.map((county) => EMap.countyName(county, " ") || "—");
  root.querySelector(".emap-selects").replaceChildren(
    select("county", "全部县区", counties), select("bank", "全部银行", store.bank.values.map((bank) => bank || "—")));
  const chip = (name, bit, label) => make("button", {
    type: "button", class: "emap-chip", "aria-pressed": "false", "data-filter": name, "data-bit": bit,
    click: () => look.ask({ [name]: name === "open" ? !look.conditions.open : look.conditions[name] ^ (1 << bit) }),
  }, make("span", { "data-t": label }), make("span", { class: "emap-number" }));
  const row = (title, ...chips) => make("div", { role: "group", "data-t-label": title, class: "emap-row" },
    make("span", { class: "emap-row-title", "data-t": title, "aria-hidden": "true" }), ...chips);
  root.querySelector(".emap-chips").replaceChildren(
    row("营业", chip("open", 0, "正在营业")),
    row("业务事项", ...store.itemNames.map((name, bit) => chip("items", bit, name))),
    row("服务方式", ...store.modeNames.map((name, bit) => chip("modes", bit, name))),
    make("button", { type: "button", class: "emap-clear", "data-t": "清除筛选", click: () => look.ask({ ...EMap.noConditions(), query: look.conditions.query }) }),
  );
  root.querySelector(".emap-filters details").open = window.matchMedia("(min-width: 701px) and (min-height: 1000px)").matches;
};

// Numbers beside each choice, and which are chosen.
EMap.showFilters = function (root, look, counts) {
  const { conditions } = look;
  root.querySelectorAll("select[data-filter]").forEach((field) => {
    const name = field.dataset.filter;
    field.value = conditions[name];
    for (const option of field.options) {
      if (option.value === "-1") continue;
      const count = counts[name][option.value];
      option.textContent = `${option.dataset.name}（${count}）`;
      option.disabled = !count && Number(option.value) !== conditions[name];
    }
  });
  root.querySelectorAll(".emap-chip").forEach((chip) => {
    const { filter, bit } = chip.dataset;
    const on = filter === "open" ? conditions.open : Boolean(conditions[filter] & (1 << bit));
    chip.setAttribute("aria-pressed", String(on));
    chip.querySelector(".emap-number").textContent = EMap.number(filter === "open" ? counts.open : counts[filter][bit]);
  });
  const bits = (mask) => mask.toString(2).replace(/0/g, "").length;
  const chosen = (conditions.county >= 0) + (conditions.bank >= 0) + conditions.open + bits(conditions.items) + bits(conditions.modes);
  root.querySelector(".emap-chosen").textContent = chosen ? `（${EMap.t("已选")} ${chosen}）` : "";
  root.querySelector(".emap-clear").hidden = !chosen;
};
