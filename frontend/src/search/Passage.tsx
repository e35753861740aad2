import type { FoundNote } from "@/api/types";
import { piecesOf } from "./pieces";
import classes from "./SearchPage.module.css";

/** The best passage, with the words that were found marked in it. */
export function Passage({ snippet }: { snippet: FoundNote["snippet"] }) {
  return (
    <span className={classes.passage}>
      {snippet.start > 0 && "… "}
      {piecesOf(snippet).map((piece) =>
        piece.isMatch ? <mark key={piece.at}>{piece.text}</mark> : <span key={piece.at}>{piece.text}</span>,
      )}
    </span>
  );
}
