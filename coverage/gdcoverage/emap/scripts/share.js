// Share: texts to the clipboard, an outlet to other people.
/** @import { Store } from "./types.js" */
/** @import { Words } from "./words.js" */
import { make } from "./dom.js";

/**
 * Whether a text is in the clipboard now, which wants a secure page; an old way works in the others.
 * @param {string} text
 */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedTheOldWay(text);
  }
}

/** @param {string} text */
function copiedTheOldWay(text) {
  const field = make("textarea", { class: "emap-sr", readonly: true });
  field.value = text;
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
  }
}

/**
 * The address that opens an outlet's card, or "" where the page is a file that others do not have.
 * @param {Store} store
 * @param {number} i
 */
function linkTo(store, i) {
  const { protocol, href, hash } = window.location;
  if (!/^https?:$/.test(protocol)) return "";
  return href.slice(0, href.length - hash.length).replace(/#$/, "") + "#" + new URLSearchParams({ outlet: store.id[i] });
}

/**
 * Hands an outlet on by the device's own way, else copies it; -> what to tell, "" for nothing.
 * @param {Words} words
 * @param {Store} store
 * @param {number} i
 */
export async function shared(words, store, i) {
  const url = linkTo(store, i);
  const text = [store.name[i], store.address[i], store.phone[i]].filter((line) => line).join("\n");
  if (navigator.share) {
    try {
      await navigator.share(url ? { title: store.name[i], text, url } : { title: store.name[i], text });
      return "";
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return "";
    }
  }
  if (!await copied(url ? text + "\n" + url : text)) return words.t("复制不了，请长按选取");
  return words.t(url ? "已复制链接，可粘贴发给亲友" : "已复制名称、地址和电话（本页是文件，没有可发的链接）");
}
