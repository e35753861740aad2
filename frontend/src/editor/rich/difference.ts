/** Turns one document into another with the smallest replacement, so that selections outside it stay. */
import type { Node } from "prosemirror-model";
import type { Transaction } from "prosemirror-state";
import { changes } from "@/merging/diff";
import { childrenOf, shapeOf } from "../markdown/shape";

/** Replaces the blocks that differ, and in a block that changed only the words that did. */
export function towards(tr: Transaction, target: Node): Transaction {
  const before = childrenOf(tr.doc);
  const after = childrenOf(target);
  const starts = offsets(before);
  const found = changes(before.map(keyOf), after.map(keyOf));
  for (const { fromA, toA, fromB, toB } of found.reverse()) {
    const from = starts[fromA] as number;
    const to = starts[toA] as number;
    if (toA - fromA === toB - fromB)
      for (let k = toA - fromA - 1; k >= 0; k--)
        oneBlock(tr, starts[fromA + k] as number, before[fromA + k] as Node, after[fromB + k] as Node);
    else tr.replaceWith(from, to, after.slice(fromB, toB));
  }
  return tr;
}

const ids = new WeakMap<Node, string>();

/** Attributes of style count here, so that the text's next save finds them. */
function keyOf(node: Node): string {
  let key = ids.get(node);
  if (key === undefined) {
    key = `${shapeOf(node)}${JSON.stringify(node.attrs)}`;
    ids.set(node, key);
  }
  return key;
}

function offsets(blocks: readonly Node[]): number[] {
  const out = [0];
  for (const block of blocks) out.push((out.at(-1) ?? 0) + block.nodeSize);
  return out;
}

function oneBlock(tr: Transaction, at: number, was: Node, is: Node): void {
  const start = was.content.findDiffStart(is.content, 0);
  if (!was.sameMarkup(is)) {
    tr.replaceWith(at, at + was.nodeSize, is);
    return;
  }
  if (start === null) return;
  const end = was.content.findDiffEnd(is.content);
  if (!end) return;
  let { a, b } = end;
  const overlap = start - Math.min(a, b);
  if (overlap > 0) {
    a += overlap;
    b += overlap;
  }
  tr.replace(at + 1 + start, at + 1 + a, is.slice(start, b));
}
