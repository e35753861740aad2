/** Source mode: the note's Markdown as it is. */
import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import {
  Annotation,
  Compartment,
  EditorState,
  type Extension,
  type StateEffect,
  type Text,
  type Transaction,
} from "@codemirror/state";
import { drawSelection, EditorView, highlightSpecialChars, keymap, placeholder } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { changes } from "@/merging/diff";
import { words } from "@/merging/words";
import type { Action } from "../actions";
import { languages } from "../languages";
import { BARS, type SentFile, type Surface, type SurfaceHost } from "../surface";
import type { Moment } from "../timeline";
import { formatted, MARKS } from "./formatting";
import { unixLines, withLineEndsOf } from "./lineEnds";

const foreign = Annotation.define<boolean>();

export class SourceSurface implements Surface {
  readonly view: EditorView;
  private readonly editing = new Compartment();
  /** The text with its own line ends, and the document that it belongs to. */
  private known: { doc: Text; text: string };

  constructor(
    place: HTMLElement,
    text: string,
    readOnly: boolean,
    private readonly host: SurfaceHost,
  ) {
    this.view = new EditorView({
      parent: place,
      state: EditorState.create({ doc: unixLines(text), extensions: this.extensions(readOnly) }),
      dispatchTransactions: (transactions, view) => this.dispatch(transactions, view),
    });
    this.known = { doc: this.view.state.doc, text };
  }

  private extensions(readOnly: boolean): Extension[] {
    return [
      drawSelection(),
      highlightSpecialChars(),
      EditorView.lineWrapping,
      EditorView.scrollMargins.of(() => ({ top: BARS })),
      EditorView.perLineTextDirection.of(true),
      placeholder("Write Markdown"),
      search({ top: true }),
      highlightSelectionMatches(),
      keymap.of([
        { key: "Mod-z", run: () => this.host.undo(), preventDefault: true },
        { key: "Mod-y", mac: "Mod-Shift-z", run: () => this.host.redo(), preventDefault: true },
        { key: "Mod-Shift-z", run: () => this.host.redo(), preventDefault: true },
        { key: "Mod-b", run: () => this.run("bold") },
        { key: "Mod-i", run: () => this.run("italic") },
        { key: "Mod-e", run: () => this.run("code") },
        { key: "Mod-k", run: () => this.askForLink(), preventDefault: true },
        ...searchKeymap,
        ...defaultKeymap,
        indentWithTab,
      ]),
      markdown({ base: markdownLanguage, codeLanguages: [...languages], addKeymap: true }),
      syntaxHighlighting(classHighlighter),
      EditorView.contentAttributes.of({ "aria-label": "Markdown source", spellcheck: "true" }),
      EditorView.domEventHandlers({
        paste: (event) => this.files(event.clipboardData, null),
        drop: (event, view) =>
          this.files(event.dataTransfer, view.posAtCoords({ x: event.clientX, y: event.clientY })),
        beforeinput: (event) => {
          if (event.inputType === "historyUndo") return this.host.undo();
          return event.inputType === "historyRedo" && this.host.redo();
        },
      }),
      this.editing.of(modeOf(readOnly)),
    ];
  }

  private dispatch(transactions: readonly Transaction[], view: EditorView): void {
    const before = this.momentOf(view.state);
    view.update(transactions);
    const edits = transactions.filter((one) => one.docChanged);
    if (!edits.length) return;
    if (edits.every((one) => one.annotation(foreign))) return;
    const apart = edits.some((one) => one.isUserEvent("input.paste") || one.isUserEvent("input.drop"));
    this.host.changed(before, this.momentOf(view.state), apart);
  }

  text(): string {
    const { doc } = this.view.state;
    if (doc !== this.known.doc) this.known = { doc, text: withLineEndsOf(this.known.text, doc.toString()) };
    return this.known.text;
  }

  moment(): Moment {
    return this.momentOf(this.view.state);
  }

  private momentOf({ doc, selection }: EditorState): Moment {
    const known = this.known;
    let text: string | undefined;
    return {
      text: () => (text ??= doc === known.doc ? known.text : withLineEndsOf(known.text, doc.toString())),
      anchor: selection.main.anchor,
      head: selection.main.head,
    };
  }

  apply(text: string): void {
    this.show(text);
  }

  restore(moment: Moment): void {
    this.show(moment.text(), moment.rich ? undefined : { anchor: moment.anchor, head: moment.head }, true);
  }

  private show(text: string, selection?: { anchor: number; head: number }, scroll = false): void {
    const target = unixLines(text);
    const now = this.view.state.doc.toString();
    const size = target.length;
    this.view.dispatch({
      changes: wordChanges(now, target),
      annotations: foreign.of(true),
      ...(selection
        ? { selection: { anchor: Math.min(selection.anchor, size), head: Math.min(selection.head, size) } }
        : {}),
      scrollIntoView: scroll,
    });
    this.known = { doc: this.view.state.doc, text };
  }

  isComposing(): boolean {
    return this.view.composing;
  }

  setReadOnly(readOnly: boolean): void {
    this.reconfigure(this.editing.reconfigure(modeOf(readOnly)));
  }

  private reconfigure(effects: StateEffect<unknown>): void {
    this.view.dispatch({ effects });
  }

  focus(): void {
    this.view.focus();
  }

  destroy(): void {
    this.view.destroy();
  }

  caret(): number {
    return this.view.state.selection.main.head;
  }

  placeCaret(offset: number): void {
    const anchor = Math.min(offset, this.view.state.doc.length);
    this.view.dispatch({
      selection: { anchor },
      effects: EditorView.scrollIntoView(anchor, { y: "center" }),
    });
  }

  selectedText(): string {
    const { from, to } = this.view.state.selection.main;
    return this.view.state.sliceDoc(from, to);
  }

  insertLink(href: string, title: string): void {
    const text = (this.selectedText() || title || href).replace(/([[\]])/g, "\\$1");
    this.replace(href ? `[${text}](${/[\s()<>]/.test(href) ? `<${href}>` : href})` : text);
    this.view.focus();
  }

  insertFile({ url, name, isPicture }: SentFile): void {
    this.replace(`${isPicture ? "!" : ""}[${name.replace(/([[\]])/g, "\\$1")}](${url})`);
  }

  private replace(text: string): void {
    this.view.dispatch(this.view.state.replaceSelection(text), {
      userEvent: "input.paste",
      scrollIntoView: true,
    });
  }

  private askForLink(): boolean {
    this.host.askForLink();
    return true;
  }

  run(action: Action): boolean {
    const mark = MARKS[action];
    if (mark) return this.around(mark);
    const change = formatted(this.view.state, action);
    if (change) this.view.dispatch({ ...change, userEvent: "input.paste", scrollIntoView: true });
    this.view.focus();
    return change !== null;
  }

  /** Puts a mark around the selection, or takes it away. */
  private around(mark: string): boolean {
    const { from, to } = this.view.state.selection.main;
    const size = mark.length;
    const isOn =
      this.view.state.sliceDoc(Math.max(0, from - size), from) === mark &&
      this.view.state.sliceDoc(to, to + size) === mark;
    const moved = isOn ? -size : size;
    this.view.dispatch({
      changes: isOn
        ? [
            { from: from - size, to: from },
            { from: to, to: to + size },
          ]
        : [
            { from, insert: mark },
            { from: to, insert: mark },
          ],
      selection: { anchor: from + moved, head: to + moved },
      userEvent: "input",
    });
    this.view.focus();
    return true;
  }

  private files(data: DataTransfer | null, at: number | null): boolean {
    const files = [...(data?.files ?? [])];
    if (!files.length || data?.types.includes("text/html")) return false;
    if (at !== null) this.view.dispatch({ selection: { anchor: at } });
    this.host.send(files, (file) => this.insertFile(file));
    return true;
  }
}

const modeOf = (readOnly: boolean): Extension => [
  EditorState.readOnly.of(readOnly),
  EditorView.editable.of(!readOnly),
  readOnly ? EditorView.contentAttributes.of({ tabindex: "0", "aria-readonly": "true" }) : [],
];

function wordChanges(now: string, target: string): { from: number; to: number; insert: string }[] {
  const a = words(now);
  const b = words(target);
  const placesA = places(a);
  return changes(a, b).map(({ fromA, toA, fromB, toB }) => ({
    from: placesA[fromA] ?? 0,
    to: placesA[toA] ?? now.length,
    insert: b.slice(fromB, toB).join(""),
  }));
}

function places(tokens: readonly string[]): number[] {
  const out = [0];
  for (const token of tokens) out.push((out.at(-1) ?? 0) + token.length);
  return out;
}
