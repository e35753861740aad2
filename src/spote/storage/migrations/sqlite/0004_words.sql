-- The words of live notes. The account is a word of its own, so that one account's search does not walk through all others'.
CREATE VIRTUAL TABLE note_words USING fts5 (
  account, title, labels, body,
  content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER notes_words_go AFTER DELETE ON notes WHEN old.trashed_at IS NULL
BEGIN
  DELETE FROM note_words WHERE rowid = old.number;
END;
