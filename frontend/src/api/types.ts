/** The API's shapes under the names that people use. */
import type { Schemas } from "./client";

export type Account = Schemas["Account"];
export type Note = Schemas["Note"];
export type NoteSummary = Schemas["NoteSummary"];
export type FoundNote = Schemas["FoundNote"];
export type Revision = Schemas["Revision"];
export type TrashedNote = Schemas["TrashedNote"];
export type UpdatedBy = Schemas["UpdatedBy"];
export type Count = Schemas["Count"];
export type Token = Schemas["Token"];
export type TokenChangeOfNote = Schemas["TokenChangeOfNote"];
export type NewToken = Schemas["NewToken"];
export type Access = Schemas["Access"];
export type ConnectedApp = Schemas["ConnectedApp"];
export type Share = Schemas["Share"];
export type Session = Schemas["Session"];

/** A session may always read, so writes answer with the note and never with a bare receipt. */
export function asNote(answer: Schemas["Note"] | Schemas["NoteReceipt"]): Note {
  return answer as Note;
}
