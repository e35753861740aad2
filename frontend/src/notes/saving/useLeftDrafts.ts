import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

const AGAIN_MS = 30_000;

/** When the app begins, and when the connection is back: what closed tabs had not sent is sent. */
export function useLeftDrafts(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let again: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const send = async (): Promise<void> => {
      clearTimeout(again);
      const isDone = await import("./useNoteSaving").then(
        ({ sendLeftDrafts }) => sendLeftDrafts(queries),
        () => false, // offline
      );
      if (!isDone && !isOver) again = setTimeout(send, AGAIN_MS);
    };
    void send();
    window.addEventListener("online", send);
    return () => {
      isOver = true;
      clearTimeout(again);
      window.removeEventListener("online", send);
    };
  }, [queries]);
}
