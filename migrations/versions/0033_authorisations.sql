-- Authorisations: a named party, a purpose, a last day. Links are sealed with the installation's
-- key; what is looked at through one is an audit line about it.
CREATE TABLE credit_authorisation (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    subject_id INTEGER NOT NULL,
    party TEXT NOT NULL,
    purpose TEXT NOT NULL,
    note TEXT NOT NULL,
    granted_by INTEGER,
    granted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    valid_to DATE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_credit_authorisation PRIMARY KEY (id)
);
CREATE INDEX ix_credit_authorisation_subject ON credit_authorisation (subject_id, id);

GRANT SELECT, INSERT ON credit_authorisation TO suyuan_app;
GRANT UPDATE (revoked_at) ON credit_authorisation TO suyuan_app;

-- "Not reported" is asked on every credit file: the last upload of each item by each agency.
CREATE INDEX ix_credit_upload_item ON credit_upload (item_id, agency_id, at) WHERE state = 'done';

INSERT INTO parameter (key, value, unit, jurisdiction, valid_from, source, mark) VALUES
    ('records.authorisation_days_max', '180', 'day', 'CN', '2013-03-15', 'how long a party may be let in', 'D')
ON CONFLICT DO NOTHING;
