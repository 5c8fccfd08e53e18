"use strict";
// Answers lines of [expression, values] with the value of that function of the map's scripts.
const readline = require("node:readline");
const vm = require("node:vm");
const { load } = require("./load.js");

const EMap = load(...process.argv.slice(2));
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const [expression, values] = JSON.parse(line);
  let answer;
  try {
    answer = { value: vm.runInNewContext(`(${expression})`, { EMap, Uint8Array })(...values) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
