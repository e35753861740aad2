import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { api, ok } from "@/api/client";
import { Problem, sentence } from "@/api/problem";
import { keptInvitation } from "@/sharing/invitation";
import { AnchorLink } from "@/ui/links";
import { useTitle } from "@/ui/useTitle";
import { EntryPage } from "./EntryPage";
import { useEntering } from "./entering";

const route = getRouteApi("/sign-up");

export function SignUp() {
  useTitle("Sign up");
  const { from } = route.useSearch();
  const entering = useEntering((given: { name: string | null; email: string; password: string }) => {
    const invitation = keptInvitation();
    return ok(api.POST("/api/auth/sign-up", { body: { ...given, ...(invitation ? { invitation } : {}) } }));
  }, from);
  const wrong = entering.error instanceof Problem ? entering.error.fields : {};
  return (
    <EntryPage
      title="Create your account"
      lead={
        keptInvitation()
          ? "Then the note opens that is shared with you."
          : "The first account of a server is its administrator."
      }
      foot={
        <>
          Have an account?{" "}
          <AnchorLink to="/sign-in" search={from ? { from } : {}}>
            Sign in
          </AnchorLink>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const name = String(form.get("name")).trim();
          entering.mutate({
            name: name || null,
            email: String(form.get("email")),
            password: String(form.get("password")),
          });
        }}
      >
        <Stack>
          {entering.isError && Object.keys(wrong).length === 0 && (
            <Alert color="red" role="alert">
              {sentence(entering.error)}
            </Alert>
          )}
          <TextInput
            name="name"
            label="Name (optional)"
            autoComplete="name"
            error={wrong.name}
            autoFocus
            maxLength={100}
          />
          <TextInput
            name="email"
            type="email"
            label="E-mail"
            autoComplete="username"
            error={wrong.email}
            required
          />
          <PasswordInput
            name="password"
            label="Password"
            description="At least 8 characters"
            autoComplete="new-password"
            minLength={8}
            error={wrong.password}
            required
          />
          <Button type="submit" loading={entering.isPending} fullWidth>
            Create account
          </Button>
        </Stack>
      </form>
    </EntryPage>
  );
}
