-- Version 3: which run a run takes back; and so that it can be taken back itself, the policy that was applied last when
-- it began, and which accounts the state did not know then (a JSON array of GUIDs).
ALTER TABLE run ADD COLUMN takes_back TEXT;
ALTER TABLE run ADD COLUMN policy_before TEXT;
ALTER TABLE run ADD COLUMN first_seen TEXT NOT NULL DEFAULT '[]';
CREATE INDEX run_takes_back ON run (takes_back) WHERE takes_back IS NOT NULL;
