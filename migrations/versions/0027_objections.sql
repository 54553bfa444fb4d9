-- Objections: a subject disputes a record; who decides by when; what happened.
CREATE TABLE objection (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    subject_id INTEGER NOT NULL,
    record_subject_id INTEGER NOT NULL,
    record_id BIGINT NOT NULL,
    revision SMALLINT NOT NULL,
    item_code TEXT NOT NULL,
    document_no TEXT NOT NULL,
    agency_id INTEGER NOT NULL,
    is_own BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '',
    remedy TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL,
    brought_by TEXT NOT NULL DEFAULT '',
    grounds TEXT NOT NULL,
    received_on DATE NOT NULL,
    filed_by INTEGER,
    filed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    since DATE NOT NULL,
    due_on DATE,
    provisional BOOLEAN NOT NULL DEFAULT false,
    told_late_at TIMESTAMP WITH TIME ZONE,
    decided_at TIMESTAMP WITH TIME ZONE,
    reason TEXT NOT NULL DEFAULT '',
    CONSTRAINT pk_objection PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_objection_open ON objection (subject_id, record_id) WHERE state <> 'closed';
CREATE INDEX ix_objection_subject ON objection (subject_id, id);
CREATE INDEX ix_objection_agency ON objection (agency_id, id);
CREATE INDEX ix_objection_due ON objection (due_on) WHERE due_on IS NOT NULL;

CREATE TABLE objection_step (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    objection_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    account_id INTEGER,
    by_name TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    CONSTRAINT pk_objection_step PRIMARY KEY (id),
    CONSTRAINT fk_objection_step_objection_id_objection
        FOREIGN KEY (objection_id) REFERENCES objection (id)
);
CREATE INDEX ix_objection_step_objection ON objection_step (objection_id, id);

CREATE TABLE objection_file (
    objection_id INTEGER NOT NULL,
    position SMALLINT NOT NULL,
    name TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    CONSTRAINT pk_objection_file PRIMARY KEY (objection_id, position),
    CONSTRAINT fk_objection_file_objection_id_objection
        FOREIGN KEY (objection_id) REFERENCES objection (id)
);

GRANT SELECT, INSERT ON objection, objection_step, objection_file TO suyuan_app;
GRANT UPDATE (state, outcome, remedy, since, due_on, provisional, told_late_at, decided_at, reason)
    ON objection TO suyuan_app;

-- Days are working days. Which profile holds is a parameter of its own: Xiamen's own figures are
-- not published, so Shanghai's stand for them.
INSERT INTO parameter (key, value, unit, jurisdiction, valid_from, source, mark) VALUES
    ('objections.profile', '310000', 'division', 'CN', '2017-10-01', 'Shanghai''s clocks stand in where a city has published none', 'K'),
    ('objections.own_agencies', 'credit', 'agency code', 'CN', '2017-10-01', 'whose data is the platform''s own', 'D'),
    ('objections.mark_days', '1', 'workday', '310000', '2017-10-01', 'Shanghai social credit regulation Art. 36: marked within', 'V'),
    ('objections.own_days', '5', 'workday', '310000', '2017-10-01', 'Shanghai social credit regulation Art. 36: platform''s own data decided', 'V'),
    ('objections.forward_days', '2', 'workday', '310000', '2017-10-01', 'Shanghai social credit regulation Art. 36: passed on to the provider', 'V'),
    ('objections.provider_days', '5', 'workday', '310000', '2017-10-01', 'Shanghai social credit regulation Art. 36: provider decides', 'V'),
    ('objections.extended_days', '0', 'workday', '310000', '2017-10-01', 'no longer time is given', 'K'),
    ('objections.put_right_days', '3', 'workday', '310000', '2017-10-01', 'as a changed penalty is withdrawn', 'D'),
    ('objections.mark_days', '1', 'workday', '370000', '2021-01-01', 'as the default', 'D'),
    ('objections.own_days', '3', 'workday', '370000', '2021-01-01', 'Shandong social credit regulation', 'V'),
    ('objections.forward_days', '1', 'workday', '370000', '2021-01-01', 'within the three days', 'D'),
    ('objections.provider_days', '3', 'workday', '370000', '2021-01-01', 'Shandong social credit regulation', 'V'),
    ('objections.extended_days', '7', 'workday', '370000', '2021-01-01', 'Shandong social credit regulation: with others'' help', 'V'),
    ('objections.put_right_days', '3', 'workday', '370000', '2021-01-01', 'as the default', 'D'),
    ('objections.mark_days', '1', 'workday', '440300', '2023-01-01', 'as the default', 'D'),
    ('objections.own_days', '2', 'workday', '440300', '2023-01-01', 'Shenzhen public credit rules', 'K'),
    ('objections.forward_days', '1', 'workday', '440300', '2023-01-01', 'Shenzhen public credit rules: 1 to pass on', 'V'),
    ('objections.provider_days', '2', 'workday', '440300', '2023-01-01', 'Shenzhen public credit rules: 2 to decide', 'V'),
    ('objections.extended_days', '0', 'workday', '440300', '2023-01-01', 'no longer time is given', 'K'),
    ('objections.put_right_days', '3', 'workday', '440300', '2023-01-01', 'as the default', 'D'),
    ('objections.mark_days', '1', 'workday', '330000', '2018-01-01', 'as the default', 'D'),
    ('objections.own_days', '5', 'workday', '330000', '2018-01-01', 'Zhejiang public credit regulation', 'V'),
    ('objections.forward_days', '2', 'workday', '330000', '2018-01-01', 'as the default', 'D'),
    ('objections.provider_days', '5', 'workday', '330000', '2018-01-01', 'Zhejiang public credit regulation', 'V'),
    ('objections.extended_days', '20', 'workday', '330000', '2018-01-01', 'Zhejiang public credit regulation: up to 20', 'V'),
    ('objections.put_right_days', '3', 'workday', '330000', '2018-01-01', 'as the default', 'D')
ON CONFLICT DO NOTHING;
