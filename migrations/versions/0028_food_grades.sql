-- What each food operator is graded, run by run, and the forms that settle the next year's grade.
CREATE TABLE food_run (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    as_of DATE NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    account_id INTEGER,
    whole BOOLEAN NOT NULL,
    operators INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    unfilled INTEGER NOT NULL DEFAULT 0,
    took_ms INTEGER NOT NULL DEFAULT 0,
    tally JSONB NOT NULL DEFAULT '{}',
    runs JSONB NOT NULL DEFAULT '{}',
    snapshot BYTEA NOT NULL DEFAULT '',
    CONSTRAINT pk_food_run PRIMARY KEY (id)
);

CREATE TABLE food_grade (
    subject_id INTEGER NOT NULL,
    run_id BIGINT NOT NULL,
    score_run BIGINT NOT NULL DEFAULT 0,
    as_of DATE NOT NULL,
    since DATE NOT NULL,
    last_inspected DATE,
    static INTEGER NOT NULL,
    dynamic INTEGER NOT NULL,
    total INTEGER NOT NULL,
    grade TEXT NOT NULL,
    reckoned TEXT NOT NULL,
    basis TEXT NOT NULL,
    trade TEXT NOT NULL,
    trades TEXT[] NOT NULL,
    category TEXT NOT NULL DEFAULT '',
    scheme TEXT NOT NULL DEFAULT '',
    tier TEXT NOT NULL DEFAULT '',
    book INTEGER[] NOT NULL DEFAULT '{}',
    CONSTRAINT pk_food_grade PRIMARY KEY (subject_id)
) WITH (fillfactor = 70);
CREATE INDEX ix_food_grade_grade ON food_grade (grade, subject_id);
CREATE INDEX ix_food_grade_trade ON food_grade (trade, subject_id);
CREATE INDEX ix_food_grade_category ON food_grade (category, subject_id) WHERE category <> '';

CREATE TABLE food_grade_history (
    subject_id INTEGER NOT NULL,
    run_id BIGINT NOT NULL,
    as_of DATE NOT NULL,
    was TEXT NOT NULL DEFAULT '',
    grade TEXT NOT NULL,
    basis TEXT NOT NULL,
    static INTEGER NOT NULL,
    dynamic INTEGER NOT NULL,
    total INTEGER NOT NULL,
    CONSTRAINT pk_food_grade_history PRIMARY KEY (subject_id, run_id)
);

CREATE TABLE risk_grade (
    subject_id INTEGER NOT NULL,
    year SMALLINT NOT NULL,
    number SMALLINT NOT NULL,
    run_id BIGINT NOT NULL,
    was TEXT NOT NULL DEFAULT '',
    static INTEGER NOT NULL,
    dynamic INTEGER NOT NULL,
    total INTEGER NOT NULL,
    grade TEXT NOT NULL,
    serious BOOLEAN NOT NULL,
    said JSONB NOT NULL,
    suggestion TEXT NOT NULL,
    next TEXT NOT NULL,
    remark TEXT NOT NULL DEFAULT '',
    filled_by INTEGER,
    filler TEXT NOT NULL,
    filled_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_risk_grade PRIMARY KEY (subject_id, year, number)
);

CREATE TABLE risk_grade_step (
    subject_id INTEGER NOT NULL,
    year SMALLINT NOT NULL,
    number SMALLINT NOT NULL,
    kind TEXT NOT NULL,
    next TEXT NOT NULL DEFAULT '',
    by INTEGER,
    name TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_risk_grade_step PRIMARY KEY (subject_id, year, number)
);
CREATE UNIQUE INDEX uq_risk_grade_step_confirmed ON risk_grade_step (subject_id, year)
    WHERE kind = 'confirmed';
CREATE INDEX ix_risk_grade_step_year ON risk_grade_step (year, subject_id)
    WHERE kind = 'confirmed';

CREATE TABLE food_conduct (
    subject_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    "on" DATE NOT NULL,
    CONSTRAINT pk_food_conduct PRIMARY KEY (subject_id, kind, about)
);

-- forms, what became of them, and the history are only ever added to
GRANT SELECT, INSERT ON food_run, food_grade, food_grade_history, risk_grade, risk_grade_step,
    food_conduct TO suyuan_app;
GRANT UPDATE (operators, changed, unfilled, took_ms, tally, runs, snapshot) ON food_run
    TO suyuan_app;
GRANT UPDATE ON food_grade TO suyuan_app;

INSERT INTO parameter (key, value, unit, jurisdiction, valid_from, source, mark) VALUES
    ('grading.frequency', '2016', '', 'CN', '2016-12-01', 'food grading measures 2016', 'V'),
    ('grading.sales_scheme', 'food_sales', '', 'CN', '2016-12-01', 'national annex, sales table', 'V'),
    ('grading.new_months', '12', 'month', 'CN', '2016-12-01', 'how long an operator is new', 'D'),
    ('grading.conduct_days', '30', 'day', 'CN', '2016-12-01', 'span of the book that is looked at', 'D'),
    ('grading.answer_days', '7', 'day', 'CN', '2016-12-01', 'days to answer a delivery', 'D'),
    ('grading.unanswered_percent', '20', '%', 'CN', '2016-12-01', 'of deliveries left unanswered', 'D'),
    ('grading.late_percent', '20', '%', 'CN', '2016-12-01', 'of lines written late', 'D'),
    ('grading.held_days', '30', 'day', 'CN', '2016-12-01', 'a stopped lot not dealt with', 'D')
ON CONFLICT DO NOTHING;
