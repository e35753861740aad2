/** What rich mode and source mode have in common. */
import type { Action } from "./actions";
import type { Moment } from "./timeline";

/** Pixels at the top of what scrolls that bars may cover: the caret is kept out from under them. */
export const BARS = 108;

export interface Surface {
  /** The whole note as Markdown. */
  text(): string;
  moment(): Moment;
  /** Shows a text that came from elsewhere; caret and scroll stay at the words where they are. */
  apply(text: string): void;
  /** Goes to a moment, with its selection where that was made in this mode. */
  restore(moment: Moment): void;
  /** An input method is putting a word together: what comes in meanwhile would break it off. */
  isComposing(): boolean;
  setReadOnly(readOnly: boolean): void;
  focus(): void;
  /** Where in the text the caret is, about, for the other mode. */
  caret(): number;
  placeCaret(offset: number): void;
  /** False where it cannot be done at the selection. */
  run(action: Action): boolean;
  insertLink(href: string, title: string): void;
  insertFile(file: SentFile): void;
  destroy(): void;
}

export interface SentFile {
  url: string;
  name: string;
  isPicture: boolean;
}

export interface SurfaceHost {
  changed(before: Moment, after: Moment, apart: boolean): void;
  undo(): boolean;
  redo(): boolean;
  /** Files that were pasted or dropped; `done` puts each where it belongs. */
  send(files: readonly File[], done: (file: SentFile) => void): void;
  askForLink(): void;
  /** A picture wants to be described. */
  askForPicture(): void;
}
