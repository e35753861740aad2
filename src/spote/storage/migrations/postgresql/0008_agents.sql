-- Notes that sessions of agents want to hear of; the session's id is the client's own.
CREATE TABLE note_watches (
  account_id TEXT COLLATE "C" NOT NULL,
  session_id TEXT COLLATE "C" NOT NULL,
  note_id TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, session_id, note_id),
  FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id) ON DELETE CASCADE
);
CREATE INDEX note_watches_by_note ON note_watches (account_id, note_id);
CREATE INDEX note_watches_by_creation ON note_watches (created_at);

-- A token that an app got by a person's consent: the app's client, and for which door.
ALTER TABLE tokens ADD COLUMN app_id TEXT COLLATE "C";

-- Apps that introduced themselves, by registration or by a document at the URL that is their id.
CREATE TABLE app_clients (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL,
  redirect_uris TEXT COLLATE "C" NOT NULL,         -- JSON
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL             -- when it last asked for consent
);
CREATE INDEX app_clients_by_use ON app_clients (used_at);

-- Codes that a person's consent gave; each is good once, for a minute.
CREATE TABLE app_codes (
  code_hash BYTEA PRIMARY KEY,          -- SHA-256
  account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  client_id TEXT COLLATE "C" NOT NULL,
  redirect_uri TEXT COLLATE "C" NOT NULL,
  challenge TEXT COLLATE "C" NOT NULL,             -- PKCE, S256
  resource TEXT COLLATE "C" NOT NULL,
  access TEXT COLLATE "C" NOT NULL,                -- the grant, as JSON
  label TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT NOT NULL,
  token_id TEXT COLLATE "C"                        -- set when it was used
);
CREATE INDEX app_codes_by_account ON app_codes (account_id);
CREATE INDEX app_codes_by_end ON app_codes (expires_at);

-- Refresh tokens; one that is used a second time ends the token that it belongs to.
CREATE TABLE app_refreshes (
  secret_hash BYTEA PRIMARY KEY,        -- SHA-256
  account_id TEXT COLLATE "C" NOT NULL,
  token_id TEXT COLLATE "C" NOT NULL,
  client_id TEXT COLLATE "C" NOT NULL,
  resource TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  FOREIGN KEY (account_id, token_id) REFERENCES tokens (account_id, id) ON DELETE CASCADE
);
CREATE INDEX app_refreshes_by_token ON app_refreshes (account_id, token_id);
CREATE INDEX app_refreshes_by_end ON app_refreshes (expires_at);
