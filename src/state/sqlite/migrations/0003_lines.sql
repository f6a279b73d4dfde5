-- What lists and selections need of a deployment without reading its record. Written with each append by the engine, which
-- knows what facts mean; derived, so it may be written again. What is allowed is never decided by it.
CREATE TABLE lines (
  deployment TEXT PRIMARY KEY NOT NULL,
  seq INTEGER NOT NULL,
  component TEXT NOT NULL,
  workspace TEXT NOT NULL,
  cluster TEXT NOT NULL,
  namespace TEXT NOT NULL,
  started TEXT NOT NULL,
  closed TEXT NOT NULL,
  leftovers INTEGER NOT NULL CHECK (leftovers IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX lines_by_start ON lines (started, deployment);
CREATE INDEX lines_by_component ON lines (component);
CREATE INDEX lines_open ON lines (workspace, cluster) WHERE closed = '';
CREATE INDEX lines_with_leftovers ON lines (cluster) WHERE leftovers = 1;

-- Deployments whose line is missing or older than their record: appended without one, or before there were lines.
CREATE TABLE unlisted (deployment TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO unlisted SELECT deployment FROM heads WHERE deployment <> 'library';

-- Where learnings and judgements about them are, so that offering them reads no other row. Canonical JSON has no spaces.
CREATE INDEX learning_events ON events (deployment, seq) WHERE instr(fact, '"what":"learning"') > 0;
CREATE INDEX judgement_events ON events (deployment, seq) WHERE instr(fact, '"what":"judgement"') > 0;
