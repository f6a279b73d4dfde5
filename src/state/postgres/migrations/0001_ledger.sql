-- What the ledger keeps, insert-only: {schema} stands for the schema's quoted name. Columns that are compared or ordered
-- have the byte order of "C", so that no locale changes what comes first.
CREATE TABLE {schema}.events (
  deployment text COLLATE "C" NOT NULL CHECK (deployment <> ''),
  seq integer NOT NULL CHECK (seq > 0),
  at text COLLATE "C" NOT NULL,
  by text COLLATE "C" NOT NULL,
  fact text COLLATE "C" NOT NULL,
  previous text COLLATE "C" NOT NULL CHECK (length(previous) = 64),
  hash text COLLATE "C" NOT NULL CHECK (length(hash) = 64),
  what text COLLATE "C",
  PRIMARY KEY (deployment, seq)
);
-- Learnings and judgements about them, so that offering them reads no other row.
CREATE INDEX events_by_what ON {schema}.events (what, deployment, seq) WHERE what IS NOT NULL;

-- Where the chain ended after each append, so that rows missing at the end are noticed. The last one is the head.
CREATE TABLE {schema}.heads (
  deployment text COLLATE "C" NOT NULL,
  seq integer NOT NULL,
  hash text COLLATE "C" NOT NULL,
  started text COLLATE "C" NOT NULL,
  PRIMARY KEY (deployment, seq)
);

-- What lists need of a deployment: derived, so it may be written again. `appended` is the last row of its record.
CREATE TABLE {schema}.lines (
  deployment text COLLATE "C" PRIMARY KEY,
  appended integer NOT NULL,
  seq integer NOT NULL,
  component text COLLATE "C" NOT NULL,
  workspace text COLLATE "C" NOT NULL,
  cluster text COLLATE "C" NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  started text COLLATE "C" NOT NULL,
  closed text COLLATE "C" NOT NULL,
  leftovers boolean NOT NULL
);
CREATE INDEX lines_by_start ON {schema}.lines (started, deployment);
CREATE INDEX lines_by_component ON {schema}.lines (component);
CREATE INDEX lines_open ON {schema}.lines (workspace, cluster) WHERE closed = '';
CREATE INDEX lines_with_leftovers ON {schema}.lines (cluster) WHERE leftovers;
CREATE INDEX lines_behind ON {schema}.lines (deployment) WHERE seq < appended;

CREATE TABLE {schema}.bodies (
  digest text COLLATE "C" PRIMARY KEY,
  media_type text NOT NULL,
  body bytea NOT NULL
);

CREATE TABLE {schema}.nonces (nonce text COLLATE "C" PRIMARY KEY);

CREATE TABLE {schema}.failures (key text COLLATE "C" NOT NULL, at text COLLATE "C" NOT NULL);
CREATE INDEX failures_by_key ON {schema}.failures (key, at);

-- What a learning is found by.
CREATE TABLE {schema}.learnings (
  deployment text COLLATE "C" NOT NULL,
  seq integer NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (deployment, seq)
);

CREATE TABLE {schema}.identity (
  one integer PRIMARY KEY CHECK (one = 1),
  id text COLLATE "C" NOT NULL CHECK (length(id) = 16)
);

-- Grants keep the application's role from it; these keep everybody from it who doesn't take them away first.
CREATE FUNCTION {schema}.only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only added to, never changed or removed', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.events FOR EACH STATEMENT EXECUTE FUNCTION {schema}.only_added();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.heads FOR EACH STATEMENT EXECUTE FUNCTION {schema}.only_added();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.bodies FOR EACH STATEMENT EXECUTE FUNCTION {schema}.only_added();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.nonces FOR EACH STATEMENT EXECUTE FUNCTION {schema}.only_added();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.failures FOR EACH STATEMENT EXECUTE FUNCTION {schema}.only_added();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.identity FOR EACH STATEMENT EXECUTE FUNCTION {schema}.only_added();
