-- Passages of notes as vectors, for finding by meaning. Vectors of two models cannot be compared, so each names its model.
CREATE TABLE passages (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id TEXT NOT NULL,
  note_id TEXT NOT NULL,
  model TEXT NOT NULL,
  starts_at INTEGER NOT NULL,          -- characters from the start of the note's text
  ends_at INTEGER NOT NULL,
  digest BLOB NOT NULL,                -- SHA-256 of what was embedded
  vector BLOB NOT NULL,                -- float16, little-endian, of length 1
  sequence INTEGER NOT NULL,           -- grows with each new passage of the account
  UNIQUE (account_id, number),         -- so that a search goes straight to its passages
  UNIQUE (account_id, note_id, model, digest),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX passages_by_sequence ON passages (account_id, model, sequence);

-- Notes whose passages are not embedded as they are now; the newest are embedded first.
CREATE TABLE unembedded (
  account_id TEXT NOT NULL,
  note_id TEXT NOT NULL,
  since INTEGER NOT NULL,
  retry_at INTEGER NOT NULL DEFAULT 0, -- after a failure
  PRIMARY KEY (account_id, note_id),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX unembedded_by_time ON unembedded (since, account_id, note_id);

-- The model that an account's searches use: the newest with which all its notes have been embedded once.
CREATE TABLE embedded_accounts (
  account_id TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  model TEXT,                          -- null: none yet
  sequence INTEGER NOT NULL DEFAULT 0, -- the last one given to a passage
  epoch INTEGER NOT NULL DEFAULT 0     -- another one when a backup was restored: sequences went back
) STRICT, WITHOUT ROWID;

-- Work that one server process does for all, until a time unless it is renewed.
CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
