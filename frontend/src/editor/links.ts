/** Just enough of a note to link to it. */
export interface NoteTitle {
  id: string;
  title: string;
  bucket: string;
}
