// Saved: what is listed as a table for Excel and WPS, and what is seen as a picture.
/** @import { Facts, Head, Planner, Store } from "./types.js" */
/** @import { Look } from "./lookup.js" */
/** @import { Words } from "./words.js" */
import { make, parts } from "./dom.js";
import { dates } from "./said.js";
import { countyName } from "./store.js";

/**
 * A table as CSV that Excel reads as UTF-8; a cell that would be a formula is text.
 * @param {(string | number)[][]} rows
 */
export const csvOf = (rows) => "\ufeff" + rows.map((row) => row.map((cell) => {
  const text = typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? "'" + cell : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}).join(",")).join("\r\n") + "\r\n";

/**
 * The outlets that are listed.
 * @param {Look} look
 */
export function outletRows({ store, listed, words }) {
  const terms = (/** @type {string[]} */ names, /** @type {number} */ bits) => store.termsOf(names, bits).map((name) => words.t(name)).join("、");
  const heading = ["序号", "网点编号", "网点名称", "银行", "县区", "地址", "营业时间", "电话", "可办业务", "服务方式", "纬度", "经度"].map((name) => words.t(name));
  return [heading, ...listed.map((i, at) => [at + 1, store.id[i], store.name[i], valueOf(store.bank, i), countyOf(store, i), store.address[i],
    store.hoursOf(i), store.phone[i], terms(store.itemNames, store.items[i]), terms(store.modeNames, store.modes[i]), store.latOf(i), store.lonOf(i)])];
}

/**
 * @param {{values: string[], codes: number[]}} column
 * @param {number} i
 */
const valueOf = ({ values, codes }, i) => values[codes[i]] || "";

/**
 * @param {Store} store
 * @param {number} i
 */
const countyOf = ({ county }, i) => (county.values[county.codes[i]] ? countyName(county.values[county.codes[i]]) : "");

/**
 * Gaps or counties with all that is said of them, in their order.
 * @param {Words} words
 * @param {{name: string, facts: Facts}[]} rows
 */
export function factRows(words, rows) {
  const labels = [...new Set(rows.flatMap(({ facts }) => facts.map(([label]) => label)))];
  return [[words.t("名称"), ...labels.map((label) => words.t(label))],
    ...rows.map(({ name, facts }) => [name, ...labels.map((label) => (facts.find(([known]) => known === label) || ["", ""])[1])])];
}

/**
 * @param {string} name
 * @param {Blob} blob
 */
export function save(name, blob) {
  const href = URL.createObjectURL(blob), link = make("a", { href, download: name.replace(/[\\/:*?"<>|\s]+/g, "_") });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}

/**
 * @param {string} name
 * @param {(string | number)[][]} rows
 */
export const saveTable = (name, rows) => save(name + ".csv", new Blob([csvOf(rows)], { type: "text/csv;charset=utf-8" }));

const BAND = Object.freeze({ head: 64, foot: 34, side: 18, family: '"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif' });

/**
 * What the map shows, with its title above and its sources below.
 * @param {L.Map} map
 * @param {Head} head
 * @param {Words} words
 * @param {string} number the headline
 * @returns {Promise<Blob>}
 */
export async function pictureOf(map, head, words, number) {
  const container = map.getContainer(), frame = container.getBoundingClientRect(), dense = Math.max(2, window.devicePixelRatio || 1);
  const canvas = make("canvas", { width: frame.width * dense, height: (frame.height + BAND.head + BAND.foot) * dense });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(dense, dense);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, frame.width, frame.height + BAND.head + BAND.foot);
  context.save();
  context.beginPath();
  context.rect(0, BAND.head, frame.width, frame.height);
  context.clip();
  context.translate(-frame.left, BAND.head - frame.top);
  // Panes lie over one another in the order of their heights.
  const height = (/** @type {Element} */ node) => Number(getComputedStyle(node).zIndex) || 0;
  const panes = parts(container, ".leaflet-pane").filter((pane) => !pane.classList.contains("leaflet-map-pane")).sort((one, other) => height(one) - height(other));
  for (const pane of panes) for (const node of [...pane.children]) await put(context, /** @type {HTMLElement} */ (node));
  for (const node of parts(container, ".leaflet-control-scale-line")) await put(context, node);
  context.restore();
  texts(context, frame.width, frame.height, [`${head.title}　${head.subtitle}`, number], [dates(head, words), ...parts(container, ".leaflet-control-attribution").map((node) => node.innerText)].join("　"));
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"));
}

/**
 * An element of the map where it is seen: a canvas or a drawing as it is, a label as its box and its text.
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLElement | SVGElement} node
 */
async function put(context, node) {
  const { left, top, width, height } = node.getBoundingClientRect();
  if (!width || !height || (node instanceof HTMLElement && node.classList.contains("leaflet-pane"))) return;
  if (node instanceof HTMLCanvasElement || node instanceof HTMLImageElement) {
    context.drawImage(node, left, top, width, height);
    return;
  }
  if (node instanceof SVGElement) {
    const copy = /** @type {SVGElement} */ (node.cloneNode(true));
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", String(width));
    copy.setAttribute("height", String(height));
    const image = new Image();
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
    await image.decode();
    context.drawImage(image, left, top, width, height);
    return;
  }
  const look = getComputedStyle(node);
  if (look.backgroundColor !== "rgba(0, 0, 0, 0)") {
    const round = Math.min(parseFloat(look.borderTopLeftRadius) || 0, height / 2);
    context.beginPath();
    context.moveTo(left + round, top);
    context.arcTo(left + width, top, left + width, top + height, round);
    context.arcTo(left + width, top + height, left, top + height, round);
    context.arcTo(left, top + height, left, top, round);
    context.arcTo(left, top, left + width, top, round);
    context.fillStyle = look.backgroundColor;
    context.fill();
  }
  const drawings = [...node.querySelectorAll("svg, canvas, img")];
  for (const child of drawings) await put(context, /** @type {HTMLElement} */ (child));
  const text = (node.textContent || "").trim();
  if (drawings.length || !text) return;
  context.font = `${look.fontWeight} ${look.fontSize} ${look.fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = "rgb(255 255 255 / 85%)";
  if (look.backgroundColor === "rgba(0, 0, 0, 0)") context.strokeText(text, left + width / 2, top + height / 2);
  context.fillStyle = look.color;
  context.fillText(text, left + width / 2, top + height / 2);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} width
 * @param {number} height
 * @param {string[]} above
 * @param {string} below
 */
function texts(context, width, height, [title, number], below) {
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = "#0b3c7d";
  context.font = `700 20px ${BAND.family}`;
  context.fillText(title, BAND.side, 22, width - 2 * BAND.side);
  context.fillStyle = "#1c2733";
  context.font = `500 15px ${BAND.family}`;
  context.fillText(number, BAND.side, 47, width - 2 * BAND.side);
  context.fillStyle = "#4a5663";
  context.font = `400 12px ${BAND.family}`;
  context.fillText(below, BAND.side, BAND.head + height + BAND.foot / 2, width - 2 * BAND.side);
}

/**
 * What is ranked, as it is listed.
 * @param {Planner} planner
 * @returns {{name: string, facts: Facts}[]}
 */
export const rankedFacts = (planner) => (planner.counties
  ? planner.counties.slice().sort((a, b) => b.missed - a.missed).map((county) => ({ name: countyName(county), facts: county.facts }))
  : planner.gaps);
