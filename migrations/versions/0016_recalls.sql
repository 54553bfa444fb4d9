-- Recalls: how each stands, what was done and found in it, who was told and what they answered.
-- A lot may be held for several causes at once, and is free when the last of them has ended.
ALTER TABLE lot_hold ADD COLUMN cause TEXT DEFAULT '' NOT NULL;
DROP INDEX uq_lot_hold_open;
CREATE UNIQUE INDEX uq_lot_hold_open ON lot_hold (lot_id, cause) WHERE lifted_at IS NULL;
CREATE INDEX ix_lot_hold_cause ON lot_hold (cause) WHERE lifted_at IS NULL;
-- Goods without a code may be handed on under another's name: all lots of such a chain share name
-- and number, by which a filing finds the holds that concern it.
ALTER TABLE lot_hold ADD COLUMN alike TEXT DEFAULT '' NOT NULL;
UPDATE lot_hold h SET alike = p.name_key || E'\x1f' || l.lot_key FROM lot l, product p
    WHERE l.id = h.lot_id AND p.id = l.product_id AND p.gtin = '' AND p.in_store = '';
CREATE INDEX ix_lot_hold_alike ON lot_hold (alike) WHERE lifted_at IS NULL AND alike <> '';

CREATE TABLE recall (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    level SMALLINT DEFAULT '0' NOT NULL,
    hazard TEXT NOT NULL,
    found TEXT NOT NULL,
    reason TEXT NOT NULL,
    is_drill BOOLEAN DEFAULT false NOT NULL,
    is_ordered BOOLEAN DEFAULT false NOT NULL,
    recaller_id INTEGER,
    product_id INTEGER,
    account_id INTEGER,
    known_at TIMESTAMP WITH TIME ZONE NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    start_due TIMESTAMP WITH TIME ZONE,
    started_at TIMESTAMP WITH TIME ZONE,
    notice_on DATE,
    finish_due TIMESTAMP WITH TIME ZONE,
    finish_is_provisional BOOLEAN DEFAULT false NOT NULL,
    completed_at TIMESTAMP WITH TIME ZONE,
    report_due TIMESTAMP WITH TIME ZONE,
    reported_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    lots INTEGER DEFAULT '0' NOT NULL,
    holders INTEGER DEFAULT '0' NOT NULL,
    revision INTEGER DEFAULT '0' NOT NULL,
    spread_done INTEGER DEFAULT '0' NOT NULL,
    spread_total INTEGER DEFAULT '0' NOT NULL,
    newest_entry BIGINT DEFAULT '0' NOT NULL,
    looked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_recall PRIMARY KEY (id)
);

CREATE INDEX ix_recall_open ON recall (id) WHERE closed_at IS NULL;

CREATE INDEX ix_recall_recaller ON recall (recaller_id, id);

CREATE UNIQUE INDEX uq_recall_number ON recall (number);

CREATE TABLE recall_answer (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    recall_id INTEGER NOT NULL,
    operator_id INTEGER NOT NULL,
    answer TEXT NOT NULL,
    lot_id INTEGER,
    quantity BIGINT,
    unit TEXT DEFAULT '' NOT NULL,
    remark TEXT DEFAULT '' NOT NULL,
    pictures BYTEA[] DEFAULT '{}' NOT NULL,
    via TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    account_id INTEGER,
    CONSTRAINT pk_recall_answer PRIMARY KEY (id),
    CONSTRAINT fk_recall_answer_recall_id_recall FOREIGN KEY(recall_id) REFERENCES recall (id)
);

CREATE INDEX ix_recall_answer_recall ON recall_answer (recall_id, operator_id, id);

CREATE TABLE recall_effect (
    recall_id INTEGER NOT NULL,
    tier SMALLINT NOT NULL,
    operator_id INTEGER NOT NULL,
    lot_id INTEGER NOT NULL,
    unit TEXT NOT NULL,
    shipped BIGINT NOT NULL,
    passed_on BIGINT NOT NULL,
    used BIGINT NOT NULL,
    before BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    destroyed BIGINT NOT NULL,
    consumed BIGINT NOT NULL,
    sold BIGINT NOT NULL,
    CONSTRAINT pk_recall_effect PRIMARY KEY (recall_id, tier, operator_id, lot_id, unit),
    CONSTRAINT fk_recall_effect_recall_id_recall FOREIGN KEY(recall_id) REFERENCES recall (id)
);

CREATE TABLE recall_event (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    recall_id INTEGER NOT NULL,
    step TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    account_id INTEGER,
    role TEXT NOT NULL,
    organ TEXT DEFAULT '' NOT NULL,
    basis TEXT DEFAULT '' NOT NULL,
    document TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    details JSONB DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_recall_event PRIMARY KEY (id),
    CONSTRAINT fk_recall_event_recall_id_recall FOREIGN KEY(recall_id) REFERENCES recall (id)
);

CREATE INDEX ix_recall_event_recall ON recall_event (recall_id, id);

CREATE TABLE recall_holder (
    recall_id INTEGER NOT NULL,
    operator_id INTEGER NOT NULL,
    lot_id INTEGER NOT NULL,
    unit TEXT NOT NULL,
    revision INTEGER NOT NULL,
    tier SMALLINT NOT NULL,
    received BIGINT NOT NULL,
    produced BIGINT NOT NULL,
    dispatched BIGINT NOT NULL,
    sold BIGINT NOT NULL,
    used BIGINT NOT NULL,
    disposed BIGINT NOT NULL,
    on_hand BIGINT NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    why TEXT NOT NULL,
    CONSTRAINT pk_recall_holder PRIMARY KEY (recall_id, operator_id, lot_id, unit, revision),
    CONSTRAINT fk_recall_holder_recall_id_recall FOREIGN KEY(recall_id) REFERENCES recall (id)
);

CREATE TABLE recall_lot (
    recall_id INTEGER NOT NULL,
    lot_id INTEGER NOT NULL,
    is_root BOOLEAN NOT NULL,
    share NUMERIC(12, 9) DEFAULT '1' NOT NULL,
    made_of JSONB DEFAULT '[]' NOT NULL,
    revision INTEGER NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_recall_lot PRIMARY KEY (recall_id, lot_id),
    CONSTRAINT fk_recall_lot_recall_id_recall FOREIGN KEY(recall_id) REFERENCES recall (id)
);

CREATE INDEX ix_recall_lot_lot ON recall_lot (lot_id);

CREATE TABLE recall_notice (
    recall_id INTEGER NOT NULL,
    operator_id INTEGER NOT NULL,
    tier SMALLINT NOT NULL,
    reach TEXT NOT NULL,
    issue SMALLINT DEFAULT '0' NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    added_revision INTEGER NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE,
    seen_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    answered TEXT DEFAULT '' NOT NULL,
    stage SMALLINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_recall_notice PRIMARY KEY (recall_id, operator_id),
    CONSTRAINT fk_recall_notice_recall_id_recall FOREIGN KEY(recall_id) REFERENCES recall (id)
);

CREATE INDEX ix_recall_notice_operator ON recall_notice (operator_id);

CREATE INDEX ix_recall_notice_silent ON recall_notice (recall_id, stage) WHERE sent_at IS NOT NULL AND answered_at IS NULL;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON recall_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON recall_holder
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON recall_answer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON recall, recall_event, recall_lot, recall_holder, recall_notice,
    recall_answer, recall_effect TO suyuan_app;
GRANT UPDATE ON recall, recall_notice TO suyuan_app;
GRANT UPDATE (share, made_of) ON recall_lot TO suyuan_app;
GRANT DELETE ON recall_effect TO suyuan_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO suyuan_app;
