import { Fragment } from "react";
import type { FoundNote } from "@/api/types";
import { plain } from "@/notes/plain";
import { piecesOf } from "./pieces";
import classes from "./SearchPage.module.css";

// Where a match begins and ends while the passage is made plain; no note has these characters.
const [BEGIN, END] = ["\u{F0000}", "\u{F0001}"];

/** The best passage as one line to read, with the words that were found marked in it. */
export function Passage({ snippet }: { snippet: FoundNote["snippet"] }) {
  const bounded = piecesOf(snippet).map(({ text, isMatch }) => (isMatch ? BEGIN + text + END : text));
  const [first, ...others] = plain(bounded.join("")).split(BEGIN);
  return (
    <span className={classes.passage}>
      {snippet.start > 0 && "… "}
      {first}
      {others.map((piece, at) => {
        const [match, rest] = piece.split(END);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text, in order
          <Fragment key={at}>
            <mark>{match}</mark>
            {rest}
          </Fragment>
        );
      })}
    </span>
  );
}
