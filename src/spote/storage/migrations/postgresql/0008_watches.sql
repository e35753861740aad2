-- Notes that sessions of agents want to hear of; the session's id is the client's own.
CREATE TABLE note_watches (
  account_id TEXT COLLATE "C" NOT NULL,
  session_id TEXT COLLATE "C" NOT NULL,
  note_id TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, session_id, note_id),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
);
CREATE INDEX note_watches_by_note ON note_watches (account_id, note_id);
CREATE INDEX note_watches_by_creation ON note_watches (created_at);
