import classes from "./NoteEditor.module.css";
import type { NoteEditorProps } from "./props";

/** The text as it is written, in a plain field. */
export function NoteEditor({ noteId, text, readOnly, onChange }: NoteEditorProps) {
  return (
    <textarea
      key={noteId}
      className={classes.plain}
      aria-label="Text"
      value={text}
      readOnly={readOnly}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
