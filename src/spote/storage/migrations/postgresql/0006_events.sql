-- What has happened lately, for every server process to hear: ids only, never a text. Old ones are swept away.
CREATE TABLE events (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- grows; those of transactions at one time come in any order
  at BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,               -- note.created, token.changed, …
  account_id TEXT COLLATE "C" NOT NULL,
  subject_id TEXT COLLATE "C" NOT NULL,         -- the note, the token, …
  version BIGINT                                -- of a note
);
