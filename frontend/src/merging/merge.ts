/** Merges two changed copies of one text: by lines, and within lines that both changed by words. */
import { type Region, regions } from "./diff";
import { lines, words } from "./words";

export interface Merged {
  /** Where both changed the same words, mine and then theirs stand there: nothing is left out. */
  text: string;
  /** Places at which both changed the same words. */
  conflicts: number;
}

export function merge(base: string, mine: string, theirs: string): Merged {
  if (mine === theirs || theirs === base) return { text: mine, conflicts: 0 };
  if (mine === base) return { text: theirs, conflicts: 0 };
  let conflicts = 0;
  const text = regions(lines(mine), lines(base), lines(theirs))
    .map((region) => {
      const { text, open } = settled(region);
      conflicts += open;
      return text;
    })
    .join("");
  return { text, conflicts };
}

function settled(region: Region): { text: string; open: number } {
  if (!region.conflict) return { text: region.taken.join(""), open: 0 };
  const [mine, original, theirs] = [region.mine.join(""), region.original.join(""), region.theirs.join("")];
  const byWords = regions(words(mine), words(original), words(theirs));
  const open = byWords.filter((one) => one.conflict).length;
  if (open) return { text: both(mine, theirs), open };
  return { text: byWords.map((one) => (one.conflict ? "" : one.taken.join(""))).join(""), open };
}

/** Whole lines of both, the later copy's last. */
function both(mine: string, theirs: string): string {
  if (!mine || !theirs) return mine || theirs;
  return /[\r\n]$/.test(mine) ? mine + theirs : `${mine}\n${theirs}`;
}

/** What became of `original` in `changed`, done to `mine`. Where both changed the same words, `changed` wins. */
export function carryOver(mine: string, original: string, changed: string): string {
  if (mine === original) return changed;
  return regions(words(mine), words(original), words(changed))
    .flatMap((region) => (region.conflict ? region.theirs : region.taken))
    .join("");
}
