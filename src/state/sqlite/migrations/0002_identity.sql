-- Which ledger this is, wherever the file is opened from: a cluster is told, so that two ledgers keep out of each other's way.
CREATE TABLE identity (
  one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
  id TEXT NOT NULL CHECK (length(id) = 16)
) STRICT;
INSERT INTO identity VALUES (1, lower(hex(randomblob(8))));

CREATE TRIGGER identity_is_not_changed BEFORE UPDATE ON identity
BEGIN SELECT RAISE(ABORT, 'a ledger stays the ledger it is'); END;
CREATE TRIGGER identity_is_not_removed BEFORE DELETE ON identity
BEGIN SELECT RAISE(ABORT, 'a ledger stays the ledger it is'); END;
