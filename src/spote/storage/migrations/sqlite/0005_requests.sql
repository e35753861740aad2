-- First answers of requests that carried an Idempotency-Key, sealed with what only the caller knows.
CREATE TABLE answers (
  scope TEXT NOT NULL,                 -- the account, or 'public'
  request_key BLOB NOT NULL,           -- SHA-256 of credential, method, path and key
  body_hash BLOB NOT NULL,
  sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, request_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_by_creation ON answers (created_at);

-- Attempts at guessing something: per e-mail address and per network.
CREATE TABLE attempts (
  subject BLOB NOT NULL,               -- SHA-256 of what is limited
  time_window INTEGER NOT NULL,        -- number of the 15 minutes since 1970
  attempts INTEGER NOT NULL,
  PRIMARY KEY (subject, time_window)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_by_window ON attempts (time_window);
