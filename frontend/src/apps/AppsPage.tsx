import { ActionIcon, Skeleton, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconPlugConnected, IconTrash } from "@tabler/icons-react";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/api/client";
import { sentence } from "@/api/problem";
import type { ConnectedApp } from "@/api/types";
import { placesInWords, verbsInWords } from "@/tokens/words";
import { Ago } from "@/ui/Ago";
import { SectionHead } from "@/ui/SectionHead";
import { say } from "@/ui/say";
import { day } from "@/ui/times";
import { useTitle } from "@/ui/useTitle";
import classes from "./AppsPage.module.css";

const appsQuery = queryOptions({
  queryKey: ["apps"],
  queryFn: ({ signal }) => ok(api.GET("/api/settings/apps", { signal })),
});

/** The apps that this person has let in, with what they may do. */
export function AppsPage() {
  useTitle("Connected apps");
  const apps = useQuery(appsQuery);
  return (
    <>
      <SectionHead title="Connected apps">
        Apps that you have let in without a token, by saying yes on a page of this server.
      </SectionHead>
      {apps.isPending && <Skeleton height={120} radius="lg" />}
      {apps.error && !apps.data && <p role="alert">{sentence(apps.error)}</p>}
      {apps.data?.length === 0 && <NoApps />}
      <ul className={classes.apps}>
        {apps.data?.map((app) => (
          <Row key={app._id} app={app} />
        ))}
      </ul>
    </>
  );
}

function NoApps() {
  return (
    <div className={classes.empty}>
      <IconPlugConnected size={34} stroke={1.2} aria-hidden />
      <b>No app is connected</b>
      <p>
        Give an app this address, and it asks you to let it in: <code>{`${window.location.origin}/mcp`}</code>
      </p>
    </div>
  );
}

function Row({ app }: { app: ConnectedApp }) {
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () =>
      ok(api.DELETE("/api/settings/apps/{app_id}", { params: { path: { app_id: app._id } } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["apps"] });
      say.done(`“${app.name}” is locked out.`);
    },
  });
  const ask = () =>
    modals.openConfirmModal({
      title: `Remove “${app.name}”?`,
      children: <Text size="sm">It is locked out at once. Notes that it wrote stay.</Text>,
      labels: { confirm: "Remove app", cancel: "Cancel" },
      confirmProps: { color: "red" },
      onConfirm: () => end.mutate(),
    });
  return (
    <li className={classes.app}>
      <IconPlugConnected size={22} stroke={1.4} aria-hidden />
      <div className={classes.what}>
        <b>{app.name}</b>
        <span>
          {verbsInWords(app.access.verbs)}, {placesInWords(app.access)}
        </span>
        <span>
          let in {day(app.created_at)} ·{" "}
          {app.last_used_at ? (
            <>
              used <Ago time={app.last_used_at} />
            </>
          ) : (
            "never used"
          )}
        </span>
      </div>
      <ActionIcon
        size="lg"
        className={classes.remove}
        aria-label={`Remove ${app.name}`}
        onClick={ask}
        loading={end.isPending}
      >
        <IconTrash size={18} stroke={1.7} />
      </ActionIcon>
    </li>
  );
}
