import { useCallback, useEffect, useRef, useState } from "react";
import { Problem } from "@/api/problem";
import type { NoteEditorProps } from "../props";
import type { SentFile } from "../surface";

export interface Upload {
  id: number;
  name: string;
  /** 0 to 1. */
  fraction: number;
  problem: string | null;
}

/** Sends files one after the other, and says how far each is. */
export function useUploads(upload: NoteEditorProps["upload"]) {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const latest = useRef(upload);
  const count = useRef(0);
  useEffect(() => {
    latest.current = upload;
  }, [upload]);

  const change = useCallback((id: number, made: Partial<Upload>) => {
    setUploads((all) => all.map((one) => (one.id === id ? { ...one, ...made } : one)));
  }, []);
  const dismiss = useCallback((id: number) => setUploads((all) => all.filter((one) => one.id !== id)), []);

  const send = useCallback(
    async (files: readonly File[], done: (file: SentFile) => void): Promise<void> => {
      const waiting = files.map((file) => ({ file, id: ++count.current }));
      setUploads((all) => [
        ...all,
        ...waiting.map(({ file, id }) => ({ id, name: file.name || "picture", fraction: 0, problem: null })),
      ]);
      for (const { file, id } of waiting) {
        try {
          const url = await latest.current(file, (fraction) => change(id, { fraction }));
          done({ url, name: nameOf(file), isPicture: file.type.startsWith("image/") });
          dismiss(id);
        } catch (error) {
          change(id, { problem: error instanceof Problem ? error.message : "This file could not be sent." });
        }
      }
    },
    [change, dismiss],
  );

  return {
    uploads,
    send: (files: readonly File[], done: (file: SentFile) => void) => void send(files, done),
    dismiss,
  };
}

/** A picture from the clipboard is always called image.png: no name is better. */
const nameOf = (file: File): string =>
  file.name === "image.png" ? "Picture" : file.name.replace(/[\r\n[\]]+/g, " ");
