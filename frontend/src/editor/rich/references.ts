/** Shows `#tags`, `[[links]]` and bare addresses in text as what they are. */
import type { Node } from "prosemirror-model";
import type { Plugin } from "prosemirror-state";
import { Decoration } from "prosemirror-view";
import { schema } from "../markdown/schema";
import { blockDecorations } from "./blockDecorations";

const FOUND =
  /(?<![\p{L}\p{N}_/&#])#(?=[\p{L}\p{N}_/-]*[\p{L}_])[\p{L}\p{N}_/-]+|\[\[[^\]\n]+\]\]|\bhttps?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]]/gu;

function decorate(block: Node, start: number): Decoration[] {
  if (block.type.spec.code) return [];
  const found: Decoration[] = [];
  block.forEach((node, offset) => {
    if (!node.isText || node.marks.some((mark) => mark.type === schema.marks.code)) return;
    for (const match of (node.text ?? "").matchAll(FOUND)) {
      const from = start + offset + match.index;
      found.push(Decoration.inline(from, from + match[0].length, attributesOf(match[0])));
    }
  });
  return found;
}

function attributesOf(text: string): Record<string, string> {
  if (text.startsWith("#")) return { class: "hashtag" };
  if (text.startsWith("[[")) return { class: "wikilink" };
  return { class: "bare-link", "data-href": text };
}

export const references = (): Plugin => blockDecorations("references", decorate);
