-- Personal Access Tokens. A secret is kept only as its SHA-256; during a rotation's grace a token has two.
CREATE TABLE tokens (
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  label TEXT NOT NULL,
  hint TEXT NOT NULL,                  -- the last four characters of the newest secret
  access TEXT NOT NULL,                -- the grant, as JSON
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  last_address TEXT,
  last_client TEXT,
  revoked_at INTEGER,
  revoked_because TEXT,                -- owner, self, reported
  PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE token_secrets (
  secret_hash BLOB PRIMARY KEY,
  account_id TEXT NOT NULL,
  token_id TEXT NOT NULL,
  expires_at INTEGER,                  -- set when a newer secret replaced it
  FOREIGN KEY (account_id, token_id) REFERENCES tokens (account_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX token_secrets_by_token ON token_secrets (account_id, token_id);

-- Requests that each token made in a minute, summed over all server processes.
CREATE TABLE token_requests (
  account_id TEXT NOT NULL,
  token_id TEXT NOT NULL,
  minute INTEGER NOT NULL,             -- since 1970
  requests INTEGER NOT NULL,
  PRIMARY KEY (account_id, token_id, minute),
  FOREIGN KEY (account_id, token_id) REFERENCES tokens (account_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX token_requests_by_minute ON token_requests (minute);
