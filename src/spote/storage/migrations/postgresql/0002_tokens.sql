-- Personal Access Tokens. A secret is kept only as its SHA-256; during a rotation's grace a token has two.
CREATE TABLE tokens (
  account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT COLLATE "C" NOT NULL,
  label TEXT COLLATE "C" NOT NULL,
  hint TEXT COLLATE "C" NOT NULL,               -- the last four characters of the newest secret
  access TEXT COLLATE "C" NOT NULL,             -- the grant, as JSON
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  last_address TEXT COLLATE "C",
  last_client TEXT COLLATE "C",
  revoked_at BIGINT,
  revoked_because TEXT COLLATE "C",             -- owner, self, reported
  PRIMARY KEY (account_id, id)
);

CREATE TABLE token_secrets (
  secret_hash BYTEA PRIMARY KEY,
  account_id TEXT COLLATE "C" NOT NULL,
  token_id TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT,                            -- set when a newer secret replaced it
  FOREIGN KEY (account_id, token_id) REFERENCES tokens (account_id, id) ON DELETE CASCADE
);
CREATE INDEX token_secrets_by_token ON token_secrets (account_id, token_id);

-- Requests that each token made in a minute, summed over all server processes.
CREATE TABLE token_requests (
  account_id TEXT COLLATE "C" NOT NULL,
  token_id TEXT COLLATE "C" NOT NULL,
  minute BIGINT NOT NULL,                       -- since 1970
  requests BIGINT NOT NULL,
  PRIMARY KEY (account_id, token_id, minute),
  FOREIGN KEY (account_id, token_id) REFERENCES tokens (account_id, id) ON DELETE CASCADE
);
CREATE INDEX token_requests_by_minute ON token_requests (minute);
