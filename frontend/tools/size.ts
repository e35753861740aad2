/** Fails where the first load, gzipped, is over its budget: what index.html needs before anything shows. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const BUDGET = { js: 210 * 1024, css: 30 * 1024 }; // bytes
const FOLDER = join(import.meta.dirname, "../../src/spote/entrypoints/web/static/app");

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  isEntry?: boolean;
}

const manifest: Record<string, Chunk> = JSON.parse(readFileSync(join(FOLDER, ".vite/manifest.json"), "utf8"));

const files = new Set<string>();
const visited = new Set<string>();

function visit(name: string): void {
  const chunk = manifest[name];
  if (!chunk || visited.has(name)) return;
  visited.add(name);
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const imported of chunk.imports ?? []) visit(imported);
}

for (const [name, chunk] of Object.entries(manifest)) if (chunk.isEntry) visit(name);

let failed = files.size === 0;
for (const kind of ["js", "css"] as const) {
  const bytes = [...files]
    .filter((file) => file.endsWith(`.${kind}`))
    .reduce((sum, file) => sum + gzipSync(readFileSync(join(FOLDER, file)), { level: 9 }).length, 0);
  const [size, most] = [bytes, BUDGET[kind]].map((number) => (number / 1024).toFixed(1));
  console.log(`First load, ${kind}: ${size} KB gzipped, of ${most} KB`);
  failed ||= bytes > BUDGET[kind];
}
process.exit(failed ? 1 : 0);
