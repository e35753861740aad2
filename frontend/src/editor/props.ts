import type { NoteTitle } from "./links";

export type EditorMode = "rich" | "source";

/** What the note page and the editor agree on. */
export interface NoteEditorProps {
  /** Another note is another document: undo does not reach across. */
  noteId: string;
  /** The note's Markdown, byte for byte. A new value that the editor did not report itself came from elsewhere. */
  text: string;
  readOnly: boolean;
  /** The whole text after each change by the person who writes. */
  onChange(text: string): void;
  mode: EditorMode;
  /** The editor may refuse rich mode, for a text that is too long. */
  onModeChange(mode: EditorMode): void;
  /** Notes whose title fits, for links. */
  noteLinks(query: string): Promise<NoteTitle[]>;
  /** Sends a file and gives the address for the text. `onProgress` gets 0..1. Throws `Problem`. */
  upload(file: File, onProgress: (fraction: number) => void): Promise<string>;
}
