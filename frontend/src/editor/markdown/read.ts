/** Markdown to the document of rich mode, with the place in the text of each node. */
import type {
  Code,
  Definition as DefinitionNode,
  Heading,
  Html,
  Image,
  ImageReference,
  Link,
  LinkReference,
  List,
  ListItem,
  Nodes,
  PhrasingContent,
  RootContent,
  Table,
} from "mdast";
import { Fragment, type Mark, type Node } from "prosemirror-model";
import { type Definitions, normalised, parse, type Span, spanOf, withUnixLines } from "./grammar";
import { schema } from "./schema";

/** What was read: the nodes, and where each of them stands in the text. */
export interface Reading {
  nodes: Node[];
  spans: Map<Node, Span>;
}

export const readMarkdown = (text: string, definitions: Definitions): Reading =>
  readTree(text, parse(text).children, definitions);

/** As `readMarkdown`, for what was parsed from the text already. */
export const readTree = (text: string, tree: readonly RootContent[], definitions: Definitions): Reading =>
  new Reader(text, definitions).all(tree);

const { nodes: N, marks: M } = schema;

class Reader {
  readonly spans = new Map<Node, Span>();

  constructor(
    private readonly text: string,
    private readonly definitions: Definitions,
  ) {}

  all(tree: readonly RootContent[]): Reading {
    const nodes = this.blocks(tree);
    return { nodes, spans: this.spans };
  }

  private keep(node: Node, source: Nodes): Node {
    this.spans.set(node, spanOf(source));
    return node;
  }

  private blocks(children: readonly RootContent[]): Node[] {
    return children.map((child) => this.keep(this.block(child), child));
  }

  private filled(children: readonly RootContent[]): Node[] {
    return children.length ? this.blocks(children) : [N.paragraph.create()];
  }

  private block(node: RootContent): Node {
    switch (node.type) {
      case "paragraph":
        return N.paragraph.create(null, this.inline(node.children));
      case "heading":
        return this.heading(node);
      case "blockquote":
        return N.blockquote.create(null, this.filled(node.children));
      case "list":
        return this.list(node);
      case "code":
        return this.code(node);
      case "thematicBreak":
        return N.horizontal_rule.create({ source: this.slice(node).trimEnd() });
      case "table":
        return this.table(node);
      case "footnoteDefinition":
        return N.footnote_definition.create(
          { label: node.label ?? node.identifier },
          this.filled(node.children),
        );
      case "html":
        return rawBlock("html", (node satisfies Html).value);
      case "definition":
        return rawBlock("definition", this.unprefixed(node));
      default:
        return rawBlock("html", this.slice(node));
    }
  }

  private slice(node: Nodes): string {
    const { start, end } = spanOf(node);
    return this.text.slice(start, end);
  }

  /** A definition over several lines inside a quote or list, without what the container puts before each line. */
  private unprefixed(node: DefinitionNode): string {
    return withUnixLines(this.slice(node)).replace(/\n[ \t>]*/g, "\n");
  }

  private heading(node: Heading): Node {
    const setext = !/^ {0,3}#/.test(this.slice(node));
    return N.heading.create({ level: node.depth, setext }, this.inline(node.children));
  }

  private code(node: Code): Node {
    const fence = /^(`{3,}|~{3,})/.exec(this.slice(node))?.[1] ?? "";
    const info = [node.lang, node.meta].filter(Boolean).join(" ");
    const value = withUnixLines(node.value);
    return N.code_block.create({ info, fence }, value ? schema.text(value) : null);
  }

  private list(node: List): Node {
    const items = node.children.map((item) => this.keep(this.item(item), item));
    const first = node.children[0];
    const opening = first ? this.slice(first) : "- ";
    const tight = !node.spread && !node.children.some((item) => item.spread);
    const pad = first ? this.pad(first) : 1;
    if (!node.ordered) return N.bullet_list.create({ marker: opening[0], pad, tight }, items);
    const delimiter = /^\d+([.)])/.exec(opening)?.[1] ?? ".";
    return N.ordered_list.create(
      { start: node.start ?? 1, delimiter, pad, tight, counts: this.counts(node) },
      items,
    );
  }

  /** Whether the author numbered the items upwards, rather than all alike. */
  private counts(node: List): boolean {
    const second = node.children[1];
    return !second || Number.parseInt(this.slice(second), 10) !== node.start;
  }

  /** Blanks between an item's marker and its text. */
  private pad(item: ListItem): number {
    const blanks = /^(?:[-+*]|\d+[.)])( +)\S/.exec(this.slice(item))?.[1]?.length ?? 1;
    return blanks > 4 ? 1 : blanks;
  }

  private item(node: ListItem): Node {
    return N.list_item.create({ checked: node.checked ?? null }, this.filled(node.children));
  }

  private table(node: Table): Node {
    const columns = node.children[0]?.children.length ?? 0;
    const rows = node.children.map((row, at) => {
      const type = at === 0 ? N.table_header : N.table_cell;
      const cells = row.children
        .slice(0, columns)
        .map((cell, column) =>
          this.keep(type.create({ align: node.align?.[column] ?? null }, this.inline(cell.children)), cell),
        );
      for (let column = cells.length; column < columns; column++)
        cells.push(type.create({ align: node.align?.[column] ?? null }));
      return this.keep(N.table_row.create(null, cells), row);
    });
    return N.table.create(null, rows);
  }

  private inline(children: readonly PhrasingContent[], marks: readonly Mark[] = []): Fragment {
    return Fragment.from(children.flatMap((child) => this.phrase(child, marks)));
  }

  private phrase(node: PhrasingContent, marks: readonly Mark[]): Node[] {
    const within = (mark: Mark, children: readonly PhrasingContent[]): Node[] => {
      return [...this.inline(children, mark.addToSet(marks)).content];
    };
    switch (node.type) {
      case "text":
        return textWithBreaks(node.value, marks);
      case "emphasis":
        return within(M.emphasis.create({ marker: this.slice(node)[0] }), node.children);
      case "strong":
        return within(M.strong.create({ marker: this.slice(node).slice(0, 2) }), node.children);
      case "delete":
        return within(
          M.strike.create({ marker: this.slice(node).startsWith("~~") ? "~~" : "~" }),
          node.children,
        );
      case "inlineCode":
        return node.value ? [schema.text(oneLine(node.value), M.code.create().addToSet(marks))] : [];
      case "break":
        return [
          N.hard_break.create({ source: this.slice(node).startsWith("\\") ? "\\" : "  " }, null, marks),
        ];
      case "link":
        return within(this.link(node), node.children);
      case "linkReference":
        return this.linkReference(node, marks, within);
      case "image":
        return [
          N.image.create({ src: node.url, alt: node.alt ?? "", title: node.title ?? null }, null, marks),
        ];
      case "imageReference":
        return [this.imageReference(node, marks)];
      case "html":
        return [N.html_inline.create({ value: withUnixLines(node.value) }, null, marks)];
      case "footnoteReference":
        return [N.footnote_reference.create({ label: node.label ?? node.identifier }, null, marks)];
      default:
        return textWithBreaks(this.slice(node), marks);
    }
  }

  private link(node: Link): Mark {
    return M.link.create({
      href: node.url,
      title: node.title ?? null,
      angle: this.slice(node).startsWith("<"),
    });
  }

  private linkReference(
    node: LinkReference,
    marks: readonly Mark[],
    within: (mark: Mark, children: readonly PhrasingContent[]) => Node[],
  ): Node[] {
    const target = this.definitions.get(normalised(node.identifier));
    if (!target) return textWithBreaks(this.slice(node), marks);
    return within(
      M.link.create({ href: target.url, title: target.title, reference: referenceOf(node) }),
      node.children,
    );
  }

  private imageReference(node: ImageReference, marks: readonly Mark[]): Node {
    const target = this.definitions.get(normalised(node.identifier));
    const reference = target ? referenceOf(node) : null;
    const image: Pick<Image, "url" | "title"> = target ?? { url: "", title: null };
    return N.image.create(
      { src: image.url, alt: node.alt ?? "", title: image.title ?? null, reference },
      null,
      marks,
    );
  }
}

/** `full:label`, `collapsed:label` or `shortcut:label`. */
const referenceOf = (node: LinkReference | ImageReference): string =>
  `${node.referenceType}:${node.label ?? node.identifier}`;

const oneLine = (code: string): string => code.replace(/\r\n?|\n/g, " ");

function rawBlock(kind: string, value: string): Node {
  const text = withUnixLines(value);
  return N.raw_block.create({ kind }, text ? schema.text(text) : null);
}

function textWithBreaks(value: string, marks: readonly Mark[]): Node[] {
  return withUnixLines(value)
    .split("\n")
    .flatMap((line, at) => {
      const nodes: Node[] = at ? [N.soft_break.create(null, null, marks)] : [];
      if (line) nodes.push(schema.text(line, marks));
      return nodes;
    });
}
