/** CodeMirror knows one line end; a note may have several. They are put back when its text is read. */

const ENDS = /\r\n|\n|\r/g;

export const unixLines = (text: string): string => text.replace(ENDS, "\n");

/** `now`, which has "\n" alone, with the line ends of `before` on the lines that both begin or end with. */
export function withLineEndsOf(before: string, now: string): string {
  if (!before.includes("\r")) return now;
  const ends = before.match(ENDS) ?? [];
  const usual = ends[0] ?? "\n";
  const a = before.split(ENDS);
  const b = now.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail++;
  const shift = a.length - b.length;
  const endOf = (line: number): string => {
    if (line < head) return ends[line] ?? usual;
    return line >= b.length - tail - 1 ? (ends[line + shift] ?? usual) : usual;
  };
  return b.map((line, at) => (at < b.length - 1 ? line + endOf(at) : line)).join("");
}
