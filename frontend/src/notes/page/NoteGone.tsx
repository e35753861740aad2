import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, ok } from "@/api/client";
import { asNote } from "@/api/types";
import { AnchorLink } from "@/ui/links";
import { useTitle } from "@/ui/useTitle";
import { UNTITLED, useStaleLists } from "../changing";
import { forgetUnsaved, unsavedWords } from "../saving";
import classes from "./NoteGone.module.css";

/** Absent, deleted, or no longer shared: the server tells these apart to nobody. */
export function NoteGone({ noteId }: { noteId: string }) {
  useTitle("Not found");
  return (
    <Stack align="center" gap={6} p="xl" pt={96}>
      <Title order={2} size="h4">
        This note is not here
      </Title>
      <Text size="sm" className="quiet" ta="center" maw={380}>
        It may have been deleted, or is not shared with you any more. Your own deleted notes are in the trash.
      </Text>
      <AnchorLink to="/trash" size="sm">
        Look in the trash
      </AnchorLink>
      <Unsaved noteId={noteId} />
    </Stack>
  );
}

/** What was written into it when it went. */
function Unsaved({ noteId }: { noteId: string }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const stale = useStaleLists();
  const unsaved = useQuery({ queryKey: ["unsaved", noteId], queryFn: () => unsavedWords(noteId), gcTime: 0 });
  const keep = useMutation({
    mutationFn: async ({ title, text }: { title: string; text: string }) => {
      const body = { title: title.trim() || UNTITLED, text, bucket: "Inbox" };
      const note = asNote(await ok(api.POST("/api/notes", { body })));
      await forgetUnsaved(noteId);
      return note;
    },
    onSuccess: (note) => {
      queries.setQueryData(["note", note._id], note);
      stale();
      void navigate({ to: "/note/$noteId", params: { noteId: note._id }, search: (before) => before });
    },
  });
  const words = unsaved.data;
  if (!words) return null;
  return (
    <Stack mt="xl" gap="xs" maw={520} w="100%" component="section" aria-label="What was not saved">
      <Text size="sm">What you had written could not be saved any more. It is kept in this browser:</Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard */}
      <pre className={classes.words} tabIndex={0}>
        {words.text}
      </pre>
      <Group>
        <Button size="sm" loading={keep.isPending} onClick={() => keep.mutate(words)}>
          Keep it as a new note
        </Button>
      </Group>
    </Stack>
  );
}
