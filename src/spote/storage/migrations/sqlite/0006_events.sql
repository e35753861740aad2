-- What has happened lately, for every server process to hear: ids only, never a text. Old ones are swept away.
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- grows, and none comes twice
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,                  -- note.created, token.changed, …
  account_id TEXT NOT NULL,
  subject_id TEXT NOT NULL,            -- the note, the token, …
  version INTEGER                      -- of a note
) STRICT;
