/** How list items with a box, pictures, tables and raw Markdown are drawn. */
import type { Node } from "prosemirror-model";
import type { EditorView, NodeView, NodeViewConstructor, ViewMutationRecord } from "prosemirror-view";
import { safeImage } from "../markdown/addresses";
import { CodeBlockView } from "./codeBlock";

class ItemView implements NodeView {
  readonly dom = document.createElement("li");
  readonly contentDOM = document.createElement("div");
  private readonly box = document.createElement("input");

  constructor(
    private node: Node,
    view: EditorView,
    getPos: () => number | undefined,
  ) {
    this.box.type = "checkbox";
    this.box.contentEditable = "false";
    this.box.addEventListener("change", () => {
      const pos = getPos();
      if (pos !== undefined && view.editable)
        view.dispatch(view.state.tr.setNodeAttribute(pos, "checked", this.box.checked));
      else this.box.checked = this.node.attrs.checked === true;
    });
    this.dom.append(this.contentDOM);
    this.paint(view.editable);
  }

  private paint(editable: boolean): void {
    const checked = this.node.attrs.checked as boolean | null;
    this.dom.className = checked === null ? "" : checked ? "task done" : "task";
    if (checked === null) this.box.remove();
    else if (!this.box.isConnected) this.dom.prepend(this.box);
    this.box.checked = checked === true;
    this.box.disabled = !editable;
    this.box.setAttribute("aria-label", this.node.firstChild?.textContent || "Task");
  }

  update(node: Node): boolean {
    if (node.type !== this.node.type) return false;
    this.node = node;
    this.paint(!this.box.disabled);
    return true;
  }

  stopEvent(event: Event): boolean {
    return event.target === this.box;
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return mutation.type !== "selection" && !this.contentDOM.contains(mutation.target);
  }
}

/** A picture of this server, or a line in its place that says where it would come from: nothing of a third party is loaded. */
class ImageView implements NodeView {
  readonly dom = document.createElement("span");

  constructor(node: Node) {
    const src = String(node.attrs.src);
    const alt = String(node.attrs.alt);
    const safe = safeImage(src);
    this.dom.className = "picture";
    if (safe) {
      const picture = document.createElement("img");
      picture.src = safe;
      picture.alt = alt;
      picture.loading = "lazy";
      if (node.attrs.title) picture.title = String(node.attrs.title);
      picture.addEventListener("error", () => this.explain(alt || src));
      this.dom.append(picture);
    } else this.explain(`${alt ? `${alt}: ` : ""}picture of another site, not loaded (${src})`);
  }

  private explain(text: string): void {
    const line = document.createElement("span");
    line.className = "picture-missing";
    line.textContent = text;
    this.dom.replaceChildren(line);
  }

  ignoreMutation(): boolean {
    return true;
  }
}

/** Markdown that is shown as it is written, with a word on what it is. */
class RawView implements NodeView {
  readonly dom = document.createElement("div");
  readonly contentDOM = document.createElement("code");

  constructor(node: Node) {
    this.dom.className = "raw-block";
    this.dom.dataset.raw = String(node.attrs.kind);
    this.dom.spellcheck = false;
    const pre = document.createElement("pre");
    pre.append(this.contentDOM);
    this.dom.append(pre);
  }
}

class TableView implements NodeView {
  readonly dom = document.createElement("div");
  readonly contentDOM = document.createElement("tbody");

  constructor() {
    const table = document.createElement("table");
    table.dir = "auto";
    this.dom.className = "table-scroll";
    table.append(this.contentDOM);
    this.dom.append(table);
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return mutation.type === "attributes" && !this.contentDOM.contains(mutation.target);
  }
}

export const nodeViews: Record<string, NodeViewConstructor> = {
  code_block: (node, view, getPos, decorations) => new CodeBlockView(node, view, getPos, decorations),
  list_item: (node, view, getPos) => new ItemView(node, view, getPos),
  image: (node) => new ImageView(node),
  raw_block: (node) => new RawView(node),
  table: () => new TableView(),
};
