import { Skeleton } from "@mantine/core";
import { IconRobot, IconUsers } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { NoteSummary } from "@/api/types";
import { Ago } from "@/ui/Ago";
import { plain } from "../plain";
import { agentOf } from "../writers";
import classes from "./NoteRow.module.css";

const TAGS_SHOWN = 4;

/** One note in the list: title, when, how it begins, whose, tags. */
export function NoteRow(props: { note: NoteSummary; isOpen: boolean; sort: "updated_at" | undefined }) {
  const { note, isOpen, sort } = props;
  return (
    <Link
      to="/note/$noteId"
      params={{ noteId: note._id }}
      search={(before) => before}
      className={classes.row}
      aria-current={isOpen ? "page" : undefined}
      preload={false}
    >
      <span className={classes.head}>
        <span className={classes.title} dir="auto">
          {note.title}
        </span>
        <span className={classes.time}>
          <Ago time={sort === "updated_at" ? note.updated_at : note.created_at} />
        </span>
      </span>
      <span className={classes.excerpt} dir="auto">
        {plain(note.excerpt) || "No text yet"}
      </span>
      <span className={classes.foot}>
        <Owner note={note} />
        <Writer note={note} />
        {note.tags.slice(0, TAGS_SHOWN).map((tag) => (
          <span key={tag} className={classes.tag}>
            #{tag}
          </span>
        ))}
      </span>
    </Link>
  );
}

function Owner({ note }: { note: NoteSummary }) {
  if (note.access === "owner") return null;
  return (
    <span className={classes.quiet}>
      <IconUsers size={13} stroke={1.8} aria-hidden />
      <span className={classes.who}>{note.owner?.name ?? "shared"},</span>
      <span className={classes.level}> {note.access === "write" ? "can edit" : "can view"}</span>
    </span>
  );
}

/** Who wrote last, where it was no person in this app. */
function Writer({ note }: { note: NoteSummary }) {
  const agent = agentOf(note.updated_by);
  if (!agent) return null;
  return (
    <span className={classes.quiet}>
      <IconRobot size={13} stroke={1.8} aria-hidden />
      <span className={classes.who}>{agent}</span>
    </span>
  );
}

export function RowPlaceholder() {
  return (
    <span className={classes.row} aria-hidden>
      <Skeleton height={14} width="55%" mb={10} />
      <Skeleton height={10} mb={6} />
      <Skeleton height={10} width="80%" />
    </span>
  );
}
