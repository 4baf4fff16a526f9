-- Version 2: which open accounts a run meant to disable and could not (S4); and how often a run took back what a hand
-- wrote into an attribute (S13).
ALTER TABLE open_account ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;

CREATE TABLE set_back (
  account   BLOB NOT NULL,
  attribute TEXT NOT NULL,
  times     INTEGER NOT NULL,
  PRIMARY KEY (account, attribute)
) STRICT, WITHOUT ROWID;
