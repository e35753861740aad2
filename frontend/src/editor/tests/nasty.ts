import { CONSTRUCTS } from "./constructs";

/** About 600 lines of everything, as nobody would write it on purpose. */
export function nastyDocument(): string {
  const left = new Set([
    "front matter",
    "front matter alone",
    "byte order mark",
    "unclosed fence",
    "mixed line ends",
    "crlf",
  ]);
  const parts = Object.entries(CONSTRUCTS)
    .filter(([name]) => !left.has(name))
    .map(([name, text]) => `${text.replace(/\n*$/, "\n")}\nAbove stands: ${name}.\n`);
  return `---\ntitle: nasty\n---\n${parts.join("\n")}\n`;
}
