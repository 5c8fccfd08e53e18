// The map's modules by name, imported as they stand; only those that need no page.

const scripts = new URL("../../coverage/gdcoverage/emap/scripts/", import.meta.url);

/** All that some modules export, in one object. */
export async function load(...files) {
  const modules = await Promise.all(files.map((file) => import(new URL(file, scripts).href)));
  return Object.assign({}, ...modules);
}
