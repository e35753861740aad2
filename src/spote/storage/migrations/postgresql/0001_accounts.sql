-- Accounts and their signed-in sessions. Ids are UUIDs, times are milliseconds since 1970 in UTC.
-- COLLATE "C" everywhere: texts compare by their bytes and sort alike on both engines, whatever the server's locale.
CREATE TABLE accounts (
  id TEXT COLLATE "C" PRIMARY KEY,
  email TEXT COLLATE "C" NOT NULL,              -- as it was typed
  email_key TEXT COLLATE "C" NOT NULL UNIQUE,   -- for comparing
  name TEXT COLLATE "C" NOT NULL,
  password_hash TEXT COLLATE "C" NOT NULL,      -- argon2id
  is_administrator BIGINT NOT NULL DEFAULT 0,
  agents_read_only BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
  account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT COLLATE "C" NOT NULL,
  secret_hash BYTEA NOT NULL UNIQUE,            -- SHA-256 of the cookie's value
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  client TEXT COLLATE "C",                      -- User-Agent
  address TEXT COLLATE "C",
  PRIMARY KEY (account_id, id)
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
