-- Schemes are files kept as they were said; a run copies all its scores in one transaction, each
-- with the points of its indicators and the facts they come from, packed.
CREATE TABLE scheme (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    version TEXT NOT NULL,
    trade TEXT NOT NULL,
    state TEXT NOT NULL,
    public BOOLEAN NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    text TEXT NOT NULL,
    digest BYTEA NOT NULL,
    loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    account_id INTEGER,
    CONSTRAINT pk_scheme PRIMARY KEY (id),
    CONSTRAINT uq_scheme_code UNIQUE (code, version)
);

CREATE TABLE score_object (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    trade TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    parent_id INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_score_object PRIMARY KEY (id),
    CONSTRAINT uq_score_object_trade UNIQUE (trade, kind, number)
);
CREATE INDEX ix_score_object_subject ON score_object (subject_id);

CREATE TABLE score_run (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    scheme_id INTEGER NOT NULL,
    as_of DATE NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    objects INTEGER NOT NULL,
    snapshot BYTEA NOT NULL,
    result BYTEA NOT NULL,
    distributions JSONB NOT NULL,
    about JSONB NOT NULL,
    note TEXT NOT NULL,
    CONSTRAINT pk_score_run PRIMARY KEY (id),
    CONSTRAINT fk_score_run_scheme_id_scheme FOREIGN KEY (scheme_id) REFERENCES scheme (id)
);
CREATE INDEX ix_score_run_scheme ON score_run (scheme_id, as_of, id);

CREATE TABLE score (
    subject_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    object_id BIGINT NOT NULL,
    own INTEGER NOT NULL,
    points INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    kind SMALLINT NOT NULL,
    class_rank SMALLINT NOT NULL,
    adjusted SMALLINT NOT NULL,
    before SMALLINT NOT NULL,
    flags SMALLINT NOT NULL,
    lines BYTEA NOT NULL,
    rows BYTEA NOT NULL,
    words TEXT NOT NULL,
    CONSTRAINT pk_score PRIMARY KEY (subject_id, run_id, kind, object_id)
);
CREATE INDEX ix_score_run ON score (run_id, kind, object_id, adjusted);

GRANT SELECT, INSERT ON scheme, score_object, score_run, score TO suyuan_app;
GRANT UPDATE (state, valid_to, text, digest, valid_from, trade, public, loaded_at, account_id) ON scheme TO suyuan_app;
GRANT UPDATE (name, subject_id, parent_id) ON score_object TO suyuan_app;
