import { Alert, Button, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ok, type Schemas } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Token } from "@/api/types";
import { Dialog } from "@/ui/Dialog";
import { say } from "@/ui/say";
import { day } from "@/ui/times";
import { AccessFields } from "./AccessFields";
import { accessOf, wishesOf } from "./wishes";

const DAYS = [7, 30, 90, 365];

/** Renames, narrows, widens, gives another end: the secret stays. */
export function ChangeTokenForm({ token, onClose }: { token: Token; onClose: () => void }) {
  const [label, setLabel] = useState(token.label);
  const [wishes, setWishes] = useState(wishesOf(token.access));
  const [expiry, setExpiry] = useState("keep");
  const change = useChanging(token, onClose);
  return (
    <Dialog onClose={onClose} title={`Change “${token.label}”`} size={520}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate({ label: label.trim(), access: accessOf(wishes), ...expiryOf(expiry) });
        }}
      >
        <Stack>
          {change.error && (
            <Alert color="red" role="alert">
              {sentence(change.error)}
            </Alert>
          )}
          <TextInput
            label="Label"
            value={label}
            maxLength={100}
            required
            onChange={(event) => setLabel(event.currentTarget.value)}
          />
          <AccessFields wishes={wishes} onChange={setWishes} />
          <NativeSelect
            label="Expires"
            value={expiry}
            onChange={(event) => setExpiry(event.currentTarget.value)}
            data={[
              {
                value: "keep",
                label: token.expires_at ? `on ${day(token.expires_at)}, as now` : "never, as now",
              },
              ...DAYS.map((days) => ({ value: String(days), label: `${days} days from now` })),
              { value: "never", label: "never" },
            ]}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={change.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function expiryOf(choice: string): Pick<Schemas["TokenChange"], "expires_at" | "expires_in_days"> {
  if (choice === "keep") return {};
  return choice === "never" ? { expires_at: null } : { expires_in_days: Number(choice) };
}

function useChanging(token: Token, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["TokenChange"]) =>
      ok(api.PATCH("/api/settings/token/{token_id}", { params: { path: { token_id: token._id } }, body })),
    meta: { quiet: true },
    onSuccess: (changed) => {
      void queries.invalidateQueries({ queryKey: ["tokens"] });
      say.done(`“${changed.label}” is changed, from its next request on.`);
      onDone();
    },
  });
}
