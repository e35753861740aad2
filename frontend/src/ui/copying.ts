import { useEffect, useRef, useState } from "react";

const TOLD = 2500; // ms that a button says so

/**
 * Puts a text on the clipboard. Over plain HTTP, as in a network at home, browsers lend theirs only to a field that is selected.
 *
 * Throws where the browser refuses both.
 */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  const before = document.activeElement;
  field.value = text;
  field.style.cssText = "position:fixed;opacity:0";
  // A dialog would take the focus back from a field outside.
  (before?.closest("[role=dialog]") ?? document.body).append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  if (!isDone) throw new Error("The browser does not let pages copy.");
}

/** For a button that copies, and says for a moment that it did. */
export function useCopying(onRefused: () => void): { isCopied: boolean; copy: (text: string) => void } {
  const [isCopied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = (text: string): void => {
    copyText(text).then(() => {
      setCopied(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setCopied(false), TOLD);
    }, onRefused);
  };
  return { isCopied, copy };
}
