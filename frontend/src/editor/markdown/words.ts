/** Texts as rows of words, and the three-way merge of such rows. */
import { diff3MergeRegions } from "node-diff3";

const TOKENS = /\r\n|[\p{L}\p{N}\p{M}]+|\s|[^\p{L}\p{N}\p{M}\s]/gu;

export const words = (text: string): string[] => text.match(TOKENS) ?? [];

/** What became of `original` in `changed`, done to `mine`. Where both changed the same words, `changed` wins. */
export function carryOver(mine: string, original: string, changed: string): string {
  if (mine === original) return changed;
  return diff3MergeRegions(words(mine), words(original), words(changed))
    .flatMap((region) => (region.stable ? region.bufferContent : region.bContent))
    .join("");
}
