import { useEffect, useState } from "react";

const OPEN = "open-palette";
let wanted = false;

/** Opens the command palette, from anywhere. */
export function openPalette(): void {
  wanted = true;
  window.dispatchEvent(new Event(OPEN));
}

/** Whether it was ever opened: until then its code is not loaded. */
export function usePalette(): boolean {
  const [isWanted, setWanted] = useState(wanted);
  useEffect(() => {
    const listen = () => setWanted(true);
    window.addEventListener(OPEN, listen);
    return () => window.removeEventListener(OPEN, listen);
  }, []);
  return isWanted;
}

/** Calls back at each opening, and once for the opening that loaded this code. */
export function onPalette(open: () => void): () => void {
  if (wanted) open();
  window.addEventListener(OPEN, open);
  return () => window.removeEventListener(OPEN, open);
}
