-- Version 3: which run a run takes back, and the policy that was applied last when it began, so that taking it back can
-- give the state that one again.
ALTER TABLE run ADD COLUMN takes_back TEXT;
ALTER TABLE run ADD COLUMN policy_before TEXT;
CREATE INDEX run_takes_back ON run (takes_back) WHERE takes_back IS NOT NULL;
