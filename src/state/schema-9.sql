-- Version 9: what digests collect. A row for each item and each of those to whom it goes, by their position among them;
-- what it says lies in `private` under the key of its person, and what a digest says is put together as it is sent.
-- `digest` is the entry of the outbox that it became part of. `key` is the `on` line that watches whether it is still so.
CREATE TABLE digest_item (
  seq       INTEGER PRIMARY KEY AUTOINCREMENT,
  id        TEXT NOT NULL,
  recipient INTEGER NOT NULL,
  run       TEXT NOT NULL,
  notice    TEXT NOT NULL,
  key       TEXT NOT NULL,
  person    TEXT,
  content   INTEGER,
  made      TEXT NOT NULL,
  due       TEXT NOT NULL,
  digest    TEXT,
  UNIQUE (id, recipient)
) STRICT;
CREATE INDEX digest_item_of ON digest_item (digest);
CREATE INDEX digest_item_person ON digest_item (person) WHERE person IS NOT NULL;
ALTER TABLE outbox ADD COLUMN digest INTEGER NOT NULL DEFAULT 0 CHECK (digest IN (0, 1));
