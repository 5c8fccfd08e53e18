"use strict";
// Some of the map's scripts in a context of their own, without a page.
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const templates = path.join(__dirname, "../../coverage/gdcoverage/emap/templates");

// -> EMap as the scripts make it; no document, no Leaflet.
exports.load = function (...files) {
  const context = vm.createContext({ TextEncoder, TextDecoder, Uint8Array, atob, URLSearchParams });
  context.window = context;
  vm.runInContext("var EMap = {};", context);
  for (const file of files) {
    const whole = path.isAbsolute(file) ? file : path.join(templates, file);
    vm.runInContext(fs.readFileSync(whole, "utf8"), context, { filename: whole });
  }
  return context.EMap;
};
