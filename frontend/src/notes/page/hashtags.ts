const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const TAG = /(?<![\p{L}\p{N}_&/#\\])#([\p{L}\p{N}_][\p{L}\p{M}\p{N}_/-]*)/gu;

// Where a `#` is part of something else: addresses, link targets, links to notes, code.
const OTHER = /`[^`]*`|\]\([^)\n]*\)|\[\[[^\]\n]*\]\]|:\/\/[^\s<>]+|<[^>\n]*>/g;

/** The `#tags` in a text as it is typed, for the chips: what counts is what the server reads when it saves. */
export function hashtagsIn(text: string): string[] {
  const found = new Set<string>();
  let fence: string | null = null;
  for (const line of text.split("\n")) {
    const mark = FENCE.exec(line)?.[1];
    if (mark && fence === null) fence = mark;
    else if (mark?.startsWith(fence ?? " ")) fence = null;
    if (mark || fence !== null) continue;
    for (const [, tag] of line.replace(OTHER, " ").matchAll(TAG)) {
      const name = (tag ?? "").toLowerCase().replace(/[/-]+$/, "");
      if (name && !/^\d+$/.test(name)) found.add(name);
    }
  }
  return [...found];
}
