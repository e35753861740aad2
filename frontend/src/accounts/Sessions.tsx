import { Badge, Button, Text } from "@mantine/core";
import { IconDeviceDesktop } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/api/client";
import type { Session } from "@/api/types";
import { Ago } from "@/ui/Ago";
import { SectionHead } from "@/ui/SectionHead";
import { browserOf } from "./browsers";
import classes from "./Sessions.module.css";

/** The browsers in which this person is signed in. */
export function Sessions() {
  const sessions = useQuery({
    queryKey: ["sessions"],
    queryFn: ({ signal }) => ok(api.GET("/api/me/sessions", { params: { query: { limit: 200 } }, signal })),
  });
  return (
    <section aria-label="Sessions">
      <SectionHead title="Sessions">Browsers that are signed in to your account.</SectionHead>
      <ul className={classes.sessions}>
        {sessions.data?.map((session) => (
          <Row key={session._id} session={session} />
        ))}
      </ul>
    </section>
  );
}

function Row({ session }: { session: Session }) {
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () =>
      ok(api.DELETE("/api/me/sessions/{session_id}", { params: { path: { session_id: session._id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
  const browser = browserOf(session.client);
  return (
    <li className={classes.session}>
      <IconDeviceDesktop size={22} stroke={1.4} aria-hidden />
      <div className={classes.what}>
        <b>{browser}</b>
        <Text size="sm" className="quiet">
          {session.address ?? "unknown address"} · since <Ago time={session.created_at} />
        </Text>
      </div>
      {session.is_current ? (
        <Badge variant="light" color="teal.9">
          this one
        </Badge>
      ) : (
        <Button
          size="xs"
          variant="default"
          aria-label={`Sign out ${browser}`}
          onClick={() => end.mutate()}
          loading={end.isPending}
        >
          Sign out
        </Button>
      )}
    </li>
  );
}
