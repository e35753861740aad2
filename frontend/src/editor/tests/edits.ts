/** Edits as people make them, at random but the same each time. */

import { joinBackward, lift, setBlockType, splitBlock, toggleMark, wrapIn } from "prosemirror-commands";
import { Fragment, type Node } from "prosemirror-model";
import { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { EditorState, TextSelection } from "prosemirror-state";
import { addColumnAfter, addRowAfter, deleteColumn, deleteRow } from "prosemirror-tables";
import { schema } from "../markdown/schema";

export type Random = () => number;

/** mulberry32: small, quick, good enough. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const pick = <T>(random: Random, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)] as T;

interface Place {
  from: number;
  to: number;
}

const wordsOf = (doc: Node): Place[] => {
  const places: Place[] = [];
  doc.descendants((node, pos, parent) => {
    if (!node.isText || parent?.type === schema.nodes.raw_block) return;
    for (const match of (node.text ?? "").matchAll(/\p{L}{2,}/gu))
      places.push({ from: pos + match.index, to: pos + match.index + match[0].length });
  });
  return places;
};

export function singleWordEdit(doc: Node, random: Random): { doc: Node; block: number } {
  const { from, to } = pick(random, wordsOf(doc));
  const state = EditorState.create({ doc });
  const word = pick(random, ["changed", "word", "längst", "新", "x1"]);
  const tr = state.tr.insertText(word, from, to);
  return { doc: tr.doc, block: doc.resolve(from).index(0) };
}

const N = schema.nodes;
const M = schema.marks;
const COMMANDS = {
  split: splitBlock,
  splitItem: splitListItem(N.list_item),
  sink: sinkListItem(N.list_item),
  liftItem: liftListItem(N.list_item),
  bullets: wrapInList(N.bullet_list),
  numbers: wrapInList(N.ordered_list),
  heading: setBlockType(N.heading, { level: 2 }),
  paragraph: setBlockType(N.paragraph),
  code: setBlockType(N.code_block),
  quote: wrapIn(N.blockquote),
  lift,
  join: joinBackward,
  bold: toggleMark(M.strong),
  italic: toggleMark(M.emphasis),
  strike: toggleMark(M.strike),
  inlineCode: toggleMark(M.code),
  row: addRowAfter,
  column: addColumnAfter,
  lessRow: deleteRow,
  lessColumn: deleteColumn,
};

/** One command at a random place, or a block moved, removed, doubled or put in. */
export function structuralEdit(doc: Node, random: Random): { doc: Node; what: string } {
  for (let tries = 0; tries < 50; tries++) {
    const edited = random() < 0.3 ? blockEdit(doc, random) : commandEdit(doc, random);
    if (edited && !edited.doc.eq(doc)) return edited;
  }
  return { doc, what: "nothing" };
}

function commandEdit(doc: Node, random: Random): { doc: Node; what: string } | null {
  const places = wordsOf(doc);
  if (!places.length) return null;
  const place = pick(random, places);
  const what = pick(random, Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]);
  const atStart = ["join"].includes(what);
  const at = atStart ? doc.resolve(place.from).start() : place.from;
  const marks = ["bold", "italic", "strike", "inlineCode"].includes(what);
  const selection = TextSelection.create(doc, at, marks ? place.to : at);
  const state = EditorState.create({ doc, selection });
  let result: Node | null = null;
  // A split inside a table's cell is no edit that the editor offers.
  if (what === "split" && /table/.test(doc.resolve(at).parent.type.name)) return null;
  COMMANDS[what](state, (tr) => {
    result = tr.doc;
  });
  return result ? { doc: result, what } : null;
}

function blockEdit(doc: Node, random: Random): { doc: Node; what: string } | null {
  const blocks = [...doc.children];
  const movable = blocks.map((_, at) => at).filter((at) => blocks[at]?.type !== N.raw_block);
  if (!movable.length) return null;
  const at = pick(random, movable);
  const block = blocks[at] as Node;
  const what = pick(random, ["remove", "double", "move", "insert", "list"]);
  if (what === "remove") blocks.splice(at, 1);
  if (what === "double") blocks.splice(at, 0, block.type.create(block.attrs, block.content));
  if (what === "move") {
    const to = pick(random, movable);
    blocks.splice(at, 1);
    blocks.splice(to, 0, block);
  }
  if (what === "insert")
    blocks.splice(at + 1, 0, N.paragraph.create(null, schema.text("New *text* with #tag_a and 1. [x] <b>")));
  if (what === "list")
    blocks.splice(
      at + 1,
      0,
      N.bullet_list.create(null, N.list_item.create(null, N.paragraph.create(null, schema.text("item")))),
    );
  return { doc: doc.copy(Fragment.from(blocks.length ? blocks : [N.paragraph.create()])), what };
}
