import { Button, Stack, Text } from "@mantine/core";
import { IconNotes, IconPlus } from "@tabler/icons-react";
import { useNewNote } from "../changing";
import type { Filter } from "../queries";

export function EmptyList({ filter }: { filter: Filter }) {
  const newNote = useNewNote();
  const isFirst = !filter.bucket && !filter.tag && !filter.shared;
  return (
    <Stack align="center" gap={6} p="xl" pt={64}>
      <IconNotes size={36} stroke={1.2} className="quiet" aria-hidden />
      <Text fw={600}>{isFirst ? "Your first note" : "No notes here"}</Text>
      <Text size="sm" className="quiet" ta="center">
        {sentenceFor(filter)}
      </Text>
      {filter.shared !== "only" && (
        <Button
          mt="sm"
          variant="light"
          leftSection={<IconPlus size={16} />}
          onClick={() => newNote.mutate()}
          loading={newNote.isPending}
        >
          Write one
        </Button>
      )}
    </Stack>
  );
}

function sentenceFor(filter: Filter): string {
  if (filter.shared === "only") return "Notes that others share with you appear here.";
  if (filter.tag) return `Type #${filter.tag} in a note, and it appears here.`;
  if (filter.bucket) return "This bucket is empty.";
  return "Write it here, or let an agent write it with a token from Settings.";
}
