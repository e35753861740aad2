import { Outlet, useParams, useSearch } from "@tanstack/react-router";
import { ListPane } from "./list/ListPane";
import classes from "./NotesPage.module.css";

/** The list, and beside it the open note; on a phone one or the other. */
export function NotesPage() {
  const filter = useSearch({ from: "/shell/notes" });
  const { noteId } = useParams({ strict: false });
  return (
    <div className={classes.page} data-open={noteId ? "" : undefined}>
      <section className={`${classes.list} screen-only`} aria-label="Note list">
        <ListPane filter={filter} openId={noteId} />
      </section>
      <main id="main" className={classes.note} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
