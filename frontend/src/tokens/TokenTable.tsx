import { ActionIcon, Button, Menu, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { modals } from "@mantine/modals";
import { IconDots, IconHistory, IconKey, IconPencil, IconRefresh, IconTrash } from "@tabler/icons-react";
import type { NewToken, Token } from "@/api/types";
import { Ago } from "@/ui/Ago";
import { day, daysUntil } from "@/ui/times";
import { Activity } from "./Activity";
import { ChangeTokenForm } from "./ChangeTokenForm";
import { useRevoking } from "./queries";
import { useRotating } from "./rotating";
import classes from "./TokenTable.module.css";
import { placesInWords, verbsInWords } from "./words";

interface Props {
  tokens: Token[];
  onNew: () => void;
  onMade: (token: NewToken) => void;
}

export function LiveTokens({ tokens, onNew, onMade }: Props) {
  if (tokens.length === 0) {
    return (
      <div className={classes.empty}>
        <IconKey size={34} stroke={1.2} aria-hidden />
        <b>No tokens yet</b>
        <p>Make one for each tool that works with your notes, so that you can end each on its own.</p>
        <Button variant="light" onClick={onNew}>
          New token
        </Button>
      </div>
    );
  }
  return (
    <div className={classes.frame}>
      <Table className={classes.table} verticalSpacing="sm" horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Label</Table.Th>
            <Table.Th className={classes.wide}>May</Table.Th>
            <Table.Th className={classes.wide}>Created</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th className={classes.wide}>Expires</Table.Th>
            <Table.Th>
              <span className={classes.spoken}>Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => (
            <Row key={token._id} token={token} onMade={onMade} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Row({ token, onMade }: { token: Token; onMade: (token: NewToken) => void }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <span className={classes.label}>{token.label}</span>
        <code className={classes.hint}>spote_…{token.hint}</code>
        <span className={classes.narrow}>{verbsInWords(token.access.verbs)}</span>
      </Table.Th>
      <Table.Td className={classes.wide}>
        {verbsInWords(token.access.verbs)}
        <span className={classes.second}>{placesInWords(token.access)}</span>
      </Table.Td>
      <Table.Td className={classes.wide}>{day(token.created_at)}</Table.Td>
      <Table.Td>
        {token.last_used_at ? (
          <Ago time={token.last_used_at} />
        ) : (
          <span className={classes.quiet}>never</span>
        )}
        {token.last_client && (
          <span className={classes.second} title={token.last_client}>
            {token.last_client}
          </span>
        )}
      </Table.Td>
      <Table.Td className={classes.wide}>
        <Expiry token={token} />
      </Table.Td>
      <Table.Td className={classes.actions}>
        <Actions token={token} onMade={onMade} />
      </Table.Td>
    </Table.Tr>
  );
}

function Expiry({ token }: { token: Token }) {
  if (!token.expires_at) return <span className={classes.quiet}>never</span>;
  const days = daysUntil(token.expires_at);
  return (
    <>
      {day(token.expires_at)}
      <span className={classes.second}>{days === 1 ? "within a day" : `in ${days} days`}</span>
    </>
  );
}

function Actions({ token, onMade }: { token: Token; onMade: (token: NewToken) => void }) {
  const revoke = useRevoking();
  const rotate = useRotating(onMade);
  const [isChanging, changing] = useDisclosure();
  const [isLooking, looking] = useDisclosure();
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon size="lg" aria-label={`More for ${token.label}`}>
            <IconDots size={18} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconHistory size={16} />} onClick={looking.open}>
            Show what it did
          </Menu.Item>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={changing.open}>
            Change
          </Menu.Item>
          <Menu.Item
            leftSection={<IconRefresh size={16} />}
            onClick={() => askToRotate(token, rotate.mutate)}
          >
            Make a new secret
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ActionIcon
        size="lg"
        className={classes.delete}
        aria-label={`Delete ${token.label}`}
        loading={revoke.isPending}
        onClick={() => askToRevoke(token, () => revoke.mutate(token))}
      >
        <IconTrash size={18} stroke={1.7} />
      </ActionIcon>
      {isLooking && <Activity token={token} onClose={looking.close} />}
      {isChanging && <ChangeTokenForm token={token} onClose={changing.close} />}
    </>
  );
}

function askToRevoke(token: Token, revoke: () => void): void {
  modals.openConfirmModal({
    title: `Delete “${token.label}”?`,
    children: (
      <Text size="sm">
        Whatever uses this token is locked out at once. Notes that it wrote stay. This cannot be undone.
      </Text>
    ),
    labels: { confirm: "Delete token", cancel: "Cancel" },
    confirmProps: { color: "red" },
    onConfirm: revoke,
  });
}

function askToRotate(token: Token, rotate: (token: Token) => void): void {
  modals.openConfirmModal({
    title: `A new secret for “${token.label}”?`,
    children: (
      <Text size="sm">
        The old secret stops working at once; label and rights stay. You will see the new one only once.
      </Text>
    ),
    labels: { confirm: "Make a new secret", cancel: "Cancel" },
    onConfirm: () => rotate(token),
  });
}

/** Kept for the record. */
export function DeadTokens({ tokens }: { tokens: Token[] }) {
  return (
    <details className={classes.dead}>
      <summary>
        {tokens.length === 1 ? "1 revoked or expired token" : `${tokens.length} revoked or expired tokens`}
      </summary>
      <ul>
        {tokens.map((token) => (
          <li key={token._id}>
            <b>{token.label}</b> <code className={classes.hint}>spote_…{token.hint}</code>
            <span className={classes.quiet}>
              {token.revoked_at
                ? `revoked ${day(token.revoked_at)}`
                : `expired ${day(token.expires_at ?? token.created_at)}`}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
