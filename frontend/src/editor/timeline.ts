/** Undo over both modes: moments of the whole note, however each was made. */
import type { Node } from "prosemirror-model";
import { merge } from "@/merging/merge";
import type { Source } from "./markdown/source";

/** One state of the note. The text is worked out when it is asked for. */
export interface Moment {
  text(): string;
  /** Where the selection was, in the terms of the mode that it was made in. */
  anchor: number;
  head: number;
  /** The document, where rich mode made it. */
  rich?: { doc: Node; source: Source };
}

interface Step {
  /** As the person left it. */
  reached: Moment;
  /** The same with what came from elsewhere before the next step. */
  left: Moment;
}

const SHORT = 500; // ms between edits that are undone together
const LONG = 3000; // ms of writing that are undone together
const MOST = 300; // steps kept

export class Timeline {
  private steps: Step[];
  private at = 0;
  private last = Number.NEGATIVE_INFINITY;
  private since = Number.NEGATIVE_INFINITY;
  /** Whether something came from elsewhere since the last step. */
  private isMixed = false;

  constructor(
    start: Moment,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.steps = [{ reached: start, left: start }];
  }

  get canUndo(): boolean {
    return this.at > 0;
  }

  get canRedo(): boolean {
    return this.at < this.steps.length - 1;
  }

  /** An edit took the note from one moment to the next. `apart` starts a step of its own. */
  record(before: Moment, after: Moment, apart = false): void {
    const time = this.now();
    const joins =
      !apart && !this.isMixed && this.at > 0 && time - this.last < SHORT && time - this.since < LONG;
    this.last = apart ? Number.NEGATIVE_INFINITY : time;
    this.steps.length = this.at + 1;
    const here = this.steps[this.at] as Step;
    const step = { reached: after, left: after };
    if (joins) {
      this.steps[this.at] = step;
      return;
    }
    here.left = before;
    this.isMixed = false;
    this.since = time;
    this.steps.push(step);
    this.at++;
    if (this.steps.length > MOST) {
      this.steps.shift();
      this.at--;
    }
  }

  /** The next edit is a step of its own. */
  pause(): void {
    this.last = Number.NEGATIVE_INFINITY;
  }

  /** Something that is not this person's came in: undo must leave it. */
  mixIn(): void {
    this.isMixed = true;
    this.pause();
  }

  /** The moment to show, given the text that is shown now; null if there is nothing to undo. */
  undo(shown: () => string): Moment | null {
    if (!this.canUndo) return null;
    const from = this.steps[this.at] as Step;
    const to = this.steps[--this.at] as Step;
    this.pause();
    return this.isMixed ? changed(shown(), from.reached, to.left) : to.left;
  }

  redo(shown: () => string): Moment | null {
    if (!this.canRedo) return null;
    const from = this.steps[this.at] as Step;
    const to = this.steps[++this.at] as Step;
    this.pause();
    return this.isMixed ? changed(shown(), from.left, to.reached) : to.reached;
  }
}

/** What is shown, with the difference of two moments done to it. */
function changed(shown: string, from: Moment, to: Moment): Moment {
  const text = merge(from.text(), shown, to.text()).text;
  return { text: () => text, anchor: to.anchor, head: to.head };
}
