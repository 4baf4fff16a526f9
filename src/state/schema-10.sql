-- Version 10: what other systems were asked for a person before something is done (`await`). A row for each person and
-- step, with the last occasion; nothing that was sent stands in it. `key` is the idempotency key, on disk before it is
-- first sent; `digest` is a salted digest of what goes with it, so that one key never goes with two requests.
CREATE TABLE step (
  person     TEXT NOT NULL,
  name       TEXT NOT NULL,
  key        TEXT NOT NULL,
  event      TEXT NOT NULL,
  occasion   TEXT NOT NULL,
  digest     TEXT NOT NULL,
  begun      TEXT NOT NULL,
  standing   TEXT NOT NULL CHECK (standing IN ('waiting', 'answered', 'refused', 'over')),
  at         TEXT NOT NULL,
  not_before TEXT,
  late       TEXT,
  PRIMARY KEY (person, name)
) STRICT, WITHOUT ROWID;
