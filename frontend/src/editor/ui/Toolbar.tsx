import { Menu, Tooltip, UnstyledButton } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconBold,
  IconChevronDown,
  IconCode,
  IconItalic,
  IconLink,
  IconList,
  IconListCheck,
  IconListNumbers,
  IconPhoto,
  IconPhotoEdit,
  IconQuote,
  IconSchema,
  IconSeparator,
  IconStrikethrough,
  IconTable,
  IconTerminal2,
} from "@tabler/icons-react";
import {
  type ComponentType,
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useRef,
} from "react";
import type { Action, Active, BlockStyle } from "../actions";

interface Props {
  isRich: boolean;
  active: ReadonlySet<Active>;
  canUndo: boolean;
  canRedo: boolean;
  run(action: Action): void;
  undo(): void;
  redo(): void;
  link(): void;
  pick(): void;
  /** Asks for the description of the picture that is selected. */
  describe(): void;
}

const STYLES: Readonly<Record<BlockStyle, string>> = {
  paragraph: "Paragraph",
  h1: "Heading 1",
  h2: "Heading 2",
  h3: "Heading 3",
};

const MARKS: readonly [Action, string, string, ComponentType<{ size?: number }>][] = [
  ["bold", "Bold", "Ctrl B", IconBold],
  ["italic", "Italic", "Ctrl I", IconItalic],
  ["strike", "Strikethrough", "Ctrl Shift X", IconStrikethrough],
  ["code", "Inline code", "Ctrl E", IconCode],
];

const LISTS: readonly [Action, string, ComponentType<{ size?: number }>][] = [
  ["bullets", "Bullet list", IconList],
  ["numbers", "Numbered list", IconListNumbers],
  ["tasks", "Task list", IconListCheck],
];

const BLOCKS: readonly [Action, string, ComponentType<{ size?: number }>][] = [
  ["codeBlock", "Code block", IconTerminal2],
  ["diagram", "Diagram", IconSchema],
  ["quote", "Quote", IconQuote],
  ["divider", "Divider", IconSeparator],
];

const TABLE: readonly [Action, string][] = [
  ["rowAfter", "Row below"],
  ["columnAfter", "Column to the right"],
  ["alignLeft", "Align column left"],
  ["alignCenter", "Align column centre"],
  ["alignRight", "Align column right"],
  ["deleteRow", "Delete row"],
  ["deleteColumn", "Delete column"],
  ["deleteTable", "Delete table"],
];

/** The editor's buttons. */
export function Toolbar(props: Props) {
  const { isRich, active, run } = props;
  const isOn = (what: Active): boolean | undefined => (isRich ? active.has(what) : undefined);
  const bar = useRef<HTMLDivElement>(null);
  const one = useOneStop(bar);
  return (
    <div
      ref={bar}
      role="toolbar"
      aria-label="Formatting"
      className="editor-toolbar screen-only"
      tabIndex={-1}
      {...one}
    >
      <StyleMenu active={active} run={run} />
      <Divide />
      {MARKS.map(([action, label, keys, Icon]) => (
        <Tool key={action} label={label} keys={keys} isOn={isOn(action)} onPress={() => run(action)}>
          <Icon size={18} />
        </Tool>
      ))}
      <Divide />
      {LISTS.map(([action, label, Icon]) => (
        <Tool key={action} label={label} isOn={isOn(action)} onPress={() => run(action)}>
          <Icon size={18} />
        </Tool>
      ))}
      <Divide />
      <Tool label="Link" keys="Ctrl K" isOn={isOn("link")} onPress={props.link}>
        <IconLink size={18} />
      </Tool>
      {active.has("picture") ? (
        <Tool label="Describe the picture" keys="Enter" isOn onPress={props.describe}>
          <IconPhotoEdit size={18} />
        </Tool>
      ) : (
        <Tool label="Picture or file" onPress={props.pick}>
          <IconPhoto size={18} />
        </Tool>
      )}
      <TableMenu isOn={active.has("table")} run={run} />
      <Divide />
      {BLOCKS.map(([action, label, Icon]) => (
        <Tool
          key={action}
          label={label}
          isOn={action === "divider" || action === "diagram" ? undefined : isOn(action)}
          onPress={() => run(action)}
        >
          <Icon size={18} />
        </Tool>
      ))}
      <Divide />
      <Tool label="Undo" keys="Ctrl Z" disabled={!props.canUndo} onPress={props.undo}>
        <IconArrowBackUp size={18} />
      </Tool>
      <Tool label="Redo" keys="Ctrl Shift Z" disabled={!props.canRedo} onPress={props.redo}>
        <IconArrowForwardUp size={18} />
      </Tool>
    </div>
  );
}

/** Tab stops once in the bar, where one was last; arrow keys, Home and End go on within it, as in every toolbar. */
function useOneStop(bar: RefObject<HTMLDivElement | null>) {
  const last = useRef<EventTarget>(null);
  const buttons = (): HTMLElement[] => [
    ...(bar.current?.querySelectorAll<HTMLElement>("button:not(:disabled)") ?? []),
  ];
  const mark = (): void => {
    const all = buttons();
    const stop = all.find((button) => button === last.current) ?? all[0];
    for (const button of all) button.tabIndex = button === stop ? 0 : -1;
  };
  useEffect(mark); // after each time: buttons come and go
  return {
    onFocus: ({ target }: FocusEvent): void => {
      if (!bar.current?.contains(target)) return; // in one of its menus, which are children for React alone
      last.current = target;
      mark();
    },
    onKeyDown: (event: KeyboardEvent): void => {
      const all = buttons();
      const here = all.indexOf(document.activeElement as HTMLElement);
      const places: Record<string, number> = {
        ArrowRight: here + 1,
        ArrowLeft: here - 1 + all.length,
        Home: 0,
        End: all.length - 1,
      };
      const to = places[event.key];
      if (to === undefined || here < 0) return;
      event.preventDefault();
      all[to % all.length]?.focus();
    },
  };
}

interface ToolProps {
  label: string;
  keys?: string;
  isOn?: boolean | undefined;
  disabled?: boolean;
  onPress(): void;
  children: ReactNode;
}

function Tool({ label, keys, isOn, disabled = false, onPress, children }: ToolProps) {
  return (
    <Tooltip label={keys ? `${label} (${keys})` : label}>
      <UnstyledButton
        className="tool"
        aria-label={label}
        aria-pressed={isOn}
        disabled={disabled}
        onMouseDown={(event) => event.preventDefault()} // the selection stays in the text
        onClick={onPress}
      >
        {children}
      </UnstyledButton>
    </Tooltip>
  );
}

function Divide() {
  return <span className="tool-divide" aria-hidden />;
}

function StyleMenu({ active, run }: Pick<Props, "active" | "run">) {
  const styles = Object.keys(STYLES) as BlockStyle[];
  const now = styles.find((style) => active.has(style));
  return (
    <Menu position="bottom-start" returnFocus={false}>
      <Menu.Target>
        <UnstyledButton
          className="tool tool-style"
          aria-label={now ? `Text style: ${STYLES[now]}` : "Text style"}
        >
          {now ? STYLES[now] : "Text"}
          <IconChevronDown size={14} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {styles.map((style) => (
          <Menu.Item key={style} aria-current={style === now || undefined} onClick={() => run(style)}>
            {STYLES[style]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function TableMenu({ isOn, run }: { isOn: boolean; run(action: Action): void }) {
  if (!isOn)
    return (
      <Tool label="Table" onPress={() => run("table")}>
        <IconTable size={18} />
      </Tool>
    );
  return (
    <Menu position="bottom-start" returnFocus={false}>
      <Menu.Target>
        <UnstyledButton className="tool" aria-label="Change the table" data-on>
          <IconTable size={18} />
          <IconChevronDown size={12} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {TABLE.map(([action, label]) => (
          <Menu.Item key={action} onClick={() => run(action)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
