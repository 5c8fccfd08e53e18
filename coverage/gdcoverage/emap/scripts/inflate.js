// Inflate: gzip undone where the browser has no DecompressionStream.

/** @typedef {{counts: number[], symbols: number[]}} Code */

/**
 * RFC 1952 (no extra fields, as Python writes) and RFC 1951.
 * @param {Uint8Array} bytes
 */
export function inflate(bytes) {
  let at = 10, bit = 0, out = new Uint8Array(bytes.length * 4), size = 0;
  const take = (/** @type {number} */ count) => {
    let value = 0;
    for (let i = 0; i < count; i++) {
      value |= ((bytes[at] >> bit) & 1) << i;
      if (++bit === 8) { bit = 0; at++; }
    }
    return value;
  };
  const put = (/** @type {number} */ byte) => {
    if (size === out.length) {
      const larger = new Uint8Array(size * 2);
      larger.set(out);
      out = larger;
    }
    out[size++] = byte;
  };
  // Canonical Huffman code: how many codes of each length, and symbols in the order of their codes.
  const code = (/** @type {number[]} */ lengths) => {
    const counts = new Array(16).fill(0);
    lengths.forEach((length) => { if (length) counts[length]++; });
    /** @type {number[]} */
    const symbols = [];
    for (let length = 1; length < 16; length++) lengths.forEach((l, symbol) => { if (l === length) symbols.push(symbol); });
    return { counts, symbols };
  };
  const read = (/** @type {Code} */ { counts, symbols }) => {
    let word = 0, first = 0, index = 0;
    for (let length = 1; length < 16; length++) {
      word |= take(1);
      if (word - first < counts[length]) return symbols[index + word - first];
      index += counts[length];
      first = (first + counts[length]) << 1;
      word <<= 1;
    }
    throw new Error("damaged block");
  };
  const fixed = [
    code(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
    code(new Array(30).fill(5)),
  ];
  const dynamic = () => {
    const literals = take(5) + 257, distances = take(5) + 1, count = take(4) + 4;
    const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    const short = new Array(19).fill(0);
    for (let i = 0; i < count; i++) short[order[i]] = take(3);
    /** @type {number[]} */
    const lengths = [];
    const shortCode = code(short);
    while (lengths.length < literals + distances) {
      const symbol = read(shortCode);
      if (symbol < 16) lengths.push(symbol);
      else {
        const value = symbol === 16 ? lengths[lengths.length - 1] : 0;
        const times = symbol === 16 ? 3 + take(2) : symbol === 17 ? 3 + take(3) : 11 + take(7);
        for (let i = 0; i < times; i++) lengths.push(value);
      }
    }
    return [code(lengths.slice(0, literals)), code(lengths.slice(literals))];
  };
  const bases = (/** @type {number[]} */ steps, /** @type {number} */ first) => {
    /** @type {[number, number][]} */
    const table = [];
    steps.forEach((extra) => { table.push([first, extra]); first += 1 << extra; });
    return table;
  };
  const sizes = bases([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5], 3);
  sizes.push([258, 0]);
  const backs = bases(Array.from({ length: 30 }, (_, i) => Math.max(0, (i >> 1) - 1)), 1);
  for (let last = 0; !last;) {
    last = take(1);
    const kind = take(2);
    if (kind === 0) {
      if (bit) { bit = 0; at++; }
      const length = bytes[at] | (bytes[at + 1] << 8);
      at += 4;
      for (let i = 0; i < length; i++) put(bytes[at++]);
      continue;
    }
    const [literal, distance] = kind === 1 ? fixed : dynamic();
    for (let symbol = read(literal); symbol !== 256; symbol = read(literal)) {
      if (symbol < 256) { put(symbol); continue; }
      const [length, extra] = sizes[symbol - 257];
      let left = length + take(extra);
      const [back, more] = backs[read(distance)];
      const from = back + take(more);
      while (left--) put(out[size - from]);
    }
  }
  return out.subarray(0, size);
}
