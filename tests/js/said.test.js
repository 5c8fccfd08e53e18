import assert from "node:assert/strict";
import test from "node:test";
import { stale } from "../../coverage/gdcoverage/emap/scripts/said.js";
import { Words } from "../../coverage/gdcoverage/emap/scripts/words.js";

const day = (text) => Date.parse(text) / 86400000;
const said = (dataDate, madeOn, today, until = "2029-12-31") =>
  stale({ dataDate, madeOn }, { until }, new Words(), day(today));

test("a map says that it is old from the 181st day", () => {
  assert.equal(said("", "2026-01-01", "2026-06-30"), "");
  assert.match(said("", "2026-01-01", "2026-07-01"), /已有 181 天/);
});

test("the older of its dates counts, a year or a month to its last day", () => {
  assert.match(said("2026-01-01", "2026-06-01", "2026-07-01"), /已有 181 天/);
  assert.equal(said("2025", "2026-06-01", "2026-06-29"), "");
  assert.match(said("2025", "2026-06-01", "2026-06-30"), /已有 181 天/);
  assert.match(said("2025-02", "2025-02-10", "2025-08-20"), /已有 191 天/);
  assert.match(said("2024-02", "2026-02-10", "2024-08-28"), /已有 181 天/);
});

test("without dates nobody knows how old it is", () => {
  assert.equal(said("未知", "", "2028-01-01"), "");
  assert.match(said("未知", "2026-01-01", "2027-01-01"), /已有 365 天/);
});

test("beyond the last notice it says so", () => {
  assert.equal(said("", "2026-12-01", "2026-12-31", "2026-12-31"), "");
  assert.equal(said("", "2026-12-01", "2027-01-01", "2026-12-31"), "本图的节假日安排只到 2026-12-31，节日前后请先致电。");
});
