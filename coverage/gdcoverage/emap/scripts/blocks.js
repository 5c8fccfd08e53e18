// Blocks: the page's data, as JSON or compressed.
import { inflate } from "./inflate.js";

/**
 * A block of a map's data by its name, or null where the page has none.
 * @param {string} id of the map
 * @param {string} name
 */
export async function block(id, name) {
  const node = blockNode(id, name);
  if (!node) return null;
  const text = node.textContent || "";
  return JSON.parse(node.type === "application/gzip" ? new TextDecoder().decode(await gunzip(text)) : text);
}

/**
 * A block that is no JSON, or null.
 * @param {string} id
 * @param {string} name
 */
export async function bytesOf(id, name) {
  const node = blockNode(id, name);
  return node && gunzip(node.textContent || "");
}

/**
 * @param {string} id
 * @param {string} name
 * @returns {HTMLScriptElement | null}
 */
const blockNode = (id, name) => document.querySelector(`script[data-map="${id}"][data-block="${name}"]`);

/**
 * @param {string} base64
 * @returns {Promise<Uint8Array>}
 */
async function gunzip(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  if (typeof DecompressionStream === "undefined") return inflate(bytes);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
