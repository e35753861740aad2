import { Alert } from "@mantine/core";
import { useHotkeys, useLocalStorage } from "@mantine/hooks";
import { IconEye } from "@tabler/icons-react";
import { lazy, Suspense } from "react";

import type { Note } from "@/api/types";
import type { EditorMode } from "@/editor";
import { uploadFile } from "@/files/upload";
import { findNoteLinks } from "@/search/links";
import { useTitle } from "@/ui/useTitle";
import { useNoteSaving } from "../saving";
import { Links } from "./Links";
import { NoteBar } from "./NoteBar";
import classes from "./NoteView.module.css";
import { NotSaved } from "./NotSaved";
import { Similar } from "./Similar";
import { Tags } from "./Tags";
import { TitleField } from "./TitleField";

const ConflictScreen = lazy(() =>
  import("../saving/ConflictScreen").then((screen) => ({ default: screen.ConflictScreen })),
);
const NoteEditor = lazy(() => import("@/editor").then((editor) => ({ default: editor.NoteEditor })));

export function NoteView({ note }: { note: Note }) {
  const saving = useNoteSaving(note);
  const [mode, setMode] = useLocalStorage<EditorMode>({ key: "spote-editor-mode", defaultValue: "rich" });
  const readOnly = note.access === "read";
  useTitle(saving.title);
  useHotkeys([["mod+S", () => void saving.saveNow()]], [], true);
  return (
    <article className={classes.view} aria-label={saving.title}>
      <NoteBar note={note} saving={saving} mode={mode} onModeChange={setMode} />
      {readOnly && (
        <Alert className={classes.banner} icon={<IconEye size={18} />} color="indigo" p="xs">
          You can view this note. {note.owner?.name ?? "Its owner"} can let you edit it.
        </Alert>
      )}
      <NotSaved saving={saving} />
      <div className={classes.paper}>
        <TitleField title={saving.title} readOnly={readOnly} onChange={(title) => saving.change({ title })} />
        <Suspense fallback={<div className={classes.waiting} aria-busy />}>
          <NoteEditor
            noteId={note._id}
            text={saving.text}
            readOnly={readOnly}
            onChange={(text) => saving.change({ text })}
            mode={mode}
            onModeChange={setMode}
            noteLinks={findNoteLinks}
            upload={(file, onProgress) => uploadFile(file, onProgress).then((kept) => kept.url)}
          />
        </Suspense>
        <Tags note={note} text={saving.text} />
        <Links noteId={note._id} />
        <Similar noteId={note._id} />
      </div>
      {saving.conflict && (
        <Suspense fallback={null}>
          <ConflictScreen
            key={saving.conflict.current.version}
            conflict={saving.conflict}
            mine={saving}
            resolve={saving.resolve}
          />
        </Suspense>
      )}
    </article>
  );
}
