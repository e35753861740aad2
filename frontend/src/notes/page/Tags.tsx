import { TextInput, UnstyledButton } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, ok } from "@/api/client";
import { asNote, type Note } from "@/api/types";
import { TagLink } from "@/ui/TagLink";
import { useStaleLists } from "../changing";
import { useTags } from "../queries";
import { hashtagsIn } from "./hashtags";
import classes from "./Tags.module.css";

/** The note's tags as chips: those typed as `#tags` appear at once, others can be added and taken away. */
export function Tags({ note, text }: { note: Note; text: string }) {
  const change = useTagging(note);
  const typed = hashtagsIn(text);
  const gone = new Set(hashtagsIn(note.text).filter((tag) => !typed.includes(tag)));
  const kept = note.tags.filter((tag) => !gone.has(tag));
  const tags = [...new Set([...kept, ...typed])];
  const mayChange = note.access !== "read";
  if (tags.length === 0 && !mayChange) return null;
  return (
    <section className={classes.tags} aria-label="Tags">
      {tags.map((tag) => (
        <span key={tag} className={classes.chip}>
          <TagLink tag={tag} />
          {mayChange && !typed.includes(tag) && (
            <UnstyledButton
              className={`${classes.remove} screen-only`}
              aria-label={`Remove tag ${tag}`}
              onClick={() => change.mutate(note.tags.filter((one) => one !== tag))}
            >
              <IconX size={13} />
            </UnstyledButton>
          )}
        </span>
      ))}
      {mayChange && <AddTag onAdd={(tag) => change.mutate([...new Set([...tags, tag])])} />}
    </section>
  );
}

function AddTag({ onAdd }: { onAdd: (tag: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  const isBack = useRef(false); // by key: the focus goes back to where it came from
  const known = useTags();
  const closeByKey = (): void => {
    isBack.current = true;
    setOpen(false);
  };
  if (!isOpen) {
    return (
      <UnstyledButton
        className={`${classes.add} screen-only`}
        autoFocus={isBack.current}
        onClick={() => setOpen(true)}
      >
        <IconPlus size={14} aria-hidden /> Tag
      </UnstyledButton>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const tag = asTag(String(new FormData(event.currentTarget).get("tag")));
        if (tag) onAdd(tag);
        closeByKey();
      }}
    >
      <TextInput
        name="tag"
        size="xs"
        w={150}
        aria-label="New tag"
        placeholder="tag"
        list="known-tags"
        maxLength={100}
        autoComplete="off"
        autoFocus
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => event.key === "Escape" && closeByKey()}
      />
      <datalist id="known-tags">
        {known.map((one) => (
          <option key={one.name} value={one.name} />
        ))}
      </datalist>
    </form>
  );
}

/** What was typed, as a tag can be: in one piece. */
const asTag = (typed: string): string =>
  typed
    .toLowerCase()
    .split(/[\s,#]+/)
    .filter(Boolean)
    .join("-");

function useTagging(note: Note) {
  const queries = useQueryClient();
  const stale = useStaleLists();
  return useMutation({
    mutationFn: async (tags: string[]) =>
      asNote(
        await ok(
          api.PUT("/api/notes/{note_id}", { params: { path: { note_id: note._id } }, body: { tags } }),
        ),
      ),
    onSuccess: (changed) => {
      queries.setQueryData(["note", changed._id], changed);
      stale();
    },
  });
}
