/** What the toolbar, the slash menu and the keyboard do in rich mode. */
import { lift, setBlockType, toggleMark, wrapIn } from "prosemirror-commands";
import type { Attrs, MarkType, Node, NodeType } from "prosemirror-model";
import { liftListItem, wrapInList } from "prosemirror-schema-list";
import {
  type Command,
  type EditorState,
  NodeSelection,
  Selection,
  type Transaction,
} from "prosemirror-state";
import {
  addColumnAfter,
  addRowAfter,
  deleteColumn,
  deleteRow,
  deleteTable,
  isInTable,
} from "prosemirror-tables";
import type { Action, Active, BlockStyle } from "../actions";
import { schema } from "../markdown/schema";

const { nodes: N, marks: M } = schema;

const heading = (level: number): Command => toggleBlock(N.heading, { level });

export const COMMANDS: Readonly<Record<Action, Command>> = {
  paragraph: setBlockType(N.paragraph),
  h1: heading(1),
  h2: heading(2),
  h3: heading(3),
  bold: toggleMark(M.strong),
  italic: toggleMark(M.emphasis),
  strike: toggleMark(M.strike),
  code: toggleMark(M.code),
  bullets: toggleList(N.bullet_list, null),
  numbers: toggleList(N.ordered_list, null),
  tasks: toggleList(N.bullet_list, false),
  quote: (state, dispatch) =>
    isInside(state, N.blockquote) ? lift(state, dispatch) : wrapIn(N.blockquote)(state, dispatch),
  table: insertTable,
  codeBlock: toggleBlock(N.code_block, { info: "" }),
  diagram: insertDiagram,
  divider: insertDivider,
  rowAfter: (state, dispatch) => addRowAfter(state, dispatch && ((tr) => dispatch(asColumns(tr)))),
  columnAfter: (state, dispatch) => addColumnAfter(state, dispatch && ((tr) => dispatch(asColumns(tr)))),
  deleteRow: (state, dispatch) => !isInHeader(state) && deleteRow(state, dispatch),
  deleteColumn,
  deleteTable,
  alignLeft: setAlign(null),
  alignCenter: setAlign("center"),
  alignRight: setAlign("right"),
};

/** What is on at the selection, for the toolbar's pressed buttons. */
export function activeAt(state: EditorState): ReadonlySet<Active> {
  const on = new Set<Active>();
  const has = (type: MarkType): boolean => {
    const { from, to, empty, $from } = state.selection;
    return empty
      ? Boolean(type.isInSet(state.storedMarks ?? $from.marks()))
      : state.doc.rangeHasMark(from, to, type);
  };
  if (has(M.strong)) on.add("bold");
  if (has(M.emphasis)) on.add("italic");
  if (has(M.strike)) on.add("strike");
  if (has(M.code)) on.add("code");
  if (has(M.link)) on.add("link");
  if (selectedPicture(state)) on.add("picture");
  const { $from } = state.selection;
  const level = Number($from.parent.attrs.level);
  if ($from.parent.type === N.heading && level <= 3) on.add(`h${level}` as BlockStyle);
  if ($from.parent.type === N.paragraph) on.add("paragraph");
  if ($from.parent.type === N.code_block) on.add("codeBlock");
  if (isInside(state, N.blockquote)) on.add("quote");
  if (isInTable(state)) on.add("table");
  const list = listAround(state);
  if (list)
    on.add(
      list.node.type === N.ordered_list ? "numbers" : list.item.attrs.checked === null ? "bullets" : "tasks",
    );
  return on;
}

export function selectedPicture({ selection }: EditorState): { pos: number; node: Node } | null {
  const picture = selection instanceof NodeSelection && selection.node.type === N.image;
  return picture ? { pos: selection.from, node: selection.node } : null;
}

function isInside(state: EditorState, type: NodeType): boolean {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth--) if ($from.node(depth).type === type) return true;
  return false;
}

function isInHeader(state: EditorState): boolean {
  return isInside(state, N.table_header);
}

function toggleBlock(type: NodeType, attrs: Attrs): Command {
  return (state, dispatch) => {
    const parent = state.selection.$from.parent;
    const isOn =
      parent.type === type && Object.entries(attrs).every(([name, value]) => parent.attrs[name] === value);
    return setBlockType(isOn ? N.paragraph : type, isOn ? null : attrs)(state, dispatch);
  };
}

interface ListAround {
  node: Node;
  pos: number;
  depth: number;
  item: Node;
}

function listAround(state: EditorState): ListAround | null {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 1; depth--) {
    const node = $from.node(depth - 1);
    if ($from.node(depth).type === N.list_item)
      return { node, pos: $from.before(depth - 1), depth: depth - 1, item: $from.node(depth) };
  }
  return null;
}

/** Makes a list of the blocks, turns one kind of list into another, or takes the list away. */
function toggleList(type: NodeType, checked: boolean | null): Command {
  return (state, dispatch) => {
    const list = listAround(state);
    if (!list) return wrapInList(type)(state, dispatch && ((tr) => dispatch(withBoxes(tr, checked))));
    const same = list.node.type === type && (list.item.attrs.checked === null) === (checked === null);
    if (same) return liftListItem(N.list_item)(state, dispatch);
    if (dispatch) {
      const tr = state.tr.setNodeMarkup(list.pos, type, { tight: list.node.attrs.tight });
      dispatch(withBoxes(tr, checked));
    }
    return true;
  };
}

function withBoxes(tr: Transaction, checked: boolean | null): Transaction {
  const { $from, $to } = tr.selection;
  const range = $from.blockRange($to, (node) => node.type.isInGroup("list"));
  const from = range?.start ?? $from.before();
  const to = range?.end ?? $to.after();
  tr.doc.nodesBetween(from, to, (node, pos) => {
    if (node.type !== N.list_item || pos < from) return;
    const now = node.attrs.checked as boolean | null;
    if ((now === null) !== (checked === null)) tr.setNodeAttribute(pos, "checked", checked);
  });
  return tr;
}

function insertTable(state: EditorState, dispatch?: (tr: Transaction) => void): boolean {
  if (isInTable(state)) return false;
  const row = (type: NodeType): Node =>
    N.table_row.create(
      null,
      [0, 1, 2].map(() => type.create()),
    );
  const table = N.table.create(null, [row(N.table_header), row(N.table_cell), row(N.table_cell)]);
  return insertBlock(state, dispatch, table, 3);
}

function insertDiagram(state: EditorState, dispatch?: (tr: Transaction) => void): boolean {
  const text = schema.text("flowchart LR\n  A[Start] --> B[End]");
  return insertBlock(state, dispatch, N.code_block.create({ info: "mermaid" }, text), 1 + text.nodeSize);
}

/** Puts a block in, in place of an empty paragraph, with the caret `into` positions behind its beginning. */
function insertBlock(
  state: EditorState,
  dispatch: ((tr: Transaction) => void) | undefined,
  block: Node,
  into: number,
): boolean {
  const { $from } = state.selection;
  if (!dispatch) return true;
  const replaces = $from.parent.type === N.paragraph && $from.parent.content.size === 0;
  const depth = isInTable(state) ? 1 : $from.depth;
  const at = $from.depth === 0 ? state.selection.to : replaces ? $from.before(depth) : $from.after(depth);
  const tr = replaces ? state.tr.replaceWith(at, $from.after(depth), block) : state.tr.insert(at, block);
  if (at + block.nodeSize >= tr.doc.content.size) tr.insert(tr.doc.content.size, N.paragraph.create());
  dispatch(tr.setSelection(Selection.near(tr.doc.resolve(at + into))).scrollIntoView());
  return true;
}

function insertDivider(state: EditorState, dispatch?: (tr: Transaction) => void): boolean {
  const rule = N.horizontal_rule.create();
  return insertBlock(state, dispatch, rule, rule.nodeSize);
}

/** New cells are like the others of their row and column: headers above, each on its column's side. */
function asColumns(tr: Transaction): Transaction {
  tr.doc.descendants((table, pos) => {
    if (table.type !== N.table) return true;
    const sides = table.firstChild?.children.map((cell) => cell.attrs.align) ?? [];
    table.forEach((row, offset, at) => {
      row.forEach((cell, inRow, column) => {
        const type = at === 0 ? N.table_header : N.table_cell;
        const align = sides[column] ?? null;
        if (cell.type !== type || cell.attrs.align !== align)
          tr.setNodeMarkup(pos + 1 + offset + 1 + inRow, type, { ...cell.attrs, align });
      });
    });
    return false;
  });
  return tr;
}

/** The side of a whole column: Markdown knows no other. */
function setAlign(align: string | null): Command {
  return (state, dispatch) => {
    if (!isInTable(state)) return false;
    const { $from } = state.selection;
    let depth = $from.depth;
    while ($from.node(depth).type !== N.table) depth--;
    const column = $from.index(depth + 1);
    const start = $from.start(depth);
    if (!dispatch) return true;
    const tr = state.tr;
    $from.node(depth).forEach((row, offset) => {
      let at = start + offset + 1;
      row.forEach((cell, _, index) => {
        if (index === column) tr.setNodeAttribute(at, "align", align);
        at += cell.nodeSize;
      });
    });
    dispatch(tr);
    return true;
  };
}

/** Links the selection, or puts the title in as a link. An empty address takes the link away. */
export function setLink(href: string, title: string): Command {
  return (state, dispatch) => {
    const { from, to, empty } = linkRange(state);
    if (!dispatch) return true;
    const tr = state.tr;
    if (!href) dispatch(tr.removeMark(from, to, M.link));
    else if (empty)
      dispatch(tr.insert(from, schema.text(title || href, [M.link.create({ href })])).scrollIntoView());
    else
      dispatch(tr.removeMark(from, to, M.link).addMark(from, to, M.link.create({ href })).scrollIntoView());
    return true;
  };
}

/** The selection, or the whole link that the caret is in. */
export function linkRange(state: EditorState): { from: number; to: number; empty: boolean; href: string } {
  const { from, to, empty, $from } = state.selection;
  const mark = M.link.isInSet($from.marks()) ?? M.link.isInSet($from.nodeAfter?.marks ?? []);
  const href = mark ? String(mark.attrs.href) : "";
  if (!empty || !mark) return { from, to, empty, href };
  let start = from;
  let end = to;
  const base = $from.start();
  $from.parent.forEach((node, offset) => {
    const at = base + offset;
    if (mark.isInSet(node.marks) && at <= from && at + node.nodeSize >= from) {
      start = Math.min(start, at);
      end = Math.max(end, at + node.nodeSize);
    }
  });
  return { from: start, to: end, empty: start === end, href };
}
