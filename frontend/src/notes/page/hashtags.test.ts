import { expect, it } from "vitest";
import { hashtagsIn } from "./hashtags";

it.each([
  ["A #plan for #Team/Web.", ["plan", "team/web"]],
  ["#日本語 and #añejo", ["日本語", "añejo"]],
  ["# Heading\n#tag", ["tag"]],
  ["C# a#b \\#no ##no #12", []],
  ["`#code` and\n```\n#fenced\n```\n#after", ["after"]],
  ["[x](page.md#part) https://example.org/#part [[Note#Part]]", []],
  ["#twice #Twice", ["twice"]],
])("%j has %j", (text, tags) => {
  expect(hashtagsIn(text)).toEqual(tags);
});
