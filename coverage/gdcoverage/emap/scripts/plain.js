// Plain: the outlets by county, in words of ES5, where the map does not start; a script of its own before the map's.
import { inflate } from "./inflate.js";

/** @typedef {import("./types.js").Outlets} Outlets */

/**
 * Of each map on the page its list, shown by its element's `emapPlain`, or by itself where the map is not there.
 */
(function () {
  var roots = document.querySelectorAll(".emap");
  for (var i = 0; i < roots.length; i++) watch(/** @type {any} */ (roots[i]));
})();

/** @param {HTMLElement & {emap?: object, emapPlain?: () => void}} root */
function watch(root) {
  var shown = false;
  root.emapPlain = function () {
    if (shown) return;
    shown = true;
    show(root);
  };
  window.addEventListener("load", function () { if (!root.emap && root.emapPlain) root.emapPlain(); });
}

/** @param {HTMLElement} root */
function show(root) {
  var id = root.id.replace("emap_", "");
  var list = add(root.parentNode || document.body, "div", "", "emap-plain");
  root.style.display = "none";
  add(list, "h1", document.title.split("｜")[0]);
  add(list, "p", "这个浏览器打不开地图，下面是网点名单。也可以换一个浏览器，或拨打 12333 咨询。");
  try {
    byCounty(list, outletsOf(id));
  } catch (error) {
    add(list, "p", "名单也读不出来（" + error + "），请拨打 12333 咨询。");
  }
}

/**
 * @param {string} id of the map
 * @returns {Outlets}
 */
function outletsOf(id) {
  var node = /** @type {HTMLScriptElement} */ (document.querySelector('script[data-map="' + id + '"][data-block="outlets"]'));
  var text = node.textContent || "";
  if (node.type !== "application/gzip") return JSON.parse(text);
  var raw = atob(text), bytes = new Uint8Array(raw.length);
  for (var i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return JSON.parse(utf8(inflate(bytes)));
}

/**
 * Text from bytes; piece by piece, as no call takes so many arguments.
 * @param {Uint8Array} bytes
 */
function utf8(bytes) {
  var text = "", piece = [];
  for (var i = 0; i < bytes.length;) {
    var byte = bytes[i++], more = byte < 128 ? 0 : byte < 224 ? 1 : byte < 240 ? 2 : 3;
    var code = more ? byte & (63 >> more) : byte;
    while (more--) code = (code << 6) | (bytes[i++] & 63);
    if (code > 65535) {
      piece.push(0xd800 + ((code - 65536) >> 10));
      code = 0xdc00 + ((code - 65536) & 1023);
    }
    piece.push(code);
    if (piece.length > 4096 || i >= bytes.length) {
      text += String.fromCharCode.apply(null, piece);
      piece = [];
    }
  }
  return text;
}

/**
 * Counties one under the other; of one its outlets, once it is pressed.
 * @param {HTMLElement} list
 * @param {Outlets} outlets
 */
function byCounty(list, outlets) {
  /** @type {number[][]} */
  var members = [];
  for (var i = 0; i < outlets.id.length; i++) {
    var code = outlets.county.codes[i];
    if (outlets.active[i]) (members[code] = members[code] || []).push(i);
  }
  for (var county = 0; county < members.length; county++) {
    if (members[county]) section(list, outlets, county, members[county]);
  }
}

/**
 * @param {HTMLElement} list
 * @param {Outlets} outlets
 * @param {number} county
 * @param {number[]} members
 */
function section(list, outlets, county, members) {
  var at = outlets.county.values[county], city = at.city && at.city !== at.name ? at.city + " " : "";
  var button = add(add(list, "h2"), "button", (city + at.name || "未注明县区") + "（" + members.length + "）");
  button.setAttribute("aria-expanded", "false");
  var rows = add(list, "ul");
  button.onclick = function () {
    var open = !rows.firstChild;
    button.setAttribute("aria-expanded", String(open));
    if (!open) { rows.textContent = ""; return; }
    for (var k = 0; k < members.length; k++) row(rows, outlets, members[k]);
  };
}

/**
 * @param {HTMLElement} rows
 * @param {Outlets} outlets
 * @param {number} i
 */
function row(rows, outlets, i) {
  var item = add(rows, "li");
  add(item, "strong", outlets.name[i]);
  add(item, "div", outlets.address[i]);
  add(item, "div", outlets.hours.values[outlets.hours.codes[i]]);
  add(item, "div", outlets.phone[i]);
}

/**
 * @param {Node} parent
 * @param {string} tag
 * @param {string} [text]
 * @param {string} [name]
 */
function add(parent, tag, text, name) {
  var node = document.createElement(tag);
  if (text) node.textContent = text;
  if (name) node.className = name;
  parent.appendChild(node);
  return node;
}
