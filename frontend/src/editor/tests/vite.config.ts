import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Builds the editor without the app: `vite build --config src/editor/tests/vite.config.ts --outDir <folder>`. */
export default defineConfig({
  root: here("."),
  base: "./",
  resolve: { alias: { "@": here("../../") } },
  build: {
    emptyOutDir: true,
    minify: false,
    reportCompressedSize: false,
    modulePreload: false,
    rollupOptions: { input: here("./harness.html"), external: ["mermaid"] },
  },
});
