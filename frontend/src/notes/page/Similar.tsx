import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, ok } from "@/api/client";
import { Panel } from "@/ui/Panel";
import { plain } from "../plain";
import { NoteLinks } from "./NoteLinks";

const SHOWN = 6;

function similarQuery(id: string) {
  return queryOptions({
    queryKey: ["similar", id],
    queryFn: ({ signal }) =>
      ok(
        api.GET("/api/notes/similar/{note_id}", {
          params: { path: { note_id: id }, query: { limit: SHOWN } },
          signal,
        }),
      ),
    staleTime: 60_000,
  });
}

/** Notes that mean something like this one. */
export function Similar({ noteId }: { noteId: string }) {
  const similar = useQuery(similarQuery(noteId)).data ?? [];
  if (similar.length === 0) return null;
  return (
    <Panel title="Similar notes" count={similar.length} name="similar">
      <NoteLinks
        notes={similar.map((note) => ({
          id: note._id,
          title: note.title,
          bucket: note.bucket,
          detail: plain(note.snippet.text),
        }))}
      />
    </Panel>
  );
}
