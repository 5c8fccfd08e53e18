"use strict";
// Near: outlets sorted from where one is: the device's position, a tap on the map, or a named place.

// choose(origin or null), tell(text)
EMap.near = function (map, choose, tell) {
  const near = { picking: false, origin: null, dot: null };
  const pane = map.createPane("emap-here");
  pane.style.zIndex = 660;
  pane.style.pointerEvents = "none";

  near.set = function (origin) {
    near.picking = false;
    map.getContainer().classList.remove("emap-picking");
    near.origin = origin;
    if (near.dot) near.dot.remove();
    near.dot = null;
    if (origin) {
      near.dot = L.circleMarker([origin.lat, origin.lon], {
        renderer: L.svg({ pane: "emap-here" }), pane: "emap-here", interactive: false,
        radius: 9, color: "#FFFFFF", weight: 3, fillColor: "#CC3311", fillOpacity: 1,
      }).addTo(map);
    }
    tell(origin && (origin.kind === "device"
      ? "按离您的远近排列（直线距离）。位置只在本页使用，不会发送。" : "按离所选位置的远近排列（直线距离）。"));
    choose(origin);
  };

  near.pick = function (why) {
    near.picking = true;
    map.getContainer().classList.add("emap-picking");
    tell(why);
  };

  near.ask = function () {
    if (near.origin || near.picking) { near.set(null); return; }
    // Pages from plain http get no position, and some browsers no answer either.
    if (!navigator.geolocation || !window.isSecureContext) { near.pick("请在地图上点一下您在哪里。"); return; }
    tell("正在定位……");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => near.set({ lat: coords.latitude, lon: coords.longitude, kind: "device" }),
      () => near.pick("得不到您的位置。请在地图上点一下您在哪里，或在搜索框输入镇街名。"),
      { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 },
    );
  };

  // The first click while picking is the place, whatever it lands on.
  map.getContainer().addEventListener("click", (event) => {
    if (!near.picking || event.target.closest(".leaflet-control") || (map.dragging && map.dragging.moved())) return;
    // Also from the outlets' own listener on the same element.
    event.stopImmediatePropagation();
    const { lat, lng } = map.mouseEventToLatLng(event);
    near.set({ lat, lon: lng, kind: "picked" });
  }, true);
  return near;
};
