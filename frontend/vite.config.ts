import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressed } from "./tools/compressed.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "/app/",
  plugins: [react(), compressed()],
  resolve: { alias: { "@": here("./src") } },
  build: {
    outDir: here("../src/spote/entrypoints/web/static/app"),
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    reportCompressedSize: false,
    assetsInlineLimit: 0, // the policy of the page allows files, and data: for pictures alone
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
});
