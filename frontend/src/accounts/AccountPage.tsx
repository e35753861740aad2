import { Alert, Button, Divider, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ok } from "@/api/client";
import { Problem, sentence } from "@/api/problem";
import { SectionHead } from "@/ui/SectionHead";
import { say } from "@/ui/say";
import { useTitle } from "@/ui/useTitle";
import classes from "./AccountPage.module.css";
import { account, useAccount } from "./account";
import { DeleteAccount } from "./DeleteAccount";
import { Sessions } from "./Sessions";

export function AccountPage() {
  useTitle("Account");
  return (
    <Stack gap={36} className={classes.page}>
      <Profile />
      <Divider />
      <Password />
      <Divider />
      <Sessions />
      <Divider />
      <Export />
      <Divider />
      <DeleteAccount />
    </Stack>
  );
}

function Profile() {
  const me = useAccount();
  const queries = useQueryClient();
  const [name, setName] = useState(me.name);
  const rename = useMutation({
    mutationFn: () => ok(api.PATCH("/api/me", { body: { name } })),
    onSuccess: (person) => {
      queries.setQueryData(account.queryKey, person);
      say.done("Your name is changed.");
    },
  });
  return (
    <section aria-label="Profile">
      <SectionHead title="Profile">
        {me.is_administrator ? "You are the administrator of this server." : "This is how others see you."}
      </SectionHead>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <TextInput
          label="Name"
          value={name}
          maxLength={100}
          autoComplete="name"
          required
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput label="E-mail" value={me.email} readOnly variant="filled" />
        <Group>
          <Button type="submit" loading={rename.isPending} disabled={name.trim() === me.name}>
            Save
          </Button>
        </Group>
      </form>
    </section>
  );
}

function Password() {
  const change = useMutation({
    mutationFn: (body: { current_password: string; new_password: string }) =>
      ok(api.POST("/api/me/password", { body })),
    meta: { quiet: true },
    onSuccess: () => say.done("Your password is changed, and other sessions are ended."),
  });
  const problem = change.error;
  const wrong = problem instanceof Problem ? problem.fields : {};
  return (
    <section aria-label="Password">
      <SectionHead title="Password">
        A new one signs you out everywhere else. Tokens go on working.
      </SectionHead>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const given = new FormData(form);
          change.mutate(
            { current_password: String(given.get("current")), new_password: String(given.get("new")) },
            { onSuccess: () => form.reset() },
          );
        }}
      >
        {problem && !wrong.new_password && (
          <Alert color="red" role="alert">
            {sentence(problem)}
          </Alert>
        )}
        <PasswordInput name="current" label="Current password" autoComplete="current-password" required />
        <PasswordInput
          name="new"
          label="New password"
          description="At least 8 characters"
          autoComplete="new-password"
          minLength={8}
          error={wrong.new_password}
          required
        />
        <Group>
          <Button type="submit" loading={change.isPending}>
            Change password
          </Button>
        </Group>
      </form>
    </section>
  );
}

function Export() {
  return (
    <section aria-label="Export">
      <SectionHead
        title="Export"
        action={
          <Button
            component="a"
            href="/api/me/export"
            download
            variant="default"
            leftSection={<IconDownload size={17} />}
          >
            Download everything
          </Button>
        }
      >
        All your notes as Markdown files with their history, in one archive that Spote takes back in.
      </SectionHead>
      <Text size="sm" className="quiet">
        It stays valid Markdown: any editor opens it.
      </Text>
    </section>
  );
}
