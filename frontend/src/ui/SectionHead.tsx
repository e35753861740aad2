import type { ReactNode } from "react";
import classes from "./SectionHead.module.css";

/** The heading of a part of Settings, with a sentence and what can be done. */
export function SectionHead(props: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.head}>
      <div>
        <h2 className={classes.title}>{props.title}</h2>
        {props.children && <p className={classes.lead}>{props.children}</p>}
      </div>
      {props.action}
    </div>
  );
}
