import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { MergeView } from "@codemirror/merge";
import { EditorState, type Extension, RangeSetBuilder } from "@codemirror/state";
import { Decoration, EditorView, keymap } from "@codemirror/view";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { withLineEndsOf } from "@/editor/source/lineEnds";
import { changes } from "@/merging/diff";
import { words } from "@/merging/words";
import classes from "./Sides.module.css";

export interface SidesHandle {
  /** The middle text, as it was edited. */
  merged(): string;
}

interface Props {
  theirs: string;
  merged: string;
  yours: string;
  base: string;
  ref: Ref<SidesHandle>;
}

/** Theirs, the merged text, and yours, side by side; on a phone one below the other. */
export function Sides({ theirs, merged, yours, base, ref }: Props) {
  const left = useRef<HTMLDivElement>(null);
  const right = useRef<HTMLDivElement>(null);
  const view = useRef<MergeView | null>(null);

  useEffect(() => {
    if (!left.current || !right.current) return;
    const both = new MergeView({
      parent: left.current,
      a: { doc: unix(theirs), extensions: [shared, fixed, named("Theirs"), changedWords(base, theirs)] },
      b: {
        doc: unix(merged),
        extensions: [
          shared,
          history(),
          keymap.of([...historyKeymap, ...defaultKeymap]),
          named("Merged text"),
        ],
      },
      revertControls: "a-to-b",
      renderRevertControl: takeButton,
      collapseUnchanged: { margin: 3, minSize: 8 },
      gutter: false,
    });
    const mine = new EditorView({
      parent: right.current,
      state: EditorState.create({
        doc: unix(yours),
        extensions: [shared, fixed, named("Yours"), changedWords(base, yours)],
      }),
    });
    view.current = both;
    return () => {
      both.destroy();
      mine.destroy();
    };
  }, [theirs, merged, yours, base]);

  useImperativeHandle(ref, () => ({
    merged: () => withLineEndsOf(yours, view.current?.b.state.doc.toString() ?? unix(merged)),
  }));

  return (
    <div className={classes.sides}>
      <div className={classes.heads}>
        <h3>Theirs</h3>
        <h3>Merged</h3>
      </div>
      <h3 className={classes.headYours}>Yours</h3>
      <div ref={left} className={classes.both} />
      <div ref={right} className={classes.yours} />
    </div>
  );
}

const unix = (text: string): string => text.replace(/\r\n?/g, "\n");

const shared: Extension = [EditorView.lineWrapping, EditorView.theme({ "&": { fontSize: "13.5px" } })];
const fixed: Extension = [
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  EditorView.contentAttributes.of({ tabindex: "0", "aria-readonly": "true" }),
];
const named = (label: string): Extension =>
  EditorView.contentAttributes.of({ "aria-label": label, role: "textbox" });

function takeButton(): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "→";
  button.title = "Take theirs here";
  button.setAttribute("aria-label", "Take theirs here");
  return button;
}

/** Marks the words that came since the version that both began with. */
function changedWords(before: string, now: string): Extension {
  const tokens = words(unix(now));
  const places = [0];
  for (const token of tokens) places.push((places.at(-1) ?? 0) + token.length);
  const marks = new RangeSetBuilder<Decoration>();
  for (const { fromB, toB } of changes(words(unix(before)), tokens))
    if (toB > fromB)
      marks.add(places[fromB] ?? 0, places[toB] ?? 0, Decoration.mark({ class: classes.changed ?? "" }));
  return EditorView.decorations.of(marks.finish());
}
