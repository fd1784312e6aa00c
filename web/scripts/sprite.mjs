// Build src/generated/icons.svg: one SVG sprite with only the Tabler icons that the product uses.
// Names come from web/icons.txt and from what templates and Python write literally:
//   {% icon "name" %}   icon="name"   <c-an.icon name="name"   and texts of files with NavItem, SearchSource, StateMark
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, "..");
const source = join(web, "..", "src", "anlan");
const icons = join(web, "node_modules", "@tabler", "icons", "icons");
const names = new Set(
  readFileSync(join(web, "icons.txt"), "utf8")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter(Boolean),
);

const PATTERNS = [
  /\{%\s*icon\s+"([a-z0-9-]+)"/g,
  /\bicon\s*=\s*"([a-z0-9-]+)"/g,
  /<c-an\.icon\s+name="([a-z0-9-]+)"/g,
];

// A Python file that fills a registry may write its icons anywhere: any text in it that is an icon's name counts.
const REGISTERS = /\b(?:NavItem|SearchSource|StateMark)\b/;
const exists = (name) => existsSync(join(icons, "outline", `${name}.svg`));

function scan(folder) {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) {
      if (!["static", "migrations", "locale", "__pycache__", "fonts"].includes(entry)) scan(path);
    } else if (/\.(html|py)$/.test(entry)) {
      const text = readFileSync(path, "utf8");
      if (entry.endsWith(".py") && REGISTERS.test(text))
        for (const match of text.matchAll(/"([a-z][a-z0-9-]+)"/g)) if (exists(match[1])) names.add(match[1]);
      for (const pattern of PATTERNS) for (const match of text.matchAll(pattern)) names.add(match[1]);
    }
  }
}

function symbol(name) {
  const filled = name.endsWith("-filled");
  const file = join(icons, filled ? "filled" : "outline", `${filled ? name.slice(0, -7) : name}.svg`);
  if (!existsSync(file)) throw new Error(`no Tabler icon called "${name}" (see https://tabler.io/icons)`);
  const body = readFileSync(file, "utf8")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/\s*<path stroke="none" d="M0 0h24v24H0z" fill="none" \/>/, "")
    .replace(/\s+/g, " ")
    .trim();
  const paint = filled
    ? 'fill="currentColor"'
    : 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${body}</symbol>`;
}

scan(source);
const generated = join(web, "src", "generated");
mkdirSync(generated, { recursive: true });
const list = [...names].sort();
const missing = [];
const parts = [];
for (const name of list) {
  try {
    parts.push(symbol(name));
  } catch (error) {
    missing.push(`  ${error.message}`);
  }
}
if (missing.length) {
  console.error(`icons: ${missing.length} unknown\n${missing.join("\n")}`);
  process.exit(1);
}
writeFileSync(
  join(generated, "icons.svg"),
  `<svg xmlns="http://www.w3.org/2000/svg">${parts.join("\n")}</svg>\n`,
);
console.log(`icons: ${list.length} in the sprite`);
