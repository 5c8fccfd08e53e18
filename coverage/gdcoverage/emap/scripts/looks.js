// Looks: large type and dark colours, of the whole page.
import { part } from "./dom.js";

/** Whether the device asks for dark colours. */
const deviceDark = () => window.matchMedia("(prefers-color-scheme: dark)");

/**
 * How the page looks, and the buttons that say so; -> what the address keeps of it.
 * @param {HTMLElement} root
 * @param {{large: boolean, dark: boolean}} looks
 */
export function setLooks(root, { large, dark }) {
  const { classList } = document.documentElement;
  classList.toggle("emap-larger", large);
  classList.toggle("emap-night", dark);
  part(root, ".emap-large").setAttribute("aria-pressed", String(large));
  part(root, ".emap-dark").setAttribute("aria-pressed", String(dark));
}

export function looks() {
  const { classList } = document.documentElement;
  return { large: classList.contains("emap-larger"), dark: classList.contains("emap-night") };
}

/**
 * @param {{large?: string, theme?: string}} asked
 */
export const looksFrom = (asked) => ({
  large: asked.large === "1",
  dark: asked.theme ? asked.theme === "dark" : deviceDark().matches,
});

/** What the address says of it: what differs from the device's own. */
export function looksInAddress() {
  const { large, dark } = looks();
  return { large: large ? "1" : "", theme: dark === deviceDark().matches ? "" : dark ? "dark" : "light" };
}

/**
 * The device changes in the evening.
 * @param {() => void} changed
 */
export function onDeviceDark(changed) {
  const query = deviceDark();
  // Safari 13 knows only the old name.
  if (query.addEventListener) query.addEventListener("change", changed);
  else query.addListener(changed);
}
