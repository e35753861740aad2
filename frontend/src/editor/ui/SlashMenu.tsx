import {
  IconCode,
  IconH1,
  IconH2,
  IconH3,
  IconLink,
  IconList,
  IconListCheck,
  IconListNumbers,
  IconPhoto,
  IconQuote,
  IconSchema,
  IconSeparator,
  IconTable,
} from "@tabler/icons-react";
import { type ComponentType, type RefObject, useEffect, useId, useMemo, useState } from "react";
import { createPortal } from "react-dom";
import type { Action } from "../actions";
import type { Slash } from "../rich/slash";

export type SlashKeys = (event: KeyboardEvent) => boolean;
type Choice = Action | "link" | "file";

interface Item {
  action: Choice;
  label: string;
  words: string;
  icon: ComponentType<{ size?: number }>;
}

const ITEMS: readonly Item[] = [
  { action: "h1", label: "Heading 1", words: "title h1", icon: IconH1 },
  { action: "h2", label: "Heading 2", words: "title h2", icon: IconH2 },
  { action: "h3", label: "Heading 3", words: "title h3", icon: IconH3 },
  { action: "bullets", label: "Bullet list", words: "unordered ul", icon: IconList },
  { action: "numbers", label: "Numbered list", words: "ordered ol", icon: IconListNumbers },
  { action: "tasks", label: "Task list", words: "todo checkbox", icon: IconListCheck },
  { action: "quote", label: "Quote", words: "blockquote", icon: IconQuote },
  { action: "table", label: "Table", words: "grid rows columns", icon: IconTable },
  { action: "codeBlock", label: "Code block", words: "fence pre", icon: IconCode },
  { action: "diagram", label: "Diagram", words: "mermaid drawing flowchart", icon: IconSchema },
  { action: "file", label: "Picture or file", words: "image upload attachment", icon: IconPhoto },
  { action: "link", label: "Link", words: "url note", icon: IconLink },
  { action: "divider", label: "Divider", words: "rule hr line", icon: IconSeparator },
];

const HEIGHT = 320; // pixels, as in the style sheet

interface Props {
  slash: Slash;
  /** Set to what handles the editor's keys while the menu is open. */
  keys: RefObject<SlashKeys | null>;
  choose(action: Choice, slash: Slash): void;
}

/** The blocks to put in, found by what is typed behind the slash. The caret stays in the text. */
export function SlashMenu({ slash, keys, choose }: Props) {
  const id = useId();
  const found = useMemo(() => matching(slash.query), [slash.query]);
  const [at, setAt] = useState(0);
  const here = Math.min(at, found.length - 1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another word starts at the top again
  useEffect(() => setAt(0), [slash.query]);

  useEffect(() => {
    keys.current = (event) => {
      if (!found.length) return false;
      if (event.key === "ArrowDown") setAt((here + 1) % found.length);
      else if (event.key === "ArrowUp") setAt((here + found.length - 1) % found.length);
      else if (event.key === "Enter" || event.key === "Tab") choose((found[here] as Item).action, slash);
      else return false;
      return true;
    };
    return () => {
      keys.current = null;
    };
  });

  useEffect(() => {
    const editor = document.querySelector(".note-editor .ProseMirror");
    document.getElementById(`${id}-${here}`)?.scrollIntoView({ block: "nearest" });
    editor?.setAttribute("aria-controls", id);
    editor?.setAttribute("aria-activedescendant", `${id}-${here}`);
    return () => {
      editor?.removeAttribute("aria-controls");
      editor?.removeAttribute("aria-activedescendant");
    };
  }, [id, here]);

  if (!found.length) return null;
  const above = slash.bottom + HEIGHT > window.innerHeight && slash.top > HEIGHT;
  return createPortal(
    <div
      id={id}
      role="listbox"
      aria-label="Put in"
      tabIndex={-1}
      className="slash-menu"
      style={{
        left: Math.max(8, Math.min(slash.left, window.innerWidth - 248)),
        ...(above ? { bottom: window.innerHeight - slash.top + 4 } : { top: slash.bottom + 4 }),
      }}
    >
      {found.map(({ action, label, icon: Icon }, index) => (
        // The text keeps the focus: keys reach the menu through the editor.
        <div
          key={action}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === here}
          onMouseDown={(event) => {
            event.preventDefault();
            choose(action, slash);
          }}
          onMouseEnter={() => setAt(index)}
        >
          <Icon size={18} />
          {label}
        </div>
      ))}
    </div>,
    document.body,
  );
}

function matching(query: string): Item[] {
  const wanted = query.toLowerCase().trim();
  return ITEMS.filter(({ label, words }) =>
    `${label} ${words}`
      .toLowerCase()
      .split(" ")
      .some((word, at, all) => word.startsWith(wanted) || all.slice(at).join(" ").startsWith(wanted)),
  );
}
