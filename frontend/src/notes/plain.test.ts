import { expect, it } from "vitest";
import { plain } from "./plain";

it.each([
  ["before the **1.0** of the *server*", "before the 1.0 of the server"],
  ["# Title\n\n- [ ] one\n- [x] two\n> said", "Title one two said"],
  ["see [the page](https://example.org/a_b) and [[Design tokens]]", "see the page and Design tokens"],
  ["snake_case * 2 - 1 and 2*3*4", "snake_case 2 1 and 2*3*4"],
  ["#tag stays", "#tag stays"],
  ["third ![A gradient](/api/files/01a2", "third A gradient"],
])("%j reads as %j", (passage, read) => {
  expect(plain(passage)).toBe(read);
});
