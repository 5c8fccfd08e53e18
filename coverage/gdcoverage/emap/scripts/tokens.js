// Tokens: the colours, sizes and distances of the ground, one table for both editions, by day, by night and on paper.
/** @import { Tones } from "./types.js" */

// Quiet on purpose: outlets, people and gaps have the strong colours. Roads differ in width and in
// lightness too, water from woods in lightness, so that nothing hangs on hue alone.

/** @type {Readonly<Record<"day" | "night" | "paper", Tones>>} */
export const LOOKS = Object.freeze({
  day: {
    outside: "#F4F3EF", sea: "#C3DAE6", around: "#EDEAE3", land: "#F8F6F0", border: "#857A93",
    built: "#F1EDE4", campus: "#F3E9DC", sand: "#F1E8CC", green: "#DCE9CD", wood: "#CFE0C2", water: "#B2D0E2", bank: "#8FB6CD",
    building: "#E4DED3", wall: "#CFC7B8", rail: "#8B8A90", metro: "#A79BC0", thin: "#CBC2B2", foot: "#BFB5A4",
    road: ["", "#F3DCA2", "#F8E9C2", "#FDF6E0", "#FFFFFF", "#FFFFFF", "#FFFFFF"],
    edge: ["", "#BE9E54", "#C6AE76", "#C6B88E", "#C4BBAA", "#C8C0B0", "#D3CCBE"],
    ink: { outlet: "#0B3C7D", place: "#2B2B2B", street: "#554B3C", station: "#53408C", hospital: "#A1272B", public: "#5A4A2F", park: "#33662F", water: "#2A6286", soft: "#635A4E" },
    halo: "#FDFCF9", disc: "#FFFFFF",
  },
  night: {
    outside: "#131A22", sea: "#0F1D29", around: "#18212B", land: "#202A35", border: "#8F86A3",
    built: "#252F3A", campus: "#2B3037", sand: "#35342D", green: "#23362F", wood: "#1F332B", water: "#14344A", bank: "#2C5570",
    building: "#303B47", wall: "#44505D", rail: "#8A94A0", metro: "#7F73A6", thin: "#46515D", foot: "#56616D",
    road: ["", "#7A6A43", "#655C46", "#565347", "#4A5561", "#444F5B", "#3B4652"],
    edge: ["", "#121A22", "#141C24", "#161E27", "#161E27", "#18212A", "#1B242D"],
    ink: { outlet: "#A3CBFF", place: "#F1F3F5", street: "#D9D3C5", station: "#C6B8F5", hospital: "#FFA9A4", public: "#E5D3AE", park: "#A5D6A0", water: "#9CCBEA", soft: "#B5BDC6" },
    halo: "#151D26", disc: "#1A232D",
  },
  // Ink is dear and some printers are black and white: grounds white, edges dark.
  paper: {
    outside: "#FFFFFF", sea: "#DFE8EE", around: "#F2F1EE", land: "#FFFFFF", border: "#5F5670",
    built: "#FAF8F4", campus: "#F7F1E8", sand: "#F8F3E2", green: "#E6F0DC", wood: "#DBE9D2", water: "#CBDFEA", bank: "#86AFC8",
    building: "#EBE7E0", wall: "#BDB5A7", rail: "#6F6E74", metro: "#8E80B0", thin: "#C2BAAC", foot: "#A99F8F",
    road: ["", "#F5DFA6", "#FAEDCB", "#FEF9EA", "#FFFFFF", "#FFFFFF", "#FFFFFF"],
    edge: ["", "#A98842", "#B39A61", "#B3A57D", "#AFA798", "#B7AFA1", "#C4BDB0"],
    ink: { outlet: "#0B3C7D", place: "#000000", street: "#3D352A", station: "#43317A", hospital: "#8C1D18", public: "#463922", park: "#24521F", water: "#1B4D6E", soft: "#554D42" },
    halo: "#FFFFFF", disc: "#FFFFFF",
  },
});

/** Letters: the panel's own. Sizes are those of the tables of what is written; these hold for all. */
export const TYPE = Object.freeze({
  family: '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif',
  halo: 3.4,
  // With large letters chosen: less than the panel's, or the map would be full.
  larger: 1.3,
  leading: 1.22,
});

/** Pixels: between what is written, and between two of the same name. */
export const SPACE = Object.freeze({ apart: 3, again: 260, streetAgain: 340 });

/** Width of a street in pixels by zoom, from the greatest to footpaths; the first zoom is from which it is seen. */
export const WIDTHS = Object.freeze([
  [],
  [[6, 0.8], [9, 1.4], [11, 2.4], [13, 4.4], [15, 8.5], [17, 17], [19, 32]],
  [[8, 0.7], [10, 1.1], [11, 1.7], [13, 3.6], [15, 7.5], [17, 15], [19, 28]],
  [[9.5, 0.6], [11, 1.1], [13, 2.8], [15, 6.4], [17, 13], [19, 25]],
  [[10.5, 0.5], [12, 1], [13, 1.8], [15, 5], [17, 11], [19, 22]],
  [[12, 0.5], [13.5, 1.1], [15, 3.4], [17, 8.5], [19, 19]],
  [[14, 0.7], [15, 1.4], [16, 2.6], [17, 4.6], [19, 10]],
  [[15, 0.9], [17, 1.5], [19, 2.4]],
]);

/**
 * A width between those of the table; 0 below its first zoom.
 * @param {readonly (readonly number[])[]} table
 * @param {number} zoom
 */
export function widthAt(table, zoom) {
  if (!table.length || zoom < table[0][0]) return 0;
  const next = table.findIndex(([from]) => from > zoom);
  if (next < 0) return table[table.length - 1][1];
  const [[low, thin], [high, wide]] = [table[next - 1], table[next]];
  // Widths double as the ground does.
  return thin * (wide / thin) ** ((zoom - low) / (high - low));
}
