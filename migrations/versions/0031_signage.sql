-- A sign says what was true on the day it was issued. What is true now is asked of the grade; a sign
-- only ends, and says by what. One sign hangs for an object in a scheme.
CREATE TABLE sign (
    subject_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    scheme TEXT NOT NULL,
    version TEXT NOT NULL,
    kind TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    class_code TEXT NOT NULL,
    run_id BIGINT,
    graded_on DATE NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    valid_until DATE NOT NULL,
    name TEXT NOT NULL,
    object_number TEXT NOT NULL,
    place TEXT NOT NULL,
    issued_by INTEGER,
    replaced_by TEXT DEFAULT '' NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_by INTEGER,
    reason TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_sign PRIMARY KEY (subject_id, number),
    CONSTRAINT fk_sign_subject_id_subject FOREIGN KEY(subject_id) REFERENCES subject (id)
);

-- By number alone a cluster asks every node; a number is one of 2^60 and never made twice.
CREATE INDEX ix_sign_number ON sign (number);
CREATE UNIQUE INDEX uq_sign_hanging ON sign (subject_id, scheme, kind, object_id) WHERE ended_at IS NULL;
CREATE INDEX ix_sign_hanging ON sign (scheme, number) WHERE ended_at IS NULL;

CREATE TABLE sign_reply (
    subject_id INTEGER NOT NULL,
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    scheme TEXT NOT NULL,
    kind TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    said_at TIMESTAMP WITH TIME ZONE NOT NULL,
    said_by INTEGER,
    hidden_at TIMESTAMP WITH TIME ZONE,
    hidden_by INTEGER,
    hidden_why TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_sign_reply PRIMARY KEY (subject_id, id),
    CONSTRAINT fk_sign_reply_subject_id_subject FOREIGN KEY(subject_id) REFERENCES subject (id)
);

CREATE INDEX ix_sign_reply_about ON sign_reply (subject_id, scheme, kind, object_id);

-- What a sign says stays as it was issued: only its end may be written.
GRANT SELECT, INSERT ON sign, sign_reply TO suyuan_app;
GRANT UPDATE (replaced_by, ended_at, ended_by, reason) ON sign TO suyuan_app;
GRANT UPDATE (hidden_at, hidden_by, hidden_why) ON sign_reply TO suyuan_app;

INSERT INTO parameter (key, value, unit, jurisdiction, valid_from, source, mark) VALUES
    ('signage.valid_months', '6', 'month', 'CN', '2016-01-01',
        'a sign holds to the end of the sixth month after it was issued', 'D'),
    ('signage.renew_days', '30', 'day', 'CN', '2016-01-01',
        'a sign whose last day is as near as this is issued anew', 'D'),
    ('signage.office.food', '厦门市市场监督管理局', 'text', 'CN', '2016-01-01',
        'whose sign it is, as it is printed on it; the city of the sample', 'D'),
    ('signage.hotline.food', '12315', 'text', 'CN', '2016-01-01',
        'the number for complaints about food', 'K'),
    ('signage.hotline.other', '12345', 'text', 'CN', '2016-01-01',
        'the number for complaints about all else', 'K'),
    ('signage.statement_hours', '24', 'hour', 'CN', '2016-01-01',
        'how long what a badge or a JSON answer states may be shown elsewhere', 'D')
ON CONFLICT (key, jurisdiction, valid_from) DO NOTHING;
