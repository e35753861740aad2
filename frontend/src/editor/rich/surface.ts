/** Rich mode: the note as it will look, kept as its author wrote it. */
import { dropCursor } from "prosemirror-dropcursor";
import { gapCursor } from "prosemirror-gapcursor";
import { type Node, Slice } from "prosemirror-model";
import {
  EditorState,
  NodeSelection,
  type Plugin,
  Selection,
  TextSelection,
  type Transaction,
} from "prosemirror-state";
import { tableEditing } from "prosemirror-tables";
import { EditorView } from "prosemirror-view";
import type { Action, Active } from "../actions";
import { safeHref } from "../markdown/addresses";
import { keepSource } from "../markdown/keep";
import { schema } from "../markdown/schema";
import { readSource, type Source } from "../markdown/source";
import { BARS, type SentFile, type Surface, type SurfaceHost } from "../surface";
import type { Moment } from "../timeline";
import { asMarkdown, pasteCode } from "./clipboard";
import { activeAt, COMMANDS, linkRange, selectedPicture, setLink } from "./commands";
import { towards } from "./difference";
import { highlighting } from "./highlighting";
import { editedBlock, placeholder } from "./hints";
import { nodeViews } from "./nodeViews";
import { references } from "./references";
import { dismiss, type SlashMenu, slashMenu } from "./slash";
import { typing } from "./typing";

export interface RichHost extends SurfaceHost {
  slash: SlashMenu;
  /** The selection, or what is on at it, changed. */
  selected(active: ReadonlySet<Active>): void;
}

const UNDER_BARS = { top: BARS, right: 5, bottom: 5, left: 5 };
const FOREIGN = "foreign"; // meta data of transactions that are not this person's edits

export class RichSurface implements Surface {
  readonly view: EditorView;
  private source: Source;
  private readOnly: boolean;

  constructor(
    place: HTMLElement,
    text: string,
    readOnly: boolean,
    private readonly host: RichHost,
  ) {
    this.source = readSource(text);
    this.readOnly = readOnly;
    this.view = new EditorView(place, {
      state: EditorState.create({ doc: this.source.doc, plugins: this.plugins() }),
      nodeViews,
      editable: () => !this.readOnly,
      scrollThreshold: UNDER_BARS,
      scrollMargin: UNDER_BARS,
      attributes: {
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": "Note",
        class: "rich",
        translate: "no",
      },
      dispatchTransaction: (tr) => this.dispatch(tr),
      handlePaste: (view, event) => this.files(event.clipboardData) || pasteCode(view, event),
      handleDrop: (view, event) => this.dropped(view, event),
      handleClick: (_, __, event) => this.clicked(event),
      handleDoubleClickOn: (_, __, node) => this.described(node),
      handleKeyDown: (_, event) => event.key === "Enter" && this.askForPicture(),
      clipboardTextParser: (pasted) => Slice.maxOpen(readSource(pasted).doc.content),
      clipboardTextSerializer: (slice) => asMarkdown(slice, this.source),
      handleDOMEvents: { beforeinput: (_, event) => this.systemUndo(event) },
    });
  }

  private plugins(): Plugin[] {
    return [
      slashMenu(this.host.slash),
      ...typing(this.host),
      tableEditing(),
      dropCursor({ class: "drop-cursor", color: false, width: 2 }),
      gapCursor(),
      references(),
      ...highlighting(),
      placeholder,
      editedBlock,
    ];
  }

  private dispatch(tr: Transaction): void {
    const before = this.view.state;
    const { state, transactions } = before.applyTransaction(tr);
    const edited = transactions.some((one) => one.docChanged) && tr.getMeta(FOREIGN) !== true;
    this.view.updateState(state);
    if (edited) {
      const apart = tr.getMeta("uiEvent") === "paste" || tr.getMeta("apart") === true;
      this.host.changed(this.momentOf(before), this.momentOf(state), apart);
    }
    if (
      !state.doc.eq(before.doc) ||
      !state.selection.eq(before.selection) ||
      state.storedMarks !== before.storedMarks
    )
      this.host.selected(activeAt(state));
  }

  // ------------------------------------------------------------- the surface

  text(): string {
    return keepSource(this.source, this.view.state.doc).text;
  }

  moment(): Moment {
    return this.momentOf(this.view.state);
  }

  private momentOf({ doc, selection }: EditorState): Moment {
    const { source } = this;
    let text: string | undefined;
    return {
      text: () => (text ??= keepSource(source, doc).text),
      anchor: selection.anchor,
      head: selection.head,
      rich: { doc, source },
    };
  }

  apply(text: string): void {
    this.show(readSource(text));
  }

  restore(moment: Moment): void {
    const source = moment.rich?.source ?? readSource(moment.text());
    const doc = moment.rich?.doc ?? source.doc;
    this.source = source;
    const tr = towards(this.view.state.tr, doc).setMeta(FOREIGN, true);
    if (moment.rich) tr.setSelection(within(tr.doc, moment.anchor, moment.head));
    this.view.dispatch(tr.scrollIntoView());
  }

  private show(source: Source): void {
    this.source = source;
    this.view.dispatch(
      towards(this.view.state.tr, source.doc).setMeta(FOREIGN, true).setMeta("addToHistory", false),
    );
  }

  isComposing(): boolean {
    return this.view.composing;
  }

  setReadOnly(readOnly: boolean): void {
    if (readOnly === this.readOnly) return;
    this.readOnly = readOnly;
    this.view.setProps({});
  }

  focus(): void {
    this.view.focus();
  }

  destroy(): void {
    this.view.destroy();
  }

  // ------------------------------------------------------------------ caret

  /** The place in the text of the block that the caret is in, and as far into it as in the block's own text. */
  caret(): number {
    const { doc, selection } = this.view.state;
    const at = selection.$head.index(0);
    const block = doc.maybeChild(at);
    const span = block && this.source.spans.get(block);
    if (!block || !span) return 0;
    const start = selection.$head.depth ? selection.$head.start(1) : 0;
    const share = block.content.size ? (selection.head - start) / block.content.size : 0;
    return Math.round(span.start + share * (span.end - span.start));
  }

  placeCaret(offset: number): void {
    const { doc } = this.view.state;
    let pos = 0;
    for (let at = 0; at < doc.childCount; at++) {
      const block = doc.child(at);
      const span = this.source.spans.get(block);
      if (span && offset <= span.end) {
        const share = Math.max(0, offset - span.start) / Math.max(1, span.end - span.start);
        pos += 1 + Math.round(share * block.content.size);
        break;
      }
      pos += block.nodeSize;
    }
    const place = doc.resolve(Math.min(pos, doc.content.size));
    this.view.dispatch(this.view.state.tr.setSelection(Selection.near(place)).scrollIntoView());
  }

  // --------------------------------------------------------------- commands

  run(action: Action): boolean {
    const done = COMMANDS[action](
      this.view.state,
      (tr) => this.view.dispatch(tr.setMeta("apart", true)),
      this.view,
    );
    this.view.focus();
    return done;
  }

  /** Takes away what was typed to find an action, and does it. */
  runFromSlash(action: Action | null, from: number, to: number): void {
    dismiss(this.view);
    this.view.dispatch(this.view.state.tr.delete(from, to).setMeta("apart", true));
    if (action) this.run(action);
  }

  linkAtSelection(): { href: string; text: string } {
    const { from, to, href } = linkRange(this.view.state);
    return { href, text: this.view.state.doc.textBetween(from, to, " ") };
  }

  insertLink(href: string, title: string): void {
    setLink(href, title)(this.view.state, (tr) => this.view.dispatch(tr.setMeta("apart", true)));
    this.view.focus();
  }

  /** The picture that is selected, by its alternative text. */
  pictureAtSelection(): { alt: string } | null {
    const picture = selectedPicture(this.view.state);
    return picture && { alt: String(picture.node.attrs.alt) };
  }

  describePicture(alt: string): void {
    const picture = selectedPicture(this.view.state);
    if (picture) {
      const tr = this.view.state.tr.setNodeAttribute(picture.pos, "alt", alt);
      this.view.dispatch(tr.setSelection(NodeSelection.create(tr.doc, picture.pos)).setMeta("apart", true));
    }
    this.view.focus();
  }

  insertFile({ url, name, isPicture }: SentFile): void {
    const node = isPicture
      ? schema.nodes.image.create({ src: url, alt: name })
      : schema.text(name, [schema.marks.link.create({ href: url })]);
    const at = Math.min(this.view.state.selection.to, this.view.state.doc.content.size);
    const tr = this.view.state.tr.setSelection(Selection.near(this.view.state.doc.resolve(at)));
    const inline = tr.selection.$from.parent.inlineContent && !tr.selection.$from.parent.type.spec.code;
    if (inline) tr.insert(tr.selection.from, node);
    else tr.insert(tr.doc.content.size, schema.nodes.paragraph.create(null, node));
    this.view.dispatch(tr.setMeta("apart", true).scrollIntoView());
  }

  // ------------------------------------------------------------------ events

  private files(data: DataTransfer | null): boolean {
    const files = [...(data?.files ?? [])];
    // A cell range or a page's part brings a picture of itself along: its text is what was meant.
    if (!files.length || data?.types.includes("text/html")) return false;
    this.host.send(files, (file) => this.insertFile(file));
    return true;
  }

  private dropped(view: EditorView, event: DragEvent): boolean {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return false;
    event.preventDefault();
    const at = view.posAtCoords({ left: event.clientX, top: event.clientY });
    if (at) view.dispatch(view.state.tr.setSelection(Selection.near(view.state.doc.resolve(at.pos))));
    this.host.send(files, (file) => this.insertFile(file));
    return true;
  }

  /** A click with Ctrl or Cmd, or any click where nothing can be edited, follows a link. */
  private clicked(event: MouseEvent): boolean {
    if (!(event.target instanceof Element)) return false;
    if (!(event.ctrlKey || event.metaKey || this.readOnly)) return false;
    const link = event.target.closest<HTMLElement>("[data-href]");
    const href = link && safeHref(link.dataset.href ?? "");
    if (!href) return false;
    window.open(href, "_blank", "noopener,noreferrer");
    return true;
  }

  private described(node: Node): boolean {
    return node.type === schema.nodes.image && this.askForPicture();
  }

  private askForPicture(): boolean {
    if (this.readOnly || !selectedPicture(this.view.state)) return false;
    this.host.askForPicture();
    return true;
  }

  private systemUndo(event: InputEvent): boolean {
    if (event.inputType !== "historyUndo" && event.inputType !== "historyRedo") return false;
    event.preventDefault();
    return event.inputType === "historyUndo" ? this.host.undo() : this.host.redo();
  }
}

function within(doc: Node, anchor: number, head: number): Selection {
  const size = doc.content.size;
  const at = (pos: number) => doc.resolve(Math.max(0, Math.min(pos, size)));
  return TextSelection.between(at(anchor), at(head));
}
