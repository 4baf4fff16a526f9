-- Version 5: what a human ordered, and what outranks HR and the policy until it is lifted (S1, S18). A table of its
-- own each: what a run remembers of people does not touch it.
CREATE TABLE emergency_end (
  person  TEXT PRIMARY KEY,
  stage   TEXT NOT NULL,
  since   TEXT NOT NULL,
  by      TEXT NOT NULL,
  because TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row at most.
CREATE TABLE freeze (
  only    INTEGER PRIMARY KEY CHECK (only = 1),
  until   TEXT NOT NULL,
  since   TEXT NOT NULL,
  by      TEXT NOT NULL,
  because TEXT NOT NULL
) STRICT;

-- Never written so far.
ALTER TABLE person DROP COLUMN terminated;
ALTER TABLE person DROP COLUMN terminated_by;
ALTER TABLE person DROP COLUMN terminated_because;
