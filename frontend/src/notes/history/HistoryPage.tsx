import { Button, Group, Text } from "@mantine/core";
import { IconArrowLeft, IconRobot } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useAccount } from "@/accounts/account";
import { api, ok, whole } from "@/api/client";
import { Problem } from "@/api/problem";
import { asNote, type Revision } from "@/api/types";
import { Ago } from "@/ui/Ago";
import { Diff } from "@/ui/Diff";
import { Failed } from "@/ui/Failed";
import { IconLink } from "@/ui/links";
import { say } from "@/ui/say";
import { useTitle } from "@/ui/useTitle";
import { useStaleLists } from "../changing";
import { NoteGone } from "../page/NoteGone";
import { noteQuery } from "../queries";
import { agentOf, writtenBy } from "../writers";
import classes from "./HistoryPage.module.css";

const route = getRouteApi("/shell/notes/note/$noteId/history");
const PAGE = 30;

const CHANGES: Record<Revision["change"], string> = {
  created: "created the note",
  updated: "changed it",
  restored: "restored an earlier version",
  trashed: "moved it to the trash",
  untrashed: "took it out of the trash",
};

/** Every change of a note: who, when, through what; and the way back. */
export function HistoryPage() {
  const { noteId } = route.useParams();
  const { version } = route.useSearch();
  const note = useQuery(noteQuery(noteId)).data;
  const history = useHistory(noteId);
  const revisions = history.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = revisions.find((one) => one.version === version) ?? revisions[0];
  const before = revisions.find((one) => shown && one.version < shown.version);
  useTitle(note ? `History of ${note.title}` : "History");
  if (history.error && !history.data)
    return isAbsent(history.error) ? <NoteGone noteId={noteId} /> : <Failed error={history.error} />;
  return (
    <article className={classes.page} aria-label="History">
      <header className={classes.bar}>
        <IconLink
          to="/note/$noteId"
          params={{ noteId }}
          search={({ version: _, ...rest }) => rest}
          size="lg"
          aria-label="Back to the note"
        >
          <IconArrowLeft size={20} stroke={1.7} />
        </IconLink>
        <h1 className={classes.title}>History of “{note?.title ?? "…"}”</h1>
      </header>
      <div className={classes.columns}>
        <div className={classes.side}>
          <ol className={classes.versions} aria-label="Versions">
            {revisions.map((one) => (
              <Entry key={one.version} noteId={noteId} revision={one} isShown={one === shown} />
            ))}
          </ol>
          {history.hasNextPage && (
            <Button
              fullWidth
              variant="subtle"
              loading={history.isFetchingNextPage}
              onClick={() => void history.fetchNextPage()}
            >
              Earlier versions
            </Button>
          )}
        </div>
        {shown && (
          <Version
            noteId={noteId}
            revision={shown}
            before={before}
            mayRestore={note !== undefined && note.access !== "read" && note.version !== shown.version}
          />
        )}
      </div>
    </article>
  );
}

function Entry(props: { noteId: string; revision: Revision; isShown: boolean }) {
  const { revision, isShown } = props;
  const me = useAccount();
  const navigate = useNavigate();
  const agent = agentOf(revision.updated_by);
  return (
    <li>
      <button
        type="button"
        className={classes.entry}
        aria-current={isShown ? "true" : undefined}
        onClick={() =>
          void navigate({
            to: "/note/$noteId/history",
            params: { noteId: props.noteId },
            search: (was) => ({ ...was, version: revision.version }),
            replace: true,
          })
        }
      >
        <span className={classes.who}>
          {agent && <IconRobot size={15} stroke={1.7} aria-hidden />}
          {writtenBy(revision.updated_by, me._id)}
        </span>
        <span className={classes.what}>
          {CHANGES[revision.change]}, <Ago time={revision.created_at} />
        </span>
        <span className={classes.number}>{revision.version}</span>
      </button>
    </li>
  );
}

interface VersionProps {
  noteId: string;
  revision: Revision;
  before: Revision | undefined;
  mayRestore: boolean;
}

function Version({ noteId, revision, before, mayRestore }: VersionProps) {
  const path = { note_id: noteId, version: revision.version };
  const version = useQuery({
    queryKey: ["history", noteId, revision.version],
    queryFn: ({ signal }) =>
      ok(
        api.GET("/api/notes/{note_id}/history/{version}", {
          params: { path, query: { diff: true } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY, // the past does not change
  }).data;
  const restore = useRestoring(noteId, revision.version);
  return (
    <section className={classes.version} aria-label={`Version ${revision.version}`}>
      <Group justify="space-between" mb="sm">
        <div>
          <h2 className={classes.heading}>Version {revision.version}</h2>
          <Text size="sm" className="quiet">
            {revision.title} · {revision.bucket} · {revision.size_bytes.toLocaleString()} bytes
          </Text>
        </div>
        {mayRestore && (
          <Button onClick={() => restore.mutate()} loading={restore.isPending}>
            Restore this version
          </Button>
        )}
      </Group>
      {before && <Moved revision={revision} before={before} />}
      {version?.diff ? (
        <Diff diff={version.diff} />
      ) : (
        version && <pre className={classes.text}>{version.text || "This version has no text."}</pre>
      )}
    </section>
  );
}

/** What changed besides the text. */
function Moved({ revision, before }: { revision: Revision; before: Revision }) {
  const changes = [
    ["Title", before.title, revision.title],
    ["Bucket", before.bucket, revision.bucket],
    ["Tags", hashtags(before), hashtags(revision)],
  ].filter(([, was, is]) => was !== is);
  if (changes.length === 0) return null;
  return (
    <ul className={classes.moved} aria-label="What changed besides the text">
      {changes.map(([what, was, is]) => (
        <li key={what}>
          {what}: <del>{was}</del> <ins>{is}</ins>
        </li>
      ))}
    </ul>
  );
}

const hashtags = ({ tags }: Revision): string => tags.map((tag) => `#${tag}`).join(" ") || "none";

const isAbsent = (error: Error): boolean => error instanceof Problem && error.status === 404;

function useRestoring(noteId: string, version: number) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const stale = useStaleLists();
  return useMutation({
    mutationFn: async () =>
      asNote(
        await ok(
          api.POST("/api/notes/{note_id}/history/{version}/restore", {
            params: { path: { note_id: noteId, version } },
          }),
        ),
      ),
    onSuccess: (note) => {
      queries.setQueryData(["note", noteId], note);
      void queries.invalidateQueries({ queryKey: ["history", noteId] });
      stale();
      say.done(`Version ${version} is back, as version ${note.version}.`);
      void navigate({ to: "/note/$noteId", params: { noteId } });
    },
  });
}

function useHistory(noteId: string) {
  return useInfiniteQuery({
    queryKey: ["history", noteId],
    initialPageParam: 0,
    queryFn: async ({ pageParam, signal }) => {
      const params = { path: { note_id: noteId }, query: { limit: PAGE, offset: pageParam } };
      const { data, response } = await whole(api.GET("/api/notes/{note_id}/history", { params, signal }));
      return { items: data, total: Number(response.headers.get("X-Total-Count") ?? 0), offset: pageParam };
    },
    getNextPageParam: ({ items, total, offset }) =>
      offset + items.length < total ? offset + items.length : undefined,
  });
}
