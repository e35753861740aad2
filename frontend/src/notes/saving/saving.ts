import type { Note } from "@/api/types";

export type SaveState = "saved" | "unsaved" | "saving" | "offline" | "conflict" | "failed";

/** What a person changes in the editor. */
export interface Change {
  title?: string;
  text?: string;
}

/** What the note page needs of saving. */
export interface NoteSaving {
  title: string;
  text: string;
  state: SaveState;
  /** The sentence to show where a save failed. */
  problem: string | null;
  change(change: Change): void;
  /** Ctrl/Cmd-S, and before the page is left. */
  saveNow(): Promise<void>;
  /** Somebody else's version, while the state is `conflict`; `resolve` saves the chosen title and text upon it. */
  conflict: { current: Note; base: Note | null } | null;
  resolve(chosen: Change): Promise<void>;
}
