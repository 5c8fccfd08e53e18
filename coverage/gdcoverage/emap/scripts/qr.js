// QR codes (ISO/IEC 18004), byte mode, error correction level M, versions 1 to 15: rows of 0 and 1.

/** @typedef {(x: number, y: number, dark: boolean | number) => void} Set */

/**
 * By version: codewords in all, blocks, error correction codewords a block, middles of alignment marks.
 * @type {readonly (readonly [number, number, number, readonly number[]])[]}
 */
const SIZES = Object.freeze([
  [26, 1, 10, []], [44, 1, 16, [6, 18]], [70, 1, 26, [6, 22]], [100, 2, 18, [6, 26]], [134, 2, 24, [6, 30]],
  [172, 4, 16, [6, 34]], [196, 4, 18, [6, 22, 38]], [242, 4, 22, [6, 24, 42]], [292, 5, 22, [6, 26, 46]],
  [346, 5, 26, [6, 28, 50]], [404, 5, 30, [6, 30, 54]], [466, 8, 22, [6, 32, 58]], [532, 9, 22, [6, 34, 62]],
  [581, 9, 24, [6, 26, 46, 66]], [655, 10, 24, [6, 26, 48, 70]],
]);

/**
 * The modules of a text's code, row by row.
 * @param {string} text
 * @returns {number[][]}
 */
export function qr(text) {
  const bytes = [...new TextEncoder().encode(text)];
  const version = 1 + SIZES.findIndex(([all, blocks, check], i) => all - blocks * check >= bytes.length + (i < 9 ? 2 : 3));
  if (!version) throw new RangeError("too long for a QR code: " + text);
  const [all, blocks, check] = SIZES[version - 1];
  const data = codewords(bytes, version, all - blocks * check);
  const words = interleaved(data, blocks, check);
  let least = Infinity;
  /** @type {number[][]} */
  let best = [];
  for (let mask = 0; mask < 8; mask++) {
    const rows = matrix(words, version, mask);
    const penalty = penaltyOf(rows);
    if (penalty < least) [least, best] = [penalty, rows];
  }
  return best;
}

/**
 * Mode, length, bytes, end and padding as codewords.
 * @param {number[]} bytes
 * @param {number} version
 * @param {number} capacity codewords
 */
function codewords(bytes, version, capacity) {
  const bits = [0, 1, 0, 0];
  const push = (/** @type {number} */ value, /** @type {number} */ count) => { for (let i = count - 1; i >= 0; i--) bits.push((value >> i) & 1); };
  push(bytes.length, version < 10 ? 8 : 16);
  bytes.forEach((byte) => push(byte, 8));
  for (let i = 0; i < 4 && bits.length < capacity * 8; i++) bits.push(0);
  while (bits.length % 8) bits.push(0);
  const words = [];
  for (let i = 0; i < bits.length; i += 8) words.push(parseInt(bits.slice(i, i + 8).join(""), 2));
  for (let pad = 0xec; words.length < capacity; pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

/**
 * Blocks of data with their Reed-Solomon codewords, woven column by column; the last blocks are longer by one.
 * @param {number[]} data
 * @param {number} count of blocks
 * @param {number} check codewords a block
 */
function interleaved(data, count, check) {
  const short = Math.floor(data.length / count), long = data.length % count;
  /** @type {number[][]} */
  const blocks = [];
  /** @type {number[][]} */
  const checks = [];
  for (let i = 0, at = 0; i < count; i++) {
    const size = short + (i >= count - long ? 1 : 0);
    blocks.push(data.slice(at, at + size));
    checks.push(reedSolomon(blocks[i], check));
    at += size;
  }
  const woven = (/** @type {number[][]} */ lists, /** @type {number} */ length) => Array.from({ length }, (_, k) => lists.map((list) => list[k])).flat().filter((word) => word !== undefined);
  return [...woven(blocks, short + 1), ...woven(checks, check)];
}

/** Powers and logarithms in the field of 256 elements with x^8 + x^4 + x^3 + x^2 + 1. */
const FIELD = (() => {
  /** @type {number[]} */
  const power = [];
  /** @type {number[]} */
  const log = [];
  for (let i = 0, x = 1; i < 255; i++) {
    power.push(x);
    log[x] = i;
    x = (x << 1) ^ (x & 128 ? 0x11d : 0);
  }
  return Object.freeze({
    times: (/** @type {number} */ a, /** @type {number} */ b) => (a && b ? power[(log[a] + log[b]) % 255] : 0),
    power: (/** @type {number} */ i) => power[i % 255],
  });
})();

/**
 * @param {number[]} data
 * @param {number} count of codewords to add
 */
function reedSolomon(data, count) {
  const { times, power } = FIELD;
  let generator = [1];
  for (let i = 0; i < count; i++) {
    const next = [...generator, 0];
    generator.forEach((factor, k) => { next[k + 1] ^= times(factor, power(i)); });
    generator = next;
  }
  const rest = [...data, ...new Array(count).fill(0)];
  for (let i = 0; i < data.length; i++) {
    const lead = rest[i];
    generator.forEach((factor, k) => { rest[i + k] ^= times(factor, lead); });
  }
  return rest.slice(data.length);
}

/** @type {readonly ((x: number, y: number) => number)[]} */
const MASKS = Object.freeze([
  (x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2, (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
]);

/**
 * @param {number[]} words
 * @param {number} version
 * @param {number} mask
 */
function matrix(words, version, mask) {
  const size = 17 + 4 * version;
  const rows = Array.from({ length: size }, () => new Array(size).fill(0));
  const taken = rows.map((row) => row.map(() => false));
  /** @type {Set} */
  const set = (x, y, dark) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    rows[y][x] = Number(dark);
    taken[y][x] = true;
  };
  /**
   * @param {number} cx
   * @param {number} cy
   * @param {number} half
   * @param {(ring: number) => boolean} isDark
   */
  const square = (cx, cy, half, isDark) => {
    for (let y = -half; y <= half; y++) for (let x = -half; x <= half; x++) set(cx + x, cy + y, isDark(Math.max(Math.abs(x), Math.abs(y))));
  };
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  [[3, 3], [size - 4, 3], [3, size - 4]].forEach(([x, y]) => square(x, y, 4, (ring) => ring !== 2 && ring !== 4));
  const middles = SIZES[version - 1][3], last = middles[middles.length - 1];
  middles.forEach((x) => middles.forEach((y) => {
    const corner = (x === 6 && y === 6) || (x === 6 && y === last) || (x === last && y === 6);
    if (!corner) square(x, y, 2, (ring) => ring !== 1);
  }));
  markFormat(set, size, mask);
  if (version > 6) markVersion(set, size, version);
  // Two columns at a time from the right, up and down in turn, past the timing column.
  let bit = 0;
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let i = 0; i < size; i++) {
      const y = up ? size - 1 - i : i;
      for (const x of [right, right - 1]) {
        if (taken[y][x]) continue;
        const dark = bit < words.length * 8 && (words[bit >> 3] >> (7 - (bit & 7))) & 1;
        rows[y][x] = Number(dark) ^ Number(MASKS[mask](x, y) === 0);
        bit++;
      }
    }
  }
  return rows;
}

/**
 * A number with the remainder of its division by a generator behind it (BCH code).
 * @param {number} value
 * @param {number} length of the remainder, bits
 * @param {number} generator
 */
function withCheck(value, length, generator) {
  let rest = value << length;
  for (let i = 31; i >= length; i--) if ((rest >>> i) & 1) rest ^= generator << (i - length);
  return (value << length) | rest;
}

/**
 * Level M is 00.
 * @param {Set} set
 * @param {number} size
 * @param {number} mask
 */
function markFormat(set, size, mask) {
  const bits = withCheck(mask, 10, 0x537) ^ 0x5412;
  const bit = (/** @type {number} */ i) => (bits >> i) & 1;
  for (let i = 0; i < 6; i++) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
  for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i));
  set(8, size - 8, 1);
}

/**
 * @param {Set} set
 * @param {number} size
 * @param {number} version
 */
function markVersion(set, size, version) {
  const bits = withCheck(version, 12, 0x1f25);
  for (let i = 0; i < 18; i++) {
    const a = size - 11 + (i % 3), b = Math.floor(i / 3);
    set(a, b, (bits >> i) & 1);
    set(b, a, (bits >> i) & 1);
  }
}

/**
 * What makes a code hard to read: long runs, blocks, look-alikes of the corner marks, too dark or too light.
 * @param {number[][]} rows
 */
function penaltyOf(rows) {
  const size = rows.length, columns = rows.map((_, x) => rows.map((row) => row[x]));
  let penalty = 0;
  for (const line of [...rows, ...columns]) {
    const text = line.join("");
    for (const run of text.match(/0{5,}|1{5,}/g) || []) penalty += run.length - 2;
    for (let i = 0; i + 11 <= size; i++) {
      const part = text.slice(i, i + 11);
      if (part === "10111010000" || part === "00001011101") penalty += 40;
    }
  }
  for (let y = 0; y + 1 < size; y++) {
    for (let x = 0; x + 1 < size; x++) {
      const dark = rows[y][x] + rows[y][x + 1] + rows[y + 1][x] + rows[y + 1][x + 1];
      if (dark === 0 || dark === 4) penalty += 3;
    }
  }
  const dark = rows.flat().reduce((sum, module) => sum + module, 0);
  return penalty + 10 * Math.floor(Math.abs(dark / (size * size) - 0.5) * 20);
}
