// Print what a first visit downloads (gzip, as every server and proxy can send it) and hold it to its budget.
import { readFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "..", "src", "anlan", "static", "dist");
const strict = process.argv.includes("--strict");
const manifest = join(dist, "manifest.json");
if (!existsSync(manifest)) {
  console.error("budget: nothing built yet, run: npm run build");
  process.exit(1);
}
const entries = JSON.parse(readFileSync(manifest, "utf8"));
const size = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;

function files(key, seen = new Set()) {
  const entry = entries[key];
  if (!entry || seen.has(entry.file)) return seen;
  seen.add(entry.file);
  for (const css of entry.css ?? []) seen.add(css);
  for (const other of entry.imports ?? []) files(other, seen);
  return seen;
}

const icons = "src/generated/icons.svg";
const BUDGETS = [
  { name: "Console, first page", keys: ["src/console.ts", icons], limit: 350 - 25 }, // 25 kB left for the page itself
  { name: "Pocket shell", keys: ["src/pocket.ts", icons], files: ["sw.js"], limit: 150 - 10 },
];
let bad = false;
for (const { name, keys, files: more = [], limit } of BUDGETS) {
  const all = new Set(more);
  for (const key of keys) for (const file of files(key)) all.add(file);
  const total = [...all].reduce((sum, file) => sum + size(file), 0) / 1000;
  const over = total > limit;
  bad ||= over;
  console.log(`${over ? "OVER " : "ok   "} ${name}: ${total.toFixed(1)} kB of ${limit} kB compressed`);
  for (const file of all) console.log(`        ${(size(file) / 1000).toFixed(1).padStart(6)} kB  ${file}`);
}
for (const [key, entry] of Object.entries(entries)) {
  if (entry.isDynamicEntry) {
    const total = [...files(key)].reduce((sum, file) => sum + size(file), 0) / 1000;
    console.log(`later ${key}: ${total.toFixed(1)} kB`);
  }
}
if (bad && strict) process.exit(1);
