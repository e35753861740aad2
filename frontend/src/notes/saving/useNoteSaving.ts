import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { account } from "@/accounts/account";
import { api, ok } from "@/api/client";
import { Problem } from "@/api/problem";
import { asNote, type Note } from "@/api/types";
import { queries as queryClient } from "@/app/queries";
import { say } from "@/ui/say";
import { browserDrafts, type Draft, draftsOf } from "./drafts";
import { sendLeft, takeOver } from "./leftDrafts";
import { browserPages } from "./pages";
import { NoteSaver } from "./saver";
import type { Gateway, NoteSaving } from "./saving";

const drafts = draftsOf(() => queryClient.getQueryData(account.queryKey)?._id, browserDrafts());
const pages = browserPages();

/** Savers live on after their page is left, until the server has everything. */
const savers = new Map<string, NoteSaver>();

const gateway: Gateway = {
  put: async (id, body) =>
    asNote(await ok(api.PUT("/api/notes/{note_id}", { params: { path: { note_id: id } }, body }))),
  get: (id) => ok(api.GET("/api/notes/{note_id}", { params: { path: { note_id: id } } })),
};

/** Saves a note's title and text by itself, upon the version that was read. */
export function useNoteSaving(note: Note): NoteSaving {
  const queries = useQueryClient();
  const [saver] = useState(() => saverOf(note, queries));
  const shown = useSyncExternalStore(saver.subscribe, saver.get);
  useEffect(() => saver.receive(note), [saver, note]);
  useEffect(() => {
    if (note.access !== "read") saver.online(); // what was refused before is taken now
  }, [saver, note.access]);
  useEffect(() => whileOpen(note._id, saver), [note._id, saver]);
  return useMemo(
    () => ({ ...shown, change: saver.change, saveNow: saver.saveNow, resolve: saver.resolve }),
    [shown, saver],
  );
}

function saverOf(note: Note, queries: QueryClient): NoteSaver {
  const known = savers.get(note._id);
  if (known) return known;
  const saver = made(note, queries);
  if (note.access !== "read") void takeOver(saver, note._id, drafts, pages);
  return saver;
}

function made(note: Note, queries: QueryClient): NoteSaver {
  const onSaved = (saved: Note): void => {
    queries.setQueryData(["note", saved._id], saved);
    void queries.invalidateQueries({ queryKey: ["notes"] });
  };
  const saver = new NoteSaver(note._id, note, { gateway, drafts, page: pages.own, onSaved });
  savers.set(note._id, saver);
  return saver;
}

/**
 * Sends what closed tabs could not, of notes that are not open here. Where somebody changed the same words, says so.
 *
 * False where it is to be tried again.
 */
export async function sendLeftDrafts(queries: QueryClient): Promise<boolean> {
  const open = async (id: string): Promise<NoteSaver | null> => {
    if (savers.has(id)) return null;
    const note = await gateway.get(id).catch(nullWhereGone);
    return !note || note.access === "read" || savers.has(id) ? null : made(note, queries);
  };
  return sendLeft(drafts, pages, open, (id, saver, end) => {
    const { title } = saver.get();
    window.addEventListener("online", saver.online);
    if (end === "saved") {
      void leave(id, saver);
      say.done(`Saved now: what you had written in “${title}” before this page was opened.`);
    } else if (end === "conflict")
      say.failed(`“${title}” changed elsewhere where you had written too. Open it to choose.`);
  });
}

function nullWhereGone(error: unknown): null {
  if (error instanceof Problem && error.status === 404) return null;
  throw error;
}

/** What was written into a note and never saved, by this page or others. */
export function wordsLeft(noteId: string): Promise<Draft[]> {
  return drafts.all(noteId);
}

/** They were kept elsewhere, or are not wanted. */
export async function forgetWordsLeft(left: Draft): Promise<void> {
  if (left.page === pages.own) savers.get(left.noteId)?.giveUp();
  await drafts.forget(left.noteId, left.page);
}

function whileOpen(id: string, saver: NoteSaver): () => void {
  savers.set(id, saver);
  const hide = (): void => {
    saver.keepDraft();
    void saver.saveNow();
  };
  const warn = (event: BeforeUnloadEvent): void => {
    saver.keepDraft();
    // Whoever goes to sign in again finds everything in the draft.
    if (!saver.isClean && !saver.get().isSignedOut) event.preventDefault();
  };
  window.addEventListener("online", saver.online);
  window.addEventListener("beforeunload", warn);
  document.addEventListener("visibilitychange", hide);
  window.addEventListener("pagehide", hide);
  return () => {
    document.removeEventListener("visibilitychange", hide);
    window.removeEventListener("pagehide", hide);
    window.removeEventListener("beforeunload", warn);
    // The editor reports its last words while it goes, maybe after this.
    setTimeout(() => void leave(id, saver));
  };
}

async function leave(id: string, saver: NoteSaver): Promise<void> {
  await saver.saveNow();
  if (!saver.isClean) return;
  window.removeEventListener("online", saver.online);
  if (savers.get(id) === saver) savers.delete(id);
}
