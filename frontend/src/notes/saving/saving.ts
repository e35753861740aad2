import type { Note } from "@/api/types";

export type SaveState = "saved" | "unsaved" | "saving" | "offline" | "conflict" | "failed";

/** What a person changes in the editor. */
export interface Change {
  title?: string;
  text?: string;
}

/** A version of the note that somebody else saved, and what both began with. */
export interface Conflicting {
  current: Note;
  base: Words;
}

/** What the note page needs of saving. */
export interface NoteSaving {
  title: string;
  text: string;
  state: SaveState;
  /** The sentence to show where a save failed, unless the connection is lost: `state` says that. */
  problem: string | null;
  /** The session is over: nothing is saved until the person has signed in again. */
  isSignedOut: boolean;
  change(change: Change): void;
  /** Ctrl/Cmd-S, and before the page is left. */
  saveNow(): Promise<void>;
  /** Somebody else's version, while the state is `conflict`; `resolve` saves the chosen title and text upon it. */
  conflict: Conflicting | null;
  resolve(chosen: Change): Promise<void>;
}

/** What a person writes of a note. */
export interface Words {
  title: string;
  text: string;
}

/** The words of a version that the server has. */
export interface Base extends Words {
  version: number;
}

/** What saving asks of the server. Both throw `Problem`. */
export interface Gateway {
  put(id: string, change: Change & { version: number }): Promise<Note>;
  get(id: string): Promise<Note>;
}

export const baseOf = ({ version, title, text }: Note): Base => ({ version, title, text });
