import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { EditorState } from "@codemirror/state";
import { expect, it } from "vitest";
import type { Action } from "../actions";
import { formatted } from "./formatting";

/** `«` and `»` stand for the selection's ends, `¦` for a caret. */
function after(text: string, action: Action): string | null {
  const from = text.search(/[«¦]/);
  const to = text.includes("»") ? text.indexOf("»") - 1 : from;
  const doc = text.replace(/[«»¦]/g, "");
  const state = EditorState.create({ doc, selection: { anchor: from, head: to } });
  const change = formatted(state, action);
  return change && state.update(change).state.doc.toString();
}

it.each<[Action, string, string]>([
  ["h2", "a¦b", "## ab"],
  ["h2", "# a¦b", "## ab"],
  ["h2", "## a¦b", "ab"],
  ["paragraph", "### a¦b", "ab"],
  ["bullets", "«one\n\ntwo»", "- one\n\n- two"],
  ["bullets", "«- one\n- two»", "one\ntwo"],
  ["bullets", "  - [ ] in¦side", "  - inside"],
  ["numbers", "«- one\n* two»", "1. one\n2. two"],
  ["tasks", "1) o¦ne", "- [ ] one"],
  ["tasks", "- [x] o¦ne", "one"],
  ["quote", "«one\n> two»", "> one\n> > two"],
  ["quote", "«> one\n>two»", "one\ntwo"],
  ["bullets", "¦", "- "],
])("%s turns %j into %j", (action, text, expected) => {
  expect(after(text, action)).toBe(expected);
});

it("a line of which nothing is selected stays", () => {
  const state = EditorState.create({ doc: "one\ntwo\n", selection: { anchor: 0, head: 4 } });
  const change = formatted(state, "bullets");
  expect(change && state.update(change).state.doc.toString()).toBe("- one\ntwo\n");
});

it("blocks stand on lines of their own", () => {
  expect(after("one¦", "divider")).toBe("one\n\n---\n");
  expect(after("one\n¦", "divider")).toBe("one\n\n---\n");
  expect(after("¦\nnext", "table")).toBe("|  |  |  |\n| --- | --- | --- |\n|  |  |  |\n\nnext");
  expect(after("«a\nb»\nc", "codeBlock")).toBe("```\na\nb\n```\nc");
  expect(after("a ```` b¦", "codeBlock")).toBe("`````\na ```` b\n`````");
});

it("what concerns a table's rows is left to rich mode", () => {
  expect(after("¦", "deleteRow")).toBeNull();
});

function afterInMarkdown(text: string, action: Action): string | null {
  const doc = text.replace("¦", "");
  const extensions = [markdown({ base: markdownLanguage })];
  const state = EditorState.create({ doc, selection: { anchor: text.indexOf("¦") }, extensions });
  const change = formatted(state, action);
  return change && state.update(change).state.doc.toString();
}

it.each<[Action, string, string]>([
  ["codeBlock", "a\n\n```js\nco¦de\nmore\n```\n\nb", "a\n\ncode\nmore\n\nb"],
  ["codeBlock", "```\nco¦de", "code"],
  ["codeBlock", "```\n¦```\n", "\n"],
  ["codeBlock", "````\nco¦de\n```", "code\n```"],
  ["codeBlock", "```\nco¦de\n~~~", "code\n~~~"],
  ["codeBlock", "- ```\n  co¦de\n  ```", "- ```\n```\n  code\n```\n  ```"],
  [
    "diagram",
    "```mermaid\ngraph ¦LR\n```\nb",
    "```mermaid\ngraph LR\n```\n\n```mermaid\nflowchart LR\n  A[Start] --> B[End]\n```\n\nb",
  ],
  ["table", "| a¦ |\n| - |\n| b |", "| a |\n| - |\n| b |\n\n|  |  |  |\n| --- | --- | --- |\n|  |  |  |\n"],
  ["divider", "one¦\n\ntwo", "one\n\n---\n\ntwo"],
])("%s pressed in %j makes it %j", (action, text, expected) => {
  expect(afterInMarkdown(text, action)).toBe(expected);
});
