-- The state store, version 1. Times are RFC 3339 in UTC; object GUIDs are the 16 bytes of objectGUID;
-- lists of values are JSON arrays of texts. A table that says "by person" holds nothing of anybody else,
-- so that one person can be forgotten.

-- Which versions this file went through.
CREATE TABLE migration (
  version INTEGER PRIMARY KEY,
  at      TEXT NOT NULL,
  tool    TEXT NOT NULL
) STRICT;

-- The store itself: one row (S5).
CREATE TABLE store (
  only        INTEGER PRIMARY KEY CHECK (only = 1),
  id          TEXT NOT NULL,
  generation  INTEGER NOT NULL DEFAULT 0,
  domain      BLOB,
  domain_name TEXT,
  policy      TEXT,
  people_read INTEGER,
  created     TEXT NOT NULL
) STRICT;

-- What digests of HR values are salted with: whoever has a plan file but not this file can guess none of them.
CREATE TABLE salt (
  only  INTEGER PRIMARY KEY CHECK (only = 1),
  bytes BLOB NOT NULL
) STRICT;

-- By person: stage at the last run, digests of HR values (JSON object), emergency end (S1).
CREATE TABLE person (
  id                 TEXT PRIMARY KEY,
  account            BLOB,
  stage              TEXT,
  entered            TEXT,
  digests            TEXT NOT NULL DEFAULT '{}',
  vanished           TEXT,
  terminated         TEXT,
  terminated_by      TEXT,
  terminated_because TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX person_account ON person (account) WHERE account IS NOT NULL;

-- An account: whose, tied or their own, disabled since when by our own clock (G11).
CREATE TABLE account (
  guid           BLOB PRIMARY KEY,
  person         TEXT,
  tied           INTEGER NOT NULL DEFAULT 0,
  created        TEXT,
  disabled_since TEXT,
  disabled_by_us INTEGER NOT NULL DEFAULT 0,
  password_set   TEXT,
  password_given TEXT,
  anchor         TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX account_person ON account (person) WHERE person IS NOT NULL;

-- What a stage laid over an account, and what was there before (S16).
CREATE TABLE overlay (
  account   BLOB NOT NULL,
  position  INTEGER NOT NULL,
  stage     TEXT NOT NULL,
  attribute TEXT NOT NULL,
  before    TEXT NOT NULL,
  wrote     TEXT NOT NULL,
  PRIMARY KEY (account, position)
) STRICT, WITHOUT ROWID;

-- Whose each membership is (S6).
CREATE TABLE membership (
  account          BLOB NOT NULL,
  in_group         BLOB NOT NULL,
  owner            TEXT NOT NULL CHECK (owner IN ('granted', 'adopted', 'by hand')),
  since            TEXT NOT NULL,
  lapsed           TEXT,
  removed_by_stage TEXT,
  PRIMARY KEY (account, in_group)
) STRICT, WITHOUT ROWID;

-- Whose each attribute value is; a multi-valued attribute has a row per value.
CREATE TABLE attribute_value (
  account   BLOB NOT NULL,
  attribute TEXT NOT NULL,
  position  INTEGER NOT NULL,
  value     TEXT NOT NULL,
  owner     TEXT NOT NULL CHECK (owner IN ('set', 'adopted', 'by hand')),
  since     TEXT NOT NULL,
  PRIMARY KEY (account, attribute, position)
) STRICT, WITHOUT ROWID;

-- Names that were given, and stay given for a while after their account went (S14).
CREATE TABLE reservation (
  space    TEXT NOT NULL CHECK (space IN ('login', 'address', 'common name')),
  name     TEXT NOT NULL,
  person   TEXT NOT NULL,
  since    TEXT NOT NULL,
  released TEXT,
  PRIMARY KEY (space, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX reservation_person ON reservation (person);

-- How many of each kind a run did, for limits over 24 hours (S10).
CREATE TABLE guard_count (
  run   TEXT NOT NULL,
  kind  TEXT NOT NULL,
  at    TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (run, kind)
) STRICT, WITHOUT ROWID;

-- Since when each open account is open (S4).
CREATE TABLE open_account (
  guid  BLOB PRIMARY KEY,
  since TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- When a plan first saw each exception, by the digest of its text (S18).
CREATE TABLE exception_seen (
  digest TEXT PRIMARY KEY,
  since  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- By person: what waits for approval, by the salted digest of what is to be done, and who said yes until when.
CREATE TABLE approval (
  id       TEXT PRIMARY KEY,
  person   TEXT,
  asked    TEXT NOT NULL,
  given    TEXT,
  given_by TEXT,
  expires  TEXT
) STRICT, WITHOUT ROWID;

-- By person: the last complete record of HR as far as the policy names it, kept apart under the person's key,
-- and a salted digest that tells whether it is still the same. Empty where no policy asks for it.
CREATE TABLE last_record (
  person TEXT PRIMARY KEY,
  record INTEGER NOT NULL,
  digest TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The key under which a person's values are sealed; to destroy it is to forget them (S12).
CREATE TABLE person_key (
  person TEXT PRIMARY KEY,
  key    BLOB NOT NULL,
  made   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Values kept apart from the trail: sealed under the key of a person, or in clear where they are nobody's.
CREATE TABLE private (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  person TEXT,
  at     TEXT NOT NULL,
  body   BLOB NOT NULL
) STRICT;
CREATE INDEX private_person ON private (person) WHERE person IS NOT NULL;

-- Runs; 'running' is one that must be finished before the next.
CREATE TABLE run (
  id            TEXT PRIMARY KEY,
  kind          TEXT NOT NULL,
  status        TEXT NOT NULL CHECK (status IN ('running', 'finished', 'cancelled')),
  started       TEXT NOT NULL,
  ended         TEXT,
  who           TEXT NOT NULL,
  host          TEXT NOT NULL,
  tool          TEXT NOT NULL,
  planned_at    TEXT NOT NULL,
  expires       TEXT NOT NULL,
  plan_digest   TEXT NOT NULL,
  policy        TEXT NOT NULL,
  git_commit    TEXT,
  people        TEXT NOT NULL,
  people_source TEXT NOT NULL,
  directory     TEXT NOT NULL,
  domain        BLOB,
  domain_name   TEXT NOT NULL,
  generation    INTEGER NOT NULL,
  overrides     TEXT NOT NULL DEFAULT '[]'
) STRICT, WITHOUT ROWID;
CREATE INDEX run_started ON run (started);

-- The whole plan of a run that is not finished; it goes when the run ends.
CREATE TABLE run_plan (
  run  TEXT PRIMARY KEY REFERENCES run (id),
  plan TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The journal: one row per action; intent before the operation, outcome after it (G8). Until its outcome an
-- action is described by the run's plan, then by the private value that the audit trail digests.
CREATE TABLE action (
  run        TEXT NOT NULL REFERENCES run (id),
  position   INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  person     TEXT,
  cause      TEXT NOT NULL,
  reversible TEXT NOT NULL CHECK (reversible IN ('yes', 'partly', 'no')),
  not_ours   INTEGER NOT NULL DEFAULT 0,
  status     TEXT NOT NULL CHECK
             (status IN ('pending', 'intended', 'done', 'failed', 'conflict', 'skipped', 'waiting')),
  intended   TEXT,
  ended      TEXT,
  object     BLOB,
  details    INTEGER,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX action_person ON action (person) WHERE person IS NOT NULL;
CREATE INDEX action_object ON action (object) WHERE object IS NOT NULL;

-- The audit trail: each entry carries the hash of the one before (S12).
CREATE TABLE audit (
  seq      INTEGER PRIMARY KEY,
  at       TEXT NOT NULL,
  event    TEXT NOT NULL,
  run      TEXT,
  facts    TEXT NOT NULL,
  private  INTEGER,
  digest   BLOB,
  previous BLOB NOT NULL,
  hash     BLOB NOT NULL
) STRICT;

-- Where the trail begins once its oldest entries were dropped: the last one dropped and its hash.
CREATE TABLE audit_base (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  seq  INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT;

-- How many records each source of people had that has a name, by the last applied run.
CREATE TABLE source_read (
  source  TEXT PRIMARY KEY,
  records INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was written back to HR last, by person: the salted digest by which it is known as ours.
CREATE TABLE written_back (
  person TEXT NOT NULL,
  field  TEXT NOT NULL,
  digest TEXT NOT NULL,
  at     TEXT NOT NULL,
  PRIMARY KEY (person, field)
) STRICT, WITHOUT ROWID;

-- The `on` lines of notices that a run has seen: one that is new tells nothing of what is so already.
CREATE TABLE notice_known (
  key TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- By person: what an `on` line watches is so, by the last applied run.
CREATE TABLE notice_state (
  key    TEXT NOT NULL,
  person TEXT NOT NULL,
  PRIMARY KEY (key, person)
) STRICT, WITHOUT ROWID;

-- Notices that are due, in the order in which they came to be. What they say lies sealed in `private`.
-- A notice is sent under its id (as Message-ID and idempotency key): 'sending' is written before, 'sent' after.
-- What a crash leaves 'sending' is sent again under the same id, which is counted and may be a repeat.
CREATE TABLE outbox (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  id       TEXT NOT NULL UNIQUE,
  run      TEXT NOT NULL,
  notice   TEXT NOT NULL,
  event    TEXT NOT NULL,
  person   TEXT,
  content  INTEGER,
  status   TEXT NOT NULL CHECK (status IN ('due', 'sending', 'sent', 'failed', 'void')),
  made     TEXT NOT NULL,
  tried    TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  ended    TEXT
) STRICT;
CREATE INDEX outbox_open ON outbox (status) WHERE status IN ('due', 'sending');
CREATE INDEX outbox_person ON outbox (person) WHERE person IS NOT NULL;
