/** Differences between two rows of words or lines (Myers, "An O(ND) Difference Algorithm", 1986). */

/** `a[fromA..toA)` became `b[fromB..toB)`. */
export interface Change {
  fromA: number;
  toA: number;
  fromB: number;
  toB: number;
}

/** Edits after which two rows count as simply different: it bounds time and memory. */
const PATIENCE = 1500;

export function changes(a: readonly string[], b: readonly string[]): Change[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let endA = a.length;
  let endB = b.length;
  while (endA > head && endB > head && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  if (head === endA && head === endB) return [];
  if (head === endA || head === endB) return [{ fromA: head, toA: endA, fromB: head, toB: endB }];
  return middle(a, b, head, endA, endB);
}

function middle(
  a: readonly string[],
  b: readonly string[],
  head: number,
  endA: number,
  endB: number,
): Change[] {
  const n = endA - head;
  const m = endB - head;
  const most = Math.min(n + m, PATIENCE);
  const trace: Int32Array[] = [];
  const reach = new Int32Array(2 * most + 3);
  const mid = most + 1;
  for (let d = 0; d <= most; d++) {
    trace.push(reach.slice());
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach[mid + k - 1] ?? 0) < (reach[mid + k + 1] ?? 0));
      let x = down ? (reach[mid + k + 1] ?? 0) : (reach[mid + k - 1] ?? 0) + 1;
      let y = x - k;
      while (x < n && y < m && a[head + x] === b[head + y]) {
        x++;
        y++;
      }
      reach[mid + k] = x;
      if (x >= n && y >= m) return path(trace, d, n, m, mid, head);
    }
  }
  return [{ fromA: head, toA: endA, fromB: head, toB: endB }];
}

function path(trace: Int32Array[], edits: number, n: number, m: number, mid: number, head: number): Change[] {
  const found: Change[] = [];
  let x = n;
  let y = m;
  for (let d = edits; d > 0; d--) {
    const reach = trace[d] as Int32Array;
    const k = x - y;
    const down = k === -d || (k !== d && (reach[mid + k - 1] ?? 0) < (reach[mid + k + 1] ?? 0));
    const wasX = reach[mid + (down ? k + 1 : k - 1)] ?? 0;
    const wasY = wasX - (down ? k + 1 : k - 1);
    const at = down ? { x: wasX, y: wasY + 1 } : { x: wasX + 1, y: wasY };
    prepend(found, { fromA: head + wasX, toA: head + at.x, fromB: head + wasY, toB: head + at.y });
    x = wasX;
    y = wasY;
  }
  return found.reverse();
}

/** `found` runs backwards; a change that touches the last one grows it. */
function prepend(found: Change[], change: Change): void {
  const next = found.at(-1);
  if (next && change.toA === next.fromA && change.toB === next.fromB) {
    next.fromA = change.fromA;
    next.fromB = change.fromB;
  } else found.push(change);
}

/** A stretch that both kept or only one changed (`mine`, `theirs` or both alike), or one that both changed differently. */
export type Region =
  | { conflict: false; taken: string[] }
  | { conflict: true; mine: string[]; original: string[]; theirs: string[] };

/** The three-way merge of rows, region by region. Changes that touch each other belong to one region. */
export function regions(
  mine: readonly string[],
  original: readonly string[],
  theirs: readonly string[],
): Region[] {
  const left = changes(original, mine);
  const right = changes(original, theirs);
  const out: Region[] = [];
  let at = 0;
  let shiftA = 0;
  let shiftB = 0;
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const from = Math.min(
      left[i]?.fromA ?? Number.POSITIVE_INFINITY,
      right[j]?.fromA ?? Number.POSITIVE_INFINITY,
    );
    if (from > at) out.push({ conflict: false, taken: original.slice(at, from) });
    let to = from;
    let [growA, growB, fromLeft, fromRight] = [0, 0, 0, 0];
    for (;;) {
      const a = left[i];
      const b = right[j];
      if (a && a.fromA <= to) {
        to = Math.max(to, a.toA);
        growA += a.toB - a.fromB - (a.toA - a.fromA);
        i++;
        fromLeft++;
      } else if (b && b.fromA <= to) {
        to = Math.max(to, b.toA);
        growB += b.toB - b.fromB - (b.toA - b.fromA);
        j++;
        fromRight++;
      } else break;
    }
    const a = mine.slice(from + shiftA, to + shiftA + growA);
    const b = theirs.slice(from + shiftB, to + shiftB + growB);
    out.push(...decided(a, original.slice(from, to), b, fromLeft > 0, fromRight > 0));
    shiftA += growA;
    shiftB += growB;
    at = to;
  }
  if (at < original.length) out.push({ conflict: false, taken: original.slice(at) });
  return out;
}

function decided(
  mine: string[],
  original: string[],
  theirs: string[],
  byMe: boolean,
  byThem: boolean,
): Region[] {
  const alike = mine.length === theirs.length && mine.every((token, at) => token === theirs[at]);
  if (!byThem || alike) return [{ conflict: false, taken: mine }];
  if (!byMe) return [{ conflict: false, taken: theirs }];
  return [{ conflict: true, mine, original, theirs }];
}
