import { Tooltip, UnstyledButton } from "@mantine/core";
import { IconRobot, IconRobotOff } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { account, useAccount } from "@/accounts/account";
import { api, ok } from "@/api/client";
import { say } from "@/ui/say";
import classes from "./AgentsSwitch.module.css";

/** One press, and no token and no connected app of this account changes anything any more. */
export function AgentsSwitch() {
  const { agents_read_only: isOn } = useAccount();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (agents_read_only: boolean) => ok(api.PATCH("/api/me", { body: { agents_read_only } })),
    onSuccess: (person) => {
      queries.setQueryData(account.queryKey, person);
      say.done(
        person.agents_read_only
          ? "All agents are read-only now. Whatever they try to write is refused."
          : "Agents may write again, as far as each one's token allows.",
      );
    },
  });
  return (
    <Tooltip
      label={
        isOn ? "No agent can change anything. Press to let them write again." : "Make all agents read-only"
      }
    >
      <UnstyledButton
        role="switch"
        aria-checked={isOn}
        aria-label="All agents read-only"
        className={classes.switch}
        aria-disabled={change.isPending} // `disabled` would take the focus away
        onClick={() => change.isPending || change.mutate(!isOn)}
      >
        {isOn ? <IconRobotOff size={19} stroke={1.7} /> : <IconRobot size={19} stroke={1.7} />}
        <span className={classes.label}>{isOn ? "Agents read-only" : "Agents"}</span>
        <span className={classes.track} aria-hidden />
      </UnstyledButton>
    </Tooltip>
  );
}
