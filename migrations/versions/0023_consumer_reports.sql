-- What people find wrong with a food. A report is never changed but for how far it has come; what
-- was done about it is added.
CREATE TABLE consumer_report (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    said TEXT NOT NULL,
    code TEXT NOT NULL,
    lot TEXT NOT NULL,
    product_id INTEGER,
    lot_id INTEGER,
    place TEXT NOT NULL,
    bought_on DATE,
    contact TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_consumer_report PRIMARY KEY (id),
    CONSTRAINT uq_consumer_report_number UNIQUE (number)
);
CREATE INDEX ix_consumer_report_open ON consumer_report (id) WHERE state <> 'closed';
CREATE INDEX ix_consumer_report_product ON consumer_report (product_id, id);

CREATE TABLE consumer_report_photo (
    report_id BIGINT NOT NULL,
    position SMALLINT NOT NULL,
    sha256 BYTEA NOT NULL,
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    CONSTRAINT pk_consumer_report_photo PRIMARY KEY (report_id, position),
    CONSTRAINT fk_consumer_report_photo_report_id_consumer_report
        FOREIGN KEY (report_id) REFERENCES consumer_report (id)
);

CREATE TABLE consumer_report_step (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    report_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    answer TEXT NOT NULL,
    account_id INTEGER,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_consumer_report_step PRIMARY KEY (id),
    CONSTRAINT fk_consumer_report_step_report_id_consumer_report
        FOREIGN KEY (report_id) REFERENCES consumer_report (id)
);
CREATE INDEX ix_consumer_report_step_report ON consumer_report_step (report_id, id);

GRANT SELECT, INSERT ON consumer_report, consumer_report_photo, consumer_report_step TO suyuan_app;
GRANT UPDATE (state) ON consumer_report TO suyuan_app;
