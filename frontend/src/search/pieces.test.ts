import { expect, it } from "vitest";
import { piecesOf } from "./pieces";

const shown = (text: string, start: number, matches: [number, number][]) =>
  piecesOf({ text, start, matches })
    .map((piece) => (piece.isMatch ? `[${piece.text}]` : piece.text))
    .join("");

it("marks what was found", () => {
  expect(shown("the quick fox", 0, [[4, 9]])).toBe("the [quick] fox");
});

it("counts characters as the server does, from the start of the note", () => {
  expect(shown("🚀 plan 🚀 go", 10, [[12, 16]])).toBe("🚀 [plan] 🚀 go");
});

it("holds its own with matches that touch, overlap, or reach past the passage", () => {
  expect(
    shown("abcdef", 0, [
      [0, 2],
      [2, 4],
    ]),
  ).toBe("[ab][cd]ef");
  expect(
    shown("abcdef", 0, [
      [0, 3],
      [2, 5],
    ]),
  ).toBe("[abc][de]f");
  expect(shown("abc", 0, [[1, 90]])).toBe("a[bc]");
});
