/**
 * The source-preserving save: the text of a document that was read from a source and then edited. Blocks that did not
 * change are the author's bytes. What did change is put into the author's text of it, and the result is read again:
 * only if it means the document is it taken, else the block, then its neighbours, are written anew.
 */
import type { Node } from "prosemirror-model";
import { align } from "./align";
import { frontMatterLength, normalised } from "./grammar";
import { Patcher } from "./patch";
import { readMarkdown } from "./read";
import { schema } from "./schema";
import { childrenOf, isBlank, shapeOf, visibleBlocks } from "./shape";
import { type Source, type Surroundings, surroundingsOf } from "./source";
import { ESCAPING, type Escaping, writeBlocks } from "./write";

export interface Kept {
  text: string;
  /** Blocks that were not taken over byte for byte. */
  touched: number;
  /** Times that a change could not be put into the author's text, so that whole blocks were written anew. */
  rewritten: number;
  /** Whether reading the text again was seen to give the document. Only raw Markdown typed by hand may be unproven. */
  proven: boolean;
}

export const keepSource = (source: Source, doc: Node): Kept => new Keeper(source, doc).kept();

/** Neighbouring blocks whose Markdown is made, and proven, together. `from` to `to`, without `to`. */
interface Segment {
  from: number;
  to: number;
  text: string;
  /** Needs a blank line before and after. */
  roomy: boolean;
}

const remembered = new WeakMap<Node, { key: readonly unknown[]; segments: Segment[] }>();

class Keeper {
  private readonly now: Node[];
  private readonly origin: (number | null)[];
  private readonly around: Surroundings;
  /** Labels whose link definition went away or now says something else. */
  private readonly lost: ReadonlySet<string>;
  private rewritten = 0;
  private proven = true;

  constructor(
    private readonly source: Source,
    doc: Node,
  ) {
    this.now = childrenOf(doc).filter((node) => !isBlank(node) || source.spans.has(node));
    this.origin = align(source.blocks, this.now);
    this.around = surroundingsOf(doc);
    this.lost = lostLabels(source, this.around);
  }

  kept(): Kept {
    const touched = this.now.filter((_, at) => !this.isVerbatim(at)).length;
    if (!touched && this.now.length === this.source.blocks.length)
      return { text: this.source.text, touched: 0, rewritten: 0, proven: true };
    const text = this.assembled(this.segments());
    return { text: this.guarded(text), touched, rewritten: this.rewritten, proven: this.proven };
  }

  private isVerbatim(at: number): boolean {
    const was = this.origin[at];
    const node = this.now[at];
    const block = was === null || was === undefined ? undefined : this.source.blocks[was];
    if (block === undefined || node === undefined || this.isLosing(node)) return false;
    return block === node || shapeOf(block) === shapeOf(node);
  }

  /** Whether a block refers to a definition that went away: its links must be written out. */
  private isLosing(node: Node): boolean {
    return this.lost.size > 0 && referencesIn(node).some((label) => this.lost.has(label));
  }

  private segments(): Segment[] {
    const segments: Segment[] = [];
    let at = 0;
    while (at < this.now.length) {
      let to = at + 1;
      if (!this.isVerbatim(at)) {
        while (to < this.now.length && !this.isVerbatim(to)) to++;
        this.add(segments, this.changed(at, to));
      } else if (at && this.isVerbatim(at - 1) && !this.wereNeighbours(at - 1)) this.closeSeam(segments, at);
      else segments.push(this.verbatim(at));
      at = segments.at(-1)?.to ?? to;
    }
    return segments;
  }

  /** Segments may reach back into others: those go, or are made together with them. */
  private add(segments: Segment[], added: Segment[]): void {
    let fresh = added;
    for (;;) {
      const from = fresh[0]?.from ?? 0;
      const last = segments.at(-1);
      if (!last || last.to <= from) break;
      segments.pop();
      if (last.from < from) fresh = this.widened(last.from, fresh.at(-1)?.to ?? from);
    }
    segments.push(...fresh);
  }

  private verbatim(at: number): Segment {
    const block = this.source.blocks[this.origin[at] ?? 0] as Node;
    const span = this.source.spans.get(block);
    return {
      from: at,
      to: at + 1,
      text: span ? this.source.text.slice(span.start, span.end) : "",
      roomy: false,
    };
  }

  /** Two blocks that became neighbours because what stood between them is gone. */
  private closeSeam(segments: Segment[], at: number): void {
    const joined = [this.verbatim(at - 1), this.verbatim(at)];
    if (this.holds(joined, at - 1, at + 1)) segments.push(this.verbatim(at));
    else this.add(segments, this.widened(at - 1, at + 1));
  }

  private changed(from: number, to: number): Segment[] {
    const first = this.now[from] as Node;
    const key = [
      this.source,
      this.around.preamble,
      ...this.now.slice(Math.max(0, from - 1), to + 1),
      from,
      to,
    ];
    const known = remembered.get(first);
    if (known && known.key.length === key.length && known.key.every((part, at) => part === key[at]))
      return known.segments;
    const rewritten = this.rewritten;
    const proven = this.proven;
    const segments = this.made(from, to);
    if (this.rewritten === rewritten && this.proven === proven) remembered.set(first, { key, segments });
    return segments;
  }

  private made(from: number, to: number): Segment[] {
    for (const roomy of [false, true])
      for (const escaping of ESCAPING) {
        const segments = this.each(from, to, roomy, (at) => this.patched(at, escaping));
        if (this.holds(segments, from, to)) return segments;
      }
    this.rewritten++;
    for (const escaping of ESCAPING) {
      const segments = this.each(from, to, true, (at) => this.written(at, at + 1, escaping));
      if (this.holds(segments, from, to)) return segments;
    }
    return this.widened(from, to);
  }

  private each(from: number, to: number, roomy: boolean, text: (at: number) => string): Segment[] {
    return this.now.slice(from, to).map((_, k) => {
      const at = from + k;
      return { from: at, to: at + 1, text: text(at), roomy };
    });
  }

  private patched(at: number, escaping: Escaping): string {
    const was = this.origin[at] ?? null;
    const patcher = new Patcher(this.source, { definitions: this.around.definitions, escaping });
    if (was === null || this.isLosing(this.now[at] as Node)) return patcher.fresh(this.now[at] as Node, "");
    return patcher.patched(this.source.blocks[was] as Node, this.now[at] as Node);
  }

  private written(from: number, to: number, escaping: Escaping): string {
    const text = writeBlocks(this.now.slice(from, to), { definitions: this.around.definitions, escaping });
    return text.replace(/\n/g, this.source.lineEnd);
  }

  /** Written anew together, with ever more of the blocks around, until reading it gives the document. */
  private widened(from: number, to: number): Segment[] {
    for (const reach of [0, 1, 2, 4, this.now.length]) {
      const a = Math.max(0, from - reach);
      const b = Math.min(this.now.length, to + reach);
      for (const escaping of ["light", "full"] as const) {
        const segment = { from: a, to: b, text: this.written(a, b, escaping), roomy: true };
        if (this.holds([segment], a, b)) return [segment];
      }
    }
    this.proven = false;
    return [{ from, to, text: this.written(from, to, "full"), roomy: true }];
  }

  // ------------------------------------------------------------------ proof

  /** Whether these segments, between their neighbours, read as the blocks that they stand for. */
  private holds(segments: Segment[], from: number, to: number): boolean {
    const left = from > 0 ? [this.neighbour(from - 1)] : [];
    const right = to < this.now.length ? [this.neighbour(to)] : [];
    const all = [...left, ...segments, ...right];
    const start = left.length && !this.isFrontMatter(from - 1) ? from - 1 : from;
    const window = start === from && left.length ? all.slice(1) : all;
    const text = this.joined(window);
    const read = readMarkdown(this.around.preamble + text, this.around.definitions).nodes.slice(
      this.around.count,
    );
    const wanted = this.now.slice(start, Math.min(this.now.length, to + 1));
    const a = visibleBlocks(read).map(shapeOf);
    const b = visibleBlocks(wanted).map(shapeOf);
    return a.length === b.length && a.every((shape, at) => shape === b[at]);
  }

  /** A neighbour as it will stand there; one that changes too is proven on its own, so its plain writing will do. */
  private neighbour(at: number): Segment {
    if (this.isVerbatim(at)) return this.verbatim(at);
    return { from: at, to: at + 1, text: this.written(at, at + 1, "full"), roomy: true };
  }

  private isFrontMatter(at: number): boolean {
    return this.now[at]?.attrs.kind === "frontmatter";
  }

  // ---------------------------------------------------------------- joining

  private wereNeighbours(left: number): boolean {
    const a = this.origin[left];
    const b = this.origin[left + 1];
    return a !== null && a !== undefined && b === a + 1;
  }

  private gapBefore(right: number, roomy: boolean): string {
    const blank = this.source.lineEnd.repeat(2);
    const at = this.origin[right] ?? null;
    const left = this.origin[right - 1] ?? null;
    const mine = at === null ? null : this.gapOf(at);
    if (this.wereNeighbours(right - 1) && mine !== null && (!roomy || isRoomy(mine))) return mine;
    if (mine !== null && isRoomy(mine)) return mine;
    const theirs = left === null ? null : this.gapOf(left + 1);
    return theirs !== null && isRoomy(theirs) ? theirs : blank;
  }

  /** What the author put before a block of the source. */
  private gapOf(index: number): string | null {
    const { blocks, spans, text } = this.source;
    const a = blocks[index - 1] && spans.get(blocks[index - 1] as Node);
    const b = blocks[index] && spans.get(blocks[index] as Node);
    return a && b ? text.slice(a.end, b.start) : null;
  }

  private joined(segments: readonly Segment[]): string {
    return segments
      .map((segment, at) => {
        const before = segments[at - 1];
        return (before ? this.gapBefore(segment.from, segment.roomy || before.roomy) : "") + segment.text;
      })
      .join("");
  }

  private assembled(segments: readonly Segment[]): string {
    const { blocks, spans, text } = this.source;
    const first = blocks[0] && spans.get(blocks[0]);
    const last = blocks.at(-1) && spans.get(blocks.at(-1) as Node);
    if (!first || !last) return this.joined(segments) + text;
    return text.slice(0, first.start) + this.joined(segments) + text.slice(last.end);
  }

  /** A divider that came to open the text must not be taken for front matter. */
  private guarded(text: string): string {
    const opens = this.now[0];
    if (!opens || opens.type !== schema.nodes.horizontal_rule) return text;
    return frontMatterLength(text) ? text.replace(/^---[ \t]*/, "***") : text;
  }
}

const isRoomy = (gap: string): boolean => (gap.match(/\r\n|\n|\r/g) ?? []).length > 1;

function lostLabels(source: Source, around: Surroundings): Set<string> {
  const lost = new Set<string>();
  for (const [label, { url, title }] of surroundingsOf(source.doc).definitions) {
    const now = around.definitions.get(label);
    if (now?.url !== url || now.title !== title) lost.add(label);
  }
  return lost;
}

function referencesIn(node: Node): string[] {
  const labels: string[] = [];
  node.descendants((child) => {
    for (const { attrs } of [child, ...child.marks])
      if (typeof attrs.reference === "string") labels.push(normalised(attrs.reference.replace(/^\w+:/, "")));
  });
  return labels;
}
