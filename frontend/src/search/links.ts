import { api, ok } from "@/api/client";
import type { NoteTitle } from "@/editor/links";

const OFFERED = 8;

/** Notes to link to: what is searched for, or the last changed ones where nothing is typed yet. */
export async function findNoteLinks(query: string): Promise<NoteTitle[]> {
  const found = query.trim()
    ? await ok(api.GET("/api/notes/search", { params: { query: { q: query, limit: OFFERED } } }))
    : await ok(
        api.GET("/api/notes", {
          params: { query: { limit: OFFERED, sort: "updated_at", shared: "include", fields: "summary" } },
        }),
      );
  return found.map((note) => ({ id: note._id, title: note.title, bucket: note.bucket }));
}
