/** Keeping what is written: by itself, a moment after typing stops. */
export type { Draft } from "./drafts";
export type { Change, NoteSaving, SaveState } from "./saving";
export { forgetWordsLeft, useNoteSaving, wordsLeft } from "./useNoteSaving";
