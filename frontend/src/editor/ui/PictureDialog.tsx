import { Button, Group, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Dialog } from "@/ui/Dialog";

interface Props {
  alt: string;
  onDescribe(alt: string): void;
  onClose(): void;
}

/** What a picture shows, for those who cannot see it, and in its place where it cannot be loaded. */
export function PictureDialog({ alt, onDescribe, onClose }: Props) {
  const [typed, setTyped] = useState(alt);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onDescribe(typed.replace(/\s+/g, " ").trim());
  };
  return (
    <Dialog onClose={onClose} title="Describe the picture" size="md">
      <form onSubmit={submit}>
        <Textarea
          data-autofocus
          autosize
          minRows={2}
          label="What it shows"
          description="Read aloud to those who cannot see it."
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") submit(event);
          }}
        />
        <Group justify="flex-end" mt="md">
          <Button type="submit">Describe</Button>
        </Group>
      </form>
    </Dialog>
  );
}
