/**
 * What a document means, as a string: equal for two documents that Markdown cannot tell apart.
 * How something was written, empty paragraphs and blanks at the edges do not count.
 */
import { Fragment, type Mark, type Node } from "prosemirror-model";
import { STYLE, schema } from "./schema";

const known = new WeakMap<Node, string>();

export function shapeOf(node: Node): string {
  let shape = known.get(node);
  if (shape === undefined) {
    shape = compute(node);
    known.set(node, shape);
  }
  return shape;
}

/** Blocks that leave a trace in Markdown: empty paragraphs leave none. */
export const visibleBlocks = (nodes: readonly Node[]): Node[] => nodes.filter((node) => !isBlank(node));

/** A paragraph of nothing but blanks and breaks. */
export function isBlank(node: Node): boolean {
  if (node.type !== schema.nodes.paragraph) return false;
  for (let at = 0; at < node.childCount; at++) {
    const child = node.child(at);
    if (child.isText ? /[^ \t]/.test(child.text ?? "") : !breaks(child)) return false;
  }
  return true;
}

export const childrenOf = (parent: Node | Fragment): Node[] =>
  parent instanceof Fragment ? [...parent.content] : [...parent.children];

function compute(node: Node): string {
  if (node.isText) return JSON.stringify(node.text) + marksOf(node.marks);
  const head = node.type.name + JSON.stringify(meaningful(node.type.name, node.attrs)) + marksOf(node.marks);
  if (node.isLeaf) return head;
  const children = node.type.spec.code
    ? childrenOf(node)
    : node.isTextblock
      ? joined(childrenOf(tidyInline(node.content)).map(asWritten))
      : visibleBlocks(childrenOf(node));
  return `${head}(${children.map(shapeOf).join(",")})`;
}

/** A footnote's mark is text where the footnote is gone, and comes back with it. */
function asWritten(node: Node): Node {
  if (node.type !== schema.nodes.footnote_reference) return node;
  return schema.text(`[^${String(node.attrs.label)}]`, node.marks);
}

function meaningful(type: string, attrs: Readonly<Record<string, unknown>>): unknown {
  const style = STYLE[type] ?? [];
  return Object.entries(attrs).filter(
    ([name]) => !style.includes(name) && !/^col(span|width)$|^rowspan$/.test(name),
  );
}

const marksOf = (marks: readonly Mark[]): string =>
  marks.map((mark) => mark.type.name + JSON.stringify(meaningful(mark.type.name, mark.attrs))).join("");

/** Inline content as Markdown can hold it: no blanks at the edges of lines, none at the inner edge of a mark. */
export function tidyInline(content: Fragment): Fragment {
  let nodes = childrenOf(content);
  for (const type of [schema.marks.link, schema.marks.emphasis, schema.marks.strong, schema.marks.strike])
    nodes = nodes.flatMap((node, at) => unmarkEdges(node, nodes[at - 1], nodes[at + 1], type.name));
  return Fragment.from(joined(trimmed(nodes)));
}

/** Takes a mark off blanks where it begins or ends: `**bold **` is not bold in Markdown. */
function unmarkEdges(node: Node, before: Node | undefined, after: Node | undefined, name: string): Node[] {
  const mark = node.marks.find((one) => one.type.name === name);
  if (!mark || hasCode(node)) return [node];
  const opens = !(before && mark.isInSet(before.marks));
  const closes = !(after && mark.isInSet(after.marks));
  if (!node.isText)
    return breaks(node) && (opens || closes) ? [node.mark(mark.removeFromSet(node.marks))] : [node];
  const text = node.text ?? "";
  const lead = opens ? (/^[ \t]+/.exec(text)?.[0].length ?? 0) : 0;
  const tail = closes && lead < text.length ? (/[ \t]+$/.exec(text)?.[0].length ?? 0) : 0;
  if (!lead && !tail) return [node];
  const bare = mark.removeFromSet(node.marks);
  const parts: Node[] = [];
  if (lead) parts.push(schema.text(text.slice(0, lead), bare));
  if (lead + tail < text.length) parts.push(node.cut(lead, text.length - tail));
  if (tail) parts.push(schema.text(text.slice(text.length - tail), bare));
  return parts;
}

const breaks = (node: Node): boolean =>
  node.type === schema.nodes.hard_break || node.type === schema.nodes.soft_break;
const hasCode = (node: Node): boolean => node.marks.some((mark) => mark.type === schema.marks.code);

/** Without blanks, and without breaks, at the edges of the block and of its lines. */
function trimmed(nodes: readonly Node[]): Node[] {
  const kept: Node[] = [];
  const all = joined(nodes);
  all.forEach((node, at) => {
    if (!node.isText || hasCode(node)) {
      kept.push(node);
      return;
    }
    const before = all[at - 1];
    const after = all[at + 1];
    let text = node.text ?? "";
    if (!before || breaks(before)) text = text.replace(/^[ \t]+/, "");
    if (!after || breaks(after)) text = text.replace(/[ \t]+$/, "");
    if (text) kept.push(text === node.text ? node : schema.text(text, node.marks));
  });
  const edgeless = withoutEdgeBreaks(kept);
  return edgeless.length === nodes.length && edgeless.every((node, at) => node === nodes[at])
    ? edgeless
    : trimmed2(edgeless, nodes);
}

/** Once more until nothing changes: what was trimmed may have stood between a break and the edge. */
function trimmed2(now: Node[], before: readonly Node[]): Node[] {
  const size = (nodes: readonly Node[]): number => nodes.reduce((sum, node) => sum + node.nodeSize, 0);
  return size(now) === size(before) ? now : trimmed(now);
}

function withoutEdgeBreaks(nodes: Node[]): Node[] {
  let from = 0;
  let to = nodes.length;
  while (from < to && breaks(nodes[from] as Node)) from++;
  while (to > from && breaks(nodes[to - 1] as Node)) to--;
  return nodes.slice(from, to);
}

function joined(nodes: readonly Node[]): Node[] {
  const out: Node[] = [];
  for (const node of nodes) {
    const last = out.at(-1);
    if (last?.isText && node.isText && last.sameMarkup(node))
      out[out.length - 1] = schema.text(`${last.text ?? ""}${node.text ?? ""}`, last.marks);
    else out.push(node);
  }
  return out;
}
