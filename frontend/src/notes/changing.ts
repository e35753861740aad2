import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api, ok } from "@/api/client";
import { asNote, type Note } from "@/api/types";
import { say } from "@/ui/say";

const LISTS = [["notes"], ["buckets"], ["tags"], ["trash"], ["search"], ["similar"]];

/** After a change: what lists and counts say is old. */
export function useStaleLists(): () => void {
  const queries = useQueryClient();
  return () => {
    for (const queryKey of LISTS) void queries.invalidateQueries({ queryKey });
  };
}

export const UNTITLED = "Untitled";

/** Makes a note where the person is, and opens it with its title ready to be typed over. */
export function useNewNote() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const stale = useStaleLists();
  const { bucket, tag } = useSearch({ strict: false });
  return useMutation({
    mutationFn: async (): Promise<Note> => {
      const body = { title: UNTITLED, text: "", bucket: bucket ?? "Inbox", ...(tag ? { tags: [tag] } : {}) };
      return asNote(await ok(api.POST("/api/notes", { body })));
    },
    onSuccess: (note) => {
      queries.setQueryData(["note", note._id], note);
      stale();
      void navigate({
        to: "/note/$noteId",
        params: { noteId: note._id },
        search: (before) => before,
        state: { isNew: true },
      });
    },
  });
}

/** Out of the trash, as it was. */
export function useRestoreNote() {
  const stale = useStaleLists();
  return useMutation({
    mutationFn: (noteId: string) =>
      ok(api.POST("/api/trash/{note_id}/restore", { params: { path: { note_id: noteId } } })),
    onSuccess: stale,
  });
}

/** Into the trash, with a way back in the message. */
export function useTrashNote() {
  const navigate = useNavigate();
  const stale = useStaleLists();
  const restore = useRestoreNote();
  return useMutation({
    mutationFn: (note: Pick<Note, "_id" | "title">) =>
      ok(api.DELETE("/api/notes/{note_id}", { params: { path: { note_id: note._id } } })),
    onSuccess: (_answer, note) => {
      const focusMain = (): void => document.getElementById("main")?.focus(); // what had the focus is gone
      const open = (): void =>
        void navigate({
          to: "/note/$noteId",
          params: { noteId: note._id },
          search: (before) => before,
        }).then(focusMain);
      say.undoable(
        `“${note.title}” is in the trash.`,
        () => void restore.mutateAsync(note._id).then(open, () => undefined),
      );
      void navigate({ to: "/", search: (before) => before }).then(() => {
        focusMain();
        stale();
      });
    },
  });
}

declare module "@tanstack/react-router" {
  interface HistoryState {
    isNew?: boolean;
  }
}
