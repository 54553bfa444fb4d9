-- Who brought a unit of measure that is in no list: nobody may use up the room of all.
ALTER TABLE unit_word ADD COLUMN operator_id INTEGER DEFAULT 0 NOT NULL;
CREATE INDEX ix_unit_word_operator_id ON unit_word (operator_id);
