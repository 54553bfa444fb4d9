-- A file is read by several readers at once, each taking the rows of its own lots: how far each has
-- come stands in one array. What is half read goes on from the row it had reached.
ALTER TABLE upload ADD COLUMN taken INTEGER[] DEFAULT '{0}' NOT NULL;
UPDATE upload SET taken = ARRAY[rows_done];
ALTER TABLE upload DROP COLUMN chunks_done;

-- Rows that were kept are shown in the order of the file, whichever reader came by first.
DROP INDEX ix_upload_row_upload;
CREATE INDEX ix_upload_row_upload ON upload_row (upload_id, state, sheet, number, id);
