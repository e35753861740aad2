/** Markdown that turns into what it means while it is typed, and the keys of rich mode. */
import { baseKeymap, chainCommands, exitCode, newlineInCode } from "prosemirror-commands";
import { GapCursor } from "prosemirror-gapcursor";
import { InputRule, inputRules, textblockTypeInputRule, wrappingInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import type { Attrs, MarkType, ResolvedPos } from "prosemirror-model";
import { liftListItem, sinkListItem, splitListItem } from "prosemirror-schema-list";
import { type Command, type Plugin, Selection } from "prosemirror-state";
import { addRowAfter, cellAround, goToNextCell, isInTable, nextCell } from "prosemirror-tables";
import { schema } from "../markdown/schema";
import type { SurfaceHost } from "../surface";
import { COMMANDS } from "./commands";

const { nodes: N, marks: M } = schema;

const markRule = (pattern: RegExp, type: MarkType, attrs: Attrs | null = null): InputRule =>
  new InputRule(pattern, (state, match, start, end) => {
    const inner = match[2] ?? "";
    const whole = match[0].slice((match[1] ?? "").length);
    const from = start + (match[1] ?? "").length;
    const edge = (whole.length - inner.length) / 2;
    if (state.doc.rangeHasMark(from, end, M.code)) return null;
    const tr = state.tr.delete(from + edge + inner.length, end).delete(from, from + edge);
    return tr.addMark(from, from + inner.length, type.create(attrs)).removeStoredMark(type);
  });

const taskRule = new InputRule(/^\[([ xX])\]\s$/, (state, match, start, end) => {
  const $start = state.doc.resolve(start);
  const item = $start.node(-1);
  if (item?.type !== N.list_item || $start.index(-1) !== 0) return null;
  return state.tr.delete(start, end).setNodeAttribute($start.before(-1), "checked", match[1] !== " ");
});

const dividerRule = new InputRule(/^(?:---|\*\*\*|___)$/, (state, match, start, end) => {
  const $start = state.doc.resolve(start);
  if ($start.parent.type !== N.paragraph || $start.depth !== 1) return null;
  const rule = N.horizontal_rule.create({ source: match[0] });
  const tr = state.tr.delete(start, end).insert($start.before(), rule);
  return tr.setSelection(Selection.near(tr.doc.resolve($start.before() + rule.nodeSize + 1)));
});

const rules = [
  textblockTypeInputRule(/^(#{1,6})\s$/, N.heading, (match) => ({ level: match[1]?.length ?? 1 })),
  textblockTypeInputRule(/^(```|~~~)([\w+-]*)\s$/, N.code_block, (match) => ({
    fence: match[1],
    info: match[2] ?? "",
  })),
  wrappingInputRule(/^\s*>\s$/, N.blockquote),
  wrappingInputRule(/^\s*([-+*])\s$/, N.bullet_list, (match) => ({ marker: match[1] })),
  wrappingInputRule(
    /^(\d{1,9})([.)])\s$/,
    N.ordered_list,
    (match) => ({ start: Number(match[1]), delimiter: match[2] }),
    (match, node) => node.childCount + Number(node.attrs.start) === Number(match[1]),
  ),
  taskRule,
  dividerRule,
  markRule(/(^|[^*\w])\*\*([^*\s](?:[^*]*[^*\s])?)\*\*$/, M.strong),
  markRule(/(^|[^_\w])__([^_\s](?:[^_]*[^_\s])?)__$/, M.strong, { marker: "__" }),
  markRule(/(^|[^*\w])\*([^*\s](?:[^*]*[^*\s])?)\*$/, M.emphasis),
  markRule(/(^|[^_\w])_([^_\s](?:[^_]*[^_\s])?)_$/, M.emphasis, { marker: "_" }),
  markRule(/(^|[^~])~~([^~\s](?:[^~]*[^~\s])?)~~$/, M.strike),
  markRule(/(^|[^`])`([^`]+)`$/, M.code),
];

/**
 * Code that ends its note has no line below to go to: one is made, at the margin, whatever list or quote the code is in.
 * Whoever wants to go on within these presses Mod-Enter.
 */
const belowLastCode: Command = (state, dispatch, view) => {
  const { $head, empty } = state.selection;
  if (!empty || !$head.parent.type.spec.code || !view?.endOfTextblock("down")) return false;
  const end = state.doc.content.size;
  if ($head.end() + $head.depth < end) return false; // something other than ends of blocks follows
  const tr = state.tr.insert(end, N.paragraph.create());
  dispatch?.(tr.setSelection(Selection.near(tr.doc.resolve(end))).scrollIntoView());
  return true;
};

/**
 * Up and down go to the cell above or below, and out of the table: browsers go to the cell before or behind, and
 * prosemirror-tables knows these keys only where cells hold blocks.
 */
const alongColumn =
  (dir: 1 | -1): Command =>
  (state, dispatch, view) => {
    const { $head, empty } = state.selection;
    const $cell = cellAround($head);
    if (!empty || !$cell || !view?.endOfTextblock(dir > 0 ? "down" : "up")) return false;
    const $next = nextCell($cell, "vert", dir);
    const selection = $next ? inCell($next, $head.parentOffset) : beyondTable($cell, dir);
    if (selection) dispatch?.(state.tr.setSelection(selection).scrollIntoView());
    return selection !== null;
  };

function inCell($cell: ResolvedPos, offset: number): Selection {
  const size = $cell.nodeAfter?.content.size ?? 0;
  return Selection.near($cell.doc.resolve($cell.pos + 1 + Math.min(offset, size)));
}

function beyondTable($cell: ResolvedPos, dir: 1 | -1): Selection | null {
  const $edge = $cell.doc.resolve(dir > 0 ? $cell.after(-1) : $cell.before(-1));
  const beyond = dir > 0 ? $edge.nodeAfter : $edge.nodeBefore;
  return beyond || $edge.depth > 0 ? Selection.findFrom($edge, dir) : new GapCursor($edge);
}

const hardBreak: Command = chainCommands(exitCode, (state, dispatch) => {
  const { $from } = state.selection;
  if (!$from.parent.inlineContent || $from.parent.type.spec.code) return false;
  const inCell = isInTable(state);
  const node = inCell ? N.html_inline.create({ value: "<br>" }) : N.hard_break.create();
  dispatch?.(state.tr.replaceSelectionWith(node).scrollIntoView());
  return true;
});

/** Enter in a table goes to the row below, and makes one at the end. */
const nextRow: Command = (state, dispatch, view) => {
  if (!isInTable(state)) return false;
  const { $from } = state.selection;
  let depth = $from.depth;
  while ($from.node(depth).type !== N.table) depth--;
  const table = $from.node(depth);
  const isLast = $from.index(depth) === table.childCount - 1;
  if (isLast) {
    addRowAfter(state, dispatch);
    if (!view || !dispatch) return true;
  }
  if (!dispatch) return true;
  const now = view ? view.state : state;
  const $now = now.selection.$from;
  const column = $now.index(depth + 1);
  let at = $now.start(depth);
  for (let row = 0; row <= $now.index(depth); row++) at += $now.node(depth).child(row).nodeSize;
  const next = now.doc.resolve(at).nodeAfter;
  let cell = at + 1;
  for (let k = 0; k < column; k++) cell += next?.child(k).nodeSize ?? 0;
  dispatch(now.tr.setSelection(Selection.near(now.doc.resolve(cell + 1))).scrollIntoView());
  return true;
};

/** The item behind a task is a task that is not done. */
const splitItem: Command = (state, dispatch) => {
  const { $from } = state.selection;
  const item = $from.depth > 1 ? $from.node(-1) : null;
  const checked = item?.type === N.list_item && item.attrs.checked !== null ? false : null;
  return splitListItem(N.list_item, { checked })(state, dispatch);
};

/** Enter on three backticks opens a block of code. */
const openFence: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  const fence = /^(`{3,}|~{3,})([\w+-]*)$/.exec($from.parent.textContent);
  if (
    !empty ||
    !fence ||
    $from.parent.type !== N.paragraph ||
    $from.parentOffset !== $from.parent.content.size
  )
    return false;
  if (!$from.node(-1).canReplaceWith($from.index(-1), $from.indexAfter(-1), N.code_block)) return false;
  const attrs = { fence: fence[1], info: fence[2] ?? "" };
  dispatch?.(
    state.tr
      .delete($from.start(), $from.end())
      .setBlockType($from.start(), $from.start(), N.code_block, attrs),
  );
  return true;
};

/** Tab indents code and lists; elsewhere it leaves the editor, as people on the keyboard expect. */
const indentCode: Command = (state, dispatch) => {
  if (!state.selection.$from.parent.type.spec.code) return false;
  dispatch?.(state.tr.insertText("  "));
  return true;
};

export function typing(host: SurfaceHost): Plugin[] {
  const item = N.list_item;
  return [
    inputRules({ rules }),
    keymap({
      "Mod-z": () => host.undo(),
      "Shift-Mod-z": () => host.redo(),
      "Mod-y": () => host.redo(),
      "Mod-b": COMMANDS.bold,
      "Mod-i": COMMANDS.italic,
      "Mod-e": COMMANDS.code,
      "Mod-Shift-x": COMMANDS.strike,
      "Mod-k": () => {
        host.askForLink();
        return true;
      },
      "Mod-Alt-0": COMMANDS.paragraph,
      "Mod-Alt-1": COMMANDS.h1,
      "Mod-Alt-2": COMMANDS.h2,
      "Mod-Alt-3": COMMANDS.h3,
      "Mod-Shift-7": COMMANDS.numbers,
      "Mod-Shift-8": COMMANDS.bullets,
      "Mod-Shift-9": COMMANDS.tasks,
      Enter: chainCommands(nextRow, openFence, newlineInCode, splitItem),
      "Shift-Enter": hardBreak,
      "Mod-Enter": exitCode,
      ArrowDown: chainCommands(belowLastCode, alongColumn(1)),
      ArrowUp: alongColumn(-1),
      Tab: chainCommands(goToNextCell(1), sinkListItem(item), indentCode),
      "Shift-Tab": chainCommands(goToNextCell(-1), liftListItem(item)),
    }),
    keymap(baseKeymap),
  ];
}
