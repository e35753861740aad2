import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, it, vi } from "vitest";
import { Stale } from "./live";

let queries: QueryClient;
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  queries = new QueryClient();
  asked = [];
  vi.spyOn(queries, "invalidateQueries").mockImplementation((filters) => {
    asked.push((filters?.queryKey ?? []).join("/"));
    return Promise.resolve();
  });
});

it("asks once for what many events made old", () => {
  const stale = new Stale(queries);
  stale.take("note.updated", { note_id: "a", version: 2 });
  stale.take("note.updated", { note_id: "a", version: 3 });
  expect(asked).toEqual([]);
  vi.runAllTimers();
  expect(asked.filter((key) => key === "notes")).toHaveLength(1);
  expect(asked).toContain("note/a");
});

it("leaves a note alone whose version is the one that this page has saved", () => {
  queries.setQueryData(["note", "a"], { _id: "a", version: 3 });
  const stale = new Stale(queries);
  stale.take("note.updated", { note_id: "a", version: 3 });
  vi.runAllTimers();
  expect(asked).toContain("notes");
  expect(asked).not.toContain("note/a");
});

it("asks for everything where events may have been missed", () => {
  const stale = new Stale(queries);
  stale.take("reload", {});
  vi.runAllTimers();
  expect(asked).toEqual([""]);
});

it("asks for a note whose sharing changed, though its version is known", () => {
  queries.setQueryData(["note", "a"], { _id: "a", version: 3 });
  const stale = new Stale(queries);
  stale.take("share.changed", { note_id: "a", version: 3 });
  vi.runAllTimers();
  expect(asked).toContain("note/a");
  expect(asked).toContain("shares/a");
});
