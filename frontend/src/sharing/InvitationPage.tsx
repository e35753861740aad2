import { Alert, Button, Stack } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { account } from "@/accounts/account";
import { EntryPage } from "@/accounts/EntryPage";
import { api, ok } from "@/api/client";
import { sentence } from "@/api/problem";
import { queries } from "@/app/queries";
import { useTitle } from "@/ui/useTitle";
import { forgetInvitation, takeInvitation } from "./invitation";

/** Where the link in an invitation's mail leads. */
export function InvitationPage() {
  useTitle("Invitation");
  const [token] = useState(takeInvitation);
  const me = useQuery(account);
  if (!token) {
    return (
      <EntryPage title="No invitation here" lead="Open the link in the mail once more.">
        <Button component="a" href="/app" fullWidth variant="default">
          To your notes
        </Button>
      </EntryPage>
    );
  }
  if (me.isPending) return null;
  return me.data ? <Accept token={token} email={me.data.email} /> : <Enter />;
}

function Accept({ token, email }: { token: string; email: string }) {
  const navigate = useNavigate();
  const accept = useMutation({
    mutationFn: () => ok(api.POST("/api/shares/accept", { body: { token } })),
    meta: { quiet: true },
    onSuccess: ({ note_id: noteId }) => {
      forgetInvitation();
      void queries.invalidateQueries({ queryKey: ["notes"] });
      void navigate({ to: "/note/$noteId", params: { noteId } });
    },
  });
  return (
    <EntryPage
      title={accept.error ? "The note cannot be opened" : "You are invited"}
      lead={`${accept.error ? "" : "A note is shared with you. "}You are signed in as ${email}.`}
    >
      <Stack>
        {accept.error && (
          <Alert color="red" role="alert">
            {sentence(accept.error)}
          </Alert>
        )}
        <Button fullWidth onClick={() => accept.mutate()} loading={accept.isPending}>
          Open the note
        </Button>
        <Button component="a" href="/app" fullWidth variant="default">
          Not now
        </Button>
      </Stack>
    </EntryPage>
  );
}

function Enter() {
  const navigate = useNavigate();
  const search = { from: "/app/invitation" };
  return (
    <EntryPage title="You are invited" lead="A note is shared with you. It opens once you are in.">
      <Stack>
        <Button fullWidth onClick={() => void navigate({ to: "/sign-up", search })}>
          Create an account
        </Button>
        <Button fullWidth variant="default" onClick={() => void navigate({ to: "/sign-in", search })}>
          I have an account
        </Button>
      </Stack>
    </EntryPage>
  );
}
