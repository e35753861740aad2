/** Draws Mermaid diagrams. A drawing may come from a stranger's note: it is shown as a picture, which runs and styles nothing. */
import type { MermaidConfig } from "mermaid";

const FONT = "sans-serif"; // a picture cannot use the page's fonts

const settings = (dark: boolean): MermaidConfig => ({
  startOnLoad: false,
  securityLevel: "strict",
  htmlLabels: false,
  flowchart: { htmlLabels: false },
  theme: dark ? "dark" : "neutral",
  // The ground of code blocks; whole, or the line would be seen through the words on it.
  themeVariables: { edgeLabelBackground: dark ? "#111217" : "#f7f8fb" },
  themeCSS: ".edgeLabel rect { opacity: 1 }",
  fontFamily: FONT,
  suppressErrorRendering: true,
});

let turn: Promise<unknown> = Promise.resolve();
let count = 0;

/** A `data:` address of the drawing, in turn, as Mermaid draws one at a time. Rejects with what is wrong in the code. */
export function draw(code: string, dark: boolean): Promise<string> {
  const drawn = turn.then(() => drawNow(code, dark));
  turn = drawn.catch(() => undefined);
  return drawn;
}

async function drawNow(code: string, dark: boolean): Promise<string> {
  const { default: mermaid } = await import("mermaid");
  mermaid.initialize(settings(dark));
  const { svg } = await mermaid.render(`drawing-${count++}`, withoutDirectives(code));
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(svg))}`;
}

/** Directives and front matter could set styles and settings: the code draws with ours. */
const withoutDirectives = (code: string): string =>
  code.replace(/%%\{[\s\S]*?\}%%/g, "").replace(/^\s*---\n[\s\S]*?\n---[ \t]*\n/, "");

/** As a file of its own, with the size that a picture needs. */
function standalone(svg: string): string {
  const box = /viewBox="\s*[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"/.exec(svg);
  const sized = box
    ? svg.replace(/<svg ([^>]*?)width="[^"]*"/, `<svg $1width="${box[1]}" height="${box[2]}"`)
    : svg;
  return sized.replace(/<br>/g, "<br/>");
}
