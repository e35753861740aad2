/** Puts what changed in one block into the author's text of that block, and leaves the rest of it as it is. */
import type { Node } from "prosemirror-model";
import { changes } from "../../merging/diff";
import { carryOver } from "../../merging/merge";
import { align } from "./align";
import type { Span } from "./grammar";
import { schema } from "./schema";
import { childrenOf, isBlank, shapeOf } from "./shape";
import type { Source } from "./source";
import { type Writing, writeBlocks, writeCell, writeInline, writeRow } from "./write";

const { nodes: N } = schema;

/** One author's text, and how to write what has to be written anew. */
export class Patcher {
  constructor(
    private readonly source: Source,
    private readonly writing: Writing,
  ) {}

  /** Markdown of `now`, which was `was` in the source. It begins where `was` begins, behind what its containers put before it. */
  patched(was: Node, now: Node): string {
    const span = this.source.spans.get(was);
    if (!span) return this.fresh(now, "");
    if (was === now || shapeOf(was) === shapeOf(now)) return this.slice(span);
    return this.inPlace(was, now, span) ?? this.fresh(now, this.prefixOf(span));
  }

  /** Markdown of a block that stands in no text yet; every line but the first begins with `prefix`. */
  fresh(node: Node, prefix: string): string {
    return this.prefixed(writeBlocks([node], this.writing), prefix);
  }

  slice({ start, end }: Span): string {
    return this.source.text.slice(start, end);
  }

  private prefixed(text: string, prefix: string): string {
    const { lineEnd } = this.source;
    return text
      .split("\n")
      .map((line, at) => (at ? (line ? prefix + line : prefix.trimEnd()) : line))
      .join(lineEnd);
  }

  /** What stands before the lines of a block at this place: quotes stay quotes, list markers become blanks. */
  private prefixOf({ start }: Span): string {
    const { text } = this.source;
    const from = Math.max(text.lastIndexOf("\n", start - 1), text.lastIndexOf("\r", start - 1)) + 1;
    return text.slice(from, start).replace(/[^>\t]/g, " ");
  }

  private inPlace(was: Node, now: Node, span: Span): string | null {
    if (was.type !== now.type) return null;
    switch (was.type) {
      case N.paragraph:
        return this.inline(was, now, "", this.slice(span), "");
      case N.heading:
        return was.attrs.level === now.attrs.level ? this.heading(was, now, span) : null;
      case N.code_block:
        return was.attrs.info === now.attrs.info ? this.code(was, now, span) : null;
      case N.raw_block:
        return this.prefixed(now.textContent, this.prefixOf(span));
      case N.table:
        return this.table(was, now, span);
      case N.ordered_list:
      case N.bullet_list:
        return this.list(was, now, span);
      case N.list_item:
        return this.children(was, now, span, (lead) => checkedLead(lead, was, now));
      case N.footnote_definition:
        return was.attrs.label === now.attrs.label ? this.children(was, now, span) : null;
      case N.blockquote:
        return this.children(was, now, span);
      default:
        return null;
    }
  }

  private inline(was: Node, now: Node, lead: string, mine: string, tail: string): string {
    const text = carryOver(
      mine,
      writeInline(was.content, this.writing),
      writeInline(now.content, this.writing),
    );
    return lead + this.sameLineEnds(text, mine) + tail;
  }

  /** New line breaks end like the others around them. */
  private sameLineEnds(text: string, mine: string): string {
    if (this.source.lineEnd === "\n" || /(?<!\r)\n/.test(mine)) return text;
    return text.replace(/\r\n|\n/g, this.source.lineEnd);
  }

  private heading(was: Node, now: Node, span: Span): string | null {
    if (!now.content.size) return null;
    const mine = this.slice(span);
    const parts = was.attrs.setext
      ? /^()([\s\S]*?)((?:\r\n|\n|\r)[ \t>]*(?:=+|-+)[ \t]*)$/.exec(mine)
      : /^([ \t]*#{1,6}[ \t]+)([\s\S]*?)((?:[ \t]+#+)?[ \t]*)$/.exec(mine);
    if (!parts?.[2]) return null;
    return this.inline(was, now, parts[1] ?? "", parts[2], parts[3] ?? "");
  }

  private code(was: Node, now: Node, span: Span): string | null {
    const lines = this.slice(span).match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? [];
    const fenced = was.attrs.fence !== "";
    const closing = fenced && /^[ \t>]*(`{3,}|~{3,})[ \t]*$/.test(lines.at(-1) ?? "") && lines.length > 1;
    const from = fenced ? 1 : 0;
    const inner = lines.slice(from, closing ? -1 : undefined);
    const before = was.textContent ? was.textContent.split("\n") : [];
    const after = now.textContent ? now.textContent.split("\n") : [];
    if (inner.length !== before.length || !before.length || !after.length) return null;
    const prefixes = inner.map((line, at) => prefixBefore(line, before[at] ?? ""));
    if (prefixes.includes(null)) return null;
    const kept = this.codeLines(inner, prefixes as string[], before, after);
    return [...lines.slice(0, from), ...kept, ...lines.slice(from + inner.length)].join("");
  }

  private codeLines(inner: string[], prefixes: string[], before: string[], after: string[]): string[] {
    const out: string[] = [];
    let at = 0;
    for (const { fromA, toA, fromB, toB } of changes(before, after)) {
      out.push(...inner.slice(at, fromA));
      at = toA;
      for (let line = fromB; line < toB; line++) {
        const prefix = prefixes[Math.min(fromA + line - fromB, prefixes.length - 1)] ?? "";
        out.push(`${prefix}${after[line] ?? ""}`);
      }
    }
    out.push(...inner.slice(at));
    const ended = (inner.at(-1) ?? "").search(/[\r\n]/) >= 0;
    return out.map(
      (line, k) => line.replace(/[\r\n]+$/, "") + (k < out.length - 1 || ended ? this.source.lineEnd : ""),
    );
  }

  // ------------------------------------------------------------- containers

  /** The children of `now` in the text of `was`: those that stayed as they are written, each new one in its place. */
  private children(
    was: Node,
    now: Node,
    span: Span,
    leading = (lead: string): string => lead,
  ): string | null {
    const before = childrenOf(was);
    const first = this.source.spans.get(before[0] as Node);
    const last = this.source.spans.get(before.at(-1) as Node);
    const after = childrenOf(now).filter((node) => !isBlank(node) || this.source.spans.has(node));
    if (!first || !last || !after.length) return null;
    const { text } = this.source;
    const lead = leading(text.slice(span.start, first.start));
    return lead + this.sequence(before, after, now, first) + text.slice(last.end, span.end);
  }

  private sequence(before: readonly Node[], after: readonly Node[], parent: Node, first: Span): string {
    const origin = align(before, after);
    const prefix = this.prefixOf(first);
    let out = "";
    after.forEach((node, at) => {
      const was = origin[at] ?? null;
      if (at) out += this.gap(before, origin[at - 1] ?? null, was, parent, node, prefix);
      out += was === null ? this.freshChild(node, parent, prefix) : this.patched(before[was] as Node, node);
    });
    return out;
  }

  /** What stands between two children: what the author put there, or what the others have. */
  private gap(
    before: readonly Node[],
    left: number | null,
    right: number | null,
    parent: Node,
    node: Node,
    prefix: string,
  ): string {
    const { lineEnd, text, spans } = this.source;
    const between = (index: number): string | null => {
      const a = spans.get(before[index] as Node);
      const b = spans.get(before[index + 1] as Node);
      return a && b ? text.slice(a.end, b.start) : null;
    };
    if (left !== null && right === left + 1) return between(left) ?? lineEnd + prefix;
    const isList = parent.type === N.bullet_list || parent.type === N.ordered_list;
    if (isList && before.length > 1)
      return between(Math.min(left ?? 0, before.length - 2)) ?? lineEnd + prefix;
    const tight = isList ? parent.attrs.tight : parent.type === N.list_item && node.type.isInGroup("list");
    return tight ? lineEnd + prefix : `${lineEnd}${prefix.trimEnd()}${lineEnd}${prefix}`;
  }

  private freshChild(node: Node, parent: Node, prefix: string): string {
    if (node.type !== N.list_item) return this.fresh(node, prefix);
    return this.fresh(parent.type.create(parent.attrs, [node]), prefix);
  }

  private list(was: Node, now: Node, span: Span): string | null {
    if (was.attrs.start !== now.attrs.start) return null;
    const before = childrenOf(was);
    const first = this.source.spans.get(before[0] as Node);
    const last = this.source.spans.get(before.at(-1) as Node);
    if (!first || !last) return null;
    const tail = this.source.text.slice(last.end, span.end);
    const numbered = was.type === N.ordered_list && was.childCount !== now.childCount && this.isCounted(was);
    if (!numbered) return this.sequence(before, childrenOf(now), now, first) + tail;
    return this.numbered(before, childrenOf(now), now, first) + tail;
  }

  private isCounted(list: Node): boolean {
    const start = Number(list.attrs.start);
    return childrenOf(list).every((item, at) => {
      const span = this.source.spans.get(item);
      return span !== undefined && Number.parseInt(this.slice(span), 10) === start + at;
    });
  }

  /** As `sequence`, with the author's counting taken up again behind an item that came or went. */
  private numbered(before: readonly Node[], after: readonly Node[], list: Node, first: Span): string {
    const origin = align(before, after);
    const prefix = this.prefixOf(first);
    const start = Number(list.attrs.start);
    return after
      .map((node, at) => {
        const was = origin[at] ?? null;
        const item =
          was === null ? this.freshChild(node, list, prefix) : this.patched(before[was] as Node, node);
        const gap = at ? this.gap(before, origin[at - 1] ?? null, was, list, node, prefix) : "";
        return gap + item.replace(/^\d+/, String(start + at));
      })
      .join("");
  }

  // ----------------------------------------------------------------- tables

  private table(was: Node, now: Node, span: Span): string | null {
    const before = childrenOf(was);
    const after = childrenOf(now);
    const [head, ...rows] = before;
    const [newHead, ...newRows] = after;
    const headSpan = head && this.source.spans.get(head);
    if (!head || !newHead || !headSpan || columnsOf(was) !== columnsOf(now)) return null;
    const { text, lineEnd } = this.source;
    const firstRow = rows[0] && this.source.spans.get(rows[0]);
    const ruleEnd = firstRow ? firstRow.start : span.end;
    const prefix = this.prefixOf(headSpan);
    let out = this.row(head, newHead) + text.slice(headSpan.end, ruleEnd);
    const origin = align(rows, newRows);
    newRows.forEach((row, at) => {
      if (!/[\r\n][ \t>]*$/.test(out)) out += lineEnd + prefix;
      const index = origin[at] ?? null;
      out += index === null ? writeRow(row, this.writing) : this.row(rows[index] as Node, row);
    });
    if (!newRows.length) out = out.replace(/[\r\n]+[ \t>]*$/, "");
    return out;
  }

  private row(was: Node, now: Node): string {
    const span = this.source.spans.get(was);
    if (!span) return writeRow(now, this.writing);
    if (shapeOf(was) === shapeOf(now)) return this.slice(span);
    const before = childrenOf(was);
    let out = "";
    let at = span.start;
    for (const [column, cell] of childrenOf(now).entries()) {
      const old = before[column];
      const place = old && this.source.spans.get(old);
      if (!old || !place) return writeRow(now, this.writing);
      out += this.source.text.slice(at, place.start) + this.cell(old, cell, place);
      at = place.end;
    }
    return out + this.source.text.slice(at, span.end);
  }

  private cell(was: Node, now: Node, place: Span): string {
    const mine = this.slice(place);
    if (shapeOf(was) === shapeOf(now)) return mine;
    const [, lead = "", content = "", blanks = "", pipe = ""] =
      /^(\|?[ \t]*)([\s\S]*?)([ \t]*)((?<!\\)(?:\\\\)*\|)?$/.exec(mine) ?? [];
    const text = carryOver(content, writeCell(was, this.writing), writeCell(now, this.writing));
    const wanted = blanks.length > 1 ? blanks.length + content.length - text.length : blanks.length;
    const opening = lead === "|" && text ? "| " : lead;
    return opening + text + " ".repeat(Math.max(wanted, blanks.length || !content ? 1 : 0)) + pipe;
  }
}

/** Columns and their sides: another one of either needs a new delimiter row. */
const columnsOf = (table: Node): string =>
  childrenOf(table.firstChild as Node)
    .map((cell) => String(cell.attrs.align))
    .join();

function prefixBefore(line: string, value: string): string | null {
  const bare = line.replace(/[\r\n]+$/, "");
  if (bare.endsWith(value)) return bare.slice(0, bare.length - value.length);
  return value === "" || value.trim() === "" ? "" : null;
}

function checkedLead(lead: string, was: Node, now: Node): string {
  const before = was.attrs.checked as boolean | null;
  const after = now.attrs.checked as boolean | null;
  if (before === after) return lead;
  const box = `[${after ? "x" : " "}]`;
  if (before === null) return `${lead}${box} `;
  return after === null ? lead.replace(/\[[ xX]\][ \t]*/, "") : lead.replace(/\[[ xX]\]/, box);
}
