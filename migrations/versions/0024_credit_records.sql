-- What agencies say of subjects. The catalogue is data with versions; records are narrow rows that
-- are only added to, 151 bytes and 41 of index each; what happens to one afterwards is a row beside.
CREATE TABLE credit_item (
    id SMALLINT NOT NULL,
    version SMALLINT NOT NULL,
    code TEXT NOT NULL,
    document JSONB NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_credit_item PRIMARY KEY (id, version)
);

CREATE TABLE credit_agency (
    id SMALLINT NOT NULL,
    subject_id INTEGER NOT NULL,
    code TEXT NOT NULL,
    zh TEXT NOT NULL,
    en TEXT NOT NULL,
    kind TEXT NOT NULL,
    level TEXT NOT NULL,
    CONSTRAINT pk_credit_agency PRIMARY KEY (id),
    CONSTRAINT uq_credit_agency_subject_id UNIQUE (subject_id),
    CONSTRAINT uq_credit_agency_code UNIQUE (code),
    CONSTRAINT fk_credit_agency_subject_id_subject
        FOREIGN KEY (subject_id) REFERENCES subject (id)
);

CREATE TABLE credit_record (
    subject_id INTEGER NOT NULL,
    upload_id INTEGER NOT NULL,
    id BIGINT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    decided_on DATE NOT NULL,
    item_id SMALLINT NOT NULL,
    agency_id SMALLINT NOT NULL,
    by_item BOOLEAN NOT NULL,
    said TEXT NOT NULL,
    CONSTRAINT pk_credit_record
        PRIMARY KEY (subject_id, item_id, agency_id, id) INCLUDE (decided_on)
);
CREATE INDEX ix_credit_record_item ON credit_record (item_id, decided_on, subject_id)
    WHERE by_item;

CREATE TABLE credit_record_event (
    subject_id INTEGER NOT NULL,
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    record_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    account_id INTEGER,
    agency_id SMALLINT,
    reason TEXT NOT NULL,
    basis TEXT NOT NULL,
    about TEXT NOT NULL,
    CONSTRAINT pk_credit_record_event PRIMARY KEY (subject_id, id)
);

CREATE TABLE credit_upload (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    agency_id SMALLINT NOT NULL,
    item_id SMALLINT NOT NULL,
    account_id INTEGER,
    channel TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    sha256 TEXT DEFAULT '' NOT NULL,
    state TEXT DEFAULT 'done' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    total INTEGER DEFAULT 0 NOT NULL,
    added INTEGER DEFAULT 0 NOT NULL,
    corrected INTEGER DEFAULT 0 NOT NULL,
    duplicate INTEGER DEFAULT 0 NOT NULL,
    pending INTEGER DEFAULT 0 NOT NULL,
    refused INTEGER DEFAULT 0 NOT NULL,
    complete INTEGER DEFAULT 0 NOT NULL,
    timely INTEGER DEFAULT 0 NOT NULL,
    progress JSONB DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_credit_upload PRIMARY KEY (id)
);
CREATE INDEX ix_credit_upload_agency ON credit_upload (agency_id, id);
CREATE INDEX ix_credit_upload_at ON credit_upload (at);
CREATE UNIQUE INDEX uq_credit_upload_file ON credit_upload (agency_id, item_id, sha256)
    WHERE sha256 <> '' AND state <> 'refused';
CREATE INDEX ix_credit_upload_unfinished ON credit_upload (updated_at)
    WHERE state IN ('waiting', 'reading');

CREATE TABLE credit_upload_row (
    upload_id INTEGER NOT NULL,
    row INTEGER NOT NULL,
    "column" TEXT NOT NULL,
    code TEXT NOT NULL,
    params JSONB NOT NULL,
    raw JSONB NOT NULL,
    CONSTRAINT pk_credit_upload_row PRIMARY KEY (upload_id, row)
);

CREATE TABLE credit_pending (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    upload_id INTEGER NOT NULL,
    agency_id SMALLINT NOT NULL,
    item_id SMALLINT NOT NULL,
    uscc TEXT NOT NULL,
    name TEXT NOT NULL,
    digest BIGINT NOT NULL,
    raw JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_credit_pending PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_credit_pending_row ON credit_pending (agency_id, item_id, uscc, digest);
CREATE INDEX ix_credit_pending_uscc ON credit_pending (uscc) WHERE settled_at IS NULL;
CREATE INDEX ix_credit_pending_open ON credit_pending (id) WHERE settled_at IS NULL;

GRANT SELECT, INSERT ON credit_item, credit_agency, credit_record, credit_record_event,
    credit_upload, credit_upload_row, credit_pending TO suyuan_app;
GRANT UPDATE (valid_to) ON credit_item TO suyuan_app;
GRANT UPDATE (zh, en, kind, level) ON credit_agency TO suyuan_app;
GRANT UPDATE (state, updated_at, finished_at, total, added, corrected, duplicate, pending, refused, complete,
    timely, progress) ON credit_upload TO suyuan_app;
GRANT UPDATE (settled_at, outcome) ON credit_pending TO suyuan_app;

INSERT INTO parameter (key, value, unit, jurisdiction, valid_from, valid_to, source, mark) VALUES
    ('publication.penalty_scheme', 'kinds', 'word', 'CN', '2021-09-01', '2026-03-31',
        'how long a penalty is public: by its kinds; order 45 of 2021 Art. 13', 'V'),
    ('publication.penalty_scheme', 'severity', 'word', 'CN', '2026-04-01', NULL,
        'how long a penalty is public: by severity; NDRC order 36 on credit repair', 'V'),
    ('publication.small_fine_months', '3', 'month', 'CN', '2021-09-01', NULL,
        'small fine or notice of criticism only; order 45 of 2021 Art. 13', 'V'),
    ('publication.penalty_months', '36', 'month', 'CN', '2021-09-01', NULL,
        'other penalties; order 45 of 2021 Art. 13', 'V'),
    ('publication.minor_months', '0', 'month', 'CN', '2026-04-01', NULL,
        'minor: not public (at most 3 months if needed); NDRC order 36 on credit repair', 'V'),
    ('publication.general_months', '12', 'month', 'CN', '2026-04-01', NULL,
        'general: 3 months to 1 year; NDRC order 36 on credit repair; the longest', 'D'),
    ('publication.serious_months', '36', 'month', 'CN', '2026-04-01', NULL,
        'serious: 1 to 3 years; NDRC order 36 on credit repair; the longest', 'D'),
    ('publication.small_fine_firm', '50000', 'yuan', 'CN', '2021-09-01', NULL,
        'what a small fine is for a firm: provinces set it', 'D'),
    ('publication.small_fine_other', '5000', 'yuan', 'CN', '2021-09-01', NULL,
        'what a small fine is for sole traders and others: provinces set it', 'D'),
    ('publication.unlawful_months', '36', 'month', 'CN', '2021-09-01', NULL,
        'seriously unlawful list: three years', 'K+'),
    ('publication.negative_years', '5', 'year', 'CN', '2018-01-01', NULL,
        'negative information at most five years; as in Shanghai and Shandong and Zhejiang; Xiamen''s own figure unknown', 'K'),
    ('publicity.decision_days', '7', 'working day', 'CN', '2018-01-01', NULL,
        'two publicities: licences and penalties', 'V'),
    ('publicity.system_days', '20', 'working day', 'CN', '2014-10-01', NULL,
        'through the publicity system of firms; order 45 of 2021 Art. 9', 'V'),
    ('publicity.push_days', '10', 'working day', 'CN', '2014-10-01', NULL,
        'party of another province: push; order 45 of 2021 Art. 10', 'V'),
    ('publicity.publish_days', '10', 'working day', 'CN', '2014-10-01', NULL,
        'party of another province: publish after the push; order 45 of 2021 Art. 10', 'V'),
    ('publicity.undo_days', '3', 'working day', 'CN', '2014-10-01', NULL,
        'penalty changed or revoked: withdraw; order 45 of 2021 Art. 11', 'V')
ON CONFLICT DO NOTHING;  -- a new installation has them from the list that comes with the code
