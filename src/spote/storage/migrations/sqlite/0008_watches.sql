-- Notes that sessions of agents want to hear of; the session's id is the client's own.
CREATE TABLE note_watches (
  account_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  note_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, session_id, note_id),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX note_watches_by_note ON note_watches (account_id, note_id);
CREATE INDEX note_watches_by_creation ON note_watches (created_at);
