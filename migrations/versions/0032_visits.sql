-- Visits of inspectors. They are noted once and never changed; a closing is a visit too.
CREATE TABLE visit (
    subject_id INTEGER NOT NULL,
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    account_id INTEGER,
    branch_id INTEGER,
    inspector TEXT NOT NULL,
    purpose TEXT NOT NULL,
    method TEXT NOT NULL,
    came_at TIMESTAMP WITH TIME ZONE NOT NULL,
    left_at TIMESTAMP WITH TIME ZONE,
    results TEXT[] NOT NULL,
    said TEXT NOT NULL,
    next_step TEXT NOT NULL,
    next_on DATE,
    state TEXT NOT NULL,
    found_by TEXT NOT NULL,
    noted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_visit PRIMARY KEY (subject_id, id),
    CONSTRAINT fk_visit_subject_id_subject FOREIGN KEY (subject_id) REFERENCES subject (id)
);
CREATE INDEX ix_visit_account ON visit (account_id, id);

CREATE TABLE visit_photo (
    subject_id INTEGER NOT NULL,
    visit_id BIGINT NOT NULL,
    position SMALLINT NOT NULL,
    sha256 BYTEA NOT NULL,
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    CONSTRAINT pk_visit_photo PRIMARY KEY (subject_id, visit_id, position)
);

GRANT SELECT, INSERT ON visit, visit_photo TO suyuan_app;
