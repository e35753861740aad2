/** The document of rich mode to Markdown, in the style that its nodes remember. */
import type { Nodes, PhrasingContent, Root, RootContent, TableCell, TableRow } from "mdast";
import { gfmFootnoteToMarkdown } from "mdast-util-gfm-footnote";
import { gfmStrikethroughToMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableToMarkdown } from "mdast-util-gfm-table";
import { defaultHandlers, type Handle, type Options, type State, toMarkdown } from "mdast-util-to-markdown";
import type { Fragment, Mark, Node } from "prosemirror-model";
import { type Definitions, normalised } from "./grammar";
import { schema } from "./schema";
import { childrenOf, isBlank, tidyInline } from "./shape";

/**
 * How careful to be with characters that can mean something: "plain" writes text as it stands, "light" leaves
 * `#tag`, `[[Title]]` and `snake_case` alone, "full" escapes whatever might matter. Which one holds is proven by reading it again.
 */
export type Escaping = "plain" | "light" | "full";
export const ESCAPING: readonly Escaping[] = ["plain", "light", "full"];

export interface Writing {
  definitions: Definitions;
  escaping: Escaping;
}

/** Markdown of blocks that stand one after the other, without a line end at the end. */
export function writeBlocks(nodes: readonly Node[], writing: Writing): string {
  const root: Root = { type: "root", children: blocks(nodes, writing) };
  return toMarkdown(root, optionsFor(writing.escaping)).replace(/\n$/, "");
}

/** Markdown of a text block's content: one line, but for the breaks in it. */
export function writeInline(content: Fragment, writing: Writing): string {
  const children = inline(tidyInline(content), writing);
  const root: Root = { type: "root", children: [{ type: "paragraph", children }] };
  return toMarkdown(root, optionsFor(writing.escaping)).replace(/\n$/, "");
}

/** A table's row as `| a | b |`. */
export function writeRow(row: Node, writing: Writing): string {
  const cells = childrenOf(row).map((cell) => writeCell(cell, writing));
  return `| ${cells.join(" | ")} |`;
}

/** One cell's content, with its pipes escaped. */
export function writeCell(cell: Node, writing: Writing): string {
  return writeInline(cell.content, writing)
    .replace(/\\?\n/g, " ")
    .replace(/(?<!\\)((?:\\\\)*)\|/g, "$1\\|");
}

// ------------------------------------------------------------------ to mdast

type Raw = { type: "html"; value: string };
const raw = (value: string): Raw => ({ type: "html", value });
const style = (node: Node, name: string): unknown => node.attrs[name];

function blocks(nodes: readonly Node[], writing: Writing): RootContent[] {
  return nodes.filter((node) => !isBlank(node)).map((node) => block(node, writing));
}

function block(node: Node, writing: Writing): RootContent {
  const children = (): never[] => blocks(childrenOf(node), writing) as never[];
  const phrases = (): PhrasingContent[] => inline(tidyInline(node.content), writing);
  const data = { ...node.attrs };
  switch (node.type.name) {
    case "paragraph":
      return { type: "paragraph", children: phrases() };
    case "heading":
      return { type: "heading", depth: style(node, "level") as 1, children: phrases(), data } as RootContent;
    case "blockquote":
      return { type: "blockquote", children: children() };
    case "bullet_list":
      return {
        type: "list",
        ordered: false,
        spread: !node.attrs.tight,
        children: children(),
        data,
      } as RootContent;
    case "ordered_list":
      return {
        type: "list",
        ordered: true,
        start: Number(node.attrs.start),
        spread: !node.attrs.tight,
        children: children(),
        data,
      } as RootContent;
    case "list_item":
      return { type: "listItem", checked: node.attrs.checked as boolean | null, children: children() };
    case "code_block":
      return { type: "code", value: node.textContent, data } as RootContent;
    case "raw_block":
      return raw(node.textContent);
    case "horizontal_rule":
      return { type: "thematicBreak", data } as RootContent;
    case "footnote_definition":
      return {
        type: "footnoteDefinition",
        identifier: String(node.attrs.label),
        label: String(node.attrs.label),
        children: children(),
      };
    case "table":
      return table(node, writing);
    default:
      throw new Error(`Rich mode cannot write ${node.type.name}`);
  }
}

function table(node: Node, writing: Writing): RootContent {
  const rows = childrenOf(node).map(
    (row): TableRow => ({
      type: "tableRow",
      children: childrenOf(row).map(
        (cell): TableCell => ({ type: "tableCell", children: inline(tidyInline(cell.content), writing) }),
      ),
    }),
  );
  const align = childrenOf(node.firstChild as Node).map((cell) => cell.attrs.align as null | "left");
  return { type: "table", align, children: rows };
}

/** Nests marks around runs of nodes, the longest run outside; code is always innermost. */
function inline(content: Fragment, writing: Writing): PhrasingContent[] {
  return nest(
    childrenOf(content).map((node) => ({ node, marks: [...node.marks] })),
    writing,
  );
}

interface Marked {
  node: Node;
  marks: Mark[];
}

function nest(items: readonly Marked[], writing: Writing): PhrasingContent[] {
  const out: PhrasingContent[] = [];
  let at = 0;
  while (at < items.length) {
    const item = items[at] as Marked;
    const open = item.marks.filter((mark) => mark.type !== schema.marks.code);
    if (!open.length) {
      out.push(...leaf(item.node, writing));
      at++;
      continue;
    }
    const [mark, end] = widest(open, items, at);
    const inner = items
      .slice(at, end)
      .map(({ node, marks }) => ({ node, marks: marks.filter((one) => !one.eq(mark)) }));
    out.push(...wrap(mark, nest(inner, writing), writing));
    at = end;
  }
  return out;
}

function widest(open: readonly Mark[], items: readonly Marked[], from: number): [Mark, number] {
  let best: [Mark, number] = [open[0] as Mark, from + 1];
  for (const mark of open) {
    let end = from + 1;
    while (end < items.length && mark.isInSet((items[end] as Marked).marks)) end++;
    if (end > best[1]) best = [mark, end];
  }
  return best;
}

function wrap(mark: Mark, children: PhrasingContent[], writing: Writing): PhrasingContent[] {
  const data = { ...mark.attrs };
  switch (mark.type.name) {
    case "emphasis":
      return [{ type: "emphasis", children, data } as PhrasingContent];
    case "strong":
      return [{ type: "strong", children, data } as PhrasingContent];
    case "strike":
      return [{ type: "delete", children, data } as PhrasingContent];
    case "link":
      return [link(mark, children, writing)];
    default:
      return children;
  }
}

function link(mark: Mark, children: PhrasingContent[], writing: Writing): PhrasingContent {
  const url = String(mark.attrs.href);
  const title = mark.attrs.title as string | null;
  const reference = usable(mark.attrs.reference, url, title, writing);
  if (reference) return { type: "linkReference", ...reference, children } as PhrasingContent;
  return { type: "link", url, title, children, data: { angle: mark.attrs.angle } } as PhrasingContent;
}

/** The reference that was read, as long as its definition is still there and says the same. */
function usable(reference: unknown, url: string, title: string | null, writing: Writing) {
  if (typeof reference !== "string") return null;
  const [referenceType, ...rest] = reference.split(":");
  const label = rest.join(":");
  const target = writing.definitions.get(normalised(label));
  if (!target || target.url !== url || target.title !== title) return null;
  return { referenceType, label, identifier: label };
}

function leaf(node: Node, writing: Writing): PhrasingContent[] {
  if (node.isText) {
    const text = node.text ?? "";
    const code = node.marks.some((mark) => mark.type === schema.marks.code);
    return [code ? { type: "inlineCode", value: text } : { type: "text", value: text }];
  }
  switch (node.type.name) {
    case "soft_break":
      return [{ type: "text", value: "\n" }];
    case "hard_break":
      return [{ type: "break", data: { ...node.attrs } } as PhrasingContent];
    case "html_inline":
      return [raw(String(node.attrs.value))];
    case "footnote_reference": {
      const label = String(node.attrs.label);
      return [{ type: "footnoteReference", identifier: label, label }];
    }
    case "image":
      return [image(node, writing)];
    default:
      throw new Error(`Rich mode cannot write ${node.type.name}`);
  }
}

function image(node: Node, writing: Writing): PhrasingContent {
  const url = String(node.attrs.src);
  const alt = String(node.attrs.alt);
  const title = node.attrs.title as string | null;
  const reference = usable(node.attrs.reference, url, title, writing);
  if (reference) return { type: "imageReference", alt, ...reference } as PhrasingContent;
  return { type: "image", url, alt, title };
}

// ------------------------------------------------------------- mdast to text

interface Styled {
  data?: Readonly<Record<string, unknown>>;
}
const remembered = (node: Styled, name: string): unknown => node.data?.[name];

/** Runs a handler under other options, which it reads from the state when it is called. */
function under<T>(state: State, options: Options, run: () => T): T {
  const before = state.options;
  state.options = { ...before, ...options };
  try {
    return run();
  } finally {
    state.options = before;
  }
}

const heading: Handle = (node, parent, state, info) =>
  under(state, { setext: Boolean(remembered(node, "setext")) }, () =>
    defaultHandlers.heading(node, parent, state, info),
  );

/** `peek` tells the text before it which character will follow. */
const peeking = (handle: Handle, peek: (node: Styled) => string): Handle => Object.assign(handle, { peek });

const emphasis = peeking(
  (node, parent, state, info) =>
    under(state, { emphasis: remembered(node, "marker") === "_" ? "_" : "*" }, () =>
      defaultHandlers.emphasis(node, parent, state, info),
    ),
  (node) => (remembered(node, "marker") === "_" ? "_" : "*"),
);

const strong = peeking(
  (node, parent, state, info) =>
    under(state, { strong: remembered(node, "marker") === "__" ? "_" : "*" }, () =>
      defaultHandlers.strong(node, parent, state, info),
    ),
  (node) => (remembered(node, "marker") === "__" ? "_" : "*"),
);

const strike = peeking(
  (node, _parent, state, info) => {
    const marker = remembered(node, "marker") === "~" ? "~" : "~~";
    const exit = state.enter("strikethrough" as never);
    const text = state.containerPhrasing(node, { ...info, before: "~", after: "~" });
    exit();
    return marker + text + marker;
  },
  () => "~",
);

const angledLink = peeking(
  (node, parent, state, info) =>
    under(state, { resourceLink: !remembered(node, "angle") }, () =>
      defaultHandlers.link(node, parent, state, info),
    ),
  () => "[",
);

const hardBreak: Handle = (node, parent, state, info) => {
  const written = defaultHandlers.break(node, parent, state, info);
  return written === "\\\n" && remembered(node, "source") === "  " ? "  \n" : written;
};

const rule: Handle = (node) => String(remembered(node, "source") ?? "---");

const code: Handle = (node: Nodes & Styled, parent, state) => {
  const value = "value" in node ? node.value : "";
  const info = String(remembered(node, "info") ?? "");
  const fence = String(remembered(node, "fence") ?? "```");
  const indentable = /^ {0,3}\S/.test(value) && /\S[^\S\n]*$/.test(value) && state.stack.length < 2;
  if (!fence && !info && indentable && !followsItems(node, parent))
    return state.indentLines(value, (line, _at, blank) => (blank ? "" : "    ") + line);
  const char = fence.startsWith("~") || info.includes("`") ? "~" : "`";
  const inside = [...value.matchAll(char === "~" ? /^ {0,3}~{3,}/gm : /^ {0,3}`{3,}/gm)];
  const longest = Math.max(0, ...inside.map((run) => run[0].trim().length));
  const ticks = char.repeat(Math.max(longest + 1, fence.length, 3));
  return `${ticks}${info}\n${value}${value ? "\n" : ""}${ticks}`;
};

/** Behind a list, a footnote or other code an indented block would belong to it. */
function followsItems(node: Nodes, parent: Nodes | undefined): boolean {
  const siblings = parent && "children" in parent ? (parent.children as Nodes[]) : [];
  const before = siblings[siblings.indexOf(node) - 1];
  return before !== undefined && ["list", "footnoteDefinition", "code"].includes(before.type);
}

const list: Handle = (node, parent, state, info) => {
  const marker = remembered(node, "marker");
  const bullet = marker === "*" || marker === "+" ? marker : "-";
  const ordered = remembered(node, "delimiter") === ")" ? ")" : ".";
  return under(
    state,
    {
      bullet,
      bulletOther: bullet === "*" ? "-" : "*",
      bulletOrdered: ordered,
      incrementListMarker: remembered(node, "counts") !== false,
      listItemIndent: "one",
    },
    () => defaultHandlers.list(node, parent, state, info),
  );
};

const listItem: Handle = (node, parent, state, info) => {
  const bullet = bulletOf(node, parent as Nodes & Styled, state);
  const pad = Number(remembered(parent as Styled, "pad") ?? 1);
  const size = bullet.length + pad;
  const first = node.children[0] as Nodes | undefined;
  const box =
    typeof node.checked === "boolean" && first?.type === "paragraph" ? `[${node.checked ? "x" : " "}] ` : "";
  const tracker = state.createTracker(info);
  tracker.move(bullet + " ".repeat(pad));
  tracker.shift(size);
  const exit = state.enter("listItem");
  const text = box + state.containerFlow(node, tracker.current());
  exit();
  return state.indentLines(text, (line, at, blank) => {
    if (at) return (blank ? "" : " ".repeat(size)) + line;
    return (blank ? bullet : bullet + " ".repeat(pad)) + line;
  });
};

function bulletOf(node: Nodes, parent: Nodes & Styled, state: State): string {
  const bullet = state.bulletCurrent ?? "-";
  if (parent.type !== "list" || !parent.ordered) return bullet;
  const start = parent.start ?? 1;
  const step = state.options.incrementListMarker === false ? 0 : parent.children.indexOf(node as never);
  return `${start + step}${bullet}`;
}

const LIGHT: readonly [RegExp, string][] = [
  [/(^|[\s(])\\#(?=[\p{L}\p{N}_])/gu, "$1#"],
  [/\\\[\\?\[([^\]\n]*)\\?\]\\?\]/g, "[[$1]]"],
  [/(?<=[\p{L}\p{N}_])\\_(?=[\p{L}\p{N}_\\])/gu, "_"],
  [/(?<=\w)\\&(?=\W)|(?<=\s)\\&(?=\s)/g, "&"],
];

const textHandler =
  (escaping: Escaping): Handle =>
  (node, parent, state, info) => {
    const value = String(node.value);
    if (escaping === "plain") return value;
    const full = state.safe(value, info);
    void parent;
    return escaping === "full" ? full : LIGHT.reduce((text, [from, to]) => text.replace(from, to), full);
  };

function optionsFor(escaping: Escaping): Options {
  return {
    extensions: [
      gfmFootnoteToMarkdown(),
      gfmStrikethroughToMarkdown(),
      gfmTableToMarkdown({ tablePipeAlign: false }),
    ],
    handlers: {
      heading,
      emphasis,
      strong,
      delete: strike,
      link: angledLink,
      break: hardBreak,
      thematicBreak: rule,
      code,
      list,
      listItem,
      text: textHandler(escaping),
    } as NonNullable<Options["handlers"]>,
    join: [joinTight],
  };
}

/** In a tight list nothing but a nested list may follow a paragraph without a blank line. */
const joinTight: NonNullable<Options["join"]>[number] = (left, right, parent) =>
  parent.type === "listItem" && left.type === "paragraph" && right.type === "list" && !right.spread
    ? 0
    : undefined;
