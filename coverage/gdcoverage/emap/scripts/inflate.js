// Inflate: gzip undone where the browser has no DecompressionStream; in the words of ES5, as the plain list uses it too.

/** @typedef {{counts: number[], symbols: number[]}} Code */

/**
 * RFC 1952 (no extra fields, as Python writes) and RFC 1951.
 * @param {Uint8Array} bytes
 */
export function inflate(bytes) {
  var at = 10, bit = 0, out = new Uint8Array(bytes.length * 4), size = 0;

  /** @param {number} count */
  function take(count) {
    var value = 0;
    if (at >= bytes.length) throw new Error("damaged block");
    for (var i = 0; i < count; i++) {
      value |= ((bytes[at] >> bit) & 1) << i;
      if (++bit === 8) { bit = 0; at++; }
    }
    return value;
  }

  /** @param {number} byte */
  function put(byte) {
    if (size === out.length) {
      var larger = new Uint8Array(size * 2);
      larger.set(out);
      out = larger;
    }
    out[size++] = byte;
  }

  /** @param {Code} code */
  function read(code) {
    var word = 0, first = 0, index = 0;
    for (var length = 1; length < 16; length++) {
      word |= take(1);
      if (word - first < code.counts[length]) return code.symbols[index + word - first];
      index += code.counts[length];
      first = (first + code.counts[length]) << 1;
      word <<= 1;
    }
    throw new Error("damaged block");
  }

  function dynamic() {
    var literals = take(5) + 257, distances = take(5) + 1, count = take(4) + 4;
    var order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    var short = filled(19, 0), i;
    for (i = 0; i < count; i++) short[order[i]] = take(3);
    /** @type {number[]} */
    var lengths = [];
    var shortCode = codeOf(short);
    while (lengths.length < literals + distances) {
      var symbol = read(shortCode);
      if (symbol < 16) { lengths.push(symbol); continue; }
      var value = symbol === 16 ? lengths[lengths.length - 1] : 0;
      var times = symbol === 16 ? 3 + take(2) : symbol === 17 ? 3 + take(3) : 11 + take(7);
      for (i = 0; i < times; i++) lengths.push(value);
    }
    return [codeOf(lengths.slice(0, literals)), codeOf(lengths.slice(literals))];
  }

  var fixed = [
    codeOf(filled(144, 8).concat(filled(112, 9), filled(24, 7), filled(8, 8))),
    codeOf(filled(30, 5)),
  ];
  var sizes = bases([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5], 3);
  sizes.push([258, 0]);
  var steps = [];
  for (var step = 0; step < 30; step++) steps.push(Math.max(0, (step >> 1) - 1));
  var backs = bases(steps, 1);
  for (var last = 0; !last;) {
    last = take(1);
    var kind = take(2);
    if (kind === 0) {
      if (bit) { bit = 0; at++; }
      var stored = bytes[at] | (bytes[at + 1] << 8);
      at += 4;
      while (stored--) put(bytes[at++]);
      continue;
    }
    var codes = kind === 1 ? fixed : dynamic();
    for (var symbol = read(codes[0]); symbol !== 256; symbol = read(codes[0])) {
      if (symbol < 256) { put(symbol); continue; }
      var left = sizes[symbol - 257][0] + take(sizes[symbol - 257][1]);
      var far = backs[read(codes[1])];
      var from = far[0] + take(far[1]);
      while (left--) put(out[size - from]);
    }
  }
  return out.subarray(0, size);
}

/**
 * @param {number} count
 * @param {number} value
 */
function filled(count, value) {
  var list = [];
  while (count--) list.push(value);
  return list;
}

/**
 * Canonical Huffman code: how many codes of each length, and symbols in the order of their codes.
 * @param {number[]} lengths
 * @returns {Code}
 */
function codeOf(lengths) {
  var counts = filled(16, 0);
  /** @type {number[]} */
  var symbols = [];
  for (var length = 1; length < 16; length++) {
    for (var symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      counts[length]++;
      symbols.push(symbol);
    }
  }
  return { counts: counts, symbols: symbols };
}

/**
 * @param {number[]} steps extra bits of each
 * @param {number} first
 */
function bases(steps, first) {
  /** @type {[number, number][]} */
  var table = [];
  for (var i = 0; i < steps.length; i++) {
    table.push([first, steps[i]]);
    first += 1 << steps[i];
  }
  return table;
}
