import { Button, Group, Paper, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, ok } from "@/api/client";
import { UNTITLED, useStaleLists } from "../changing";
import { type Draft, forgetWordsLeft, wordsLeft } from "../saving";

const LOOK = 1000; // ms: the editor's last words come after it is gone

/** What was written into a note that is gone and could not be saved: it is here alone. */
export function WordsLeft({ noteId }: { noteId: string }) {
  const left = useQuery({
    queryKey: ["words left", noteId],
    queryFn: () => wordsLeft(noteId),
    refetchInterval: LOOK,
    gcTime: 0,
  });
  return left.data?.map((draft) => (
    <Left key={draft.page} draft={draft} onGone={() => void left.refetch()} />
  ));
}

function Left({ draft, onGone }: { draft: Draft; onGone: () => void }) {
  const keep = useKeeping(draft);
  const discard = (): void => void forgetWordsLeft(draft).then(onGone, onGone);
  return (
    <Paper withBorder p="md" mt="xl" w="100%" maw={640}>
      <Text fw={600}>What you wrote could not be saved</Text>
      <Textarea
        readOnly
        autosize
        minRows={2}
        maxRows={14}
        my="sm"
        label={draft.title || UNTITLED}
        value={draft.text}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={discard}>
          Discard it
        </Button>
        <Button loading={keep.isPending} onClick={() => keep.mutate()}>
          Keep it as a new note
        </Button>
      </Group>
    </Paper>
  );
}

function useKeeping(draft: Draft) {
  const navigate = useNavigate();
  const stale = useStaleLists();
  return useMutation({
    mutationFn: async () => {
      const body = { title: draft.title.trim() || UNTITLED, text: draft.text, bucket: "Inbox" };
      const note = await ok(api.POST("/api/notes", { body }));
      await forgetWordsLeft(draft).catch(() => undefined);
      return note._id;
    },
    onSuccess: (noteId) => {
      stale();
      void navigate({ to: "/note/$noteId", params: { noteId }, search: (before) => before });
    },
  });
}
