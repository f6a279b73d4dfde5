-- Events: one row each, only ever added. (deployment, seq) is the lock: of two processes that decide at once, one wins.
-- WITHOUT ROWID keeps each value once in the file, so that a changed byte can't hide behind an index's copy.
CREATE TABLE events (
  deployment TEXT NOT NULL CHECK (deployment <> ''),
  seq INTEGER NOT NULL CHECK (seq > 0),
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  fact TEXT NOT NULL,
  previous TEXT NOT NULL CHECK (length(previous) = 64),
  hash TEXT NOT NULL CHECK (length(hash) = 64),
  PRIMARY KEY (deployment, seq)
) STRICT, WITHOUT ROWID;

-- Where each chain ends, so that rows missing at the end are noticed.
CREATE TABLE heads (
  deployment TEXT PRIMARY KEY NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  started TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Evidence, by the digest of its bytes.
CREATE TABLE bodies (
  digest TEXT PRIMARY KEY NOT NULL,
  media_type TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;

CREATE TABLE nonces (nonce TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE failures (key TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE INDEX failures_by_key ON failures (key, at);

CREATE VIRTUAL TABLE learnings USING fts5(
  deployment UNINDEXED, seq UNINDEXED, text, tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are only added, never changed'); END;
CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are only added, never removed'); END;
-- INSERT OR REPLACE would remove without asking the trigger above.
CREATE TRIGGER events_are_not_replaced BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE deployment = NEW.deployment AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'events are only added, never replaced'); END;

CREATE TRIGGER heads_only_grow BEFORE UPDATE ON heads
WHEN NEW.seq <= OLD.seq OR NEW.deployment <> OLD.deployment
BEGIN SELECT RAISE(ABORT, 'a head only moves on'); END;
CREATE TRIGGER heads_are_not_removed BEFORE DELETE ON heads
BEGIN SELECT RAISE(ABORT, 'a head is never removed'); END;

CREATE TRIGGER bodies_are_not_changed BEFORE UPDATE ON bodies
BEGIN SELECT RAISE(ABORT, 'bodies are only added, never changed'); END;
CREATE TRIGGER bodies_are_not_removed BEFORE DELETE ON bodies
BEGIN SELECT RAISE(ABORT, 'bodies are only added, never removed'); END;
CREATE TRIGGER bodies_are_kept_once BEFORE INSERT ON bodies
WHEN EXISTS (SELECT 1 FROM bodies WHERE digest = NEW.digest)
BEGIN SELECT RAISE(IGNORE); END;

CREATE TRIGGER nonces_stay BEFORE DELETE ON nonces
BEGIN SELECT RAISE(ABORT, 'a nonce stays used'); END;
CREATE TRIGGER failures_stay BEFORE DELETE ON failures
BEGIN SELECT RAISE(ABORT, 'a failed attempt stays on record'); END;
