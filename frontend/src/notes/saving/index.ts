/** Keeping what is written: by itself, a moment after typing stops. */
export type { Change, NoteSaving, SaveState } from "./saving";
export { forgetUnsaved, unsavedWords, useNoteSaving } from "./useNoteSaving";
