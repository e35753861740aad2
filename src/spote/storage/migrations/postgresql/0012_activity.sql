-- What one token did, newest first: for whoever looks after it.
CREATE INDEX revisions_by_token ON revisions (by_account, token_id, created_at) WHERE token_id IS NOT NULL;
