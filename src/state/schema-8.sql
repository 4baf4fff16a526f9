-- Version 8: a question that waits for a person has an end, what it is about lies sealed in `private`, and an answer says
-- why; a no stands beside the yes (S19). `first` is when it was asked first, `asked` since when nobody has answered.
ALTER TABLE approval ADD COLUMN first TEXT;
ALTER TABLE approval ADD COLUMN until TEXT;
ALTER TABLE approval ADD COLUMN what INTEGER;
ALTER TABLE approval ADD COLUMN given_because TEXT;
ALTER TABLE approval ADD COLUMN refused TEXT;
ALTER TABLE approval ADD COLUMN refused_by TEXT;
ALTER TABLE approval ADD COLUMN refused_until TEXT;
ALTER TABLE approval ADD COLUMN refused_because TEXT;

-- When an `on approval` line told of a question last, by the key of the line.
CREATE TABLE approval_told (
  key      TEXT NOT NULL,
  approval TEXT NOT NULL,
  at       TEXT NOT NULL,
  PRIMARY KEY (key, approval)
) STRICT, WITHOUT ROWID;
