// Builds Pocket and its worker as a later version would be: its database of the outbox has one step more.
// node next_build.mjs WEB_FOLDER DIST_FOLDER: DIST_FOLDER holds a copy of the present build.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [web, dist] = process.argv.slice(2);
const { build } = createRequire(join(web, "package.json"))("esbuild");

const later = {
  name: "later",
  setup(made) {
    made.onLoad({ filter: /core[\\/]db\.ts$/ }, ({ path }) => {
      const now = readFileSync(path, "utf8");
      const next = now.replace('open("anlan-out", OUTBOX)', 'open("anlan-out", [...OUTBOX, (db) => void db.createObjectStore("later")])');
      if (next === now) throw new Error("the database of the outbox is opened otherwise now");
      return { contents: next, loader: "ts" };
    });
  },
};
const common = { bundle: true, minify: true, target: "chrome100", plugins: [later], loader: { ".css": "empty" }, logLevel: "error" };
await build({ ...common, entryPoints: [join(web, "src/pocket.ts")], format: "esm", outfile: join(dist, "assets/pocket-next.js"), banner: { js: "globalThis.anlanNext = true;" } });
await build({ ...common, entryPoints: [join(web, "src/sw.ts")], format: "iife", outfile: join(dist, "sw.js") });

const file = join(dist, "manifest.json");
const manifest = JSON.parse(readFileSync(file, "utf8"));
const { imports: _imports, dynamicImports: _later, ...entry } = manifest["src/pocket.ts"];
manifest["src/pocket.ts"] = { ...entry, file: "assets/pocket-next.js" };
writeFileSync(file, JSON.stringify(manifest));
