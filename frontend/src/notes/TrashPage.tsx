import { Button, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconTrash } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { api, ok, whole } from "@/api/client";
import { sentence } from "@/api/problem";
import type { TrashedNote } from "@/api/types";
import { Ago } from "@/ui/Ago";
import { say } from "@/ui/say";
import { day } from "@/ui/times";
import { useTitle } from "@/ui/useTitle";
import { useRestoreNote, useStaleLists } from "./changing";
import { plain } from "./plain";
import classes from "./TrashPage.module.css";

const PAGE = 50;

/** Deleted notes, until they are removed for good. */
export function TrashPage() {
  useTitle("Trash");
  const trash = useTrash();
  const notes = trash.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <main id="main" className={classes.page} tabIndex={-1}>
      <header className={classes.head}>
        <h1 className={classes.title}>Trash</h1>
        {notes.length > 0 && <EmptyTrash />}
      </header>
      {trash.error && <Text role="alert">{sentence(trash.error)}</Text>}
      {trash.isSuccess && notes.length === 0 && (
        <Stack align="center" gap={6} pt={72}>
          <IconTrash size={34} stroke={1.2} className="quiet" aria-hidden />
          <Text fw={600}>The trash is empty</Text>
          <Text size="sm" className="quiet" ta="center">
            Deleted notes wait here before they are removed for good.
          </Text>
        </Stack>
      )}
      <ul className={classes.notes}>
        {notes.map((note) => (
          <Row key={note._id} note={note} />
        ))}
      </ul>
      {trash.hasNextPage && (
        <Button
          variant="default"
          onClick={() => void trash.fetchNextPage()}
          loading={trash.isFetchingNextPage}
        >
          Show more
        </Button>
      )}
    </main>
  );
}

function Row({ note }: { note: TrashedNote }) {
  const stale = useStaleLists();
  const path = { note_id: note._id };
  const restore = useRestoreNote();
  const bringBack = () =>
    restore.mutateAsync(note._id).then(
      () => say.done(`“${note.title}” is back in ${note.bucket}.`),
      () => undefined, // it was said already
    );
  const remove = useMutation({
    mutationFn: () => ok(api.DELETE("/api/trash/{note_id}", { params: { path } })),
    onSuccess: stale,
  });
  const ask = () =>
    modals.openConfirmModal({
      title: `Delete “${note.title}” for good?`,
      children: <Text size="sm">The note and its whole history go. This cannot be undone.</Text>,
      labels: { confirm: "Delete for good", cancel: "Cancel" },
      confirmProps: { color: "red" },
      onConfirm: () => remove.mutate(),
    });
  return (
    <li className={classes.note}>
      <div className={classes.what}>
        <span className={classes.name}>{note.title}</span>
        <span className={classes.excerpt}>{plain(note.excerpt) || "No text"}</span>
        <span className={classes.times}>
          {note.bucket} · deleted <Ago time={note.trashed_at} /> · gone for good on {day(note.expires_at)}
        </span>
      </div>
      <Button size="xs" variant="default" onClick={bringBack} loading={restore.isPending}>
        Restore
      </Button>
      <Button size="xs" variant="subtle" color="red" onClick={ask} loading={remove.isPending}>
        Delete
      </Button>
    </li>
  );
}

function EmptyTrash() {
  const stale = useStaleLists();
  const empty = useMutation({ mutationFn: () => ok(api.DELETE("/api/trash")), onSuccess: stale });
  const ask = () =>
    modals.openConfirmModal({
      title: "Empty the trash?",
      children: <Text size="sm">All notes in it and their histories go. This cannot be undone.</Text>,
      labels: { confirm: "Empty trash", cancel: "Cancel" },
      confirmProps: { color: "red" },
      onConfirm: () => empty.mutate(),
    });
  return (
    <Button size="xs" variant="subtle" color="red" onClick={ask} loading={empty.isPending}>
      Empty trash
    </Button>
  );
}

function useTrash() {
  return useInfiniteQuery({
    queryKey: ["trash"],
    initialPageParam: 0,
    queryFn: async ({ pageParam, signal }) => {
      const query = { limit: PAGE, offset: pageParam };
      const { data, response } = await whole(api.GET("/api/trash", { params: { query }, signal }));
      return { items: data, total: Number(response.headers.get("X-Total-Count") ?? 0), offset: pageParam };
    },
    getNextPageParam: ({ items, total, offset }) =>
      offset + items.length < total ? offset + items.length : undefined,
  });
}
