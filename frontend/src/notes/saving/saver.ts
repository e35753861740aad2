/** Keeps one note: saves by itself, merges what others saved, waits out a lost connection, and loses nothing. */
import { Problem, sentence } from "@/api/problem";
import type { Note } from "@/api/types";
import type { Drafts } from "./drafts";
import { isSame, rebase } from "./rebase";
import {
  type Base,
  baseOf,
  type Change,
  type Conflicting,
  type Gateway,
  type SaveState,
  type Words,
} from "./saving";

const PAUSE = 800; // ms after the last key until a save
const DRAFT_PAUSE = 200; // ms after the last key until the browser keeps it
const RETRIES = [1, 2, 4, 8, 15, 30]; // seconds until the server is tried again

export interface Snapshot extends Words {
  state: SaveState;
  problem: string | null;
  isSignedOut: boolean;
  conflict: Conflicting | null;
}

export interface Surroundings {
  gateway: Gateway;
  drafts: Drafts;
  /** This page's name, for its drafts. */
  page: string;
  onSaved(note: Note): void;
}

export class NoteSaver {
  private base: Base;
  private mine: Words;
  private state: SaveState = "saved";
  private problem: string | null = null;
  private isSignedOut = false;
  private conflict: Conflicting | null = null;
  private running: Promise<void> | null = null;
  private newer: Note | null = null;
  /** The newest version that came from the server. */
  private latest: Note;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private draftTimer: ReturnType<typeof setTimeout> | undefined;
  private hasDraft = false;
  private shown: Snapshot;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly id: string,
    note: Note,
    private readonly around: Surroundings,
  ) {
    this.latest = note;
    this.base = baseOf(note);
    this.mine = { title: note.title, text: note.text };
    this.shown = this.snapshot();
  }

  // --------------------------------------------------------------- watching

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get = (): Snapshot => this.shown;

  private snapshot(): Snapshot {
    const { state, problem, isSignedOut, conflict } = this;
    return { ...this.mine, state, problem, isSignedOut, conflict };
  }

  private tell(state: SaveState = this.state): void {
    this.state = state;
    this.shown = this.snapshot();
    for (const listener of this.listeners) listener();
  }

  get isClean(): boolean {
    return this.running === null && this.conflict === null && isSame(this.mine, this.base);
  }

  // --------------------------------------------------------------- changing

  change = (change: Change): void => {
    this.mine = { ...this.mine, ...change };
    this.keepDraftSoon();
    if (this.conflict) {
      this.tell();
      return;
    }
    const waits = this.state === "offline" || this.running !== null;
    this.tell(isSame(this.mine, this.base) && !this.running ? "saved" : waits ? this.state : "unsaved");
    if (this.state !== "offline") this.saveIn(PAUSE);
  };

  private saveIn(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.saveNow(), delay);
  }

  saveNow = async (): Promise<void> => {
    clearTimeout(this.timer);
    if (this.conflict) return;
    if (this.running) {
      await this.running;
      if (!this.isClean && this.state !== "offline" && this.state !== "failed") await this.saveNow();
      return;
    }
    if (isSame(this.mine, this.base)) {
      this.problem = null;
      if (this.state !== "saved") this.tell("saved");
      this.dropDraft();
      return;
    }
    this.running = this.save();
    await this.running;
  };

  private async save(): Promise<void> {
    const sent = this.mine;
    this.tell("saving");
    let isAgain = false;
    try {
      isAgain = await this.put(sent);
    } catch (error) {
      this.failed(error);
    } finally {
      this.running = null;
    }
    this.takeNewer();
    if (isAgain && !this.conflict) this.saveIn(isSame(this.mine, sent) ? 0 : PAUSE);
  }

  /** True if there is more to save. */
  private async put(sent: Words): Promise<boolean> {
    const change = this.changeOf(sent);
    if (!Object.keys(change).length) {
      this.problem = "A note needs a title.";
      this.tell("failed");
      return false;
    }
    const saved = await this.around.gateway.put(this.id, { ...change, version: this.base.version });
    this.failures = 0;
    this.problem = null;
    this.isSignedOut = false;
    this.base = { version: saved.version, title: change.title ?? this.base.title, text: sent.text };
    this.latest = saved;
    this.around.onSaved(saved);
    const isDone = isSame(this.mine, this.base);
    if (isDone) this.dropDraft();
    this.tell(isDone ? "saved" : "unsaved");
    return !isDone;
  }

  /** A blank title is not sent: the text need not wait for it. */
  private changeOf({ title, text }: Words): Change {
    return {
      ...(title !== this.base.title && title.trim() ? { title } : {}),
      ...(text !== this.base.text ? { text } : {}),
    };
  }

  private failed(error: unknown): void {
    this.keepDraft();
    if (error instanceof Problem && error.code === "version_conflict") {
      this.failures = 0;
      this.bringOnto(error.body.current as Note);
      return;
    }
    const isOffline = error instanceof Problem && error.isOffline;
    this.problem = isOffline ? null : sentence(error); // of being offline the state tells, while it is tried again too
    this.isSignedOut = error instanceof Problem && error.status === 401;
    const isAway = error instanceof Problem && (isOffline || error.status === 429 || error.status >= 500);
    this.tell(isOffline ? "offline" : "failed");
    if (isAway) this.saveIn((RETRIES[Math.min(this.failures++, RETRIES.length - 1)] ?? 30) * 1000);
  }

  /** The connection is back. */
  online = (): void => {
    if (this.state === "offline" || this.state === "failed") void this.saveNow();
  };

  // ---------------------------------------------------------- other people's

  /** A version from elsewhere: taken over, or merged with what was not saved yet. */
  receive = (note: Note): void => {
    if (note.version <= this.base.version) return;
    if (this.newer === null || note.version > this.newer.version) this.newer = note;
    if (!this.running) this.takeNewer();
  };

  private takeNewer(): void {
    const note = this.newer;
    this.newer = null;
    if (!note || note.version <= this.base.version) return;
    if (this.conflict) {
      if (note.version > this.conflict.current.version) this.bringOnto(note);
    } else if (isSame(this.mine, this.base)) {
      this.latest = note;
      this.base = baseOf(note);
      this.mine = { title: note.title, text: note.text };
      this.tell("saved");
    } else this.bringOnto(note);
  }

  private bringOnto(current: Note): void {
    this.latest = current;
    const base = this.conflict?.base ?? this.base;
    const merged = rebase(base, this.mine, current);
    if (!merged) {
      this.conflict = { current, base };
      this.problem = null;
      this.keepDraft();
      this.tell("conflict");
      return;
    }
    this.conflict = null;
    this.base = baseOf(current);
    this.mine = merged;
    const isDone = isSame(merged, this.base);
    if (isDone) this.dropDraft();
    else this.keepDraft();
    this.tell(isDone ? "saved" : "unsaved");
    if (!isDone) this.saveIn(0);
  }

  /** Saves what the person chose. What they had written goes into the note's history before it, if it is another text. */
  resolve = async (chosen: Change): Promise<void> => {
    if (!this.conflict) return;
    const { conflict, mine: written } = this;
    const wanted = { title: chosen.title ?? written.title, text: chosen.text ?? written.text };
    this.base = baseOf(conflict.current);
    this.conflict = null;
    if (!isSame(wanted, written) && !isSame(written, conflict.current)) {
      await this.saveNow();
      if (!isSame(this.base, written)) {
        this.reopen(conflict);
        return;
      }
    }
    this.mine = wanted;
    this.keepDraft();
    this.tell("unsaved");
    await this.saveNow();
  };

  /** The server could not be asked, or somebody was quicker once more: both texts are still there to choose from. */
  private reopen(conflict: Conflicting): void {
    this.conflict ??= conflict;
    this.tell("conflict");
  }

  // ----------------------------------------------------------------- drafts

  /** Takes over what another page, which is gone, had not sent. False where it does not fit to what is written here. */
  adopt(base: Base, words: Words): boolean {
    if (!isSame(this.mine, this.base) || this.running) {
      const both = rebase(base, words, this.mine);
      if (!both) return false;
      this.change(both);
      return true;
    }
    this.base = base;
    this.mine = { title: words.title, text: words.text };
    this.bringOnto(this.latest);
    return true;
  }

  /** Nothing written here will be sent any more: it was kept elsewhere, or is not wanted. */
  giveUp(): void {
    clearTimeout(this.timer);
    this.conflict = null;
    this.mine = { title: this.base.title, text: this.base.text };
    this.dropDraft();
    this.tell("saved");
  }

  private keepDraftSoon(): void {
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => this.keepDraft(), DRAFT_PAUSE);
  }

  keepDraft = (): void => {
    clearTimeout(this.draftTimer);
    if (isSame(this.mine, this.base)) return;
    this.hasDraft = true;
    const base = this.conflict?.base ? { ...this.base, ...this.conflict.base } : this.base;
    void this.around.drafts
      .keep({ noteId: this.id, page: this.around.page, base, ...this.mine, at: Date.now() })
      .catch(() => undefined); // a full or forbidden storage must not stop writing
  };

  private dropDraft(): void {
    clearTimeout(this.draftTimer);
    if (!this.hasDraft) return;
    this.hasDraft = false;
    void this.around.drafts.forget(this.id, this.around.page).catch(() => undefined);
  }
}
