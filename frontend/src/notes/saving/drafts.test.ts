import "fake-indexeddb/auto";
import { expect, it } from "vitest";
import { browserDrafts, draftsOf, memoryDrafts } from "./drafts";

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

it("shows each person of a browser their own drafts alone", async () => {
  let who: string | undefined = "ada";
  const drafts = draftsOf(() => who, memoryDrafts());
  await drafts.keep(draft("a", "1", 1));
  expect(await drafts.all()).toHaveLength(1);
  who = "bo";
  expect(await drafts.all()).toEqual([]);
  await drafts.keep(draft("b", "2", 2));
  who = undefined;
  expect(await drafts.all("a")).toEqual([]);
  who = "ada";
  expect((await drafts.all()).map((one) => one.noteId)).toEqual(["a"]);
});
