import { Button, Skeleton, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, whole } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Token, TokenChangeOfNote } from "@/api/types";
import { Ago } from "@/ui/Ago";
import { Dialog } from "@/ui/Dialog";
import classes from "./Activity.module.css";

const PAGE = 30;

const DID: Record<TokenChangeOfNote["change"], string> = {
  created: "created",
  updated: "changed",
  restored: "took back an earlier version of",
  trashed: "moved to the trash",
  untrashed: "took out of the trash",
};

/** What a token did: each change leads to its place in the note's history. */
export function Activity({ token, onClose }: { token: Token; onClose: () => void }) {
  const activity = useActivity(token._id);
  const changes = activity.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Dialog onClose={onClose} title={`What “${token.label}” did`} size={560}>
      {activity.isPending && <Skeleton height={120} />}
      {activity.error && !activity.data && <p role="alert">{sentence(activity.error)}</p>}
      {activity.isSuccess && changes.length === 0 && (
        <Text className="quiet">It has changed nothing. Reading leaves no trace here but “last used”.</Text>
      )}
      <ol className={classes.changes}>
        {changes.map((change) => (
          <li key={`${change.note_id}/${change.version}`} className={classes.change}>
            <span>
              {DID[change.change]}{" "}
              <Link
                to="/note/$noteId/history"
                params={{ noteId: change.note_id }}
                search={{ version: change.version }}
              >
                {change.title}
              </Link>
            </span>
            <span className={classes.when}>
              {change.bucket} · {change.via === "mcp" ? "MCP" : "API"} · <Ago time={change.created_at} />
            </span>
          </li>
        ))}
      </ol>
      {activity.hasNextPage && (
        <Button
          fullWidth
          variant="subtle"
          onClick={() => void activity.fetchNextPage()}
          loading={activity.isFetchingNextPage}
        >
          Earlier
        </Button>
      )}
    </Dialog>
  );
}

function useActivity(tokenId: string) {
  return useInfiniteQuery({
    queryKey: ["tokens", tokenId, "activity"],
    initialPageParam: 0,
    queryFn: async ({ pageParam, signal }) => {
      const params = { path: { token_id: tokenId }, query: { limit: PAGE, offset: pageParam } };
      const { data, response } = await whole(
        api.GET("/api/settings/token/{token_id}/activity", { params, signal }),
      );
      return { items: data, total: Number(response.headers.get("X-Total-Count") ?? 0), offset: pageParam };
    },
    getNextPageParam: ({ items, total, offset }) =>
      offset + items.length < total ? offset + items.length : undefined,
  });
}
