/** Brings what a person wrote upon one version onto a newer one. */
import { merge } from "@/merging/merge";
import type { Words } from "./saving";

/** The merged words; null where both changed the same words, so that a person has to choose. */
export function rebase(base: Words, mine: Words, theirs: Words): Words | null {
  const text = merge(base.text, mine.text, theirs.text);
  const title = ofThree(base.title, mine.title, theirs.title);
  return text.conflicts || title === null ? null : { title, text: text.text };
}

function ofThree(base: string, mine: string, theirs: string): string | null {
  if (mine === base || mine === theirs) return theirs;
  return theirs === base ? mine : null;
}

export const isSame = (a: Words, b: Words): boolean => a.title === b.title && a.text === b.text;
