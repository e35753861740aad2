import { Alert, Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { api, ok } from "@/api/client";
import { sentence } from "@/api/problem";
import { Dialog } from "@/ui/Dialog";
import { SectionHead } from "@/ui/SectionHead";

export function DeleteAccount() {
  const [isOpen, dialog] = useDisclosure();
  return (
    <section aria-label="Delete account">
      <SectionHead
        title="Delete account"
        action={
          <Button variant="light" color="red" onClick={dialog.open}>
            Delete account
          </Button>
        }
      >
        Removes your notes, their history, your tokens and sessions. There is no way back.
      </SectionHead>
      {isOpen && <DeleteDialog onClose={dialog.close} />}
    </section>
  );
}

function DeleteDialog({ onClose }: { onClose: () => void }) {
  const remove = useMutation({
    mutationFn: (password: string) => ok(api.DELETE("/api/me", { body: { password } })),
    meta: { quiet: true },
    onSuccess: () => window.location.assign("/app/sign-in"),
  });
  return (
    <Dialog onClose={onClose} title="Delete your account?">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          remove.mutate(String(new FormData(event.currentTarget).get("password")));
        }}
      >
        <Stack>
          <Text size="sm">
            Everything goes, at once and for good. Export your notes first if you want to keep them.
          </Text>
          {remove.error && (
            <Alert color="red" role="alert">
              {sentence(remove.error)}
            </Alert>
          )}
          <PasswordInput
            name="password"
            label="Your password"
            autoComplete="current-password"
            required
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color="red" loading={remove.isPending}>
              Delete everything
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
