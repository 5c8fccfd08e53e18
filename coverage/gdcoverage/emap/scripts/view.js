// View: where the map looks: at what is found, nearer at several outlets under one mark, or where the reader moved it.
/** @import { Look } from "./lookup.js" */
/** @import { Store } from "./types.js" */
import { part } from "./dom.js";
import { showDoors } from "./doors.js";

/**
 * Lets the map show what is found; -> whether it moved.
 * @param {Look} look
 */
export function showFound({ map, store, origin, shown, chosen }) {
  if (!shown.length) return false;
  // With an origin the nearest few matter, not the farthest.
  const bounds = boundsOf(store, origin ? shown.slice(0, 3) : shown);
  if (origin) bounds.extend([origin.lat, origin.lon]);
  // Chosen before the map had moved: it stays where the choice is.
  if (chosen >= 0) return false;
  const seen = map.getBounds().contains(bounds) && map.getBoundsZoom(bounds, false, L.point(80, 80)) <= map.getZoom();
  if (seen) return false;
  map.fitBounds(bounds, { padding: [40, 40], maxZoom: 16, animate: false });
  return true;
}

/**
 * Several outlets under one mark: nearer, or, where nothing is nearer, as a list.
 * @param {Look} look
 * @param {number[]} members
 */
export function openGroup(look, members) {
  const { root, map, store, words } = look, bounds = boundsOf(store, members);
  const zoom = map.getBoundsZoom(bounds, false, L.point(60, 60));
  if (zoom > map.getZoom() && map.getZoom() < 17) {
    map.setView(bounds.getCenter(), Math.min(Math.max(zoom, map.getZoom() + 1), 17), { animate: false });
    follow(look);
    return;
  }
  look.whole({ contains: ([lat, lon]) => members.some((i) => store.latOf(i) === lat && store.lonOf(i) === lon) });
  look.past = true;
  if (look.chosen >= 0) look.close();
  look.opened("list");
  showDoors(look);
  look.list();
  part(root, ".emap-count").textContent = words.t("这里有 {0} 个网点", words.number(members.length));
  look.focusItem(0);
}

/**
 * The reader moved the map: the list keeps to what is in view.
 * @param {Look} look
 */
export function follow(look) {
  const bounds = look.map.getBounds();
  look.whole({ contains: (at) => bounds.contains(at) });
  look.list();
  look.changed();
}

/**
 * @param {Store} store
 * @param {number[]} shown
 */
function boundsOf(store, shown) {
  let [south, west, north, east] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const i of shown) {
    const lat = store.latOf(i), lon = store.lonOf(i);
    if (lat < south) south = lat;
    if (lat > north) north = lat;
    if (lon < west) west = lon;
    if (lon > east) east = lon;
  }
  return L.latLngBounds([south, west], [north, east]);
}
