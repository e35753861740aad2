-- Whose notes somebody waits for in a search: they are embedded before all others, by whatever server process does it.
ALTER TABLE embedded_accounts ADD COLUMN awaited_until INTEGER NOT NULL DEFAULT 0;       -- ms
ALTER TABLE embedded_accounts ADD COLUMN awaited_first_saved INTEGER NOT NULL DEFAULT 0; -- ms
ALTER TABLE embedded_accounts ADD COLUMN awaited_last_saved INTEGER NOT NULL DEFAULT 0;  -- ms; later ones are not waited for
CREATE INDEX embedded_accounts_awaited ON embedded_accounts (awaited_until);
