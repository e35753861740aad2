import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Action, Active } from "./actions";
import type { NoteEditorProps } from "./props";
import type { Slash } from "./rich/slash";
import { RichSurface } from "./rich/surface";
import { canBeRich, EditorSession, type SessionHost } from "./session";
import { SourceSurface } from "./source/surface";
import { LinkDialog } from "./ui/LinkDialog";
import { PictureDialog } from "./ui/PictureDialog";
import { type SlashKeys, SlashMenu } from "./ui/SlashMenu";
import { Toolbar } from "./ui/Toolbar";
import { Uploads } from "./ui/Uploads";
import { useUploads } from "./ui/useUploads";
import "./editor.css";

const NOTHING: ReadonlySet<Active> = new Set();

/** A note's text, to be written as it will look or as Markdown. */
export function NoteEditor(props: NoteEditorProps) {
  return <OneNote key={props.noteId} {...props} />;
}

function OneNote({ text, readOnly, onChange, mode, noteLinks, upload }: NoteEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const session = useRef<EditorSession | null>(null);
  const slashKeys = useRef<SlashKeys | null>(null);
  const [active, setActive] = useState(NOTHING);
  const [undoing, setUndoing] = useState({ canUndo: false, canRedo: false });
  const [slash, setSlash] = useState<Slash | null>(null);
  const [asked, setAsked] = useState<"link" | "picture" | null>(null);
  const { uploads, send, dismiss } = useUploads(upload);
  const isRich = mode === "rich" && canBeRich(text);

  const host = useLatest<SessionHost>({
    onChange,
    onTimeline: (canUndo, canRedo) => setUndoing({ canUndo, canRedo }),
    send,
    selected: setActive,
    slash: { show: setSlash, key: (event) => slashKeys.current?.(event) ?? false },
    askForLink: () => setAsked("link"),
    askForPicture: () => setAsked("picture"),
  });

  const first = useRef({ text, mode, readOnly });
  useEffect(() => {
    if (!place.current) return;
    const { text, mode, readOnly } = first.current;
    const made = new EditorSession(place.current, text, mode, readOnly, forwarded(host));
    session.current = made;
    return () => {
      made.destroy();
      session.current = null;
    };
  }, [host]);

  // Before anything else can be typed: a text that is an echo must still be the last one reported.
  useLayoutEffect(() => session.current?.receive(text), [text]);
  useEffect(() => session.current?.setReadOnly(readOnly), [readOnly]);
  useEffect(() => {
    session.current?.setMode(mode);
    setActive(NOTHING);
  }, [mode]);
  useFlushing(session);

  const run = useCallback((action: Action) => session.current?.shown.run(action), []);
  const pick = useCallback(() => picker.current?.click(), []);
  const choose = (action: Action | "link" | "file", at: Slash): void => {
    rich(session.current)?.runFromSlash(
      action === "link" || action === "file" ? null : action,
      at.from,
      at.to,
    );
    setSlash(null);
    if (action === "link") setAsked("link");
    if (action === "file") pick();
  };
  const sendPicked = (files: FileList | null): void => {
    if (files) send([...files], (file) => session.current?.insertFile(file));
    if (picker.current) picker.current.value = "";
  };

  return (
    <div className="note-editor" data-mode={isRich ? "rich" : "source"}>
      {!readOnly && (
        <Toolbar
          isRich={isRich}
          active={active}
          {...undoing}
          run={run}
          undo={() => session.current?.undo()}
          redo={() => session.current?.redo()}
          link={() => setAsked("link")}
          pick={pick}
          describe={() => setAsked("picture")}
        />
      )}
      {mode === "rich" && !isRich && (
        <p className="editor-hint">
          This note is long. It is shown as Markdown, so that writing stays quick.
        </p>
      )}
      <div ref={place} className="editor-place" />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label="Pictures and files to put in"
        onChange={(event) => sendPicked(event.currentTarget.files)}
      />
      <Uploads uploads={uploads} dismiss={dismiss} />
      {slash && <SlashMenu slash={slash} keys={slashKeys} choose={choose} />}
      {asked === "picture" && (
        <PictureDialog
          alt={rich(session.current)?.pictureAtSelection()?.alt ?? ""}
          onClose={() => setAsked(null)}
          onDescribe={(alt) => {
            setAsked(null);
            rich(session.current)?.describePicture(alt);
          }}
        />
      )}
      {asked === "link" && (
        <LinkDialog
          selected={selectedLink(session.current)}
          noteLinks={noteLinks}
          onClose={() => setAsked(null)}
          onLink={(href, title) => {
            setAsked(null);
            session.current?.shown.insertLink(href, title);
          }}
        />
      )}
    </div>
  );
}

const rich = (session: EditorSession | null): RichSurface | null =>
  session?.shown instanceof RichSurface ? session.shown : null;

const source = (session: EditorSession | null): SourceSurface | null =>
  session?.shown instanceof SourceSurface ? session.shown : null;

function selectedLink(session: EditorSession | null): { href: string; text: string } {
  return rich(session)?.linkAtSelection() ?? { href: "", text: source(session)?.selectedText() ?? "" };
}

/** The newest value, for what lives longer than a rendering. */
function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}

function forwarded(host: { readonly current: SessionHost }): SessionHost {
  return {
    onChange: (text) => host.current.onChange(text),
    onTimeline: (canUndo, canRedo) => host.current.onTimeline(canUndo, canRedo),
    send: (files, done) => host.current.send(files, done),
    selected: (active) => host.current.selected(active),
    slash: { show: (slash) => host.current.slash.show(slash), key: (event) => host.current.slash.key(event) },
    askForLink: () => host.current.askForLink(),
    askForPicture: () => host.current.askForPicture(),
  };
}

/** Nothing typed waits in the editor when the page saves, hides or goes. */
function useFlushing(session: { readonly current: EditorSession | null }): void {
  useEffect(() => {
    const flush = (): void => session.current?.flush();
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") flush();
    };
    window.addEventListener("keydown", onKey, true);
    window.addEventListener("pagehide", flush);
    document.addEventListener("visibilitychange", flush);
    return () => {
      window.removeEventListener("keydown", onKey, true);
      window.removeEventListener("pagehide", flush);
      document.removeEventListener("visibilitychange", flush);
    };
  }, [session]);
}
