-- Version 6: how far each notice is on its way. What went wrong with it last lies sealed in `private`, as what it says
-- does; a recipient is known by their place in that, 0 where it is posted. 'sending' is written before the network
-- is touched, and what is found so afterwards may have arrived: it is sent again under the same id.
ALTER TABLE outbox ADD COLUMN problem INTEGER;

CREATE TABLE delivery (
  notice   TEXT NOT NULL,
  way      TEXT NOT NULL CHECK (way IN ('mail', 'http')),
  position INTEGER NOT NULL,
  status   TEXT NOT NULL CHECK (status IN ('sending', 'due', 'sent', 'failed')),
  PRIMARY KEY (notice, way, position)
) STRICT, WITHOUT ROWID;
