import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

/** When the app begins, and when the connection is back: what closed tabs had not sent is sent. */
export function useLeftDrafts(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const send = (): void => {
      import("./useNoteSaving").then(
        ({ sendLeftDrafts }) => sendLeftDrafts(queries),
        () => undefined, // offline: the event below comes
      );
    };
    send();
    window.addEventListener("online", send);
    return () => window.removeEventListener("online", send);
  }, [queries]);
}
