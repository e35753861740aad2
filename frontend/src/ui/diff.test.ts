import { expect, it } from "vitest";
import { linesOf } from "./diff";

it("reads a unified diff", () => {
  const lines = linesOf("--- 1\n+++ 2\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n");
  expect(lines.map((line) => [line.kind, line.text])).toEqual([
    ["part", "From line 1"],
    ["same", "same"],
    ["removed", "old"],
    ["added", "new"],
  ]);
});

it("takes a removed rule for what it is, not for a file name", () => {
  const lines = linesOf("@@ -1 +1 @@\n--- \n+x");
  expect(lines.map((line) => line.kind)).toEqual(["part", "removed", "added"]);
});
