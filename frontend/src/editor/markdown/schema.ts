/**
 * The document of rich mode. Besides what a note says, nodes remember how its author wrote it
 * (which bullet, which fence), so that a block that has to be printed again looks like its neighbours.
 */
import { type Attrs, type Node, Schema } from "prosemirror-model";
import { tableNodes } from "prosemirror-tables";
import { safeHref, safeImage } from "./addresses";

/** Attributes that say how something was written, not what it means. */
export const STYLE: Readonly<Record<string, readonly string[]>> = {
  heading: ["setext"],
  code_block: ["fence"],
  horizontal_rule: ["source"],
  bullet_list: ["marker", "pad", "tight"],
  ordered_list: ["delimiter", "pad", "tight", "counts"],
  hard_break: ["source"],
  table_cell: ["align"], // the header's counts for the column
  emphasis: ["marker"],
  strong: ["marker"],
  strike: ["marker"],
  link: ["reference", "angle"],
  image: ["reference"],
};

const tables = tableNodes({
  tableGroup: "block",
  cellContent: "inline*",
  cellAttributes: {
    align: {
      default: null,
      getFromDOM: (dom) => dom.style.textAlign || dom.getAttribute("align") || null,
      setDOMAttr: (value, attrs) => {
        if (value) attrs.style = `text-align: ${value === "center" || value === "right" ? value : "left"}`;
      },
    },
  },
});

const element = (dom: unknown): HTMLElement => dom as HTMLElement;

function blockquoteOrList() {
  return {
    blockquote: {
      content: "block+",
      group: "block",
      defining: true,
      parseDOM: [{ tag: "blockquote" }],
      toDOM: () => ["blockquote", { dir: "auto" }, 0] as const,
    },
    bullet_list: {
      content: "list_item+",
      group: "block list",
      attrs: { marker: { default: "-" }, pad: { default: 1 }, tight: { default: true } },
      parseDOM: [{ tag: "ul" }],
      toDOM: (node: Node) => ["ul", { dir: "auto", "data-tight": String(node.attrs.tight) }, 0] as const,
    },
    ordered_list: {
      content: "list_item+",
      group: "block list",
      attrs: {
        start: { default: 1 },
        delimiter: { default: "." },
        pad: { default: 1 },
        tight: { default: true },
        counts: { default: true },
      },
      parseDOM: [
        {
          tag: "ol",
          getAttrs: (dom: unknown) => ({ start: Number(element(dom).getAttribute("start") ?? 1) || 0 }),
        },
      ],
      toDOM: (node: Node) =>
        [
          "ol",
          { dir: "auto", start: String(node.attrs.start), "data-tight": String(node.attrs.tight) },
          0,
        ] as const,
    },
    list_item: {
      content: "block+",
      attrs: { checked: { default: null } },
      defining: true,
      parseDOM: [{ tag: "li", getAttrs: (dom: unknown) => ({ checked: checkedOf(element(dom)) }) }],
      toDOM: (node: Node) =>
        node.attrs.checked === null
          ? (["li", 0] as const)
          : (["li", { "data-checked": String(node.attrs.checked) }, 0] as const),
    },
  };
}

function checkedOf(item: HTMLElement): boolean | null {
  const kept = item.dataset.checked;
  if (kept) return kept === "true";
  const box = item.querySelector<HTMLInputElement>(
    ":scope > input[type=checkbox], :scope > p > input[type=checkbox]",
  );
  return box ? box.checked : null;
}

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: { content: "inline*", group: "block", parseDOM: [{ tag: "p" }], toDOM: () => ["p", 0] },
    ...blockquoteOrList(),
    heading: {
      content: "inline*",
      group: "block",
      defining: true,
      attrs: { level: { default: 1 }, setext: { default: false } },
      parseDOM: [1, 2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level } })),
      toDOM: (node) => [`h${Number(node.attrs.level)}`, 0],
    },
    code_block: {
      content: "text*",
      marks: "",
      group: "block",
      code: true,
      defining: true,
      attrs: { info: { default: "" }, fence: { default: "```" } },
      parseDOM: [
        {
          tag: "pre",
          preserveWhitespace: "full",
          getAttrs: (dom) => ({ info: element(dom).dataset.info ?? languageOf(element(dom)) }),
        },
      ],
      toDOM: (node) => ["pre", { "data-info": String(node.attrs.info) }, ["code", 0]],
    },
    /** Markdown that rich mode shows as it is written: HTML, link definitions, front matter. */
    raw_block: {
      content: "text*",
      marks: "",
      group: "block",
      code: true,
      defining: true,
      isolating: true,
      attrs: { kind: { default: "html" } },
      parseDOM: [
        {
          tag: "div[data-raw]",
          preserveWhitespace: "full",
          getAttrs: (dom) => ({ kind: element(dom).dataset.raw === "definition" ? "definition" : "html" }),
        },
      ],
      toDOM: (node) => ["div", { "data-raw": String(node.attrs.kind), class: "raw-block" }, 0],
    },
    horizontal_rule: {
      group: "block",
      attrs: { source: { default: "---" } },
      parseDOM: [{ tag: "hr" }],
      toDOM: () => ["hr"],
    },
    footnote_definition: {
      content: "block+",
      group: "block",
      defining: true,
      attrs: { label: { default: "1" } },
      parseDOM: [
        {
          tag: "div[data-footnote]",
          getAttrs: (dom) => ({ label: element(dom).dataset.footnote ?? "1" }),
        },
      ],
      toDOM: (node) => ["div", { "data-footnote": String(node.attrs.label), class: "footnote" }, 0],
    },
    table: { ...tables.table, group: "block" },
    // Between two cells nothing can be written: what is typed at a gap there would become a cell, and shift the others.
    table_row: { ...tables.table_row, content: "(table_cell | table_header)+", allowGapCursor: false },
    table_cell: tables.table_cell,
    table_header: tables.table_header,
    text: { group: "inline" },
    image: {
      inline: true,
      group: "inline",
      draggable: true,
      attrs: {
        src: { default: "" },
        alt: { default: "" },
        title: { default: null },
        reference: { default: null },
      },
      parseDOM: [
        {
          tag: "img[src]",
          getAttrs: (dom) => ({
            src: element(dom).getAttribute("src"),
            alt: element(dom).getAttribute("alt") ?? "",
            title: element(dom).getAttribute("title"),
          }),
        },
      ],
      toDOM: (node) => ["img", imageAttributes(node.attrs)],
    },
    hard_break: {
      inline: true,
      group: "inline",
      selectable: false,
      attrs: { source: { default: "\\" } },
      parseDOM: [{ tag: "br" }],
      toDOM: () => ["br"],
      leafText: () => "\n",
    },
    /** A line break in the source that reads as a blank. */
    soft_break: {
      inline: true,
      group: "inline",
      selectable: false,
      parseDOM: [{ tag: "span[data-soft]" }],
      toDOM: () => ["span", { "data-soft": "" }, " "],
      leafText: () => "\n",
    },
    html_inline: {
      inline: true,
      group: "inline",
      attrs: { value: { default: "" } },
      parseDOM: [{ tag: "span[data-html]", getAttrs: (dom) => ({ value: element(dom).dataset.html ?? "" }) }],
      toDOM: (node) => [
        "span",
        { "data-html": String(node.attrs.value), class: "html-inline" },
        String(node.attrs.value),
      ],
      leafText: (node) => String(node.attrs.value),
    },
    footnote_reference: {
      inline: true,
      group: "inline",
      attrs: { label: { default: "1" } },
      parseDOM: [{ tag: "sup[data-ref]", getAttrs: (dom) => ({ label: element(dom).dataset.ref ?? "1" }) }],
      toDOM: (node) => ["sup", { "data-ref": String(node.attrs.label) }, String(node.attrs.label)],
      leafText: (node) => `[^${String(node.attrs.label)}]`,
    },
  },
  marks: {
    link: {
      inclusive: false,
      attrs: { href: {}, title: { default: null }, reference: { default: null }, angle: { default: false } },
      parseDOM: [
        {
          tag: "a[href]",
          getAttrs: (dom) => ({
            href: element(dom).dataset.href ?? element(dom).getAttribute("href"),
            title: element(dom).getAttribute("title"),
          }),
        },
      ],
      toDOM: (mark) => ["a", linkAttributes(mark.attrs), 0],
    },
    emphasis: {
      attrs: { marker: { default: "*" } },
      parseDOM: [{ tag: "em" }, { tag: "i" }, { style: "font-style=italic" }],
      toDOM: () => ["em", 0],
    },
    strong: {
      attrs: { marker: { default: "**" } },
      parseDOM: [
        { tag: "strong" },
        { tag: "b", getAttrs: (dom) => element(dom).style.fontWeight !== "normal" && null },
        {
          style: "font-weight",
          getAttrs: (value) => /^(bold(er)?|[5-9]\d{2,})$/.test(String(value)) && null,
        },
      ],
      toDOM: () => ["strong", 0],
    },
    strike: {
      attrs: { marker: { default: "~~" } },
      parseDOM: [{ tag: "del" }, { tag: "s" }, { tag: "strike" }, { style: "text-decoration=line-through" }],
      toDOM: () => ["del", 0],
    },
    code: {
      code: true,
      inclusive: false,
      parseDOM: [{ tag: "code" }],
      toDOM: () => ["code", { spellcheck: "false" }, 0],
    },
  },
});

const languageOf = (pre: HTMLElement): string =>
  /(?:^|\s)language-(\S+)/.exec(pre.querySelector("code")?.className ?? "")?.[1] ?? "";

function linkAttributes(attrs: Attrs): Record<string, string> {
  const href = String(attrs.href);
  const safe = safeHref(href);
  const shown: Record<string, string> = { "data-href": href, rel: "noopener noreferrer nofollow" };
  if (safe) shown.href = safe;
  if (attrs.title) shown.title = String(attrs.title);
  return shown;
}

function imageAttributes(attrs: Attrs): Record<string, string> {
  const shown: Record<string, string> = {
    src: safeImage(String(attrs.src)) ?? "",
    alt: String(attrs.alt),
  };
  if (attrs.title) shown.title = String(attrs.title);
  return shown;
}
