-- Papers that left the house: number, hash and size, so that a copy can be checked. Their content
-- is not kept.
CREATE TABLE paper (
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    size INTEGER NOT NULL,
    account_id INTEGER,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_paper PRIMARY KEY (number)
);
GRANT SELECT, INSERT ON paper TO suyuan_app;
