-- An ALIAS row now has a direction (unit: 0 same goods, 1 source of the other, 2 pool of the other):
-- the trace follows it one way only, and must read the direction from the index.
DROP INDEX ix_entry_forward;
CREATE INDEX ix_entry_forward ON entry (lot) INCLUDE (other, kind, unit) WHERE kind IN (4, 9);
