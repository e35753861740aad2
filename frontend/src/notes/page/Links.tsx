import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, ok } from "@/api/client";
import { Panel } from "@/ui/Panel";
import { type NoteLink, NoteLinks } from "./NoteLinks";

function relationsQuery(id: string) {
  return queryOptions({
    queryKey: ["note", id, "relations"],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/notes/{note_id}/relations", { params: { path: { note_id: id } }, signal })),
  });
}

/** Notes that are tied to this one: related by a person or an agent, or linking here. */
export function Links({ noteId }: { noteId: string }) {
  const found = useQuery(relationsQuery(noteId)).data;
  if (!found) return null;
  const related = found.relations.map((one) => ({
    id: one.note._id,
    title: one.note.title,
    bucket: one.note.bucket,
    detail: one.token_label ? `${one.kind}, by ${one.token_label}` : one.kind,
  }));
  const linking = found.backlinks.map((one) => ({
    id: one._id,
    title: one.title,
    bucket: one.bucket,
    detail: `links here, from ${one.bucket}`,
  }));
  const notes = unique([...related, ...linking]);
  if (notes.length === 0) return null;
  return (
    <Panel title="Linked notes" count={notes.length} name="links">
      <NoteLinks notes={notes} />
    </Panel>
  );
}

function unique(notes: NoteLink[]): NoteLink[] {
  return [...new Map(notes.map((note) => [note.id, note])).values()];
}
