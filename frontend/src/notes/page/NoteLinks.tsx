import { Link } from "@tanstack/react-router";
import classes from "./NoteLinks.module.css";

export interface NoteLink {
  id: string;
  title: string;
  bucket: string;
  detail?: string;
}

/** Other notes, in a row of cards. */
export function NoteLinks({ notes }: { notes: NoteLink[] }) {
  return (
    <ul className={classes.notes}>
      {notes.map((note) => (
        <li key={note.id}>
          <Link to="/note/$noteId" params={{ noteId: note.id }} className={classes.note}>
            <span className={classes.title}>{note.title}</span>
            <span className={classes.detail}>{note.detail || note.bucket}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
