// Answers lines of [expression, values] with the value of that function of the map's scripts.
import readline from "node:readline";
import vm from "node:vm";
import { load } from "./load.js";

const names = await load(...process.argv.slice(2));
const context = vm.createContext({ ...names, Uint8Array });
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const [expression, values] = JSON.parse(line);
  let answer;
  try {
    answer = { value: vm.runInContext(`(${expression})`, context)(...values) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
