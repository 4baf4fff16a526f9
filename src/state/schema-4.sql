-- Version 4: so that a run can be taken back, which accounts the state did not know when it began (a JSON array of GUIDs).
ALTER TABLE run ADD COLUMN first_seen TEXT NOT NULL DEFAULT '[]';
