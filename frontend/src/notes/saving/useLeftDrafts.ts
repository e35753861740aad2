import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

const AGAIN_MS = 30_000;

/** When the app begins, and when the connection is back: what closed tabs had not sent is sent. */
export function useLeftDrafts(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const send = async (): Promise<boolean> => {
      const { sendLeftDrafts } = await import("./useNoteSaving"); // rejects while offline
      return sendLeftDrafts(queries);
    };
    return sendUntilDone(send, window);
  }, [queries]);
}

/** Sends now, whenever the page is online again, and after a while where it failed; returns what ends that. */
export function sendUntilDone(send: () => Promise<boolean>, page: EventTarget): () => void {
  let again: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const attempt = async (): Promise<void> => {
    clearTimeout(again);
    const isDone = await send().catch(() => false);
    clearTimeout(again); // of an attempt that was under way at the same time
    if (!isDone && !isOver) again = setTimeout(attempt, AGAIN_MS);
  };
  void attempt();
  page.addEventListener("online", attempt);
  return () => {
    isOver = true;
    clearTimeout(again);
    page.removeEventListener("online", attempt);
  };
}
