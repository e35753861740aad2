import { SegmentedControl } from "@mantine/core";
import { IconArrowLeft, IconCode, IconPencil } from "@tabler/icons-react";
import { useAccount } from "@/accounts/account";
import type { Note } from "@/api/types";
import type { EditorMode } from "@/editor";
import { ShareButton } from "@/sharing/ShareButton";
import { IconLink } from "@/ui/links";
import type { NoteSaving } from "../saving";
import { BucketSelect } from "./BucketSelect";
import classes from "./NoteBar.module.css";
import { NoteMenu } from "./NoteMenu";
import { SaveState } from "./SaveState";

interface Props {
  note: Note;
  saving: NoteSaving;
  mode: EditorMode;
  onModeChange: (mode: EditorMode) => void;
}

/** Over the note: where it is kept, whether it is saved, how it is shown, what else can be done. */
export function NoteBar({ note, saving, mode, onModeChange }: Props) {
  const me = useAccount();
  return (
    <header className={`${classes.bar} screen-only`}>
      <IconLink
        to="/"
        search={(before) => before}
        size="lg"
        className={classes.back}
        aria-label="Back to the list"
      >
        <IconArrowLeft size={20} stroke={1.7} />
      </IconLink>
      <BucketSelect note={note} />
      <SaveState saving={saving} note={note} me={me._id} />
      <div className={classes.tools}>
        {note.access !== "read" && (
          <SegmentedControl
            size="xs"
            aria-label="How the text is shown"
            value={mode}
            onChange={(chosen) => onModeChange(chosen as EditorMode)}
            classNames={{ label: classes.mode }}
            data={[
              { value: "rich", label: <ModeLabel icon={<IconPencil size={15} />} name="Rich" /> },
              { value: "source", label: <ModeLabel icon={<IconCode size={15} />} name="Source" /> },
            ]}
          />
        )}
        {note.access === "owner" && <ShareButton note={note} />}
        <NoteMenu note={note} />
      </div>
    </header>
  );
}

function ModeLabel({ icon, name }: { icon: React.ReactNode; name: string }) {
  return (
    <span className={classes.modeLabel}>
      {icon}
      <span className={classes.modeName}>{name}</span>
    </span>
  );
}
