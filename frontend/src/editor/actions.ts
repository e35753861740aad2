/** What the toolbar and the slash menu can do to a text, in either mode. */

export type BlockStyle = "paragraph" | "h1" | "h2" | "h3";
/** Those that change a table are of rich mode alone. */
export type Action =
  | BlockStyle
  | "bold"
  | "italic"
  | "strike"
  | "code"
  | "bullets"
  | "numbers"
  | "tasks"
  | "quote"
  | "table"
  | "codeBlock"
  | "diagram"
  | "divider"
  | "rowAfter"
  | "columnAfter"
  | "deleteRow"
  | "deleteColumn"
  | "deleteTable"
  | "alignLeft"
  | "alignCenter"
  | "alignRight";

/** What can be on at the selection. */
export type Active = Action | "link" | "picture";
