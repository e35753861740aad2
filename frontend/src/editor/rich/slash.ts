/** Notices that a person types `/word` to put in a block. The menu itself is drawn by the page. */
import { Plugin, PluginKey } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";

export interface Slash {
  query: string;
  /** The slash and the word behind it. */
  from: number;
  to: number;
  /** Where the slash stands on the screen. */
  left: number;
  top: number;
  bottom: number;
}

export interface SlashMenu {
  show(slash: Slash | null): void;
  /** True for a key that the open menu takes. */
  key(event: KeyboardEvent): boolean;
}

interface Dismissed {
  /** Where a slash stands that is to be just a slash. */
  dismissed: number | null;
}

const key = new PluginKey<Dismissed>("slash");

export function slashMenu(menu: SlashMenu): Plugin {
  return new Plugin({
    key,
    state: {
      init: (): Dismissed => ({ dismissed: null }),
      apply(tr, state): Dismissed {
        const asked = tr.getMeta(key) as Dismissed | undefined;
        if (asked) return asked;
        return state.dismissed === null ? state : { dismissed: tr.mapping.map(state.dismissed) };
      },
    },
    props: {
      handleKeyDown: (view, event) => {
        const slash = slashAt(view);
        if (!slash) return false;
        if (event.key === "Escape") {
          dismiss(view);
          return true;
        }
        return menu.key(event);
      },
      handleDOMEvents: {
        blur: () => {
          menu.show(null);
          return false;
        },
      },
    },
    view: () => ({
      update: (view, before) => {
        if (
          view.state.doc.eq(before.doc) &&
          view.state.selection.eq(before.selection) &&
          key.getState(before) === key.getState(view.state)
        )
          return;
        menu.show(slashAt(view));
      },
      destroy: () => menu.show(null),
    }),
  });
}

export function dismiss(view: EditorView): void {
  const slash = slashAt(view);
  view.dispatch(view.state.tr.setMeta(key, { dismissed: slash?.from ?? null }));
}

function slashAt(view: EditorView): Slash | null {
  const { selection } = view.state;
  const { $from, empty } = selection;
  if (!empty || !view.editable || !view.hasFocus() || $from.parent.type.name !== "paragraph") return null;
  const before = $from.parent.textBetween(0, $from.parentOffset, "\n", "\u0000");
  const match = /(?:^|\s)\/([\p{L}\d ]{0,20})$/u.exec(before);
  if (!match) return null;
  const query = match[1] ?? "";
  const from = $from.pos - query.length - 1;
  if (key.getState(view.state)?.dismissed === from) return null;
  const { left, top, bottom } = view.coordsAtPos(from);
  return { query, from, to: $from.pos, left, top, bottom };
}
