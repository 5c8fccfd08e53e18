import assert from "node:assert/strict";
import test from "node:test";
import { Words } from "../../coverage/gdcoverage/emap/scripts/words.js";

test("texts are Chinese at first, their gaps filled", () => {
  assert.equal(new Words().t("共 {0} 个网点", 3), "共 3 个网点");
});

test("one map's language and labels are not another's", () => {
  const one = new Words(), other = new Words();
  one.language = "en";
  one.english["步行街道"] = "Walkable streets";
  assert.equal(one.t("共 {0} 个网点", 3), "3 outlets");
  assert.equal(one.t("步行街道"), "Walkable streets");
  other.language = "en";
  assert.equal(other.t("步行街道"), "步行街道");
});
