// Builds the page's code into the Python package. The first line of each asset carries the hash
// of everything it was built from, by which a test tells when it is stale.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const assets = join(here, "../zjsim/report/explorer/assets");

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}

function hashOfSources() {
  const hash = createHash("sha256");
  const names = [...files(join(here, "src")), join(here, "build.mjs"), join(here, "package-lock.json")];
  for (const path of names.map((name) => relative(here, name).split(sep).join("/")).sort()) {
    hash.update(`${path}\n`).update(readFileSync(join(here, path))).update("\n");
  }
  return hash.digest("hex");
}

const result = await build({
  entryPoints: { explorer: join(here, "src/main.js") },
  outdir: assets,
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "zjsimExplorer",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "inline",
  write: false,
});
const mark = hashOfSources();
const widget = readFileSync(join(here, "src/widget.js"), "utf8");
writeFileSync(join(assets, "widget.js"), `/* built from ${mark} */\n${widget}`);
for (const { path, text } of result.outputFiles) {
  // The text stands inside a page: nothing in it may look like the end of a script.
  const safe = text.replace(/<\/(script|style)/gi, "<\\/$1").replace(/<!--/g, "<\\!--");
  writeFileSync(path, `/* built from ${mark} */\n${safe}`);
  console.log(path.endsWith(".css") ? "explorer.css" : "explorer.js", safe.length);
}
