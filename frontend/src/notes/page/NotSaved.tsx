import { Alert, Anchor } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { NoteSaving } from "../saving";
import classes from "./NoteView.module.css";

/** Why what was written is not saved, and what to do. It stays while saving is tried again. */
export function NotSaved({ saving }: { saving: NoteSaving }) {
  if (!saving.problem || saving.state === "saved") return null;
  return (
    <Alert className={classes.banner} icon={<IconAlertTriangle size={18} />} color="red" p="xs">
      {saving.isSignedOut ? (
        <>
          Your session has ended. What you write is kept in this browser.{" "}
          <Anchor inherit underline="always" href={signIn()}>
            Sign in to save it
          </Anchor>
        </>
      ) : (
        saving.problem
      )}
    </Alert>
  );
}

const signIn = (): string => `/app/sign-in?from=${encodeURIComponent(window.location.pathname)}`;
