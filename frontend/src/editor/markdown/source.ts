/** A text as its author wrote it, read into blocks that know their place in it. */
import type { Node } from "prosemirror-model";
import {
  type Definitions,
  definitionsIn,
  frontMatterLength,
  parse,
  type Span,
  withUnixLines,
} from "./grammar";
import { readInParts } from "./parts";
import { schema } from "./schema";
import { childrenOf } from "./shape";

export interface Source {
  readonly text: string;
  /** The blocks of the text in order; `doc`'s children, unless the text is blank. */
  readonly blocks: readonly Node[];
  readonly doc: Node;
  /** Places of blocks, table rows and list items. A node that stands in no text has none. */
  readonly spans: ReadonlyMap<Node, Span>;
  /** What the author ends lines with. */
  readonly lineEnd: "\n" | "\r\n" | "\r";
}

/** Reads a whole text. Never fails: what is not understood is kept as it is written. */
export function readSource(text: string): Source {
  const from = text.startsWith("\uFEFF") ? 1 : 0;
  const front = frontMatterLength(text.slice(from));
  const offset = from + front;
  const body = text.slice(offset);
  const { nodes, spans } = readInParts(body);
  const placed = new Map<Node, Span>();
  for (const [node, span] of spans) placed.set(node, { start: span.start + offset, end: span.end + offset });
  const blocks = nodes.map((node) => widened(node, placed, text));
  if (front) {
    const block = schema.nodes.raw_block.create(
      { kind: "frontmatter" },
      schema.text(withUnixLines(text.slice(from, offset))),
    );
    placed.set(block, { start: from, end: offset });
    blocks.unshift(block);
  }
  const doc = schema.nodes.doc.create(null, blocks.length ? blocks : [schema.nodes.paragraph.create()]);
  return { text, blocks, doc, spans: placed, lineEnd: lineEndOf(text) };
}

/** A block begins where its line does: an indented code block's blanks are its own. */
function widened(node: Node, placed: Map<Node, Span>, text: string): Node {
  const span = placed.get(node);
  if (span) {
    let start = span.start;
    while (start > 0 && (text[start - 1] === " " || text[start - 1] === "\t")) start--;
    if (start === 0 || text[start - 1] === "\n" || text[start - 1] === "\r") span.start = start;
  }
  return node;
}

function lineEndOf(text: string): Source["lineEnd"] {
  const found = /\r\n|\n|\r/.exec(text)?.[0];
  return found === "\r\n" || found === "\r" ? found : "\n";
}

/** What the text of other blocks must know of a document: its link definitions and the footnotes it has. */
export interface Surroundings {
  definitions: Definitions;
  /** Markdown that, put before a block's text, makes its references mean what they mean in the document. */
  preamble: string;
  /** How many blocks the preamble reads as. */
  count: number;
}

const surroundings = new WeakMap<Node, Surroundings>();

export function surroundingsOf(doc: Node): Surroundings {
  let known = surroundings.get(doc);
  if (!known) {
    known = compute(doc);
    surroundings.set(doc, known);
  }
  return known;
}

function compute(doc: Node): Surroundings {
  const lines: string[] = [];
  const labels = new Set<string>();
  for (const block of childrenOf(doc)) gather(block, lines, labels);
  const notes = [...labels].map((label) => `[^${label}]: .`);
  const texts = lines.map((line) => line.trim()).filter(Boolean);
  const end = notes.length ? ["***"] : []; // else what is indented behind a footnote would belong to it
  const preamble = [...texts, ...notes, ...end].map((line) => `${line}\n\n`).join("");
  return {
    definitions: definitionsIn(texts.join("\n\n")),
    preamble,
    count: preamble ? parse(preamble).children.length : 0,
  };
}

function gather(node: Node, lines: string[], labels: Set<string>): void {
  if (node.type === schema.nodes.raw_block && node.attrs.kind === "definition") lines.push(node.textContent);
  if (node.type === schema.nodes.footnote_definition) labels.add(String(node.attrs.label));
  if (node.isTextblock) return;
  for (const child of node.children) gather(child, lines, labels);
}
