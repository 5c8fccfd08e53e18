// Doors: the first thing asked is what one has come for; whoever does not care goes past it.
/** @import { Look } from "./lookup.js" */
import { make, part, refill } from "./dom.js";

/**
 * A large button for each item, with the number of outlets that do it, and one past them all.
 * @param {Look} look
 */
export function buildDoors(look) {
  const { root, store } = look;
  const door = (/** @type {string} */ name, /** @type {() => void} */ click, /** @type {string | null} */ bit) =>
    make("button", { type: "button", class: bit === null ? "emap-past" : "emap-errand", "data-bit": bit, click },
      make("span", { "data-t": name }), bit === null ? null : make("span", { class: "emap-number" }));
  refill(part(root, ".emap-errands"),
    ...store.itemNames.map((name, bit) => door(name, () => look.enter({ items: 1 << bit }), String(bit))),
    door("看全部网点", () => look.enter({}), null),
  );
}

/**
 * They stand open as long as nothing is asked; planners do not come for an errand.
 * @param {Look} look
 */
export function showDoors(look) {
  const { root, words, selected: { counts } } = look;
  const open = root.classList.contains("emap-public") && look.store.size > 0 && !look.past;
  part(root, ".emap-doors").hidden = !open;
  root.classList.toggle("emap-asking", open);
  if (!open) return;
  counts.items.forEach((count, bit) => {
    part(root, `.emap-errand[data-bit="${bit}"] .emap-number`).textContent = words.t("{0} 个网点", words.number(count));
  });
}
