import { Stack, Text } from "@mantine/core";
import { AnchorLink } from "@/ui/links";
import { useTitle } from "@/ui/useTitle";
import { WordsLeft } from "./WordsLeft";

/** Absent, deleted, or no longer shared: the server tells these apart to nobody. */
export function NoteGone({ noteId }: { noteId: string }) {
  useTitle("Not found");
  return (
    <Stack align="center" gap={6} p="xl" pt={96}>
      <Text fw={600}>This note is not here</Text>
      <Text size="sm" className="quiet" ta="center" maw={380}>
        It may have been deleted, or is not shared with you any more. Your own deleted notes are in the trash.
      </Text>
      <AnchorLink to="/trash" size="sm">
        Look in the trash
      </AnchorLink>
      <WordsLeft noteId={noteId} />
    </Stack>
  );
}
