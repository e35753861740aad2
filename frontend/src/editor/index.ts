/** The editor: Markdown in, the same Markdown out, but for what was edited. */
export { NoteEditor } from "./NoteEditor";
export type { EditorMode, NoteEditorProps } from "./props";
