/** A code block: its language, a button to copy it, and for Mermaid the drawing. */
import type { Node } from "prosemirror-model";
import { TextSelection } from "prosemirror-state";
import type { Decoration, EditorView, NodeView, ViewMutationRecord } from "prosemirror-view";
import { copyText } from "@/ui/copying";
import { languages } from "../languages";
import { draw } from "./mermaid";

const PAUSE = 300; // ms after the last key before a diagram is drawn again

export class CodeBlockView implements NodeView {
  readonly dom = document.createElement("div");
  readonly contentDOM = document.createElement("code");
  private readonly bar = document.createElement("div");
  private readonly info = document.createElement("input");
  private readonly drawing = document.createElement("div");
  private readonly scheme: MutationObserver;
  private drawn = "";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private node: Node,
    private readonly view: EditorView,
    private readonly getPos: () => number | undefined,
    decorations: readonly Decoration[],
  ) {
    const pre = document.createElement("pre");
    pre.spellcheck = false;
    pre.append(this.contentDOM);
    this.dom.className = "code-block";
    this.buildBar();
    this.drawing.className = "drawing";
    this.drawing.contentEditable = "false";
    this.drawing.addEventListener("mousedown", (event) => this.edit(event));
    this.dom.append(this.bar, this.drawing, pre);
    this.scheme = new MutationObserver(() => this.redraw());
    this.scheme.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    this.paint(decorations);
  }

  private buildBar(): void {
    this.bar.className = "code-bar";
    this.bar.contentEditable = "false";
    this.info.setAttribute("aria-label", "Language");
    this.info.placeholder = "Language";
    this.info.spellcheck = false;
    this.info.setAttribute("list", languageList());
    this.info.addEventListener("change", () => this.setInfo(this.info.value.trim()));
    const copy = this.button("Copy", "Copy code", () => {
      const say = (word: string): void => {
        copy.textContent = word;
        setTimeout(() => (copy.textContent = "Copy"), 1500);
      };
      copyText(this.node.textContent).then(
        () => say("Copied"),
        () => say("Not allowed"),
      );
    });
    const edit = this.button("Edit", "Edit the diagram's code", (event) => this.edit(event));
    edit.classList.add("edit-drawing");
    this.bar.append(this.info, edit, copy);
  }

  private button(text: string, label: string, run: (event: Event) => void): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.setAttribute("aria-label", label);
    button.addEventListener("click", run);
    return button;
  }

  private setInfo(info: string): void {
    const pos = this.getPos();
    if (pos === undefined || info === this.node.attrs.info) return;
    this.view.dispatch(this.view.state.tr.setNodeAttribute(pos, "info", info));
  }

  private edit(event: Event): void {
    const pos = this.getPos();
    if (pos === undefined || !this.view.editable) return;
    event.preventDefault();
    const { doc } = this.view.state;
    this.view.dispatch(this.view.state.tr.setSelection(TextSelection.create(doc, pos + 1)));
    this.view.focus();
  }

  private get isDiagram(): boolean {
    return /^mermaid\b/i.test(String(this.node.attrs.info));
  }

  private paint(decorations: readonly Decoration[]): void {
    const editing = decorations.some((one) => one.spec.editing === true);
    this.dom.classList.toggle("diagram", this.isDiagram);
    this.dom.classList.toggle("editing", editing);
    if (document.activeElement !== this.info) this.info.value = String(this.node.attrs.info);
    this.info.disabled = !this.view.editable;
    if (!this.isDiagram) this.drawing.replaceChildren();
    clearTimeout(this.timer);
    if (this.isDiagram && this.drawn !== this.node.textContent)
      this.timer = setTimeout(() => this.redraw(), this.drawn ? PAUSE : 0);
  }

  private redraw(): void {
    if (!this.isDiagram) return;
    const code = this.node.textContent;
    this.drawn = code;
    const dark = document.documentElement.dataset.mantineColorScheme === "dark";
    if (!code.trim()) {
      this.say("An empty diagram.");
      return;
    }
    draw(code, dark).then(
      (address) => this.show(code, address),
      (error: unknown) => this.say(error instanceof Error ? error.message : "This diagram cannot be drawn."),
    );
  }

  private show(code: string, address: string): void {
    if (code !== this.node.textContent) return;
    const picture = document.createElement("img");
    picture.src = address;
    picture.alt = `Diagram: ${/accTitle:\s*(.+)/.exec(code)?.[1] ?? code.trim().split("\n", 4).join(" ")}`;
    this.dom.classList.remove("undrawn");
    this.drawing.replaceChildren(picture);
  }

  private say(problem: string): void {
    const line = document.createElement("p");
    line.textContent = problem.split("\n", 4).join("\n");
    this.dom.classList.add("undrawn");
    this.drawing.replaceChildren(line);
  }

  update(node: Node, decorations: readonly Decoration[]): boolean {
    if (node.type !== this.node.type) return false;
    this.node = node;
    this.paint(decorations);
    return true;
  }

  stopEvent(event: Event): boolean {
    return event.target instanceof globalThis.Node && this.bar.contains(event.target);
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return mutation.type !== "selection" && !this.contentDOM.contains(mutation.target);
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.scheme.disconnect();
  }
}

const LIST = "editor-languages";

/** The names to choose from, once in the page. */
function languageList(): string {
  if (!document.getElementById(LIST)) {
    const list = document.createElement("datalist");
    list.id = LIST;
    for (const { name } of [...languages, { name: "Mermaid" }])
      list.append(new Option(name, name.toLowerCase()));
    document.body.append(list);
  }
  return LIST;
}
