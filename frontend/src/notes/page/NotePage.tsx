import { Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Problem } from "@/api/problem";
import { Failed } from "@/ui/Failed";
import { noteQuery } from "../queries";
import { NoteGone } from "./NoteGone";
import { NoteView } from "./NoteView";

const route = getRouteApi("/shell/notes/note/$noteId");

export function NotePage() {
  const { noteId } = route.useParams();
  const note = useQuery(noteQuery(noteId));
  const isGone = note.error instanceof Problem && note.error.status === 404;
  if (isGone) return <NoteGone noteId={noteId} />;
  if (note.data) return <NoteView key={noteId} note={note.data} />;
  if (note.error) return <Failed error={note.error} />;
  return (
    <Stack p={48} gap="md" aria-busy aria-label="Loading the note">
      <Skeleton height={34} width="50%" />
      <Skeleton height={14} />
      <Skeleton height={14} />
      <Skeleton height={14} width="70%" />
    </Stack>
  );
}
