import { Fragment, type Node, Slice } from "prosemirror-model";
import { describe, expect, it } from "vitest";
import { keepSource } from "../markdown/keep";
import { schema } from "../markdown/schema";
import { shapeOf } from "../markdown/shape";
import { readSource } from "../markdown/source";
import { CONSTRUCTS } from "./constructs";
import { randomFrom, singleWordEdit, structuralEdit } from "./edits";
import { nastyDocument } from "./nasty";

const SOAK = import.meta.env.VITE_SOAK === "1";

describe("opening a note changes no byte", () => {
  it.each(Object.entries(CONSTRUCTS))("%s", (_, text) => {
    const source = readSource(text);
    source.doc.check();
    expect(keepSource(source, source.doc).text).toBe(text);
  });

  it("of the nasty document", () => {
    const text = nastyDocument();
    expect(text.split("\n").length).toBeGreaterThan(300);
    const source = readSource(text);
    expect(keepSource(source, source.doc).text).toBe(text);
  });
});

describe("a paragraph more at the end leaves the rest as it is", () => {
  it.each(Object.entries(CONSTRUCTS))("%s", (name, text) => {
    const source = readSource(text);
    const added = schema.nodes.paragraph.create(null, schema.text("One more."));
    const kept = keepSource(source, source.doc.copy(source.doc.content.addToEnd(added)));
    const before = text.replace(/\s+$/, "");
    if (name !== "unclosed fence") expect(kept.text.startsWith(before)).toBe(true);
    expect(kept.text).toContain("One more.");
    expect(kept.proven).toBe(true);
  });
});

describe("one word changed", () => {
  it("touches its own line or block, and means what the editor shows", () => {
    const random = randomFrom(7);
    const text = nastyDocument();
    const source = readSource(text);
    const wide: string[] = [];
    const rounds = SOAK ? 2000 : 200;
    for (let round = 0; round < rounds; round++) {
      const { doc, block } = singleWordEdit(source.doc, random);
      const kept = keepSource(source, doc);
      expect(kept.proven).toBe(true);
      expect(shapeOf(readSource(kept.text).doc)).toBe(shapeOf(doc));
      const changed = changedLines(text, kept.text);
      const what = `${round} rewritten ${kept.rewritten}\n${excerpt(text, changed)}\n=>\n${excerpt(kept.text, changed)}`;
      if (!changed.count) continue; // the word was put in place of itself
      const span = source.spans.get(source.doc.child(block));
      if (!span) throw new Error("no span");
      const first = text.slice(0, span.start).split("\n").length - 1;
      const last = text.slice(0, span.end).split("\n").length - 1;
      expect(changed.from, what).toBeGreaterThanOrEqual(first);
      expect(changed.to, what).toBeLessThanOrEqual(last);
      if (changed.count > 1) wide.push(what);
    }
    expect(wide.length / rounds, wide.join("\n\n")).toBeLessThan(0.01);
  }, 60_000);
});

it("what stands before an edited paragraph stays as it is, in a note with footnotes too", () => {
  const before = ["\tcode", "    code", "- a\n\n      code", "> 1. a\n>    - b\n>      > c\n>      >"];
  for (const block of before) {
    const text = `Text[^1].\n\n${block}\n\nBelow stands.\n\n${block}\n\n[^1]: Note.\n`;
    const source = readSource(text);
    const doc = source.doc.replace(
      ...placeOf(source.doc, "Below stands."),
      new Slice(Fragment.from(schema.text("Below changed.")), 0, 0),
    );
    expect(keepSource(source, doc).text).toBe(text.replace("Below stands.", "Below changed."));
  }
});

function placeOf(doc: Node, words: string): [number, number] {
  let at = 0;
  doc.descendants((node, pos) => {
    if (node.text === words) at = pos;
  });
  return [at, at + words.length];
}

describe("structural edits", () => {
  it("keep the meaning", () => {
    const random = randomFrom(Number(import.meta.env.VITE_SEED ?? 11));
    const rounds = SOAK ? 4000 : 400;
    const texts = [nastyDocument(), ...Object.values(CONSTRUCTS).filter((text) => text.trim())];
    for (let round = 0; round < rounds; round++) {
      const source = readSource(texts[round % 12 ? 1 + (round % (texts.length - 1)) : 0] ?? "");
      const { doc, what } = structuralEdit(source.doc, random);
      const kept = keepSource(source, doc);
      const again = readSource(kept.text).doc;
      expect(shapeOf(again), `${round} ${what}`).toBe(shapeOf(doc));
    }
  }, 120_000);
});

function changedLines(before: string, after: string): { from: number; to: number; count: number } {
  const a = before.split("\n");
  const b = after.split("\n");
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - from && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail++;
  return { from, to: a.length - 1 - tail, count: Math.max(a.length, b.length) - from - tail };
}

const excerpt = (text: string, { from, count }: { from: number; count: number }): string =>
  text
    .split("\n")
    .slice(from, from + count)
    .join("\n");
