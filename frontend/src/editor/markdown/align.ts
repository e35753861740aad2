/** Which block became which. */
import type { Node } from "prosemirror-model";
import { changes } from "../../merging/diff";
import { words } from "../../merging/words";
import { shapeOf } from "./shape";

/** For each block of `now`, the index of the block of `before` that it was, or null. Indices rise. */
export function align(before: readonly Node[], now: readonly Node[]): (number | null)[] {
  const same = (a: Node | undefined, b: Node | undefined): boolean =>
    a !== undefined && b !== undefined && (a === b || shapeOf(a) === shapeOf(b));
  const origin: (number | null)[] = now.map(() => null);
  let head = 0;
  while (head < before.length && head < now.length && same(before[head], now[head])) {
    origin[head] = head;
    head++;
  }
  let tail = 0;
  const most = Math.min(before.length, now.length) - head;
  while (tail < most && same(before[before.length - 1 - tail], now[now.length - 1 - tail])) {
    origin[now.length - 1 - tail] = before.length - 1 - tail;
    tail++;
  }
  alignMiddle(before.slice(head, before.length - tail), now.slice(head, now.length - tail), head, origin);
  return origin;
}

function alignMiddle(
  before: readonly Node[],
  now: readonly Node[],
  at: number,
  origin: (number | null)[],
): void {
  let i = 0;
  let j = 0;
  const equalUpTo = (to: number): void => {
    while (i < to) origin[at + j++] = at + i++;
  };
  for (const change of changes(before.map(shapeOf), now.map(shapeOf))) {
    equalUpTo(change.fromA);
    const gone = change.toA - change.fromA;
    const come = change.toB - change.fromB;
    pair(before.slice(i, i + gone), now.slice(j, j + come)).forEach((was, k) => {
      origin[at + j + k] = was === null ? null : at + i + was;
    });
    i += gone;
    j += come;
  }
  equalUpTo(before.length);
}

/** Pairs changed blocks in order, so that the pairs are as alike as can be. */
function pair(gone: readonly Node[], come: readonly Node[]): (number | null)[] {
  if (gone.length * come.length > 4000) return come.map((_, k) => (k < gone.length ? k : null));
  const width = come.length + 1;
  const best = new Float64Array((gone.length + 1) * width);
  const bags = [gone.map(bag), come.map(bag)] as const;
  const score = (i: number, j: number): number =>
    likeness(gone[i] as Node, come[j] as Node, bags[0][i] as Set<string>, bags[1][j] as Set<string>);
  const at = (i: number, j: number): number => best[i * width + j] ?? 0;
  const scores = gone.map((_, i) => come.map((__, j) => score(i, j)));
  for (let i = gone.length - 1; i >= 0; i--)
    for (let j = come.length - 1; j >= 0; j--)
      best[i * width + j] = Math.max(at(i + 1, j), at(i, j + 1), at(i + 1, j + 1) + (scores[i]?.[j] ?? 0));
  const result: (number | null)[] = come.map(() => null);
  let i = 0;
  let j = 0;
  while (i < gone.length && j < come.length) {
    const together = scores[i]?.[j] ?? 0;
    if (together > 0 && at(i, j) === at(i + 1, j + 1) + together) result[j++] = i++;
    else if (at(i, j) === at(i + 1, j)) i++;
    else j++;
  }
  return result;
}

const bag = (node: Node): Set<string> => new Set(words(node.textContent).filter((word) => word.trim()));

function likeness(was: Node, is: Node, a: Set<string>, b: Set<string>): number {
  let shared = 0;
  for (const word of a) if (b.has(word)) shared++;
  const overlap = a.size + b.size ? (2 * shared) / (a.size + b.size) : 1;
  return (was.type === is.type ? 0.05 : 0) + (overlap > 0.2 || was.type === is.type ? overlap : 0);
}
