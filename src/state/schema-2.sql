-- Version 2: which open accounts a run meant to disable and could not (S4); a salt of its own, which stands in no plan
-- (S12); and how often a run took back what a hand wrote into an attribute (S13).
ALTER TABLE open_account ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;

-- A store that has digests goes on with what they were made with.
ALTER TABLE store ADD COLUMN salt TEXT;
UPDATE store SET salt = id;

CREATE TABLE set_back (
  account   BLOB NOT NULL,
  attribute TEXT NOT NULL,
  times     INTEGER NOT NULL,
  PRIMARY KEY (account, attribute)
) STRICT, WITHOUT ROWID;
