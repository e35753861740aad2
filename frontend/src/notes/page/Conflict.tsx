import { Button, Group, Modal, Text } from "@mantine/core";
import { useAccount } from "@/accounts/account";
import type { Note } from "@/api/types";
import type { NoteSaving } from "../saving";
import { writtenBy } from "../writers";
import classes from "./Conflict.module.css";

interface Props {
  saving: NoteSaving;
  conflict: { current: Note; base: Note | null };
}

/** Somebody saved another version meanwhile: both are shown, and nothing is lost whatever is chosen. */
export function Conflict({ saving, conflict }: Props) {
  const me = useAccount();
  const { current } = conflict;
  const theirs = { title: current.title, text: current.text };
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="This note changed while you were writing"
      size="xl"
    >
      <Text size="sm" className="quiet" mb="sm">
        {writtenBy(current.updated_by, me._id)} saved version {current.version}. Whatever you choose, the
        other text stays in the note's history.
      </Text>
      <div className={classes.sides}>
        <Side label={`Theirs (version ${current.version})`} text={current.text} />
        <Side label="Yours" text={saving.text} />
      </div>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={() => void saving.resolve(theirs)}>
          Keep theirs
        </Button>
        <Button onClick={() => void saving.resolve({ title: saving.title, text: saving.text })}>
          Keep mine
        </Button>
      </Group>
    </Modal>
  );
}

function Side({ label, text }: { label: string; text: string }) {
  return (
    <section aria-label={label}>
      <h3 className={classes.label}>{label}</h3>
      <pre className={classes.text}>{text}</pre>
    </section>
  );
}
