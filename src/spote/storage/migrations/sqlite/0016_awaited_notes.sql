-- Notes say themselves until when somebody waits for them, whoever it is: an account's notes may be awaited by several.
DROP INDEX embedded_accounts_awaited;
ALTER TABLE embedded_accounts DROP COLUMN awaited_until;
ALTER TABLE embedded_accounts DROP COLUMN awaited_first_saved;
ALTER TABLE embedded_accounts DROP COLUMN awaited_last_saved;
ALTER TABLE unembedded ADD COLUMN awaited_until INTEGER NOT NULL DEFAULT 0; -- ms
CREATE INDEX unembedded_awaited ON unembedded (awaited_until) WHERE awaited_until > 0;
