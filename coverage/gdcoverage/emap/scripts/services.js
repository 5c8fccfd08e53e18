// Services: people covered by one business item, mode and hours, chosen by the planner; else by all outlets.
/** @import { Demand, Head, Layers, Services } from "./types.js" */
/** @import { Words } from "./words.js" */
import { make, part, refill } from "./dom.js";
import { isCovered, isMissed, Later } from "./layers.js";

/** Layers of demand points, and who is in each. */
const shown = Object.freeze({ covered: isCovered, uncovered: isMissed(1), uncovered_rural: isMissed(0) });

/**
 * Which demand points a service covers, 1 or 0.
 * @param {Services} services
 * @param {number} item
 * @param {number} mode
 * @param {number} when
 */
function coveredBy({ modes, whens, masks, mask }, item, mode, when) {
  const at = (item * modes.length + mode) * whens.length + when;
  return mask.map((number) => Number(masks[number][at]));
}

/**
 * The switches; what is chosen shows in the layers of demand points, their cards, counts and the headline.
 * @param {HTMLElement} root
 * @param {Words} words
 * @param {Head} head
 * @param {Demand} demand
 * @param {Services} services
 * @param {Layers} layers
 */
export function serviceSwitches(root, words, head, demand, services, layers) {
  const box = part(root, ".emap-services"), headline = part(root, ".emap-headline"), all = demand.covered;
  const select = (/** @type {string} */ label, /** @type {string[]} */ names) => {
    const node = make("select", { change: show });
    names.forEach((name, i) => node.append(make("option", { value: String(i), "data-t": name })));
    box.append(make("label", {}, make("span", { class: "emap-sr", "data-t": label }), node));
    return node;
  };
  const item = select("业务事项", ["全部网点", ...services.items]);
  const mode = select("服务方式", services.modes);
  const when = select("营业时间", services.whens);
  function show() {
    const chosen = [item.selectedIndex - 1, mode.selectedIndex, when.selectedIndex];
    const one = chosen[0] >= 0;
    mode.disabled = when.disabled = !one;
    demand.covered = one ? coveredBy(services, chosen[0], chosen[1], chosen[2]) : all;
    demand.service = one ? [services.items[chosen[0]], services.modes[chosen[1]], services.whens[chosen[2]]].join("·") : "";
    const at = (chosen[0] * services.modes.length + chosen[1]) * services.whens.length + chosen[2];
    headline.textContent = one ? services.told[at] : head.headline || "";
    Object.entries(shown).forEach(([key, which]) => {
      const layer = layers[key];
      if (layer instanceof Later) layer.renew();
      const count = root.querySelector(`[data-count="${key}"]`);
      if (count) refill(count, words.number(demand.lon.filter((_, i) => which(demand, i)).length));
    });
  }
  box.hidden = false;
  show();
}
