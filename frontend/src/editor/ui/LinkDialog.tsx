import { Button, Group, TextInput } from "@mantine/core";
import { IconFileText } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { Dialog } from "@/ui/Dialog";
import type { NoteTitle } from "../links";
import type { NoteEditorProps } from "../props";

interface Props {
  selected: { href: string; text: string };
  noteLinks: NoteEditorProps["noteLinks"];
  /** With an empty address the link is taken away. */
  onLink(href: string, title: string): void;
  onClose(): void;
}

const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:|\/|#|\.{1,2}\/|www\.)/i;
const DOMAIN = /^[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?$/;
const MAIL = /^[^\s@:/]+@[\w-]+(?:\.[\w-]+)+$/;
const HOST = /^(?:localhost|[\w-]+(?:\.[\w-]+)+):\d{1,5}(?:[/?#]\S*)?$/i; // its name would be taken for a scheme
const PAUSE = 150; // ms after the last key before notes are looked for

/** A link to an address, or to a note that is found by its words. */
export function LinkDialog({ selected, noteLinks, onLink, onClose }: Props) {
  const id = useId();
  const [typed, setTyped] = useState(selected.href || selected.text.slice(0, 100));
  const notes = useNotes(typed, noteLinks);
  const [at, setAt] = useState(-1);
  const chosen = notes[at];
  const address = addressOf(typed);

  const link = (): void => {
    if (chosen) onLink(hrefOf(chosen), chosen.title);
    else if (address || selected.href) onLink(address, address);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((now) => Math.max(-1, Math.min(notes.length - 1, now + step)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      link();
    }
  };

  return (
    <Dialog onClose={onClose} title="Link" size="md">
      <TextInput
        data-autofocus
        label="Address, or words of a note"
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setAt(-1);
        }}
        onFocus={(event) => event.currentTarget.select()}
        onKeyDown={onKeyDown}
        role="combobox"
        aria-expanded={notes.length > 0}
        aria-controls={id}
        aria-activedescendant={chosen ? `${id}-${at}` : undefined}
        autoComplete="off"
        spellCheck={false}
      />
      {notes.length > 0 && (
        <div id={id} role="listbox" aria-label="Notes" className="link-notes">
          {notes.map((note, index) => (
            <div
              key={note.id}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              onMouseDown={(event) => {
                event.preventDefault();
                onLink(hrefOf(note), note.title);
              }}
            >
              <IconFileText size={16} />
              <span>{note.title}</span>
              <small>{note.bucket}</small>
            </div>
          ))}
        </div>
      )}
      <Group justify="flex-end" mt="md">
        {selected.href && (
          <Button variant="default" onClick={() => onLink("", "")}>
            Remove link
          </Button>
        )}
        <Button onClick={link} disabled={!chosen && !address}>
          Link
        </Button>
      </Group>
    </Dialog>
  );
}

const hrefOf = (note: NoteTitle): string => `/app/note/${note.id}`;

export function addressOf(typed: string): string {
  const trimmed = typed.trim();
  if (HOST.test(trimmed)) return `http://${trimmed}`;
  if (MAIL.test(trimmed)) return `mailto:${trimmed}`;
  if (ADDRESS.test(trimmed)) return trimmed.startsWith("www.") ? `https://${trimmed}` : trimmed;
  return DOMAIN.test(trimmed) ? `https://${trimmed}` : "";
}

function useNotes(typed: string, noteLinks: NoteEditorProps["noteLinks"]): NoteTitle[] {
  const [notes, setNotes] = useState<NoteTitle[]>([]);
  useEffect(() => {
    if (addressOf(typed)) {
      setNotes([]);
      return;
    }
    let isOver = false;
    const timer = setTimeout(() => {
      noteLinks(typed).then(
        (found) => !isOver && setNotes(found),
        () => !isOver && setNotes([]),
      );
    }, PAUSE);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [typed, noteLinks]);
  return notes;
}
