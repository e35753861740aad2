export interface DiffLine {
  at: number;
  kind: "added" | "removed" | "same" | "part";
  text: string;
}

const PART = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** The lines of a unified diff, its file names left out and its part marks in words. */
export function linesOf(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  for (const [at, line] of diff.replace(/\n$/, "").split("\n").entries()) {
    if (lines.length === 0 && /^(---|\+\+\+) /.test(line)) continue;
    const part = PART.exec(line);
    if (part) lines.push({ at, kind: "part", text: `From line ${part[2]}` });
    else if (line.startsWith("\\"))
      lines.push({ at, kind: "part", text: "The text ends without a line break" });
    else lines.push({ at, kind: kindOf(line), text: line.slice(1) });
  }
  return lines;
}

function kindOf(line: string): DiffLine["kind"] {
  if (line.startsWith("+")) return "added";
  return line.startsWith("-") ? "removed" : "same";
}
