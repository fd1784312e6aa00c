import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const out = fileURLToPath(new URL("../src/anlan/static/dist", import.meta.url));

// The worker is one classic script that shares its source with the page, so it is built on its own, without chunks.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: out,
    emptyOutDir: false,
    target: ["chrome96", "safari15.4", "firefox100"],
    reportCompressedSize: false,
    rollupOptions: { input: "src/sw.ts", output: { format: "iife", entryFileNames: "sw.js", inlineDynamicImports: true } },
  },
});
