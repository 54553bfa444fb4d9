-- The proof. Beside each filing stands the nonce its entries were hashed with, and, until the log
-- has taken them up, their leaf hashes. Hashes do not compress: they are kept outside the row as
-- they are.
CREATE TABLE leaf_batch (
    operator_id INTEGER NOT NULL,
    first_entry BIGINT NOT NULL,
    count INTEGER NOT NULL,
    nonce BYTEA NOT NULL,
    CONSTRAINT pk_leaf_batch PRIMARY KEY (operator_id, first_entry)
);

CREATE TABLE leaf_queue (
    operator_id INTEGER NOT NULL,
    first_entry BIGINT NOT NULL,
    leaves BYTEA NOT NULL,
    CONSTRAINT pk_leaf_queue PRIMARY KEY (operator_id, first_entry)
) WITH (
    -- A queue: what was sealed makes room for what comes, whatever the size of the backlog.
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000
);
ALTER TABLE leaf_queue ALTER COLUMN leaves SET STORAGE EXTERNAL;

-- Which positions of the log the entries of a contiguous range of numbers have.
CREATE TABLE log_span (
    first_leaf BIGINT NOT NULL,
    count BIGINT NOT NULL,
    first_entry BIGINT NOT NULL,
    CONSTRAINT pk_log_span PRIMARY KEY (first_leaf),
    CONSTRAINT uq_log_span_first_entry UNIQUE (first_entry)
);

-- One row per tile; a tile that is not full yet is overwritten by its wider self.
CREATE TABLE log_tile (
    level SMALLINT NOT NULL,
    index BIGINT NOT NULL,
    width SMALLINT NOT NULL,
    data BYTEA NOT NULL,
    CONSTRAINT pk_log_tile PRIMARY KEY (level, index)
);
ALTER TABLE log_tile ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE log_checkpoint (
    size BIGINT NOT NULL,
    root BYTEA NOT NULL,
    note TEXT NOT NULL,
    signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_log_checkpoint PRIMARY KEY (size)
);

CREATE TABLE log_cosignature (
    size BIGINT NOT NULL,
    name TEXT NOT NULL,
    key_id BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_log_cosignature PRIMARY KEY (size, name, key_id)
);

GRANT SELECT, INSERT ON leaf_batch, leaf_queue, log_span, log_tile, log_checkpoint, log_cosignature
    TO suyuan_app;
GRANT DELETE ON leaf_queue TO suyuan_app;
GRANT UPDATE (width, data) ON log_tile TO suyuan_app;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON leaf_batch
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON log_span
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON log_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON log_cosignature
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE DELETE OR TRUNCATE ON log_tile
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
