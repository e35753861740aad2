import { Link } from "@tanstack/react-router";
import classes from "./TagLink.module.css";

/** A tag that leads to the notes bearing it. */
export function TagLink({ tag, count }: { tag: string; count?: number }) {
  return (
    <Link
      to="/"
      search={{ tag }}
      className={classes.tag}
      activeOptions={{ exact: true, includeSearch: true }}
      activeProps={{ className: classes.active }}
    >
      #{tag}
      {count !== undefined && count > 1 && <span className={classes.count}>{count}</span>}
    </Link>
  );
}
