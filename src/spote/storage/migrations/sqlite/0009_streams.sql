-- Streams of /sse that some server process holds open, so that a message to another process finds its way.
CREATE TABLE agent_streams (
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  credential_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX agent_streams_by_creation ON agent_streams (created_at);

-- What came to another process, until the one that holds the stream takes it.
CREATE TABLE agent_messages (
  account_id TEXT NOT NULL,
  stream_id TEXT NOT NULL,
  id TEXT NOT NULL,                -- grows with time
  body TEXT NOT NULL,              -- JSON-RPC
  PRIMARY KEY (account_id, stream_id, id),
  FOREIGN KEY (account_id, stream_id) REFERENCES agent_streams (account_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Whether anybody has let an app in.
CREATE INDEX tokens_by_app ON tokens (app_id) WHERE app_id IS NOT NULL;
