-- Notes with everything that hangs on them. Keys begin with the account, so that accounts can be spread over machines.
CREATE TABLE notes (
  number BIGINT GENERATED ALWAYS AS IDENTITY,   -- the key of the note's rows in note_words
  account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  title_key TEXT COLLATE "C" NOT NULL,          -- for [[wiki links]]
  text TEXT COLLATE "C" NOT NULL,
  bucket TEXT COLLATE "C" NOT NULL,
  tags TEXT COLLATE "C" NOT NULL,               -- JSON array, in order of first appearance
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  created_by_token TEXT COLLATE "C",            -- the id of the token that made it; null: a person
  trashed_at BIGINT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, number)
);
CREATE INDEX notes_by_creation ON notes (account_id, created_at, id) WHERE trashed_at IS NULL;
CREATE INDEX notes_by_update ON notes (account_id, updated_at, id) WHERE trashed_at IS NULL;
CREATE INDEX notes_by_bucket ON notes (account_id, bucket, created_at, id) WHERE trashed_at IS NULL;
CREATE INDEX notes_by_title ON notes (account_id, title_key) WHERE trashed_at IS NULL;
CREATE INDEX notes_by_trashing ON notes (account_id, trashed_at, id) WHERE trashed_at IS NOT NULL;
CREATE INDEX notes_by_token ON notes (account_id, created_by_token, created_at, id) WHERE created_by_token IS NOT NULL;

-- How many live notes each bucket holds, so that counting needs no scan.
CREATE TABLE bucket_counts (
  account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  bucket TEXT COLLATE "C" NOT NULL,
  notes BIGINT NOT NULL,
  PRIMARY KEY (account_id, bucket)
);

-- The tags of live notes, for finding by tag.
CREATE TABLE note_tags (
  account_id TEXT COLLATE "C" NOT NULL,
  tag TEXT COLLATE "C" NOT NULL,
  note_id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (account_id, tag, note_id),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
);
CREATE INDEX note_tags_by_note ON note_tags (account_id, note_id);

-- Each change of a note. The text of the current version stands in notes alone, and moves here when it is overwritten.
CREATE TABLE revisions (
  account_id TEXT COLLATE "C" NOT NULL,
  note_id TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  change TEXT COLLATE "C" NOT NULL,             -- created, updated, restored, trashed, untrashed
  title TEXT COLLATE "C" NOT NULL,
  text TEXT COLLATE "C",
  bucket TEXT COLLATE "C" NOT NULL,
  tags TEXT COLLATE "C" NOT NULL,
  size_bytes BIGINT NOT NULL,                   -- of the text, in UTF-8
  created_at BIGINT NOT NULL,
  by_account TEXT COLLATE "C" NOT NULL,
  via TEXT COLLATE "C" NOT NULL,                -- web, api, mcp, import
  token_id TEXT COLLATE "C",
  token_label TEXT COLLATE "C",
  client TEXT COLLATE "C",
  PRIMARY KEY (account_id, note_id, version),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
);

-- Links written in the texts: [[Title]] by the title's key, /app/note/<id> by id.
CREATE TABLE note_links (
  account_id TEXT COLLATE "C" NOT NULL,
  note_id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,               -- title, id
  target TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (account_id, note_id, kind, target),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
);
CREATE INDEX note_links_by_target ON note_links (account_id, kind, target);

-- Links made on purpose by a person or an agent.
CREATE TABLE relations (
  account_id TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  source_id TEXT COLLATE "C" NOT NULL,
  target_id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  by_account TEXT COLLATE "C" NOT NULL,
  token_id TEXT COLLATE "C",
  token_label TEXT COLLATE "C",
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, source_id, target_id, kind),
  FOREIGN KEY (account_id, source_id) REFERENCES notes (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, target_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
);
CREATE INDEX relations_by_target ON relations (account_id, target_id);

-- Which file of an import became which note, so that a second run changes nothing.
CREATE TABLE imports (
  account_id TEXT COLLATE "C" NOT NULL,
  source_key BYTEA NOT NULL,                    -- SHA-256 of the folder's and the file's path
  content_hash BYTEA NOT NULL,                  -- SHA-256 of the file's bytes
  note_id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (account_id, source_key),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
);
CREATE INDEX imports_by_note ON imports (account_id, note_id);
