-- What has been kept long enough goes, and the log says so. A purge has a number of its own among
-- the entries and a leaf under it; its marks say of which entries rows or words are gone (a bitmap
-- from first_entry on, deflated). Only the tables' owner purges: the application may read of it.
CREATE TABLE purge (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    entry BIGINT NOT NULL,
    kind TEXT NOT NULL,
    before DATE NOT NULL,
    first_lot INTEGER NOT NULL,
    end_lot INTEGER NOT NULL,
    entries BIGINT NOT NULL,
    first_entry BIGINT NOT NULL,
    marks BYTEA NOT NULL,
    account_id INTEGER,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_purge PRIMARY KEY (id),
    CONSTRAINT uq_purge_entry UNIQUE (entry),
    CONSTRAINT ck_purge_kind_known CHECK (kind IN ('rows', 'notes'))
);
ALTER TABLE purge ALTER COLUMN marks SET STORAGE EXTERNAL;

-- Rows that went while others of their entry stay, as the bytes they were hashed as: without them
-- what stays could no longer be proved. There are no words in them.
CREATE TABLE purged_record (
    entry BIGINT NOT NULL,
    record BYTEA NOT NULL,
    CONSTRAINT pk_purged_record PRIMARY KEY (entry, record)
);

-- The digest of a note whose words are gone; NULL as long as they stand there.
ALTER TABLE entry_note ADD COLUMN digest BYTEA;

GRANT SELECT ON purge, purged_record TO suyuan_app;

-- Notes may change while a purge says so, in its transaction and by the tables' owner: nobody else
-- has the right to try.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'entry_note' AND TG_OP <> 'TRUNCATE'
        AND current_setting('suyuan.purging', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'table % is append-only: correct an entry with another entry', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON purge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON purged_record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
