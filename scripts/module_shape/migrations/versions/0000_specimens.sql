-- Lines about subjects. They are added and never changed.
CREATE TABLE specimen (
    subject_id INTEGER NOT NULL,
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    said TEXT NOT NULL,
    account_id INTEGER,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_specimen PRIMARY KEY (subject_id, id),
    CONSTRAINT fk_specimen_subject_id_subject FOREIGN KEY (subject_id) REFERENCES subject (id)
);
CREATE INDEX ix_specimen_id ON specimen (id);

GRANT SELECT, INSERT ON specimen TO suyuan_app;
