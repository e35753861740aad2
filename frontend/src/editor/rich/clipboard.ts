/** What goes to other programs and comes from them. */
import { Slice } from "prosemirror-model";
import type { EditorView } from "prosemirror-view";
import { keepSource } from "../markdown/keep";
import { schema } from "../markdown/schema";
import type { Source } from "../markdown/source";

const FROM_EDITOR = "vscode-editor-data"; // VS Code and what is built upon it
const PROSE = new Set(["markdown", "plaintext", "quarto", "mdx"]);

/**
 * Code from an editor of code, whose HTML is coloured lines without their indentation.
 *
 * True where what is pasted came from such an editor, and is in the note now.
 */
export function pasteCode(view: EditorView, event: ClipboardEvent): boolean {
  const about = event.clipboardData?.getData(FROM_EDITOR);
  const text = event.clipboardData?.getData("text/plain").replace(/\r\n?/g, "\n");
  if (!about || !text || view.state.selection.$from.parent.type.spec.code) return false;
  const language = languageIn(about);
  if (PROSE.has(language)) return view.pasteText(text, event);
  const code = text.replace(/\n$/, "");
  const node = code.includes("\n")
    ? schema.nodes.code_block.create({ info: language }, schema.text(code))
    : schema.text(code);
  const tr = view.state.tr.replaceSelection(new Slice(Slice.empty.content.addToEnd(node), 0, 0));
  view.dispatch(tr.setMeta("paste", true).setMeta("uiEvent", "paste").scrollIntoView());
  return true;
}

function languageIn(about: string): string {
  try {
    const mode: unknown = JSON.parse(about).mode;
    return typeof mode === "string" && /^[\w+#-]{1,40}$/.test(mode) ? mode : "plaintext";
  } catch {
    return "plaintext";
  }
}

/** Whole blocks as their author wrote them; a part of one as its words. */
export function asMarkdown(slice: Slice, source: Source): string {
  const blocks = [...slice.content.content];
  const isPart = !blocks.every((node) => node.isBlock) || (blocks.length === 1 && slice.openStart > 0);
  const doc = isPart ? null : schema.nodes.doc.createAndFill(null, blocks);
  return doc ? keepSource(source, doc).text.trim() : slice.content.textBetween(0, slice.content.size, "\n\n");
}
