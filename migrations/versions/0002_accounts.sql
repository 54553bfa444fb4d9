-- Accounts: people and machines, their keys, delegations, sign-in attempts, ended sessions.

CREATE TABLE account (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    sign_in_name TEXT DEFAULT '' NOT NULL,
    password_hash TEXT DEFAULT '' NOT NULL,
    role TEXT NOT NULL,
    operator_id INTEGER,
    name TEXT NOT NULL,
    language TEXT DEFAULT 'zh' NOT NULL,
    password_changed_at TIMESTAMP WITH TIME ZONE,
    session_epoch INTEGER DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_account PRIMARY KEY (id),
    CONSTRAINT fk_account_operator_id_subject FOREIGN KEY(operator_id) REFERENCES subject (id)
);

CREATE INDEX ix_account_operator ON account (operator_id) WHERE operator_id IS NOT NULL;
CREATE UNIQUE INDEX uq_account_sign_in_name ON account (sign_in_name) WHERE sign_in_name <> '';

CREATE TABLE api_key (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    account_id INTEGER NOT NULL,
    prefix TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    role TEXT NOT NULL,
    operator_id INTEGER,
    label TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_key PRIMARY KEY (id),
    CONSTRAINT fk_api_key_account_id_account FOREIGN KEY(account_id) REFERENCES account (id),
    CONSTRAINT fk_api_key_operator_id_subject FOREIGN KEY(operator_id) REFERENCES subject (id)
);

CREATE INDEX ix_api_key_account ON api_key (account_id, id);
CREATE UNIQUE INDEX uq_api_key_prefix ON api_key (prefix);

CREATE TABLE delegation (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    operator_id INTEGER NOT NULL,
    account_id INTEGER,
    agent_id INTEGER,
    valid_from DATE NOT NULL,
    valid_to DATE,
    granted_by INTEGER,
    granted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    withdrawn_by INTEGER,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_delegation PRIMARY KEY (id),
    CONSTRAINT ck_delegation_one_receiver CHECK (num_nonnulls(account_id, agent_id) = 1),
    CONSTRAINT ck_delegation_days_in_order CHECK (valid_to IS NULL OR valid_to >= valid_from),
    CONSTRAINT fk_delegation_operator_id_subject FOREIGN KEY(operator_id) REFERENCES subject (id),
    CONSTRAINT fk_delegation_account_id_account FOREIGN KEY(account_id) REFERENCES account (id),
    CONSTRAINT fk_delegation_agent_id_subject FOREIGN KEY(agent_id) REFERENCES subject (id),
    CONSTRAINT fk_delegation_granted_by_account FOREIGN KEY(granted_by) REFERENCES account (id),
    CONSTRAINT fk_delegation_withdrawn_by_account FOREIGN KEY(withdrawn_by) REFERENCES account (id)
);

CREATE INDEX ix_delegation_account ON delegation (account_id) WHERE withdrawn_at IS NULL;
CREATE INDEX ix_delegation_agent ON delegation (agent_id) WHERE withdrawn_at IS NULL;
CREATE INDEX ix_delegation_operator ON delegation (operator_id, id);

CREATE TABLE sign_in_attempt (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    sign_in_name TEXT NOT NULL,
    address TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    succeeded BOOLEAN NOT NULL,
    CONSTRAINT pk_sign_in_attempt PRIMARY KEY (id)
);

CREATE INDEX ix_sign_in_attempt_at ON sign_in_attempt (at);
CREATE INDEX ix_sign_in_attempt_name ON sign_in_attempt (sign_in_name, id);

CREATE TABLE ended_session (
    session_id TEXT NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_ended_session PRIMARY KEY (session_id)
);

CREATE INDEX ix_ended_session_ended_at ON ended_session (ended_at);

-- Attempts and ended sessions are kept for a while only; accounts, keys and delegations for good.
GRANT SELECT, INSERT, UPDATE ON account, api_key, delegation TO suyuan_app;
GRANT SELECT, INSERT, DELETE ON sign_in_attempt, ended_session TO suyuan_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO suyuan_app;
