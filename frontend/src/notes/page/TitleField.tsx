import { useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import classes from "./TitleField.module.css";

interface Props {
  title: string;
  readOnly: boolean;
  onChange: (title: string) => void;
}

/** The title, which wraps where it is long; Enter goes on to the text. */
export function TitleField({ title, readOnly, onChange }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { isNew } = useLocation().state;
  useEffect(() => {
    if (isNew) field.current?.select();
  }, [isNew]);
  return (
    <textarea
      ref={field}
      rows={1}
      dir="auto"
      className={classes.title}
      aria-label="Title"
      placeholder="Untitled"
      value={title}
      maxLength={500}
      readOnly={readOnly}
      onChange={(event) => onChange(event.currentTarget.value.replace(/[\r\n]+/g, " "))}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
        event.preventDefault();
        const paper = event.currentTarget.parentElement;
        paper
          ?.querySelector<HTMLElement>('[contenteditable="true"], textarea:not([aria-label="Title"])')
          ?.focus();
      }}
    />
  );
}
