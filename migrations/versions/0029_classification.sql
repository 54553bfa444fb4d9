-- The credit class and the food grade of a month joined by a dated matrix; another matrix joins
-- later months only.
CREATE TABLE combination (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    version TEXT NOT NULL,
    valid_from DATE NOT NULL,
    text TEXT NOT NULL,
    loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    account_id INTEGER,
    CONSTRAINT pk_combination PRIMARY KEY (id),
    CONSTRAINT uq_combination_version UNIQUE (version)
);

CREATE TABLE combined_run (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    month DATE NOT NULL,
    combination_id INTEGER NOT NULL,
    credit_run INTEGER NOT NULL,
    food_runs INTEGER[] NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    classes JSONB NOT NULL,
    CONSTRAINT pk_combined_run PRIMARY KEY (id),
    CONSTRAINT fk_combined_run_combination_id_combination
        FOREIGN KEY (combination_id) REFERENCES combination (id)
);
CREATE INDEX ix_combined_run_month ON combined_run (month, id);

CREATE TABLE combined_class (
    subject_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    class_code TEXT NOT NULL,
    food TEXT NOT NULL,
    credit TEXT NOT NULL,
    CONSTRAINT pk_combined_class PRIMARY KEY (subject_id, run_id)
);

GRANT SELECT, INSERT ON combination, combined_run, combined_class TO suyuan_app;

INSERT INTO parameter (key, value, unit, jurisdiction, valid_from, source, mark) VALUES
    ('classification.share_profile', 'default', '', 'CN', '2022-03-01', 'which ratios by credit class count', 'D'),
    ('classification.share.default.A', '2', '%', 'CN', '2022-03-01', 'share of class A sampled, inside Lindian ranges', 'D'),
    ('classification.share.default.B', '10', '%', 'CN', '2022-03-01', 'share of class B sampled, inside Lindian ranges', 'D'),
    ('classification.share.default.C', '40', '%', 'CN', '2022-03-01', 'share of class C sampled, inside Lindian ranges', 'D'),
    ('classification.share.default.D', '80', '%', 'CN', '2022-03-01', 'share of class D sampled, inside Lindian ranges', 'D'),
    ('classification.share.bayannur.A', '2', '%', 'CN', '2022-03-01', 'Bayannur 2022', 'V'),
    ('classification.share.bayannur.B', '5', '%', 'CN', '2022-03-01', 'Bayannur 2022', 'V'),
    ('classification.share.bayannur.C', '100', '%', 'CN', '2022-03-01', 'Bayannur 2022', 'V'),
    ('classification.share.bayannur.D', '100', '%', 'CN', '2022-03-01', 'Bayannur 2022', 'V'),
    ('classification.share.lindian.A', '0-5', '%', 'CN', '2022-03-01', 'Lindian, less than once a year', 'V'),
    ('classification.share.lindian.B', '5-20', '%', 'CN', '2022-03-01', 'Lindian, once a year', 'V'),
    ('classification.share.lindian.C', '21-60', '%', 'CN', '2022-03-01', 'Lindian, less than twice a year', 'V'),
    ('classification.share.lindian.D', '61-100', '%', 'CN', '2022-03-01', 'Lindian, as needed', 'V')
ON CONFLICT DO NOTHING;
