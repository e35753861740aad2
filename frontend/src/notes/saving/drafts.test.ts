import "fake-indexeddb/auto";
import { expect, it } from "vitest";
import { browserDrafts } from "./drafts";

const draft = (noteId: string, page: string, at: number) => ({
  noteId,
  page,
  at,
  title: "T",
  text: `${noteId} of ${page}`,
  base: { version: 1, title: "T", text: "" },
});

it("keeps a draft of each page in the browser's database", async () => {
  const drafts = browserDrafts();
  await drafts.keep(draft("a", "2", 20));
  await drafts.keep(draft("a", "1", 10));
  await drafts.keep(draft("ab", "1", 5));
  await drafts.keep({ ...draft("a", "2", 30), text: "newer" });
  expect((await browserDrafts().all("a")).map(({ text }) => text)).toEqual(["a of 1", "newer"]);
  await drafts.forget("a", "1");
  expect((await drafts.all()).map(({ noteId, page }) => noteId + page)).toEqual(["ab1", "a2"]);
});
