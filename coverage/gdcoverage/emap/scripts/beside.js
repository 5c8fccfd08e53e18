// Beside: names of counties in scripts that lie beside the page, read when a query wants them.
/** @import { BesideCounty, NamesBlock, Store } from "./types.js" */
/** @import { Look } from "./lookup.js" */
import { leftBy, unpacked } from "./blocks.js";
import { CALLED } from "./names.js";
import { takeNames } from "./search.js";

// A map that shows less of the province than this is looked at for a place in it.
const NEAR_ZOOM = 10;

/** What of them is here, on its way, or missing. */
export class Beside {
  /**
   * @param {Store} store
   * @param {() => void} changed
   */
  constructor(store, changed) {
    this.store = store;
    this.changed = changed;
    /** @type {Map<string, "reading" | "here" | "missing">} by adcode */
    this.states = new Map();
  }

  /**
   * Reads what the question wants and nobody has asked for yet.
   * @param {Look} look
   */
  want(look) {
    const fresh = this.wanted(look).filter(({ adcode }) => !this.states.has(adcode));
    if (!fresh.length) return;
    fresh.forEach(({ adcode }) => this.states.set(adcode, "reading"));
    Promise.all(fresh.map((county) => this.read(county))).then(() => this.changed()).catch((error) => console.warn(error));
  }

  /** @param {BesideCounty} county */
  async read({ adcode, name }) {
    try {
      const { kind, text } = await leftBy(`地名/${adcode}.js`, "emapNames"), piece = await unpacked(kind, text), { names } = this.store;
      takeNames(this.store, names ? joined(names, piece, name) : piece);
      this.states.set(adcode, "here");
    } catch {
      // The page was handed on alone.
      this.states.set(adcode, "missing");
    }
  }

  /**
   * Counties where the question looks for a place that is not known: those it names, else those that the map shows.
   * @param {Look} look
   * @returns {BesideCounty[]}
   */
  wanted({ store, conditions, selected: { found }, map }) {
    const counties = (store.names && store.names.beside) || [];
    if (!found || !counties.length || !isMissed(found)) return [];
    const { values } = store.county, named = found.parts.flatMap(({ meanings }) =>
      meanings.flatMap((meaning) => (meaning.kind === "county" ? meaning.codes : [])));
    const chosen = conditions.county >= 0 ? [conditions.county] : named.length ? named
      : conditions.city < 0 ? [] : values.map((_, code) => code).filter((code) => store.cityOf[code] === conditions.city);
    if (chosen.length) return counties.filter(({ adcode }) => chosen.some((code) => values[code].adcode === adcode));
    if (map.getZoom() < NEAR_ZOOM) return [];
    const { lat, lng } = map.getCenter();
    return counties.filter(({ box: [west, south, east, north] }) => lng >= west && lng <= east && lat >= south && lat <= north);
  }

  /**
   * What of the names is not here though it is wanted; "" where nothing is.
   * @param {Look} look
   */
  said(look) {
    const { words, store, selected: { found } } = look, wanted = this.wanted(look);
    if (!found || !store.names || !store.names.beside || !isMissed(found)) return "";
    if (!wanted.length) return words.t("全省图上先只查主要地名；写上或选一个县区，就能查那里的街道和村居");
    const names = (/** @type {string} */ state) => wanted.filter(({ adcode }) => this.states.get(adcode) === state).map(({ name }) => name).join("、");
    const missing = names("missing"), reading = names("reading");
    return missing ? words.t("读不到{0}的街道和村居：“地名”文件夹要与本页放在一起", missing) : reading ? words.t("正在读取{0}的街道和村居……", reading) : "";
  }
}

/**
 * Whether a word of the query is neither an outlet's nor a place's as it is written.
 * @param {import("./types.js").Found} found
 */
const isMissed = ({ some, alike, near, places, skipped }) =>
  !some || alike || skipped.length > 0 || (near >= 0 && places[0].score < CALLED.whole);

/**
 * Names with all of a county's in the place of those that the page has of it.
 * @param {NamesBlock} names
 * @param {NamesBlock} piece
 * @param {string} county
 * @returns {NamesBlock}
 */
const joined = (names, piece, county) => ({
  ...names,
  groups: [...names.groups.filter((group) => group.county !== county), ...piece.groups],
  pinyin: { ...names.pinyin, ...piece.pinyin },
  simple: names.simple + piece.simple,
});
