/** What is shown of a note that stands nowhere in it. */
import { Plugin } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { schema } from "../markdown/schema";

/** What to do with an empty note. */
export const placeholder = new Plugin({
  props: {
    decorations: ({ doc }) => {
      const only = doc.childCount === 1 ? doc.firstChild : null;
      if (only?.type !== schema.nodes.paragraph || only.content.size) return null;
      const empty = { class: "empty", "data-placeholder": "Write, or press / for blocks" };
      return DecorationSet.create(doc, [Decoration.node(0, only.nodeSize, empty)]);
    },
  },
});

/** Marks the block of code that the caret is in: a diagram shows its code then. */
export const editedBlock = new Plugin({
  props: {
    decorations: ({ doc, selection }) => {
      const { $from } = selection;
      if ($from.parent.type !== schema.nodes.code_block) return null;
      return DecorationSet.create(doc, [
        Decoration.node($from.before(), $from.after(), {}, { editing: true }),
      ]);
    },
  },
});
