import { useQueries } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { sentence } from "@/api/problem";
import type { NoteSummary } from "@/api/types";
import { type Filter, notesPart, PAGE } from "../queries";
import { EmptyList } from "./EmptyList";
import classes from "./NoteList.module.css";
import { NoteRow, RowPlaceholder } from "./NoteRow";
import { pagesOf } from "./pages";

export const ROW = 106; // pixels
const AHEAD = 8; // rows kept ready beyond what is seen

interface Props {
  filter: Filter;
  total: number;
  openId: string | undefined;
}

/** As many rows as there are notes, of which only those in sight exist; pages are asked for as they come into sight. */
export function NoteList({ filter, total, openId }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    overscan: AHEAD,
  });
  const shown = rows.getVirtualItems();
  const pages = pagesOf(shown.map((row) => row.index));
  const parts = useQueries({ queries: pages.map((page) => notesPart(filter, page)) });
  const failure = parts.find((part) => part.error && !part.data)?.error;

  const key = JSON.stringify(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useEffect(() => {
    frame.current?.scrollTo({ top: 0 });
  }, [key]);

  function noteAt(index: number): NoteSummary | undefined {
    return parts[pages.indexOf(Math.floor(index / PAGE))]?.data?.items[index % PAGE];
  }

  if (failure) return <p role="alert">{sentence(failure)}</p>;
  if (total === 0) return <EmptyList filter={filter} />;
  return (
    <div ref={frame} className={classes.frame} data-testid="note-list">
      <ul className={classes.rows} style={{ height: rows.getTotalSize() }} aria-label="Notes">
        {shown.map((row) => {
          const note = noteAt(row.index);
          const place = { transform: `translateY(${row.start}px)`, height: ROW };
          return (
            <li
              key={note?._id ?? `at-${row.index}`}
              className={classes.place}
              style={place}
              aria-setsize={total}
              aria-posinset={row.index + 1}
            >
              {note ? (
                <NoteRow note={note} isOpen={note._id === openId} sort={filter.sort} />
              ) : (
                <RowPlaceholder />
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
