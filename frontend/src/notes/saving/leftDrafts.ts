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
