/**
 * Reads a long text part by part. The parser's time grows faster than the text, and a part that stayed the same since
 * the last reading gives the very nodes of then, so that comparing documents is quick, too.
 */
import type { RootContent } from "mdast";
import type { Node } from "prosemirror-model";
import { collectDefinitions, type Definition, type Definitions, parse, type Span, spanOf } from "./grammar";
import { type Reading, readTree } from "./read";

const ENOUGH = 3000; // characters in a part, where there is a place to cut

/** A line that nothing before its blank line can continue into, except open code fences and HTML. */
const CUT = /\n[ \t]*\r?\n(?=[^\s\-+*\d>])/g;

interface Part {
  at: number;
  text: string;
  tree: RootContent[];
}

export function readInParts(text: string): Reading {
  const parts = parsed(text);
  const definitions = new Map<string, Definition>();
  const footnotes = new Set<string>();
  for (const { tree } of parts)
    for (const node of tree) {
      collectDefinitions(node, definitions);
      collectFootnotes(node, footnotes);
    }
  const preamble = parts.length > 1 ? preambleOf(definitions, footnotes) : "";
  const reading: Reading = { nodes: [], spans: new Map() };
  const used = new Set<Reading>();
  for (const part of parts) append(reading, readPart(part, preamble, definitions, used), part.at);
  return reading;
}

function parsed(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  let to = at;
  while (at < text.length) {
    to = nextCut(text, Math.max(to, at) + ENOUGH);
    const piece = text.slice(at, to);
    const tree = treeOf(piece);
    // Fences and HTML may go on behind the blank line: such a part is not over yet.
    const last = tree.at(-1)?.type;
    if (to < text.length && (last === "code" || last === "html")) continue;
    parts.push({ at, text: piece, tree });
    at = to;
  }
  return parts;
}

function nextCut(text: string, from: number): number {
  CUT.lastIndex = from;
  const found = CUT.exec(text);
  return found ? found.index + found[0].length : text.length;
}

function collectFootnotes(node: RootContent, found: Set<string>): void {
  if (node.type === "footnoteDefinition") found.add(node.label ?? node.identifier);
  else if ("children" in node)
    for (const child of node.children) collectFootnotes(child as RootContent, found);
}

function preambleOf(definitions: Definitions, footnotes: ReadonlySet<string>): string {
  const links = [...definitions.keys()].map((label) => `[${label}]: <>\n\n`);
  return [...links, ...[...footnotes].map((label) => `[^${label}]: .\n\n`)].join("");
}

// What was read last is kept by its text: bounded, and oldest first out.
const KEPT = 400;
const trees = new Map<string, RootContent[]>();
const readings = new Map<string, Reading>();

function kept<T>(store: Map<string, T>, key: string, make: () => T): T {
  const known = store.get(key);
  if (known !== undefined) store.delete(key);
  const value = known ?? make();
  store.set(key, value);
  if (store.size > KEPT) store.delete(store.keys().next().value as string);
  return value;
}

const treeOf = (text: string): RootContent[] => kept(trees, text, () => parse(text).children);

/** One node may stand only once in a document, so that it has one place: a part that comes twice is read twice. */
function readPart(part: Part, preamble: string, definitions: Definitions, used: Set<Reading>): Reading {
  const key = `${preamble}\u0000${JSON.stringify([...definitions])}\u0000${part.text}`;
  const reading = kept(readings, key, () => read(part, preamble, definitions));
  if (used.has(reading)) return read(part, preamble, definitions);
  used.add(reading);
  return reading;
}

function read(part: Part, preamble: string, definitions: Definitions): Reading {
  if (!preamble || !part.text.includes("[")) return readTree(part.text, part.tree, definitions);
  const whole = preamble + part.text;
  const tree = parse(whole).children.filter((node) => spanOf(node).start >= preamble.length);
  const { nodes, spans } = readTree(whole, tree, definitions);
  const moved = new Map<Node, Span>();
  for (const [node, { start, end }] of spans)
    moved.set(node, { start: start - preamble.length, end: end - preamble.length });
  return { nodes, spans: moved };
}

function append(reading: Reading, part: Reading, offset: number): void {
  for (const node of part.nodes) reading.nodes.push(node);
  for (const [node, { start, end }] of part.spans)
    reading.spans.set(node, { start: start + offset, end: end + offset });
}
