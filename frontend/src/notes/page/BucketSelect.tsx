import { Combobox, useCombobox } from "@mantine/core";
import { IconFolder, IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ok } from "@/api/client";
import { asNote, type Note } from "@/api/types";
import { useStaleLists } from "../changing";
import { useBuckets } from "../queries";
import classes from "./BucketSelect.module.css";

/** Where the note is kept; typing a new name makes a bucket. */
export function BucketSelect({ note }: { note: Note }) {
  const [typed, setTyped] = useState("");
  const move = useMoving(note);
  const box = useCombobox({
    onDropdownOpen: () => box.focusSearchInput(),
    onDropdownClose: () => {
      setTyped("");
      box.resetSelectedOption();
    },
  });
  const names = namesFor(
    useBuckets().map((one) => one.name),
    typed,
  );
  const wished = typed.trim();
  const isNew = wished !== "" && !names.includes(wished);
  const label = (
    <>
      <IconFolder size={17} stroke={1.7} aria-hidden />
      <span className={classes.name}>{note.bucket}</span>
    </>
  );
  if (note.access !== "owner") return <span className={classes.bucket}>{label}</span>;
  return (
    <Combobox
      store={box}
      width={260}
      position="bottom-start"
      onOptionSubmit={(name) => {
        box.closeDropdown();
        box.focusTarget();
        if (name !== note.bucket) move.mutate(name);
      }}
    >
      <Combobox.Target targetType="button" withAriaAttributes={false}>
        <button
          type="button"
          className={classes.bucket}
          aria-label={`Bucket: ${note.bucket}`}
          aria-haspopup="listbox"
          aria-expanded={box.dropdownOpened}
          onClick={() => box.toggleDropdown()}
        >
          {label}
        </button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          aria-label="Find or create a bucket"
          placeholder="Find or create a bucket"
          value={typed}
          maxLength={100}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            if (event.currentTarget.value.trim()) box.selectFirstOption();
            else box.resetSelectedOption();
          }}
        />
        <Combobox.Options mah={280} style={{ overflowY: "auto" }} aria-label="Buckets">
          {names.map((name) => (
            <Combobox.Option key={name} value={name} active={name === note.bucket}>
              {name}
            </Combobox.Option>
          ))}
          {isNew && (
            <Combobox.Option value={wished}>
              <span className={classes.create}>
                <IconPlus size={15} aria-hidden /> Create “{wished}”
              </span>
            </Combobox.Option>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function namesFor(names: string[], typed: string): string[] {
  const wanted = typed.trim().toLowerCase();
  const all = names.includes("Inbox") ? names : ["Inbox", ...names];
  return all.filter((name) => name.toLowerCase().includes(wanted));
}

function useMoving(note: Note) {
  const queries = useQueryClient();
  const stale = useStaleLists();
  return useMutation({
    mutationFn: async (bucket: string) =>
      asNote(
        await ok(
          api.PUT("/api/notes/{note_id}", { params: { path: { note_id: note._id } }, body: { bucket } }),
        ),
      ),
    onSuccess: (moved) => {
      queries.setQueryData(["note", moved._id], moved);
      stale();
    },
  });
}
