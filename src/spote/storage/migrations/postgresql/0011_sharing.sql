-- Notes that are shared with people. The invitation's token is kept as its hash, and only until it is used.
CREATE TABLE shares (
  account_id TEXT COLLATE "C" NOT NULL,         -- the note's owner
  id TEXT COLLATE "C" NOT NULL,
  note_id TEXT COLLATE "C" NOT NULL,
  invited_email TEXT COLLATE "C" NOT NULL,      -- as it was typed
  email_key TEXT COLLATE "C" NOT NULL,          -- for comparing
  permission TEXT COLLATE "C" NOT NULL,         -- read, write
  from_version BIGINT NOT NULL,                 -- the guest sees the history from this version on
  created_at BIGINT NOT NULL,
  sent_at BIGINT,                               -- null: the mail has not gone yet, and nobody sees the share
  invitation_hash BYTEA UNIQUE,                 -- SHA-256 of the token in the mail; null: used
  expires_at BIGINT NOT NULL,                   -- the invitation
  guest_id TEXT COLLATE "C" REFERENCES accounts (id) ON DELETE CASCADE, -- the account that accepted
  accepted_at BIGINT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, note_id, email_key),
  UNIQUE (guest_id, note_id, account_id),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
);
CREATE INDEX shares_unsent ON shares (created_at) WHERE sent_at IS NULL;

-- Mails to owners about their tokens: planned here, sent by one server, and kept so that none goes twice.
CREATE TABLE token_notices (
  account_id TEXT COLLATE "C" NOT NULL,
  token_id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,               -- expires_in_7_days, expires_in_1_day, reported
  about BIGINT NOT NULL,                        -- the moment that the mail speaks of
  try_at BIGINT NOT NULL,                       -- not before
  sent_at BIGINT,
  PRIMARY KEY (account_id, token_id, kind, about),
  FOREIGN KEY (account_id, token_id) REFERENCES tokens (account_id, id) ON DELETE CASCADE
);
CREATE INDEX token_notices_unsent ON token_notices (try_at) WHERE sent_at IS NULL;
CREATE INDEX tokens_by_expiry ON tokens (expires_at) WHERE expires_at IS NOT NULL AND revoked_at IS NULL;

-- A session may watch a note of somebody else, too: it hangs on the account that watches.
ALTER TABLE note_watches DROP CONSTRAINT note_watches_account_id_note_id_fkey;
ALTER TABLE note_watches ADD FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE;
DROP INDEX note_watches_by_note;
