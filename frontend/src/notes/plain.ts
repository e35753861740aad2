// Marks that mean nothing without their line or their pair; what is between them stays.
const MARKS: [RegExp, string][] = [
  [/!\[([^\]]*)\]\([^)]*\)/g, "$1"],
  [/\[([^\]]+)\]\([^)]*\)/g, "$1"],
  [/\[\[([^\]|]+)(?:\|([^\]]+))?\]\]/g, "$1"],
  [/(^|\s)(?:#{1,6}|>|[-*+]|\d+\.)(?: \[[ xX]\])?(?=\s)/g, "$1"],
  [/(\*\*|__|~~)(?=\S)([^\n]*?\S)\1/g, "$2"],
  [/(?<![\w*])\*(?=\S)([^*\n]*\S)\*(?![\w*])/g, "$1"],
  [/`+([^`]*)`+/g, "$1"],
  [/!?\[([^\]]*)\]\([^)\s]*$/g, "$1"], // a passage may end within an address
  [/\s+/g, " "],
];

/** A passage of Markdown as one line to read, for lists. */
export function plain(passage: string): string {
  return MARKS.reduce((text, [mark, instead]) => text.replace(mark, instead), passage).trim();
}
