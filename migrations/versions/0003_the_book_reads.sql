-- What reading the book needs beside the trace: what put an entry out of force, and whether a line
-- of a document is in the book already (L08). Both are small: few entries are corrected, few lines
-- carry a line number.
CREATE INDEX ix_entry_void ON entry (lot, qty) INCLUDE (id) WHERE kind = 10;

CREATE INDEX ix_entry_note_document ON entry_note (document, document_line)
    WHERE document_line <> '';
