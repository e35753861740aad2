-- The words of live notes; long texts take several rows. The account is a word of its own in each, so that one
-- account's search does not walk through all others'.
CREATE TABLE note_words (
  account_id TEXT COLLATE "C" NOT NULL,
  number BIGINT NOT NULL,
  part BIGINT NOT NULL,
  words TSVECTOR NOT NULL,
  PRIMARY KEY (account_id, number, part),
  FOREIGN KEY (account_id, number) REFERENCES notes (account_id, number) ON DELETE CASCADE
) WITH (toast_tuple_target = 128);  -- the words beside the rows, so that many rows fit into a page
-- Without a list of pending entries, which every search would have to read through.
CREATE INDEX note_words_by_word ON note_words USING gin (words) WITH (fastupdate = off);
