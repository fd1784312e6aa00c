// Copy the two weights of Noto Sans SC (SIL OFL 1.1) that paper making needs into the package.
import { copyFileSync, mkdirSync, statSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const from = join(here, "..", "node_modules", "@expo-google-fonts", "noto-sans-sc");
const to = join(here, "..", "..", "src", "anlan", "base", "papers", "fonts");

mkdirSync(to, { recursive: true });
const files = [
  ["400Regular/NotoSansSC_400Regular.ttf", "NotoSansSC-Regular.ttf"],
  ["700Bold/NotoSansSC_700Bold.ttf", "NotoSansSC-Bold.ttf"],
  ["LICENSE_FONT", "OFL.txt"],
];
for (const [source, target] of files) {
  const path = join(to, target);
  if (existsSync(path) && statSync(path).size === statSync(join(from, source)).size) continue;
  copyFileSync(join(from, source), path);
}
console.log("fonts: Noto Sans SC Regular and Bold for papers");
