// Blocks: the page's data, as JSON or compressed.
import { make } from "./dom.js";
import { inflate } from "./inflate.js";

/**
 * A block of a map's data by its name, or null where the page has none.
 * @param {string} id of the map
 * @param {string} name
 */
export async function block(id, name) {
  const node = blockNode(id, name);
  return node && unpacked(node.type, node.textContent || "");
}

/**
 * @param {string} kind of the text, as a block says it
 * @param {string} text
 */
export async function unpacked(kind, text) {
  return JSON.parse(kind === "application/gzip" ? new TextDecoder().decode(await gunzip(text)) : text);
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
export async function gunzip(base64) {
  const binary = atob(base64), bytes = new Uint8Array(binary.length);
  // A loop: a function for each of a million letters takes its time.
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  if (typeof DecompressionStream === "undefined") return inflate(bytes);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * What a script beside the page leaves at its element; a page from a disk may read nothing else there.
 * @param {string} src
 * @param {string} name of the element's property
 * @returns {Promise<any>}
 */
export function leftBy(src, name) {
  /** @type {HTMLScriptElement & Record<string, any>} */
  const node = make("script", { src });
  return new Promise((resolve, reject) => {
    node.onload = () => {
      node.remove();
      if (node[name]) resolve(node[name]);
      else reject(new Error("nothing in " + src));
    };
    node.onerror = () => {
      node.remove();
      reject(new Error("no " + src));
    };
    document.head.append(node);
  });
}
