import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const out = fileURLToPath(new URL("../src/anlan/static/dist", import.meta.url));

export default defineConfig({
  // Relative, so that STATIC_URL may be anything.
  base: "./",
  publicDir: false,
  css: { preprocessorOptions: { scss: { quietDeps: true, silenceDeprecations: ["import"] } } },
  build: {
    outDir: out,
    emptyOutDir: true,
    manifest: "manifest.json",
    // Offices in China often run browsers on an older Chromium (360, QQ, Edge of last year).
    target: ["chrome96", "safari15.4", "firefox100"],
    assetsInlineLimit: 0,
    // Without it Vite adds an inline style for its preload helper's missing feature only on old browsers.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: {
        console: "src/console.ts",
        pocket: "src/pocket.ts",
        plain: "src/plain.ts",
        wall: "src/wall.ts",
        icons: "src/generated/icons.svg?url",
      },
    },
  },
});
