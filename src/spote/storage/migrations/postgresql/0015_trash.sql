-- Which notes are in the trash, for searches by meaning: of a hundred passages at once.
CREATE INDEX notes_in_trash ON notes (account_id, id) WHERE trashed_at IS NOT NULL;
