-- A message stands in one box: an operator's, a person's or a role's. Whoever of the box reads it
-- has read it for all. A key makes telling the same twice harmless.
CREATE TABLE message (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    operator_id INTEGER,
    account_id INTEGER,
    role TEXT DEFAULT '' NOT NULL,
    params JSONB NOT NULL,
    link TEXT NOT NULL,
    about TEXT NOT NULL,
    urgent BOOLEAN NOT NULL,
    once_key TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    read_by INTEGER,
    CONSTRAINT pk_message PRIMARY KEY (id),
    CONSTRAINT ck_message_one_box CHECK (num_nonnulls(operator_id, account_id) + CAST(role <> '' AS integer) = 1),
    CONSTRAINT fk_message_operator_id_subject FOREIGN KEY(operator_id) REFERENCES subject (id)
);

CREATE INDEX ix_message_account ON message (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX ix_message_account_unread ON message (account_id, id) WHERE read_at IS NULL AND account_id IS NOT NULL;
CREATE INDEX ix_message_operator ON message (operator_id, id) WHERE operator_id IS NOT NULL;
CREATE INDEX ix_message_operator_unread ON message (operator_id, id) WHERE read_at IS NULL AND operator_id IS NOT NULL;
CREATE INDEX ix_message_role ON message (role, id) WHERE role <> '';
CREATE INDEX ix_message_role_unread ON message (role, id) WHERE read_at IS NULL AND role <> '';
CREATE UNIQUE INDEX uq_message_once ON message (once_key, operator_id, account_id, role) NULLS NOT DISTINCT WHERE once_key <> '';

CREATE TABLE message_address (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    account_id INTEGER NOT NULL,
    operator_id INTEGER,
    role TEXT DEFAULT '' NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    muted_at TIMESTAMP WITH TIME ZONE,
    failed_at TIMESTAMP WITH TIME ZONE,
    removed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_message_address PRIMARY KEY (id),
    CONSTRAINT fk_message_address_operator_id_subject FOREIGN KEY(operator_id) REFERENCES subject (id)
);

CREATE INDEX ix_message_address_account ON message_address (account_id) WHERE removed_at IS NULL;
CREATE INDEX ix_message_address_operator ON message_address (operator_id) WHERE operator_id IS NOT NULL AND removed_at IS NULL;
CREATE INDEX ix_message_address_role ON message_address (role) WHERE role <> '' AND removed_at IS NULL;
CREATE UNIQUE INDEX uq_message_address ON message_address (account_id, channel, address) WHERE removed_at IS NULL;

CREATE TABLE message_letter (
    message_id BIGINT NOT NULL,
    address_id INTEGER NOT NULL,
    urgent BOOLEAN NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    posting TEXT DEFAULT '' NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    said TEXT DEFAULT '' NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_message_letter PRIMARY KEY (message_id, address_id),
    CONSTRAINT ck_message_letter_state_known CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
    CONSTRAINT fk_message_letter_message_id_message FOREIGN KEY(message_id) REFERENCES message (id) ON DELETE CASCADE,
    CONSTRAINT fk_message_letter_address_id_message_address FOREIGN KEY(address_id) REFERENCES message_address (id)
);

CREATE INDEX ix_message_letter_address ON message_letter (address_id, done_at);
CREATE INDEX ix_message_letter_due ON message_letter (due_at) WHERE state = 'waiting';

CREATE TABLE message_webhook (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    account_id INTEGER NOT NULL,
    operator_id INTEGER,
    url TEXT NOT NULL,
    nonce BYTEA NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    failures INTEGER DEFAULT '0' NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    off_at TIMESTAMP WITH TIME ZONE,
    off_why TEXT DEFAULT '' NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_message_webhook PRIMARY KEY (id),
    CONSTRAINT fk_message_webhook_operator_id_subject FOREIGN KEY(operator_id) REFERENCES subject (id)
);

CREATE INDEX ix_message_webhook_account ON message_webhook (account_id) WHERE removed_at IS NULL;
CREATE INDEX ix_message_webhook_operator ON message_webhook (operator_id) WHERE operator_id IS NOT NULL AND removed_at IS NULL;

CREATE TABLE message_call (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    webhook_id INTEGER NOT NULL,
    message_id BIGINT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    status INTEGER,
    said TEXT DEFAULT '' NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_message_call PRIMARY KEY (id),
    CONSTRAINT ck_message_call_state_known CHECK (state IN ('waiting', 'done', 'failed', 'dropped')),
    CONSTRAINT fk_message_call_webhook_id_message_webhook FOREIGN KEY(webhook_id) REFERENCES message_webhook (id),
    CONSTRAINT fk_message_call_message_id_message FOREIGN KEY(message_id) REFERENCES message (id) ON DELETE CASCADE
);

CREATE INDEX ix_message_call_due ON message_call (due_at) WHERE state = 'waiting';
CREATE INDEX ix_message_call_message ON message_call (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX ix_message_call_webhook ON message_call (webhook_id, id);

-- Messages are told, read and, when they are old, forgotten; what they say never changes.
GRANT SELECT, INSERT, DELETE ON message TO suyuan_app;
GRANT UPDATE (read_at, read_by) ON message TO suyuan_app;
GRANT SELECT, INSERT, UPDATE ON message_address, message_letter, message_webhook TO suyuan_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON message_call TO suyuan_app;

INSERT INTO parameter (key, value, unit, jurisdiction, valid_from, source, mark) VALUES
    ('messages.digest_hour', '8', 'hour', 'CN', '2009-06-01',
        'when the day''s letter with what is not urgent leaves', 'D'),
    ('messages.letters_a_day', '20', '1', 'CN', '2009-06-01',
        'letters to one address in 24 hours; beyond that what is urgent goes once an hour', 'D'),
    ('messages.keep_days', '730', 'day', 'CN', '2009-06-01',
        'how long messages are kept: as long as records of recalls (2 years)', 'D')
ON CONFLICT (key, jurisdiction, valid_from) DO NOTHING;
