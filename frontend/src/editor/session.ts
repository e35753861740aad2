/** One note being edited: a surface for each mode, one undo for both, and what comes in from elsewhere. */
import { merge } from "@/merging/merge";
import type { EditorMode } from "./props";
import { type RichHost, RichSurface } from "./rich/surface";
import { SourceSurface } from "./source/surface";
import type { SentFile, Surface } from "./surface";
import { type Moment, Timeline } from "./timeline";

const REPORT = 200; // ms after an edit until its text is reported
const COMPOSED = 50; // ms after a word was put together until the surface knows it
const REPORT_AT_LAST = 1000; // ms that writing without a pause can put that off

/** Above this, rich mode would be slow. */
export const LONGEST_RICH = 150_000; // characters

export const canBeRich = (text: string): boolean => text.length <= LONGEST_RICH;

export interface SessionHost extends Pick<RichHost, "slash" | "selected" | "askForLink" | "askForPicture"> {
  /** The whole text, a moment after an edit. */
  onChange(text: string): void;
  /** Whether there is something to undo or redo changed. */
  onTimeline(canUndo: boolean, canRedo: boolean): void;
  send(files: readonly File[], done: (file: SentFile) => void): void;
}

export class EditorSession {
  private surface: Surface;
  private mode: EditorMode;
  private readonly timeline: Timeline;
  /** What the page has, or gave: the common ancestor when another text comes in. */
  private reported: string;
  /** What came in while a word was being put together. */
  private waiting: string | null = null;
  private isDirty = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private dirtySince = 0;

  constructor(
    private readonly place: HTMLElement,
    text: string,
    mode: EditorMode,
    private readOnly: boolean,
    private readonly host: SessionHost,
  ) {
    this.mode = canBeRich(text) ? mode : "source";
    this.reported = text;
    this.surface = this.build(text);
    this.timeline = new Timeline(this.surface.moment());
    place.addEventListener("compositionend", this.composed);
  }

  private build(text: string): Surface {
    const host: RichHost = {
      ...this.host,
      changed: (before, after, apart) => this.edited(before, after, apart),
      undo: () => this.travel("undo"),
      redo: () => this.travel("redo"),
      send: (files, done) =>
        this.host.send(files, (file) => (this.surface === surface ? done(file) : this.insertFile(file))),
      slash: this.host.slash,
      selected: this.host.selected,
      askForLink: this.host.askForLink,
      askForPicture: this.host.askForPicture,
    };
    const surface: Surface =
      this.mode === "rich"
        ? new RichSurface(this.place, text, this.readOnly, host)
        : new SourceSurface(this.place, text, this.readOnly, host);
    return surface;
  }

  get shown(): Surface {
    return this.surface;
  }

  get shownMode(): EditorMode {
    return this.mode;
  }

  /** Switches, with the caret about where it was. Returns the mode that is shown. */
  setMode(mode: EditorMode): EditorMode {
    if (mode === this.mode) return mode;
    const text = this.surface.text();
    if (mode === "rich" && !canBeRich(text)) return this.mode;
    const caret = this.surface.caret();
    const focused = this.place.contains(document.activeElement);
    this.surface.destroy();
    this.place.replaceChildren();
    this.mode = mode;
    this.surface = this.build(text);
    this.timeline.pause();
    if (focused || caret) this.surface.placeCaret(caret);
    if (focused) this.surface.focus();
    if (this.waiting !== null) this.receive(this.waiting);
    return mode;
  }

  setReadOnly(readOnly: boolean): void {
    this.readOnly = readOnly;
    this.surface.setReadOnly(readOnly);
  }

  /** A text that came from outside: another tab, another person, an agent. */
  receive(text: string): void {
    this.waiting = null;
    if (text === this.reported) return;
    if (this.surface.isComposing()) {
      this.waiting = text;
      return;
    }
    const mine = this.surface.text();
    const merged = merge(this.reported, mine, text).text;
    this.reported = text;
    if (merged !== mine) {
      this.timeline.mixIn();
      this.surface.apply(merged);
    }
    if (merged !== text) this.schedule();
    else this.settle();
  }

  private composed = (): void => {
    setTimeout(() => {
      if (this.waiting !== null) this.receive(this.waiting);
    }, COMPOSED);
  };

  /** A text that the person chose, in place of what is shown; undo brings that back. */
  choose(text: string): void {
    const before = this.surface.moment();
    this.surface.apply(text);
    this.edited(before, this.surface.moment(), true);
  }

  insertFile(file: SentFile): void {
    this.surface.insertFile(file);
  }

  undo = (): boolean => this.travel("undo");
  redo = (): boolean => this.travel("redo");

  private travel(way: "undo" | "redo"): boolean {
    if (this.readOnly) return true;
    const moment = this.timeline[way](() => this.surface.text());
    if (moment) {
      this.surface.restore(moment);
      this.schedule();
      this.tell();
    }
    return true; // the key is ours, also where there is nothing left to undo
  }

  private edited(before: Moment, after: Moment, apart: boolean): void {
    this.timeline.record(before, after, apart);
    this.tell();
    this.schedule();
  }

  private tell(): void {
    this.host.onTimeline(this.timeline.canUndo, this.timeline.canRedo);
  }

  // -------------------------------------------------------------- reporting

  private schedule(): void {
    const now = performance.now();
    if (!this.isDirty) this.dirtySince = now;
    this.isDirty = true;
    clearTimeout(this.timer);
    const wait = Math.min(REPORT, Math.max(0, REPORT_AT_LAST - (now - this.dirtySince)));
    this.timer = setTimeout(() => this.flush(), wait);
  }

  private settle(): void {
    clearTimeout(this.timer);
    this.isDirty = false;
  }

  /** Reports what was not reported yet: before the page saves, and before it goes. */
  flush(): void {
    if (!this.isDirty || this.waiting !== null) return; // what waits is merged first
    this.settle();
    const text = this.surface.text();
    if (text === this.reported) return;
    this.reported = text;
    this.host.onChange(text);
  }

  destroy(): void {
    this.place.removeEventListener("compositionend", this.composed);
    if (this.waiting !== null) {
      const merged = merge(this.reported, this.surface.text(), this.waiting).text;
      if (merged !== this.waiting) this.host.onChange(merged);
    } else this.flush();
    this.surface.destroy();
  }
}
