-- Files that people and agents uploaded. The bytes lie in the file store, under the account and the id.
CREATE TABLE files (
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  extension TEXT NOT NULL,             -- by what the bytes are; a part of the URL
  filename TEXT NOT NULL,              -- as it was uploaded, made harmless
  mime_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  uploaded_by_token TEXT,              -- null: a person
  released_at INTEGER NOT NULL,        -- since when nothing refers to it, where nothing does
  PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX files_by_release ON files (released_at);
CREATE INDEX files_by_content ON files (account_id, sha256);

-- Which notes refer to which files, in their text or in an earlier one.
CREATE TABLE note_files (
  account_id TEXT NOT NULL,
  note_id TEXT NOT NULL,
  file_account_id TEXT NOT NULL,
  file_id TEXT NOT NULL,
  in_text INTEGER NOT NULL,            -- whether the present text does
  grants INTEGER NOT NULL,             -- whether who may read the note may read the file
  PRIMARY KEY (account_id, note_id, file_account_id, file_id),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (file_account_id, file_id) REFERENCES files (account_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX note_files_by_file ON note_files (file_account_id, file_id);

-- Bytes in the file store that belong to no file: of uploads under way, and of files that are gone.
CREATE TABLE stray_blobs (
  account_id TEXT NOT NULL,
  file_id TEXT NOT NULL,
  due_at INTEGER NOT NULL,             -- when they are removed
  PRIMARY KEY (account_id, file_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX stray_blobs_by_time ON stray_blobs (due_at);

-- However a file goes, also with its account, its bytes are remembered until they are gone.
CREATE TRIGGER files_leave_blobs AFTER DELETE ON files
BEGIN
  INSERT INTO stray_blobs (account_id, file_id, due_at) VALUES (old.account_id, old.id, 0)
  ON CONFLICT (account_id, file_id) DO UPDATE SET due_at = 0;
END;
-- A note that goes for good lets its files wait from that moment on.
CREATE TRIGGER note_files_release AFTER DELETE ON note_files
BEGIN
  UPDATE files SET released_at = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = old.file_account_id AND id = old.file_id;
END;

ALTER TABLE notes ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]'; -- JSON, of the files that the text refers to
