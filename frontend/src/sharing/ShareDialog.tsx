import { Alert, Avatar, Button, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAccount } from "@/accounts/account";
import { Problem, sentence } from "@/api/problem";
import type { Note, Share } from "@/api/types";
import { Dialog } from "@/ui/Dialog";
import { say } from "@/ui/say";
import { day } from "@/ui/times";
import { type Level, sharesQuery, useChangingLevel, useInviting, useRemoving } from "./queries";
import classes from "./ShareDialog.module.css";

const LEVELS: { value: Level; label: string }[] = [
  { value: "read", label: "Can view" },
  { value: "write", label: "Can edit" },
];

/** Who else may see a note: invite, change the level, remove. For its owner only. */
export function ShareDialog({ note, onClose }: { note: Note; onClose: () => void }) {
  const shares = useQuery(sharesQuery(note._id));
  return (
    <Dialog onClose={onClose} title={`Share “${note.title}”`} size={520}>
      <Invite noteId={note._id} />
      {shares.error && !shares.data && <Alert color="red">{sentence(shares.error)}</Alert>}
      <ul className={classes.people} aria-label="Who may see it">
        <Owner />
        {shares.data?.map((share) => (
          <Person key={share._id} noteId={note._id} share={share} />
        ))}
      </ul>
    </Dialog>
  );
}

function Invite({ noteId }: { noteId: string }) {
  const [email, setEmail] = useState("");
  const [permission, setPermission] = useState<Level>("read");
  const invite = useInviting(noteId);
  const problem = invite.error;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate(
          { email: email.trim(), permission },
          {
            onSuccess: (share) => {
              setEmail("");
              say.done(`An invitation is on its way to ${share.invited_email}.`);
            },
          },
        );
      }}
    >
      <div className={classes.invite}>
        <TextInput
          className={classes.email}
          type="email"
          label="Add people"
          placeholder="name@example.org"
          value={email}
          required
          data-autofocus
          autoComplete="off"
          error={problem instanceof Problem ? problem.fields.email : undefined}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <NativeSelect
          aria-label="They"
          data={LEVELS}
          value={permission}
          onChange={(event) => setPermission(event.currentTarget.value as Level)}
        />
        <Button type="submit" loading={invite.isPending}>
          Invite
        </Button>
      </div>
      {problem && !(problem instanceof Problem && problem.fields.email) && (
        <Alert color="red" mt="sm" role="alert">
          {sentence(problem)}
        </Alert>
      )}
    </form>
  );
}

function Owner() {
  const { name, email } = useAccount();
  return (
    <li className={classes.person}>
      <Avatar size={32} name={name} color="indigo" variant="filled" alt="" />
      <span className={classes.who}>
        <b>You</b>
        <span>{email}</span>
      </span>
      <span className={classes.quiet}>owner</span>
    </li>
  );
}

function Person({ noteId, share }: { noteId: string; share: Share }) {
  const change = useChangingLevel(noteId);
  const remove = useRemoving(noteId);
  const name = share.accepted_by?.name ?? share.invited_email;
  return (
    <li className={classes.person}>
      <Avatar size={32} name={name} color="initials" alt="" />
      <span className={classes.who}>
        <b>{name}</b>
        <span>{stateOf(share)}</span>
      </span>
      <NativeSelect
        size="xs"
        aria-label={`What ${name} may do`}
        data={LEVELS}
        value={change.isPending ? change.variables.permission : share.permission}
        onChange={(event) => change.mutate({ share, permission: event.currentTarget.value as Level })}
      />
      <Button
        size="xs"
        variant="subtle"
        color="red"
        aria-label={`Remove ${name}`}
        loading={remove.isPending}
        onClick={() => remove.mutate(share)}
      >
        Remove
      </Button>
    </li>
  );
}

function stateOf(share: Share): string {
  if (share.accepted_at) return share.accepted_by?.email ?? share.invited_email;
  if (share.expires_at && new Date(share.expires_at) < new Date()) return "the invitation has expired";
  return `invited on ${day(share.created_at)}, not accepted yet`;
}
