import { Collapse, UnstyledButton } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useId } from "react";
import classes from "./Panel.module.css";

interface Props {
  title: string;
  count?: number | undefined;
  /** Remembered under this name: open or closed. */
  name: string;
  children: ReactNode;
}

/** A part of a page that folds away, and stays as it was left. */
export function Panel({ title, count, name, children }: Props) {
  const [isOpen, setOpen] = useLocalStorage({ key: `spote-panel-${name}`, defaultValue: true });
  const id = useId();
  return (
    <section className={`${classes.panel} screen-only`} aria-label={title}>
      <h2 className={classes.heading}>
        <UnstyledButton
          className={classes.toggle}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          <IconChevronRight size={16} className={classes.mark} aria-hidden />
          {title}
          {count !== undefined && count > 0 && <span className={classes.count}>{count}</span>}
        </UnstyledButton>
      </h2>
      <div id={id}>
        <Collapse expanded={isOpen}>{isOpen && children}</Collapse>
      </div>
    </section>
  );
}
