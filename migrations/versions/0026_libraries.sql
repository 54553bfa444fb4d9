-- Libraries of supervised objects. A rule of tags says who belongs; membership is dated and only
-- ever ended, never taken away.
CREATE TABLE library (
    id SMALLINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    zh TEXT NOT NULL,
    en TEXT NOT NULL,
    region TEXT NOT NULL DEFAULT '',
    industry TEXT NOT NULL DEFAULT '',
    attribute TEXT NOT NULL DEFAULT '',
    rule JSONB NOT NULL,
    official BOOLEAN NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    source TEXT NOT NULL DEFAULT '',
    mark TEXT NOT NULL DEFAULT '',
    members INTEGER NOT NULL DEFAULT 0,
    refreshed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_library PRIMARY KEY (id),
    CONSTRAINT uq_library_code UNIQUE (code)
);

CREATE TABLE library_change (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    library_id SMALLINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    account_id INTEGER,
    before JSONB NOT NULL,
    after JSONB NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_library_change PRIMARY KEY (id),
    CONSTRAINT fk_library_change_library_id_library FOREIGN KEY (library_id) REFERENCES library (id)
);
CREATE INDEX ix_library_change_library ON library_change (library_id, id);

CREATE TABLE library_member (
    subject_id INTEGER NOT NULL,
    library_id SMALLINT NOT NULL,
    from_on DATE NOT NULL,
    to_on DATE,
    CONSTRAINT pk_library_member PRIMARY KEY (subject_id, library_id, from_on),
    CONSTRAINT fk_library_member_subject_id_subject
        FOREIGN KEY (subject_id) REFERENCES subject (id),
    CONSTRAINT fk_library_member_library_id_library FOREIGN KEY (library_id) REFERENCES library (id)
);
CREATE INDEX ix_library_member_now ON library_member (library_id, subject_id)
    WHERE to_on IS NULL;
CREATE INDEX ix_library_member_begun ON library_member (library_id, from_on, subject_id);
CREATE INDEX ix_library_member_ended ON library_member (library_id, to_on, subject_id)
    WHERE to_on IS NOT NULL;

CREATE TABLE library_day (
    library_id SMALLINT NOT NULL,
    on_day DATE NOT NULL,
    joined INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    CONSTRAINT pk_library_day PRIMARY KEY (library_id, on_day),
    CONSTRAINT fk_library_day_library_id_library FOREIGN KEY (library_id) REFERENCES library (id)
);

CREATE TABLE library_snapshot (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    library_id SMALLINT NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
    account_id INTEGER,
    members INTEGER NOT NULL,
    sha256 BYTEA NOT NULL,
    subjects BYTEA NOT NULL,
    CONSTRAINT pk_library_snapshot PRIMARY KEY (id),
    CONSTRAINT fk_library_snapshot_library_id_library
        FOREIGN KEY (library_id) REFERENCES library (id)
);
CREATE INDEX ix_library_snapshot_library ON library_snapshot (library_id, id);

CREATE TABLE library_mark (
    id SMALLINT NOT NULL,
    subject_id INTEGER NOT NULL,
    change_id INTEGER NOT NULL,
    CONSTRAINT pk_library_mark PRIMARY KEY (id)
);
INSERT INTO library_mark (id, subject_id, change_id) VALUES (1, 0, 0);

GRANT SELECT, INSERT ON library, library_change, library_member, library_day, library_snapshot
    TO suyuan_app;
GRANT UPDATE (zh, en, region, industry, attribute, rule, valid_from, valid_to, source, mark,
    members, refreshed_at) ON library TO suyuan_app;
GRANT UPDATE (to_on) ON library_member TO suyuan_app;
GRANT UPDATE (joined, gone) ON library_day TO suyuan_app;
GRANT SELECT, UPDATE ON library_mark TO suyuan_app;
