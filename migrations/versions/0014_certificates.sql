-- Certificates: what was put on file is never changed. What replaces one points at it, what ends
-- one stands beside it.
CREATE TABLE certificate (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    owner_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    number TEXT DEFAULT '' NOT NULL,
    issuer TEXT DEFAULT '' NOT NULL,
    issued_on DATE,
    valid_from DATE,
    valid_to DATE,
    note TEXT DEFAULT '' NOT NULL,
    public BOOLEAN NOT NULL,
    replaces INTEGER,
    reason TEXT DEFAULT '' NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    added_by INTEGER,
    CONSTRAINT pk_certificate PRIMARY KEY (id),
    CONSTRAINT fk_certificate_owner_id_subject FOREIGN KEY (owner_id) REFERENCES subject (id),
    CONSTRAINT fk_certificate_replaces_certificate
        FOREIGN KEY (replaces) REFERENCES certificate (id)
);
CREATE INDEX ix_certificate_owner ON certificate (owner_id, id);
CREATE INDEX ix_certificate_number ON certificate (number) WHERE number <> '';
CREATE INDEX ix_certificate_ends ON certificate (valid_to) WHERE valid_to IS NOT NULL;
CREATE UNIQUE INDEX uq_certificate_replaces ON certificate (replaces) WHERE replaces IS NOT NULL;

CREATE TABLE certificate_target (
    certificate_id INTEGER NOT NULL,
    target TEXT NOT NULL,
    target_id INTEGER NOT NULL,
    CONSTRAINT pk_certificate_target PRIMARY KEY (certificate_id, target, target_id),
    CONSTRAINT fk_certificate_target_certificate_id_certificate
        FOREIGN KEY (certificate_id) REFERENCES certificate (id)
);
CREATE INDEX ix_certificate_target_thing ON certificate_target (target, target_id);

CREATE TABLE certificate_file (
    certificate_id INTEGER NOT NULL,
    position SMALLINT NOT NULL,
    sha256 BYTEA NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    shown_sha256 BYTEA,
    shown_size BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_certificate_file PRIMARY KEY (certificate_id, position),
    CONSTRAINT fk_certificate_file_certificate_id_certificate
        FOREIGN KEY (certificate_id) REFERENCES certificate (id)
);

CREATE TABLE certificate_withdrawal (
    certificate_id INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    account_id INTEGER,
    reason TEXT NOT NULL,
    CONSTRAINT pk_certificate_withdrawal PRIMARY KEY (certificate_id),
    CONSTRAINT fk_certificate_withdrawal_certificate_id_certificate
        FOREIGN KEY (certificate_id) REFERENCES certificate (id)
);

-- That the end of a paper has been told at a stage: days before it, or -1 for its end itself.
CREATE TABLE paper_warning (
    is_licence BOOLEAN NOT NULL,
    paper_id INTEGER NOT NULL,
    ends DATE NOT NULL,
    stage SMALLINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_paper_warning PRIMARY KEY (is_licence, paper_id, ends, stage)
);

-- Lots whose conformity is proven by certificates on file (L04), for everybody who has them.
CREATE TABLE lot_proof (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    lot_id INTEGER NOT NULL,
    certificate_id INTEGER NOT NULL,
    proven_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_lot_proof PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_lot_proof_standing ON lot_proof (lot_id) WHERE ended_at IS NULL;

-- Which licences end on which day is asked every day.
CREATE INDEX ix_licence_ends ON licence (valid_to) WHERE valid_to IS NOT NULL;

GRANT SELECT, INSERT ON certificate, certificate_target, certificate_file, certificate_withdrawal,
    paper_warning, lot_proof TO suyuan_app;
GRANT UPDATE (ended_at) ON lot_proof TO suyuan_app;

INSERT INTO parameter (key, value, unit, jurisdiction, valid_from, source, mark) VALUES
    ('certificate.warn_days', '30 7 1', 'day', 'CN', '2009-06-01',
     'days before a certificate or licence ends at which its owner and customers are told', 'D'),
    ('certificate.customer_months', '12', 'month', 'CN', '2009-06-01',
     'who bought from the owner within these months is told too', 'D')
ON CONFLICT DO NOTHING;
