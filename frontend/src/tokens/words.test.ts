import { expect, it } from "vitest";
import { placesInWords, presetOf, VERBS, verbsInWords } from "./words";

const everywhere = { verbs: [], buckets: null, except_buckets: [], tags: null, own_notes_only: false };

it("knows presets by their verbs, in any order", () => {
  expect(presetOf(["append", "read", "create"])).toBe("add");
  expect(presetOf(["read", "delete"])).toBeNull();
});

it("names what a token may do", () => {
  expect(verbsInWords(VERBS.map((one) => one.verb))).toBe("Full access");
  expect(verbsInWords(["delete", "read"])).toBe("Read, Delete");
});

it("names where", () => {
  expect(placesInWords(everywhere)).toBe("everywhere");
  expect(
    placesInWords({ ...everywhere, buckets: ["Work"], except_buckets: ["Work/Private"], tags: ["a", "b"] }),
  ).toBe("in Work, never in Work/Private, tagged #a or #b");
  expect(placesInWords({ ...everywhere, own_notes_only: true })).toBe("everywhere, only its own notes");
});
