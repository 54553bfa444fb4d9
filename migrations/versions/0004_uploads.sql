-- A file of entries that was sent in, and the rows of it that are not simply filed.
CREATE TABLE upload (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    operator_id INTEGER NOT NULL,
    account_id INTEGER,
    acts_for JSONB NOT NULL,
    filename TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    size BIGINT NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    code TEXT DEFAULT '' NOT NULL,
    params JSONB DEFAULT '{}' NOT NULL,
    sheets JSONB DEFAULT '[]' NOT NULL,
    warnings JSONB DEFAULT '{}' NOT NULL,
    rows_total INTEGER DEFAULT 0 NOT NULL,
    rows_done INTEGER DEFAULT 0 NOT NULL,
    chunks_done INTEGER DEFAULT 0 NOT NULL,
    accepted INTEGER DEFAULT 0 NOT NULL,
    refused INTEGER DEFAULT 0 NOT NULL,
    warned INTEGER DEFAULT 0 NOT NULL,
    skipped INTEGER DEFAULT 0 NOT NULL,
    attempts SMALLINT DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_upload PRIMARY KEY (id),
    CONSTRAINT ck_upload_state_known CHECK (state IN ('waiting', 'reading', 'done', 'refused'))
);

-- The same file of the same operator is one upload; one refused as a whole may be sent again.
CREATE UNIQUE INDEX uq_upload_file ON upload (operator_id, sha256) WHERE state <> 'refused';
CREATE INDEX ix_upload_operator ON upload (operator_id, id);
CREATE INDEX ix_upload_unfinished ON upload (updated_at) WHERE state IN ('waiting', 'reading');

CREATE TABLE upload_row (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    upload_id BIGINT NOT NULL,
    sheet SMALLINT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    code TEXT NOT NULL,
    rule TEXT DEFAULT '' NOT NULL,
    field TEXT DEFAULT '' NOT NULL,
    cell TEXT DEFAULT '' NOT NULL,
    params JSONB NOT NULL,
    said JSONB DEFAULT '[]' NOT NULL,
    CONSTRAINT pk_upload_row PRIMARY KEY (id)
);

CREATE INDEX ix_upload_row_upload ON upload_row (upload_id, state, id);

-- An upload's counts move while it is read; its rows are only added to.
GRANT SELECT, INSERT, UPDATE ON upload TO suyuan_app;
GRANT SELECT, INSERT ON upload_row TO suyuan_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO suyuan_app;
