import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/api/client";
import type { Share } from "@/api/types";

export type Level = Share["permission"];

const MOST = 200; // people that one note shows

export function sharesQuery(noteId: string) {
  return queryOptions({
    queryKey: ["shares", noteId],
    queryFn: ({ signal }) =>
      ok(
        api.GET("/api/notes/{note_id}/shares", {
          params: { path: { note_id: noteId }, query: { limit: MOST } },
          signal,
        }),
      ),
  });
}

function useStale(noteId: string): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: ["shares", noteId] });
}

export function useInviting(noteId: string) {
  const stale = useStale(noteId);
  return useMutation({
    mutationFn: (body: { email: string; permission: Level }) =>
      ok(api.POST("/api/notes/{note_id}/shares", { params: { path: { note_id: noteId } }, body })),
    meta: { quiet: true },
    onSuccess: stale,
  });
}

export function useChangingLevel(noteId: string) {
  const stale = useStale(noteId);
  return useMutation({
    mutationFn: ({ share, permission }: { share: Share; permission: Level }) =>
      ok(
        api.PATCH("/api/notes/{note_id}/shares/{share_id}", {
          params: { path: { note_id: noteId, share_id: share._id } },
          body: { permission },
        }),
      ),
    onSettled: stale,
  });
}

/** Access ends at once. */
export function useRemoving(noteId: string) {
  const stale = useStale(noteId);
  return useMutation({
    mutationFn: (share: Share) =>
      ok(
        api.DELETE("/api/notes/{note_id}/shares/{share_id}", {
          params: { path: { note_id: noteId, share_id: share._id } },
        }),
      ),
    onSettled: stale,
  });
}
