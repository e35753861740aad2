import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { api, ok } from "@/api/client";
import { sentence } from "@/api/problem";
import { AnchorLink } from "@/ui/links";
import { useTitle } from "@/ui/useTitle";
import { EntryPage } from "./EntryPage";
import { useEntering } from "./entering";

const route = getRouteApi("/sign-in");

export function SignIn() {
  useTitle("Sign in");
  const { from } = route.useSearch();
  const entering = useEntering(
    (body: { email: string; password: string }) => ok(api.POST("/api/auth/sign-in", { body })),
    from,
  );
  return (
    <EntryPage
      title="Welcome back"
      lead="Sign in to your notes."
      foot={
        <>
          No account yet?{" "}
          <AnchorLink to="/sign-up" search={from ? { from } : {}}>
            Sign up
          </AnchorLink>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          entering.mutate({ email: String(form.get("email")), password: String(form.get("password")) });
        }}
      >
        <Stack>
          {entering.isError && (
            <Alert color="red" role="alert">
              {sentence(entering.error)}
            </Alert>
          )}
          <TextInput name="email" type="email" label="E-mail" autoComplete="username" required autoFocus />
          <PasswordInput name="password" label="Password" autoComplete="current-password" required />
          <Button type="submit" loading={entering.isPending} fullWidth>
            Sign in
          </Button>
        </Stack>
      </form>
    </EntryPage>
  );
}
