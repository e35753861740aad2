-- First answers of requests that carried an Idempotency-Key, sealed with what only the caller knows.
CREATE TABLE answers (
  scope TEXT COLLATE "C" NOT NULL,              -- the account, or 'public'
  request_key BYTEA NOT NULL,                   -- SHA-256 of credential, method, path and key
  body_hash BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (scope, request_key)
);
CREATE INDEX answers_by_creation ON answers (created_at);

-- Attempts at guessing something: per e-mail address and per network.
CREATE TABLE attempts (
  subject BYTEA NOT NULL,                       -- SHA-256 of what is limited
  time_window BIGINT NOT NULL,                  -- number of the 15 minutes since 1970
  attempts BIGINT NOT NULL,
  PRIMARY KEY (subject, time_window)
);
CREATE INDEX attempts_by_window ON attempts (time_window);
