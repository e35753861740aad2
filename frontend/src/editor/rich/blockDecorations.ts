/** Decorations that depend on one text block at a time: only blocks that changed are looked at again. */
import type { Node } from "prosemirror-model";
import { Plugin, PluginKey, type Transaction } from "prosemirror-state";
import { type Decoration, DecorationSet } from "prosemirror-view";

/** Decorations of a text block whose content begins at `start`. */
type Decorate = (block: Node, start: number) => Decoration[];

/** `again` in a transaction's meta data (for this plugin) decorates the whole document anew. */
export function blockDecorations(name: string, decorate: Decorate): Plugin<DecorationSet> {
  const key = new PluginKey<DecorationSet>(name);
  return new Plugin<DecorationSet>({
    key,
    state: {
      init: (_, { doc }) => DecorationSet.create(doc, all(doc, decorate)),
      apply(tr, set) {
        if (tr.getMeta("decorate") === name) return DecorationSet.create(tr.doc, all(tr.doc, decorate));
        return tr.docChanged ? renewed(set, tr, decorate) : set;
      },
    },
    props: { decorations: (state) => key.getState(state) },
  });
}

function all(doc: Node, decorate: Decorate): Decoration[] {
  const found: Decoration[] = [];
  doc.descendants((node, pos) => {
    if (!node.isTextblock) return true;
    found.push(...decorate(node, pos + 1));
    return false;
  });
  return found;
}

function renewed(set: DecorationSet, tr: Transaction, decorate: Decorate): DecorationSet {
  let now = set.map(tr.mapping, tr.doc);
  for (const { from, to } of changedRanges(tr)) {
    tr.doc.nodesBetween(from, to, (node, pos) => {
      if (!node.isTextblock) return true;
      now = now.remove(now.find(pos, pos + node.nodeSize)).add(tr.doc, decorate(node, pos + 1));
      return false;
    });
  }
  return now;
}

function changedRanges(tr: Transaction): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  tr.mapping.maps.forEach((map, at) => {
    map.forEach((_a, _b, from, to) => {
      const rest = tr.mapping.slice(at + 1);
      const size = tr.doc.content.size;
      ranges.push({
        from: Math.max(0, rest.map(from, -1) - 1),
        to: Math.min(size, rest.map(to, 1) + 1),
      });
    });
  });
  return ranges;
}
