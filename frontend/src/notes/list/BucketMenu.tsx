import { ActionIcon, Button, Group, Menu, Modal, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDots, IconPencil, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, ok } from "@/api/client";
import { useStaleLists } from "../changing";

/** Renames a bucket, or dissolves it. */
export function BucketMenu({ name }: { name: string }) {
  const [isRenaming, renaming] = useDisclosure();
  const [isRemoving, removing] = useDisclosure();
  if (name === "Inbox") return null;
  return (
    <>
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon aria-label={`Bucket ${name}`}>
            <IconDots size={17} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={renaming.open}>
            Rename bucket
          </Menu.Item>
          <Menu.Item leftSection={<IconTrash size={16} />} onClick={removing.open}>
            Remove bucket
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Rename name={name} isOpen={isRenaming} close={renaming.close} />
      <Remove name={name} isOpen={isRemoving} close={removing.close} />
    </>
  );
}

interface Props {
  name: string;
  isOpen: boolean;
  close: () => void;
}

function Rename({ name, isOpen, close }: Props) {
  const [typed, setTyped] = useState(name);
  const navigate = useNavigate();
  const stale = useStaleLists();
  const rename = useMutation({
    mutationFn: (to: string) =>
      ok(api.PATCH("/api/buckets/{name}", { params: { path: { name } }, body: { name: to } })),
    onSuccess: (bucket) => {
      stale();
      close();
      void navigate({ to: ".", search: (before) => ({ ...before, bucket: bucket.name }) });
    },
  });
  return (
    <Modal opened={isOpen} onClose={close} title="Rename bucket">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate(typed);
        }}
      >
        <TextInput
          label="Name"
          description="An existing name merges both buckets."
          value={typed}
          maxLength={100}
          required
          data-autofocus
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={rename.isPending}>
            Rename
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

function Remove({ name, isOpen, close }: Props) {
  const navigate = useNavigate();
  const stale = useStaleLists();
  const remove = useMutation({
    mutationFn: () => ok(api.DELETE("/api/buckets/{name}", { params: { path: { name } } })),
    onSuccess: () => {
      stale();
      close();
      void navigate({ to: ".", search: { bucket: "Inbox" } });
    },
  });
  return (
    <Modal opened={isOpen} onClose={close} title="Remove bucket">
      <Text size="sm">
        The notes of <b>{name}</b> move to Inbox. None is deleted.
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close} data-autofocus>
          Cancel
        </Button>
        <Button color="red" onClick={() => remove.mutate()} loading={remove.isPending}>
          Move them and remove
        </Button>
      </Group>
    </Modal>
  );
}
