/** What the toolbar does in source mode: marks at the beginning of lines, and blocks on lines of their own. */
import { ensureSyntaxTree } from "@codemirror/language";
import type { ChangeSpec, EditorState, Line } from "@codemirror/state";
import type { Action } from "../actions";

export const MARKS: Readonly<Partial<Record<Action, string>>> = {
  bold: "**",
  italic: "*",
  strike: "~~",
  code: "`",
};

const HEADING = /^#{1,6}[ \t]+/;
const ITEM = /^(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/;
const QUOTE = /^>[ \t]?/;
const INDENT = /^[ \t]*/;

interface LineMark {
  /** Of which kind one stands before a line already. */
  replaces: RegExp;
  isOn: RegExp;
  mark(number: number): string;
}

const LINE_MARKS: Readonly<Partial<Record<Action, LineMark>>> = {
  paragraph: { replaces: HEADING, isOn: /^(?!#{1,6}[ \t])/, mark: () => "" },
  h1: heading(1),
  h2: heading(2),
  h3: heading(3),
  bullets: { replaces: ITEM, isOn: /^[-*+][ \t]+(?!\[[ xX]\][ \t])/, mark: () => "- " },
  numbers: { replaces: ITEM, isOn: /^\d{1,9}[.)][ \t]+/, mark: (number) => `${number}. ` },
  tasks: { replaces: ITEM, isOn: /^[-*+][ \t]+\[[ xX]\][ \t]+/, mark: () => "- [ ] " },
  quote: { replaces: /^/, isOn: QUOTE, mark: () => "> " },
};

function heading(level: number): LineMark {
  const mark = `${"#".repeat(level)} `;
  return { replaces: HEADING, isOn: new RegExp(`^#{${level}}[ \\t]+`), mark: () => mark };
}

interface Block {
  text: string;
  /** Where the caret goes, from the block's beginning. */
  caret: number;
}

const PARSE_MS = 100;

const BLOCKS: Readonly<Partial<Record<Action, Block>>> = {
  table: { text: "|  |  |  |\n| --- | --- | --- |\n|  |  |  |\n", caret: 2 },
  diagram: { text: "```mermaid\nflowchart LR\n  A[Start] --> B[End]\n```\n", caret: 11 },
  divider: { text: "---\n", caret: 4 },
};

interface Formatted {
  changes: ChangeSpec;
  selection?: { anchor: number; head?: number };
}

/** The change that an action makes to the lines of the selection; null for one that source mode does not have. */
export function formatted(state: EditorState, action: Action): Formatted | null {
  const lines = selectedLines(state);
  const lineMark = LINE_MARKS[action];
  if (lineMark) return { changes: marked(lines, lineMark) };
  if (action === "codeBlock") return fenced(state, lines);
  const block = BLOCKS[action];
  return block ? inserted(state, block) : null;
}

function selectedLines({ doc, selection }: EditorState): Line[] {
  const { from, to } = selection.main;
  const first = doc.lineAt(from);
  let last = doc.lineAt(to);
  if (last.number > first.number && last.from === to) last = doc.line(last.number - 1); // nothing of it is selected
  return Array.from({ length: last.number - first.number + 1 }, (_, at) => doc.line(first.number + at));
}

/** A mark that stands before every line goes; otherwise each line gets it, in place of another of its kind. */
function marked(lines: readonly Line[], { replaces, isOn, mark }: LineMark): ChangeSpec[] {
  const written = lines.filter((line) => line.text.trim());
  const chosen = written.length ? written : lines;
  const rest = (line: Line): string => line.text.replace(INDENT, "");
  const all = chosen.every((line) => isOn.test(rest(line)));
  return chosen.map((line, at) => {
    const from = line.to - rest(line).length;
    const old = (all ? isOn : replaces).exec(rest(line))?.[0] ?? "";
    return { from, to: from + old.length, insert: all ? "" : mark(at + 1) };
  });
}

interface Lines {
  first: Line;
  last: Line;
  /** Code that goes on to the end of the note has no second fence, whatever its last line looks like. */
  hasSecondFence: boolean;
}

/** Those of the fenced code or the table that the line is in, unless it stands within a list or a quote. */
function blockAround(state: EditorState, line: Line, names: readonly string[]): Lines | null {
  const tree = ensureSyntaxTree(state, line.to, PARSE_MS);
  for (let node = tree?.resolveInner(line.to, -1) ?? null; node; node = node.parent)
    if (names.includes(node.name) && node.parent?.name === "Document")
      return {
        first: state.doc.lineAt(node.from),
        last: state.doc.lineAt(node.to),
        hasSecondFence: node.getChildren("CodeMark").length > 1,
      };
  return null;
}

/** Between fences longer than those that stand in the lines; within fenced code its fences go. */
function fenced(state: EditorState, lines: readonly Line[]): Formatted {
  const { doc } = state;
  const [first, last] = [lines[0] as Line, lines.at(-1) as Line];
  const around = blockAround(state, first, ["FencedCode"]);
  if (around && last.number <= around.last.number) return unfenced(state, around);
  const inside = doc.sliceString(first.from, last.to);
  const longest = Math.max(2, ...[...inside.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return {
    changes: [
      { from: first.from, insert: `${fence}\n` },
      { from: last.to, insert: `\n${fence}` },
    ],
    selection: { anchor: first.from + fence.length + 1 + inside.length },
  };
}

function unfenced({ doc }: EditorState, { first, last, hasSecondFence }: Lines): Formatted {
  const changes = [{ from: first.from, to: Math.min(first.to + 1, doc.length) }];
  if (hasSecondFence) changes.push({ from: Math.max(last.from - 1, first.to + 1), to: last.to });
  return { changes };
}

/** On lines of its own: in place of a blank line, or below the line or the block that the caret is in. */
function inserted(state: EditorState, { text, caret }: Block): Formatted {
  const { doc } = state;
  const own = doc.lineAt(state.selection.main.head);
  const line = blockAround(state, own, ["FencedCode", "Table"])?.last ?? own;
  const before = line.number > 1 ? doc.line(line.number - 1).text : "";
  const isBlank = !line.text.trim();
  const gap = isBlank ? (before.trim() ? "\n" : "") : "\n\n";
  const from = isBlank ? line.from : line.to;
  const isFollowedByBlank = line.number < doc.lines && !doc.line(line.number + 1).text.trim();
  return {
    changes: { from, to: line.to, insert: gap + (isFollowedByBlank ? text.trimEnd() : text) },
    selection: { anchor: from + gap.length + caret },
  };
}
