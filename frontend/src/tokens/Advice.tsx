import { Alert, Stack } from "@mantine/core";
import { IconAlertTriangle, IconClockPause } from "@tabler/icons-react";
import type { Token } from "@/api/types";
import { day, daysUntil } from "@/ui/times";

const UNUSED_DAYS = 90;
const WARN_DAYS = 7;

/** What somebody who looks after their tokens should know now. */
export function Advice({ tokens }: { tokens: Token[] }) {
  const expiring = tokens.filter((token) => token.expires_at && daysUntil(token.expires_at) <= WARN_DAYS);
  const unused = tokens.filter((token) => daysUntil(token.last_used_at ?? token.created_at) < -UNUSED_DAYS);
  if (expiring.length + unused.length === 0) return null;
  return (
    <Stack gap="xs" mb="md">
      {expiring.map((token) => (
        <Alert key={token._id} color="yellow" icon={<IconAlertTriangle size={18} />} p="sm">
          <b>{token.label}</b> expires on {day(token.expires_at ?? "")}. Give it a later date, or let it end.
        </Alert>
      ))}
      {unused.length > 0 && (
        <Alert color="gray" icon={<IconClockPause size={18} />} p="sm">
          Not used for {UNUSED_DAYS} days: <b>{unused.map((token) => token.label).join(", ")}</b>. Revoke what
          you need no more.
        </Alert>
      )}
    </Stack>
  );
}
