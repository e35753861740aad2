import { useEffect } from "react";

/** The page's title, as screen readers announce it and tabs show it. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Spote` : "Spote";
  }, [title]);
}
