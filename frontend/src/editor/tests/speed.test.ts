import { it, expect } from "vitest";
import { keepSource } from "../markdown/keep";
import { shapeOf } from "../markdown/shape";
import { readSource } from "../markdown/source";
import { parse } from "../markdown/grammar";
import { randomFrom, singleWordEdit } from "./edits";
import { nastyDocument } from "./nasty";
it("speed", () => {
  const out: string[] = [];
  const time = <T>(what: string, f: () => T): T => { const t = performance.now(); const r = f(); out.push(`${what} ${(performance.now() - t).toFixed(1)}`); return r; };
  let text = "";
  for (let i = 0; text.length < 100_000; i++) text += `## Section ${i}\n\nSome *text* with **bold** words and a [link](https://x.y/${i}), about #tag and more. It goes on for a while here.\n\n- one\n- two\n  - three\n- [ ] four\n\n| a | b |\n|---|---|\n| ${i} | x |\n\n`;
  for (const t of [text, nastyDocument()]) {
    out.push(`-- ${t.length}`);
    time("parse", () => parse(t));
    const s = time("read", () => readSource(t));
    time("shape", () => shapeOf(s.doc));
    time("keep same", () => keepSource(s, s.doc));
    const r = randomFrom(1);
    for (let i = 0; i < 5; i++) { const { doc } = singleWordEdit(s.doc, r); time("keep edit", () => keepSource(s, doc)); }
  }
  expect(out).toBe("");
});
