-- Files that people and agents uploaded. The bytes lie in the file store, under the account and the id.
CREATE TABLE files (
  account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT COLLATE "C" NOT NULL,
  extension TEXT COLLATE "C" NOT NULL,          -- by what the bytes are; a part of the URL
  filename TEXT COLLATE "C" NOT NULL,           -- as it was uploaded, made harmless
  mime_type TEXT COLLATE "C" NOT NULL,
  size_bytes BIGINT NOT NULL,
  sha256 BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  uploaded_by_token TEXT COLLATE "C",           -- null: a person
  released_at BIGINT NOT NULL,                  -- since when nothing refers to it, where nothing does
  PRIMARY KEY (account_id, id)
);
CREATE INDEX files_by_release ON files (released_at);
CREATE INDEX files_by_content ON files (account_id, sha256);

-- Which notes refer to which files, in their text or in an earlier one.
CREATE TABLE note_files (
  account_id TEXT COLLATE "C" NOT NULL,
  note_id TEXT COLLATE "C" NOT NULL,
  file_account_id TEXT COLLATE "C" NOT NULL,
  file_id TEXT COLLATE "C" NOT NULL,
  in_text BIGINT NOT NULL,                      -- whether the present text does
  grants BIGINT NOT NULL,                       -- whether who may read the note may read the file
  PRIMARY KEY (account_id, note_id, file_account_id, file_id),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (file_account_id, file_id) REFERENCES files (account_id, id) ON DELETE CASCADE
);
CREATE INDEX note_files_by_file ON note_files (file_account_id, file_id);

-- Bytes in the file store that belong to no file: of uploads under way, and of files that are gone.
CREATE TABLE stray_blobs (
  account_id TEXT COLLATE "C" NOT NULL,
  file_id TEXT COLLATE "C" NOT NULL,
  due_at BIGINT NOT NULL,                       -- when they are removed
  PRIMARY KEY (account_id, file_id)
);
CREATE INDEX stray_blobs_by_time ON stray_blobs (due_at);

-- However a file goes, also with its account, its bytes are remembered until they are gone.
CREATE FUNCTION files_leave_blobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO stray_blobs (account_id, file_id, due_at) VALUES (old.account_id, old.id, 0)
  ON CONFLICT (account_id, file_id) DO UPDATE SET due_at = 0;
  RETURN NULL;
END $$;
CREATE TRIGGER files_leave_blobs AFTER DELETE ON files
  FOR EACH ROW EXECUTE FUNCTION files_leave_blobs();
-- A note that goes for good lets its files wait from that moment on.
CREATE FUNCTION note_files_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE files SET released_at = floor(extract(epoch FROM clock_timestamp()) * 1000)
  WHERE account_id = old.file_account_id AND id = old.file_id;
  RETURN NULL;
END $$;
CREATE TRIGGER note_files_release AFTER DELETE ON note_files
  FOR EACH ROW EXECUTE FUNCTION note_files_release();

ALTER TABLE notes ADD COLUMN attachments TEXT COLLATE "C" NOT NULL DEFAULT '[]'; -- JSON, of the files that the text refers to
