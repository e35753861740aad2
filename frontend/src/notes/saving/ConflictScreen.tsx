import { Button, Group, Text, TextInput } from "@mantine/core";
import { useMemo, useRef, useState } from "react";
import { useAccount } from "@/accounts/account";
import { merge } from "@/merging/merge";
import { Dialog } from "@/ui/Dialog";
import { writtenBy } from "../writers";
import { Sides, type SidesHandle } from "./Sides";
import type { Change, Conflicting, Words } from "./saving";

interface Props {
  conflict: Conflicting;
  mine: Words;
  resolve(chosen: Change): Promise<void>;
}

/** Somebody saved another version meanwhile: theirs, yours, and both merged. What is not chosen stays in the history. */
export function ConflictScreen({ conflict, mine, resolve }: Props) {
  const me = useAccount();
  const { current, base } = conflict;
  const [title, setTitle] = useState(mine.title);
  const [isSaving, setSaving] = useState(false);
  const sides = useRef<SidesHandle>(null);
  const start = useRef(mine.text);
  const merged = useMemo(() => merge(base.text, start.current, current.text), [base, current]);

  const who = writtenBy(current.updated_by, me._id);
  const choose = (chosen: Words): void => {
    setSaving(true);
    void resolve(chosen).finally(() => setSaving(false));
  };

  return (
    <Dialog
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="This note changed while you were writing"
      size="min(1400px, 96vw)"
    >
      <Text size="sm" className="quiet" mb="sm">
        {who} saved version {current.version}, and here the same words were changed too. The merged text holds
        both: edit it freely. Whatever you choose, the other text stays in the note's history.
      </Text>
      {current.title !== mine.title && (
        <TextInput
          label={`Title (theirs: ${current.title})`}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          mb="sm"
        />
      )}
      <Sides ref={sides} theirs={current.text} merged={merged.text} yours={start.current} base={base.text} />
      <Group justify="flex-end" mt="lg">
        <Button
          variant="default"
          disabled={isSaving}
          onClick={() => choose({ title: current.title, text: current.text })}
        >
          Keep theirs
        </Button>
        <Button
          variant="default"
          disabled={isSaving}
          onClick={() => choose({ title: mine.title, text: mine.text })}
        >
          Keep mine
        </Button>
        <Button
          loading={isSaving}
          onClick={() =>
            choose({ title: title.trim() || current.title, text: sides.current?.merged() ?? merged.text })
          }
        >
          Save the merged text
        </Button>
      </Group>
    </Dialog>
  );
}
