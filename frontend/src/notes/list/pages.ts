import { PAGE } from "../queries";

/** The pages that hold these rows, each once, in order. The first one is always there: it knows the total. */
export function pagesOf(rows: number[]): number[] {
  const pages = new Set([0, ...rows.map((row) => Math.floor(row / PAGE))]);
  return [...pages].sort((a, b) => a - b);
}
