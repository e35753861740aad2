/** The editor without the app, for the tests in Chromium: `window.harness` does and tells. */
import "../editor.css";
import { shapeOf } from "../markdown/shape";
import { readSource } from "../markdown/source";
import type { EditorMode } from "../props";
import { RichSurface } from "../rich/surface";
import { canBeRich, EditorSession } from "../session";
import { SourceSurface } from "../source/surface";
import { CONSTRUCTS } from "./constructs";
import { pick, type Random, randomFrom, singleWordEdit, structuralEdit } from "./edits";
import { nastyDocument } from "./nasty";

const place = document.getElementById("place") as HTMLElement;
let session: EditorSession | null = null;
const reports: string[] = [];

function open(text: string, mode: EditorMode = "rich"): EditorSession {
  session?.destroy();
  place.replaceChildren();
  reports.length = 0;
  session = new EditorSession(place, text, mode, false, {
    onChange: (now) => reports.push(now),
    onTimeline: () => undefined,
    send: () => undefined,
    selected: () => undefined,
    slash: { show: () => undefined, key: () => false },
    askForLink: () => undefined,
    askForPicture: () => undefined,
  });
  return session;
}

function rich(): RichSurface {
  if (!(session?.shown instanceof RichSurface)) throw new Error("not in rich mode");
  return session.shown;
}

/** Opens each construct, switches modes to and fro, and names those of which a byte changed. */
function unfaithful(): string[] {
  return [...Object.entries(CONSTRUCTS), ["nasty", nastyDocument()] as const]
    .filter(([, text]) => {
      const opened = open(text);
      const texts = [opened.shown.text()];
      for (const mode of ["source", "rich", "source"] as const) {
        opened.setMode(mode);
        texts.push(opened.shown.text());
      }
      opened.flush();
      return reports.length > 0 || texts.some((one) => one !== text);
    })
    .map(([name]) => name);
}

/** Random one-word edits in the nasty document; what went wrong with them. */
function wordEdits(rounds: number, seed: number): { faults: string[]; wide: number } {
  const random = randomFrom(seed);
  const text = nastyDocument();
  const opened = open(text);
  const start = rich().view.state.doc;
  const spans = readSource(text);
  const faults: string[] = [];
  let wide = 0;
  for (let round = 0; round < rounds; round++) {
    const { doc, block } = singleWordEdit(start, random);
    show(doc);
    const now = opened.shown.text();
    const span = spans.spans.get(spans.doc.child(block));
    const [from, to] = changedLines(text, now);
    const first = text.slice(0, span?.start).split("\n").length - 1;
    const last = text.slice(0, span?.end).split("\n").length - 1;
    if (now !== text && (from < first || to > last))
      faults.push(`${round}: lines ${from} to ${to}, not ${first} to ${last}`);
    if (to > from) wide++;
    if (shapeOf(readSource(now).doc) !== shapeOf(doc)) faults.push(`${round}: another meaning`);
    opened.undo();
    if (opened.shown.text() !== text) faults.push(`${round}: undo left something`);
  }
  return { faults, wide };
}

function structuralEdits(rounds: number, seed: number): string[] {
  const random = randomFrom(seed);
  const texts = [nastyDocument(), ...Object.values(CONSTRUCTS).filter((text) => text.trim())];
  const faults: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const opened = open(texts[round % 12 ? 1 + (round % (texts.length - 1)) : 0] ?? "");
    const { doc, what } = structuralEdit(rich().view.state.doc, random);
    show(doc);
    if (shapeOf(readSource(opened.shown.text()).doc) !== shapeOf(doc)) faults.push(`${round}: ${what}`);
  }
  return faults;
}

/** Writes, restructures, switches modes, undoes and takes in other people's words at random; every word must be there. */
function walk(steps: number, seed: number): string[] {
  const random = randomFrom(seed);
  const opened = open(
    Object.values(CONSTRUCTS)
      .filter((text) => text.length < 400 && !text.includes("\r"))
      .slice(20, 50)
      .join("\n"),
  );
  const faults: string[] = [];
  const present = new Set<string>();
  for (let step = 0; step < steps; step++) {
    const what = pick(random, ["write", "write", "write", "switch", "structure", "receive", "undo"]);
    const before = opened.shown.text();
    if (what === "write") present.add(write(nameOf("word", step), random));
    if (what === "switch") {
      opened.setMode(opened.shownMode === "rich" ? "source" : "rich");
      if (opened.shown.text() !== before)
        faults.push(`${step}: the switch to ${opened.shownMode} changed the text`);
    }
    if (what === "structure" && opened.shown instanceof RichSurface) {
      const { doc } = structuralEdit(rich().view.state.doc, random);
      if (holds(doc.textContent, present)) show(doc);
    }
    if (what === "receive") {
      opened.flush();
      const at = before.indexOf("\n\n", Math.floor(random() * before.length));
      if (at > 0 && !/```|~~~|<!--|\$\$/.test(before)) {
        opened.receive(`${before.slice(0, at)}\n\n${nameOf("theirs", step)}\n\n${before.slice(at + 2)}`);
        present.add(nameOf("theirs", step));
      }
    }
    if (what === "undo") {
      opened.undo();
      opened.redo();
      if (opened.shown.text() !== before) faults.push(`${step}: undo and redo changed the text`);
    }
    const now = opened.shown.text();
    for (const word of present) if (!now.includes(word)) faults.push(`${step} ${what}: ${word} is lost`);
    if (faults.length) return faults;
  }
  return faults;
}

/** A word of letters alone, so that every command that takes a word takes the whole of it. */
const nameOf = (word: string, step: number): string =>
  `${word}${[...String(step)].map((digit) => "abcdefghij"[Number(digit)]).join("")}z`;

const holds = (text: string, words: ReadonlySet<string>): boolean =>
  [...words].every((word) => text.includes(word));

/** Puts a word into a random paragraph, or behind a random line. */
function write(word: string, random: Random): string {
  const surface = session?.shown;
  if (surface instanceof RichSurface) {
    const { view } = surface;
    const places: number[] = [];
    view.state.doc.descendants((node, pos) => {
      if (node.type.name === "paragraph") places.push(pos + 1);
    });
    if (places.length) view.dispatch(view.state.tr.insertText(`${word} `, pick(random, places)));
    return places.length ? word : "";
  }
  if (surface instanceof SourceSurface) {
    const { view } = surface;
    const size = view.state.doc.length;
    view.dispatch({
      changes: { from: size, insert: `\n\n${word} ${pick(random, ["*a*", "- b", "c\\", "> d", "#e"])}` },
    });
  }
  return word;
}

/** The document as one edit of the live editor. */
function show(doc: RichSurface["view"]["state"]["doc"]): void {
  const { view } = rich();
  view.dispatch(
    view.state.tr.replaceWith(0, view.state.doc.content.size, doc.content).setMeta("apart", true),
  );
}

function changedLines(before: string, after: string): [number, number] {
  const a = before.split("\n");
  const b = after.split("\n");
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - from && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail++;
  return [from, a.length - 1 - tail];
}

/** How long the browser takes, in ms: to open a text until it is painted, and for each of some keys until painted. */
async function speed(
  text: string,
  mode: EditorMode,
  keys: number,
): Promise<{ open: number; keys: number[]; save: number }> {
  const painted = () =>
    new Promise<number>((resolve) =>
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))),
    );
  const start = performance.now();
  const opened = open(text, mode);
  const open_ = (await painted()) - start;
  opened.shown.placeCaret(Math.floor(text.length / 2));
  opened.shown.focus();
  await painted();
  const times: number[] = [];
  for (let key = 0; key < keys; key++) {
    const before = performance.now();
    document.execCommand("insertText", false, "x");
    times.push((await painted()) - before);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  const before = performance.now();
  opened.shown.text();
  return { open: open_, keys: times, save: performance.now() - before };
}

const harness = {
  open: (text: string, mode?: EditorMode) => void open(text, mode),
  text: () => session?.shown.text() ?? "",
  mode: () => session?.shownMode,
  setMode: (mode: EditorMode) => session?.setMode(mode),
  undo: () => session?.undo(),
  redo: () => session?.redo(),
  receive: (text: string) => session?.receive(text),
  flush: () => session?.flush(),
  focus: () => session?.shown.focus(),
  placeCaret: (offset: number) => session?.shown.placeCaret(offset),
  reports: () => [...reports],
  canBeRich,
  count: Object.keys(CONSTRUCTS).length,
  nasty: nastyDocument,
  unfaithful,
  wordEdits,
  structuralEdits,
  walk,
  speed,
};

declare global {
  interface Window {
    harness: typeof harness;
  }
}
window.harness = harness;
