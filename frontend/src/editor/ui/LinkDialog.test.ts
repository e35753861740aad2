import { expect, it } from "vitest";
import { addressOf } from "./LinkDialog";

it.each([
  ["https://example.org/a b", "https://example.org/a b"],
  ["www.example.org", "https://www.example.org"],
  ["example.org/page", "https://example.org/page"],
  ["localhost:3000/x", "http://localhost:3000/x"],
  ["ada@example.org", "mailto:ada@example.org"],
  ["mailto:ada@example.org", "mailto:ada@example.org"],
  ["tel:12345", "tel:12345"],
  ["/app/note/1", "/app/note/1"],
  ["#head", "#head"],
  ["words of a note", ""],
])("%s leads to %s", (typed, address) => {
  expect(addressOf(typed)).toBe(address);
});
