import classes from "./Diff.module.css";
import { linesOf } from "./diff";

const SIGNS = { added: "+", removed: "−", same: " ", part: "" };
const SPOKEN = { added: "added: ", removed: "removed: ", same: "", part: "" };

/** A unified diff, for people. */
export function Diff({ diff }: { diff: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
    <section className={classes.diff} aria-label="What changed" tabIndex={0}>
      {linesOf(diff).map((line) => (
        <div key={line.at} className={classes.line} data-kind={line.kind}>
          <span className={classes.sign} aria-hidden>
            {SIGNS[line.kind]}
          </span>
          {SPOKEN[line.kind] && <span className={classes.spoken}>{SPOKEN[line.kind]}</span>}
          <span className={classes.text}>{line.text || " "}</span>
        </div>
      ))}
    </section>
  );
}
