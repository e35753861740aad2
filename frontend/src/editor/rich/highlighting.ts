/** Colours code by its language. Only classes are set: what they look like stands in the style sheet. */
import { classHighlighter, highlightTree } from "@lezer/highlight";
import type { Node } from "prosemirror-model";
import { Plugin } from "prosemirror-state";
import { Decoration, type EditorView } from "prosemirror-view";
import { languageOf } from "../languages";
import { schema } from "../markdown/schema";
import { blockDecorations } from "./blockDecorations";

const NAME = "highlighting";
const MOST = 30_000; // characters of one block; longer ones stay plain
const missing = new Set<string>();

function decorate(block: Node, start: number): Decoration[] {
  if (block.type !== schema.nodes.code_block || block.content.size > MOST) return [];
  const language = languageOf(String(block.attrs.info));
  if (!language) return [];
  if (!language.support) {
    missing.add(language.name);
    return [];
  }
  const found: Decoration[] = [];
  const tree = language.support.language.parser.parse(block.textContent);
  highlightTree(tree, classHighlighter, (from, to, classes) => {
    found.push(Decoration.inline(start + from, start + to, { class: classes }));
  });
  return found;
}

export const highlighting = (): Plugin[] => [
  blockDecorations(NAME, decorate),
  new Plugin({
    view(view) {
      loadMissing(view);
      return { update: loadMissing };
    },
  }),
];

function loadMissing(view: EditorView): void {
  for (const name of missing) {
    missing.delete(name);
    const language = languageOf(name);
    void language?.load().then(() => {
      if (!view.isDestroyed) view.dispatch(view.state.tr.setMeta("decorate", NAME));
    });
  }
}
