-- Version 7: a delivery that may have arrived stays one that may have, whatever a later attempt comes to: for 'due' and
-- 'failed' nothing else tells it. What was 'sending' then may have arrived.
ALTER TABLE delivery ADD COLUMN perhaps INTEGER NOT NULL DEFAULT 0 CHECK (perhaps IN (0, 1));
UPDATE delivery SET perhaps = 1 WHERE status = 'sending';
