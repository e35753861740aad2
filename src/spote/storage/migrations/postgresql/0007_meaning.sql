-- Passages of notes as vectors, for finding by meaning. Vectors of two models cannot be compared, so each names its model.
CREATE TABLE passages (
  number BIGINT GENERATED ALWAYS AS IDENTITY,
  account_id TEXT COLLATE "C" NOT NULL,
  note_id TEXT COLLATE "C" NOT NULL,
  model TEXT COLLATE "C" NOT NULL,
  starts_at BIGINT NOT NULL,                    -- characters from the start of the note's text
  ends_at BIGINT NOT NULL,
  digest BYTEA NOT NULL,                        -- SHA-256 of what was embedded
  vector BYTEA NOT NULL,                        -- float16, little-endian, of length 1
  sequence BIGINT NOT NULL,                     -- grows with each new passage of the account
  PRIMARY KEY (account_id, number),
  UNIQUE (account_id, note_id, model, digest),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
);
CREATE INDEX passages_by_sequence ON passages (account_id, model, sequence);

-- Notes whose passages are not embedded as they are now; the newest are embedded first.
CREATE TABLE unembedded (
  account_id TEXT COLLATE "C" NOT NULL,
  note_id TEXT COLLATE "C" NOT NULL,
  since BIGINT NOT NULL,
  retry_at BIGINT NOT NULL DEFAULT 0,           -- after a failure
  PRIMARY KEY (account_id, note_id),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
);
CREATE INDEX unembedded_by_time ON unembedded (since, account_id, note_id);

-- The model that an account's searches use: the newest with which all its notes have been embedded once.
CREATE TABLE embedded_accounts (
  account_id TEXT COLLATE "C" PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  model TEXT COLLATE "C",                       -- null: none yet
  sequence BIGINT NOT NULL DEFAULT 0,           -- the last one given to a passage
  epoch BIGINT NOT NULL DEFAULT 0               -- another one when a backup was restored: sequences went back
);

-- Work that one server process does for all, until a time unless it is renewed.
CREATE TABLE leases (
  name TEXT COLLATE "C" PRIMARY KEY,
  holder TEXT COLLATE "C" NOT NULL,
  until BIGINT NOT NULL
);
