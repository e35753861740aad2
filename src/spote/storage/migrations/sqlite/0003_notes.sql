-- Notes with everything that hangs on them. Keys begin with the account, so that accounts can be spread over machines.
CREATE TABLE notes (
  number INTEGER PRIMARY KEY,          -- the key of the note's row in note_words
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  title TEXT NOT NULL,
  title_key TEXT NOT NULL,             -- for [[wiki links]]
  text TEXT NOT NULL,
  bucket TEXT NOT NULL,
  tags TEXT NOT NULL,                  -- JSON array, in order of first appearance
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  created_by_token TEXT,               -- the id of the token that made it; null: a person
  trashed_at INTEGER,
  UNIQUE (account_id, id)
) STRICT;
CREATE INDEX notes_by_creation ON notes (account_id, created_at, id) WHERE trashed_at IS NULL;
CREATE INDEX notes_by_update ON notes (account_id, updated_at, id) WHERE trashed_at IS NULL;
CREATE INDEX notes_by_bucket ON notes (account_id, bucket, created_at, id) WHERE trashed_at IS NULL;
CREATE INDEX notes_by_title ON notes (account_id, title_key) WHERE trashed_at IS NULL;
CREATE INDEX notes_by_trashing ON notes (account_id, trashed_at, id) WHERE trashed_at IS NOT NULL;
CREATE INDEX notes_by_token ON notes (account_id, created_by_token, created_at, id) WHERE created_by_token IS NOT NULL;

-- How many live notes each bucket holds, so that counting needs no scan.
CREATE TABLE bucket_counts (
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  bucket TEXT NOT NULL,
  notes INTEGER NOT NULL,
  PRIMARY KEY (account_id, bucket)
) STRICT, WITHOUT ROWID;

-- The tags of live notes, for finding by tag.
CREATE TABLE note_tags (
  account_id TEXT NOT NULL,
  tag TEXT NOT NULL,
  note_id TEXT NOT NULL,
  PRIMARY KEY (account_id, tag, note_id),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX note_tags_by_note ON note_tags (account_id, note_id);

-- Each change of a note. The text of the current version stands in notes alone, and moves here when it is overwritten.
CREATE TABLE revisions (
  account_id TEXT NOT NULL,
  note_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  change TEXT NOT NULL,                -- created, updated, restored, trashed, untrashed
  title TEXT NOT NULL,
  text TEXT,
  bucket TEXT NOT NULL,
  tags TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,         -- of the text, in UTF-8
  created_at INTEGER NOT NULL,
  by_account TEXT NOT NULL,
  via TEXT NOT NULL,                   -- web, api, mcp, import
  token_id TEXT,
  token_label TEXT,
  client TEXT,
  PRIMARY KEY (account_id, note_id, version),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Links written in the texts: [[Title]] by the title's key, /app/note/<id> by id.
CREATE TABLE note_links (
  account_id TEXT NOT NULL,
  note_id TEXT NOT NULL,
  kind TEXT NOT NULL,                  -- title, id
  target TEXT NOT NULL,
  PRIMARY KEY (account_id, note_id, kind, target),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX note_links_by_target ON note_links (account_id, kind, target);

-- Links made on purpose by a person or an agent.
CREATE TABLE relations (
  account_id TEXT NOT NULL,
  id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  target_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  by_account TEXT NOT NULL,
  token_id TEXT,
  token_label TEXT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, source_id, target_id, kind),
  FOREIGN KEY (account_id, source_id) REFERENCES notes (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, target_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX relations_by_target ON relations (account_id, target_id);

-- Which file of an import became which note, so that a second run changes nothing.
CREATE TABLE imports (
  account_id TEXT NOT NULL,
  source_key BLOB NOT NULL,            -- SHA-256 of the folder's and the file's path
  content_hash BLOB NOT NULL,          -- SHA-256 of the file's bytes
  note_id TEXT NOT NULL,
  PRIMARY KEY (account_id, source_key),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX imports_by_note ON imports (account_id, note_id);
