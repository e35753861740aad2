/** The Markdown that rich mode understands: CommonMark with tables, task lists, strikethrough and footnotes. */
import type { Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFootnoteFromMarkdown } from "mdast-util-gfm-footnote";
import { gfmStrikethroughFromMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTaskListItemFromMarkdown } from "mdast-util-gfm-task-list-item";
import { gfmFootnote } from "micromark-extension-gfm-footnote";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";
import { gfmTaskListItem } from "micromark-extension-gfm-task-list-item";
import { normalizeIdentifier } from "micromark-util-normalize-identifier";

// Bare addresses stay text here: the editor only marks them, and typing at their end needs no rules.
const syntax = [gfmFootnote(), gfmStrikethrough(), gfmTable(), gfmTaskListItem()];
const builders = [
  gfmFootnoteFromMarkdown(),
  gfmStrikethroughFromMarkdown(),
  gfmTableFromMarkdown(),
  gfmTaskListItemFromMarkdown(),
];

export const parse = (text: string): Root =>
  fromMarkdown(text, { extensions: syntax, mdastExtensions: builders });

/** Where a node stands in the text it was parsed from. */
export interface Span {
  start: number;
  end: number;
}

export function spanOf(node: Nodes): Span {
  const start = node.position?.start.offset;
  const end = node.position?.end.offset;
  if (start === undefined || end === undefined) throw new Error(`${node.type} has no position`);
  return { start, end };
}

export interface Definition {
  url: string;
  title: string | null;
}

/** Link definitions by normalised label; as in CommonMark, the first of a label counts. */
export type Definitions = ReadonlyMap<string, Definition>;

export const normalised = normalizeIdentifier;

/** All link definitions of a text, wherever they stand. */
export function definitionsIn(text: string): Definitions {
  const found = new Map<string, Definition>();
  if (/\[[^\]]*\]:/.test(text)) collectDefinitions(parse(text), found);
  return found;
}

export function collectDefinitions(node: Nodes, found: Map<string, Definition>): void {
  if (node.type === "definition") {
    const label = normalised(node.identifier);
    if (!found.has(label)) found.set(label, { url: node.url, title: node.title ?? null });
  } else if ("children" in node) for (const child of node.children) collectDefinitions(child, found);
}

const FRONT = /^---[ \t]*(?:\r\n|\r|\n)(?:[^\r\n]*(?:\r\n|\r|\n))*?(?:---|\.\.\.)[ \t]*(?=\r\n|\r|\n|$)/;

/** Length of the YAML front matter that opens a text; 0 if there is none. */
export const frontMatterLength = (text: string): number => FRONT.exec(text)?.[0].length ?? 0;

export const withUnixLines = (text: string): string => text.replace(/\r\n?/g, "\n");
