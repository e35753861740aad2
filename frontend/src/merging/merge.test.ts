import { describe, expect, it } from "vitest";
import { changes } from "./diff";
import { merge } from "./merge";
import { words } from "./words";

describe("merge", () => {
  it("takes both sides' changes of different lines, and of different words of one line", () => {
    expect(merge("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n")).toEqual({ text: "A\nb\nC\n", conflicts: 0 });
    expect(merge("the quick fox\n", "the slow fox\n", "the quick fox jumps\n").text).toBe(
      "the slow fox jumps\n",
    );
  });

  it("keeps both where the same word was changed, and says so", () => {
    const merged = merge("one two\n", "MINE two\n", "THEIRS two\n");
    expect(merged).toEqual({ text: "MINE two\nTHEIRS two\n", conflicts: 1 });
  });

  it("keeps line ends", () => {
    expect(merge("a\r\nb\r\n", "a\r\nB\r\n", "A\r\nb\r\n").text).toBe("A\r\nB\r\n");
  });

  it("loses no word that either wrote", () => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed % below;
    };
    for (let round = 0; round < 300; round++) {
      const base = Array.from({ length: 12 }, (_, at) => `w${at} x${at}\n`);
      const edit = (name: string): string[] => {
        const lines = [...base];
        for (let n = 0; n < 3; n++) lines.splice(random(12), random(2), `${name}${n} ${name}\n`);
        return lines;
      };
      const [mine, theirs] = [edit("m"), edit("t")];
      const { text } = merge(base.join(""), mine.join(""), theirs.join(""));
      for (const word of words([...mine, ...theirs].join("")).filter((one) => /^[mt]\d/.test(one)))
        expect(text).toContain(word);
    }
  });
});

it("changes turn one row into the other", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  for (let round = 0; round < 500; round++) {
    const row = (): string[] => Array.from({ length: random(12) }, () => "abc"[random(3)] as string);
    const [a, b] = [row(), row()];
    const out: string[] = [];
    let at = 0;
    for (const { fromA, toA, fromB, toB } of changes(a, b)) {
      out.push(...a.slice(at, fromA), ...b.slice(fromB, toB));
      at = toA;
    }
    expect([...out, ...a.slice(at)]).toEqual(b);
  }
});
