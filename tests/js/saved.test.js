import assert from "node:assert/strict";
import test from "node:test";
import { csvOf, factRows } from "../../coverage/gdcoverage/emap/scripts/saved.js";
import { Words } from "../../coverage/gdcoverage/emap/scripts/words.js";

test("facts of rows that say different things stand under their labels", () => {
  const rows = factRows(new Words(), [
    { name: "甲", facts: [["人口", "12 人"]] }, { name: "=乙", facts: [["面积", "3 平方公里"], ["人口", "1,200 人"]] },
  ]);
  assert.deepEqual(rows, [["名称", "人口", "面积"], ["甲", "12 人", ""], ["=乙", "1,200 人", "3 平方公里"]]);
  assert.equal(csvOf(rows), "\ufeff名称,人口,面积\r\n甲,12 人,\r\n'=乙,\"1,200 人\",3 平方公里\r\n");
});
