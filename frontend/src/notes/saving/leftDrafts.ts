/** What pages that are gone had not sent. */
import type { Drafts } from "./drafts";
import type { Pages } from "./pages";
import type { NoteSaver } from "./saver";

/** Hands a note's left drafts to its saver, which merges and sends them. Safe to run twice. */
export async function takeOver(
  saver: NoteSaver,
  noteId: string,
  drafts: Drafts,
  pages: Pages,
): Promise<void> {
  const left = await drafts.all(noteId).catch(() => []);
  for (const draft of left) {
    if (draft.page === pages.own || (await pages.isAlive(draft.page))) continue;
    if (saver.adopt(draft.base, draft)) await drafts.forget(noteId, draft.page).catch(() => undefined);
  }
}

export type LeftOver = "saved" | "conflict" | "kept";

/**
 * Hands what pages that are gone left of notes that nobody has open to savers, note by note.
 *
 * `open` gives a note's saver, or null where it is open here or nothing can be written into it: its drafts are kept then.
 * False where one could not be asked for now.
 */
export async function sendLeft(
  drafts: Drafts,
  pages: Pages,
  open: (noteId: string) => Promise<NoteSaver | null>,
  tell: (noteId: string, saver: NoteSaver, end: LeftOver) => void,
): Promise<boolean> {
  let isDone = true;
  const left = await drafts.all().catch(() => []);
  for (const noteId of new Set(left.map((draft) => draft.noteId))) {
    const own = left.filter((draft) => draft.noteId === noteId);
    const alive = await Promise.all(own.map((draft) => pages.isAlive(draft.page)));
    if (alive.every(Boolean)) continue;
    const saver = await open(noteId).catch(() => undefined);
    if (saver === undefined) isDone = false;
    if (!saver) continue;
    await takeOver(saver, noteId, drafts, pages);
    await saver.saveNow();
    tell(noteId, saver, saver.isClean ? "saved" : saver.get().conflict ? "conflict" : "kept");
  }
  return isDone;
}
