import { Alert, Button, Collapse, Group, Stack, TextInput, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronRight } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ok, type Schemas } from "@/api/client";
import { Problem, sentence } from "@/api/problem";
import type { NewToken } from "@/api/types";
import { Dialog } from "@/ui/Dialog";
import { AccessFields } from "./AccessFields";
import { DAYS, ExpiryField } from "./ExpiryField";
import classes from "./NewTokenForm.module.css";
import { accessOf, FULL, type Wishes } from "./wishes";

interface Props {
  onClose: () => void;
  onMade: (token: NewToken) => void;
}

/** Label → Generate; what it may do, where, and until when stand behind “More options”. */
export function NewTokenForm({ onClose, onMade }: Props) {
  const [label, setLabel] = useState("");
  const [wishes, setWishes] = useState<Wishes>(FULL);
  const [days, setDays] = useState<number | null>(DAYS);
  const [isMore, more] = useDisclosure();
  const make = useMaking(onMade);
  const problem = make.error;
  const wrong = problem instanceof Problem ? problem.fields : {};
  return (
    <Dialog onClose={onClose} title="New token" size={520}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate({ label: label.trim(), expires_in_days: days, access: accessOf(wishes) });
        }}
      >
        <Stack>
          {problem && !wrong.label && (
            <Alert color="red" role="alert">
              {sentence(problem)}
            </Alert>
          )}
          <TextInput
            label="Label"
            description="One token for each tool, so that you can tell them apart."
            placeholder="Claude Desktop, My Script …"
            value={label}
            error={wrong.label}
            maxLength={100}
            required
            data-autofocus
            autoComplete="off"
            onChange={(event) => setLabel(event.currentTarget.value)}
          />
          <div>
            <UnstyledButton className={classes.more} aria-expanded={isMore} onClick={more.toggle}>
              <IconChevronRight size={16} aria-hidden /> More options
              {!isMore && (
                <span className={classes.now}>full access, {days ? `${days} days` : "no expiry"}</span>
              )}
            </UnstyledButton>
            <Collapse expanded={isMore}>
              {isMore && (
                <Stack mt="sm">
                  <AccessFields wishes={wishes} onChange={setWishes} />
                  <ExpiryField days={days} onChange={setDays} />
                </Stack>
              )}
            </Collapse>
          </div>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={make.isPending}>
              Generate
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function useMaking(onMade: (token: NewToken) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["TokenDraft"]) => ok(api.POST("/api/settings/token", { body })),
    meta: { quiet: true },
    onSuccess: (token) => {
      void queries.invalidateQueries({ queryKey: ["tokens"] });
      onMade(token);
    },
  });
}
