-- Accounts and their signed-in sessions. Ids are UUIDs, times are milliseconds since 1970 in UTC.
CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL,                 -- as it was typed
  email_key TEXT NOT NULL UNIQUE,      -- for comparing
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,         -- argon2id
  is_administrator INTEGER NOT NULL DEFAULT 0,
  agents_read_only INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  secret_hash BLOB NOT NULL UNIQUE,    -- SHA-256 of the cookie's value
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  client TEXT,                         -- User-Agent
  address TEXT,
  PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
