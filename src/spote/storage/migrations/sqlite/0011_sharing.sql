-- Notes that are shared with people. The invitation's token is kept as its hash, and only until it is used.
CREATE TABLE shares (
  account_id TEXT NOT NULL,            -- the note's owner
  id TEXT NOT NULL,
  note_id TEXT NOT NULL,
  invited_email TEXT NOT NULL,         -- as it was typed
  email_key TEXT NOT NULL,             -- for comparing
  permission TEXT NOT NULL,            -- read, write
  from_version INTEGER NOT NULL,       -- the guest sees the history from this version on
  created_at INTEGER NOT NULL,
  sent_at INTEGER,                     -- null: the mail has not gone yet, and nobody sees the share
  invitation_hash BLOB UNIQUE,         -- SHA-256 of the token in the mail; null: used
  expires_at INTEGER NOT NULL,         -- the invitation
  guest_id TEXT REFERENCES accounts (id) ON DELETE CASCADE, -- the account that accepted
  accepted_at INTEGER,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, note_id, email_key),
  UNIQUE (guest_id, note_id, account_id),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX shares_unsent ON shares (created_at) WHERE sent_at IS NULL;

-- Mails to owners about their tokens: planned here, sent by one server, and kept so that none goes twice.
CREATE TABLE token_notices (
  account_id TEXT NOT NULL,
  token_id TEXT NOT NULL,
  kind TEXT NOT NULL,                  -- expires_in_7_days, expires_in_1_day, reported
  about INTEGER NOT NULL,              -- the moment that the mail speaks of
  try_at INTEGER NOT NULL,             -- not before
  sent_at INTEGER,
  PRIMARY KEY (account_id, token_id, kind, about),
  FOREIGN KEY (account_id, token_id) REFERENCES tokens (account_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX token_notices_unsent ON token_notices (try_at) WHERE sent_at IS NULL;
CREATE INDEX tokens_by_expiry ON tokens (expires_at) WHERE expires_at IS NOT NULL AND revoked_at IS NULL;

-- A session may watch a note of somebody else, too: it hangs on the account that watches.
CREATE TABLE moved_watches (
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  session_id TEXT NOT NULL,
  note_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, session_id, note_id)
) STRICT, WITHOUT ROWID;
INSERT INTO moved_watches SELECT account_id, session_id, note_id, created_at FROM note_watches;
DROP TABLE note_watches;
ALTER TABLE moved_watches RENAME TO note_watches;
CREATE INDEX note_watches_by_creation ON note_watches (created_at);
