-- A service may give longer vectors under the same name tomorrow: the names of its models say the length from now on.
-- The embedded model has a version instead, and names that end with a length which was asked for keep it.
-- Accounts in which lengths were mixed have no model any more: their notes are embedded anew.
UPDATE embedded_accounts SET model = (
  SELECT CASE WHEN min(length(p.vector)) = max(length(p.vector))
    THEN embedded_accounts.model || '@' || (max(length(p.vector)) / 2) END
  FROM passages AS p WHERE p.account_id = embedded_accounts.account_id AND p.model = embedded_accounts.model)
WHERE model <> 'multilingual-e5-small-q4/1' AND EXISTS (
  SELECT 1 FROM passages AS p WHERE p.account_id = embedded_accounts.account_id AND p.model = embedded_accounts.model
    AND p.model NOT LIKE '%/' || (length(p.vector) / 2));
UPDATE passages SET model = model || '@' || (length(vector) / 2)
WHERE model <> 'multilingual-e5-small-q4/1' AND model NOT LIKE '%/' || (length(vector) / 2);
