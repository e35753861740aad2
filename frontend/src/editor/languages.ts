/** Languages whose code is highlighted; each one's parser is loaded when a note first uses it. */
import { markdown } from "@codemirror/lang-markdown";
import { LanguageDescription, type LanguageSupport } from "@codemirror/language";

type Load = () => Promise<LanguageSupport>;

const language = (name: string, alias: string[], load: Load): LanguageDescription =>
  LanguageDescription.of({ name, alias, load });

const javascript = (options: { jsx?: boolean; typescript?: boolean }) => (): Promise<LanguageSupport> =>
  import("@codemirror/lang-javascript").then((it) => it.javascript(options));

export const languages: readonly LanguageDescription[] = [
  language("CSS", ["css"], () => import("@codemirror/lang-css").then((it) => it.css())),
  language("Go", ["golang"], () => import("@codemirror/lang-go").then((it) => it.go())),
  language("HTML", ["xml", "svg", "vue"], () => import("@codemirror/lang-html").then((it) => it.html())),
  language("JavaScript", ["js", "jsx", "mjs"], javascript({ jsx: true })),
  language("JSON", ["json5", "jsonc"], () => import("@codemirror/lang-json").then((it) => it.json())),
  language("Markdown", ["md"], async () => markdown()),
  language("Python", ["py"], () => import("@codemirror/lang-python").then((it) => it.python())),
  language("Rust", ["rs"], () => import("@codemirror/lang-rust").then((it) => it.rust())),
  language("SQL", ["postgresql", "sqlite"], () => import("@codemirror/lang-sql").then((it) => it.sql())),
  language("TypeScript", ["ts", "tsx"], javascript({ jsx: true, typescript: true })),
  language("YAML", ["yml"], () => import("@codemirror/lang-yaml").then((it) => it.yaml())),
];

/** What a fence's first word names, or null. */
export function languageOf(info: string): LanguageDescription | null {
  const word = /^[^\s{]+/.exec(info.trim())?.[0];
  return word ? LanguageDescription.matchLanguageName([...languages], word, false) : null;
}
