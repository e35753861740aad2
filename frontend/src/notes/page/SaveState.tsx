import { UnstyledButton } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCheck,
  IconCloudOff,
  IconLoader2,
  IconPointFilled,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Note } from "@/api/types";
import { Ago } from "@/ui/Ago";
import type { NoteSaving, SaveState as State } from "../saving";
import { writtenBy } from "../writers";
import classes from "./SaveState.module.css";

const SHOWN: Record<State, { icon: ReactNode; label: string }> = {
  saved: { icon: <IconCheck size={15} />, label: "Saved" },
  unsaved: { icon: <IconPointFilled size={15} />, label: "Not saved yet" },
  saving: { icon: <IconLoader2 size={15} className={classes.spin} />, label: "Saving" },
  offline: { icon: <IconCloudOff size={15} />, label: "Offline, kept here" },
  conflict: { icon: <IconAlertTriangle size={15} />, label: "Changed elsewhere" },
  failed: { icon: <IconAlertTriangle size={15} />, label: "Not saved" },
};

/** Whether what was written is safe, and quietly who wrote last where it was somebody else. */
export function SaveState({ saving, note, me }: { saving: NoteSaving; note: Note; me: string }) {
  const { icon, label } = SHOWN[saving.state];
  const isTrouble = saving.state === "failed" || saving.state === "conflict";
  const by = note.updated_by;
  const isElse = by.via !== "web" || by.user?._id !== me;
  return (
    <>
      <span role="status" className={classes.state} data-trouble={isTrouble || undefined}>
        {icon}
        <span className={classes.label}>{label}</span>
      </span>
      {saving.state === "failed" && !saving.isSignedOut && (
        <UnstyledButton className={classes.again} onClick={() => void saving.saveNow()}>
          Try again
        </UnstyledButton>
      )}
      {saving.state === "saved" && isElse && (
        <span className={classes.writer}>
          {writtenBy(by, me)}, <Ago time={note.updated_at} />
        </span>
      )}
    </>
  );
}
