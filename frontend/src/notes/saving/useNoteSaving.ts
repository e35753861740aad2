import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, ok } from "@/api/client";
import { Problem, sentence } from "@/api/problem";
import { asNote, type Note } from "@/api/types";
import type { Change, NoteSaving, SaveState } from "./saving";

const PAUSE = 800; // ms after the last key

/** Saves a note's title and text on top of the version that was read. */
export function useNoteSaving(note: Note): NoteSaving {
  const queries = useQueryClient();
  const base = useRef(note);
  const pending = useRef<Change>({});
  const running = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [shown, setShown] = useState({ title: note.title, text: note.text });
  const [state, setState] = useState<SaveState>("saved");
  const [problem, setProblem] = useState<string | null>(null);
  const [conflict, setConflict] = useState<NoteSaving["conflict"]>(null);

  // A newer version from elsewhere replaces what is shown where nothing is waiting to be saved.
  useEffect(() => {
    if (note.version <= base.current.version || running.current || !isEmpty(pending.current)) return;
    base.current = note;
    setShown({ title: note.title, text: note.text });
  }, [note]);

  const save = useCallback(async (): Promise<void> => {
    clearTimeout(timer.current);
    if (running.current || isEmpty(pending.current)) return;
    const change = pending.current;
    pending.current = {};
    running.current = true;
    setState("saving");
    try {
      const path = { note_id: base.current._id };
      const body = { ...change, version: base.current.version };
      const saved = asNote(await ok(api.PUT("/api/notes/{note_id}", { params: { path }, body })));
      base.current = saved;
      queries.setQueryData(["note", saved._id], saved);
      void queries.invalidateQueries({ queryKey: ["notes"] });
      setProblem(null);
      setState(isEmpty(pending.current) ? "saved" : "unsaved");
    } catch (error) {
      pending.current = { ...change, ...pending.current };
      setProblem(sentence(error));
      setState(stateAfter(error));
      if (error instanceof Problem && error.code === "version_conflict") {
        const { current, base: before } = error.body as unknown as { current: Note; base: Note | null };
        setConflict({ current, base: before });
      }
    } finally {
      running.current = false;
    }
  }, [queries]);

  const change = useCallback(
    (made: Change) => {
      pending.current = { ...pending.current, ...made };
      setShown((before) => ({ ...before, ...made }));
      setState((before) => (before === "conflict" ? before : "unsaved"));
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void save(), PAUSE);
    },
    [save],
  );

  const resolve = useCallback(
    async (chosen: Change) => {
      if (!conflict) return;
      base.current = conflict.current;
      pending.current = chosen;
      setConflict(null);
      setShown((before) => ({ ...before, ...chosen }));
      await save();
    },
    [conflict, save],
  );

  useEffect(() => () => void save(), [save]);

  return { ...shown, state, problem, change, saveNow: save, conflict, resolve };
}

function isEmpty(change: Change): boolean {
  return Object.keys(change).length === 0;
}

function stateAfter(error: unknown): SaveState {
  if (!(error instanceof Problem)) return "failed";
  if (error.isOffline) return "offline";
  return error.code === "version_conflict" ? "conflict" : "failed";
}
