/** What changes elsewhere — another tab, a guest, an agent — shows here within a second. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Note } from "./types";

const STREAM = "/api/events";
const GATHER = 150; // ms in which events that come together make one refresh
const FIRST_PAUSE = 2_000; // ms before a stream that the server closed is opened again
const LONGEST_PAUSE = 60_000;

const NOTE_EVENTS = ["note.created", "note.updated", "note.deleted"] as const;
const LISTS = [["notes"], ["buckets"], ["tags"], ["search"], ["trash"]];

interface Change {
  note_id?: string;
  version?: number;
}

/** Listens while the component is shown. The stream says what changed, never the text: that is asked for. */
export function useLive(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const stale = new Stale(queries);
    return listen((kind, change) => stale.take(kind, change));
  }, [queries]);
}

/** Opens the stream again whenever it ends. Returns what closes it. */
export function listen(onChange: (kind: string, change: Change) => void): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = FIRST_PAUSE;
  let hasBeenOpen = false;

  function open(): void {
    source = new EventSource(STREAM);
    source.onopen = () => {
      pause = FIRST_PAUSE;
      if (hasBeenOpen) onChange("reload", {}); // what happened meanwhile is not known for certain
      hasBeenOpen = true;
    };
    for (const kind of [...NOTE_EVENTS, "share.changed", "token.changed", "reload"]) {
      source.addEventListener(kind, (event) => onChange(kind, parsed(event)));
    }
    source.onerror = () => {
      if (source?.readyState !== EventSource.CLOSED) return; // it tries again by itself
      timer = setTimeout(open, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
  }

  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

const ofNote = (id: string) => [
  ["note", id],
  ["history", id],
  ["similar", id],
];

function parsed(event: Event): Change {
  try {
    return JSON.parse((event as MessageEvent<string>).data) as Change;
  } catch {
    return {};
  }
}

/** Gathers what has become old, then has it asked for once. */
export class Stale {
  private keys = new Map<string, readonly string[]>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly queries: QueryClient) {}

  take(kind: string, change: Change): void {
    for (const key of this.keysOf(kind, change)) this.keys.set(key.join("/"), key);
    this.timer ??= setTimeout(() => this.refresh(), GATHER);
  }

  private keysOf(kind: string, { note_id: id, version }: Change): readonly (readonly string[])[] {
    if (kind === "reload") return [[]];
    if (kind === "token.changed") return [["tokens"], ["apps"], ["me"]];
    // What a share allows changes without a new version.
    if (kind === "share.changed") return [...LISTS, ...(id ? [["shares", id], ...ofNote(id)] : [])];
    const known = id ? this.queries.getQueryData<Note>(["note", id]) : undefined;
    const isOwnEcho = known !== undefined && version !== undefined && known.version >= version;
    return [...LISTS, ...(id && !isOwnEcho ? ofNote(id) : [])];
  }

  private refresh(): void {
    this.timer = undefined;
    for (const queryKey of this.keys.values()) void this.queries.invalidateQueries({ queryKey });
    this.keys.clear();
  }
}
