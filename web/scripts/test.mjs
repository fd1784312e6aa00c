// Run the unit tests of web/: each tests/*.test.ts is bundled by the esbuild that Vite brings, then run by Node's own runner.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const tests = join(dirname(fileURLToPath(import.meta.url)), "..", "tests");
const found = readdirSync(tests).filter((name) => name.endsWith(".test.ts"));
const out = mkdtempSync(join(tmpdir(), "anlan-web-"));
try {
  await build({ entryPoints: found.map((name) => join(tests, name)), outdir: out, outExtension: { ".js": ".mjs" }, bundle: true, format: "esm", platform: "node", target: "node20", logLevel: "error" });
  const ran = spawnSync(process.execPath, ["--test", "--test-force-exit", ...found.map((name) => join(out, basename(name, ".ts") + ".mjs"))], { stdio: "inherit" });
  process.exitCode = ran.status ?? 1;
} finally {
  rmSync(out, { recursive: true });
}
