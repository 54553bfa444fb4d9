-- The record: kernel, subjects, products and their lots, the book.

CREATE TABLE audit_line (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    account_id INTEGER,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    about TEXT NOT NULL,
    details JSONB NOT NULL,
    request_id TEXT NOT NULL,
    CONSTRAINT pk_audit_line PRIMARY KEY (id)
);

CREATE INDEX ix_audit_line_about ON audit_line (about, id);

CREATE INDEX ix_audit_line_account ON audit_line (account_id, id);

CREATE TABLE entry_note (
    lot INTEGER NOT NULL,
    id BIGINT NOT NULL,
    document TEXT DEFAULT '' NOT NULL,
    document_line TEXT DEFAULT '' NOT NULL,
    certificate TEXT DEFAULT '' NOT NULL,
    keep_until DATE NOT NULL,
    said JSONB NOT NULL,
    CONSTRAINT pk_entry_note PRIMARY KEY (lot, id)
);

CREATE TABLE filing (
    operator_id INTEGER NOT NULL,
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    filing_key TEXT NOT NULL,
    content_hash BYTEA NOT NULL,
    account_id INTEGER,
    source TEXT NOT NULL,
    upload_id BIGINT,
    first_entry BIGINT DEFAULT '0' NOT NULL,
    last_entry BIGINT DEFAULT '0' NOT NULL,
    accepted INTEGER DEFAULT '0' NOT NULL,
    answer JSONB NOT NULL,
    receipt BYTEA NOT NULL,
    filed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_filing PRIMARY KEY (operator_id, id),
    CONSTRAINT uq_filing_operator_id UNIQUE (operator_id, filing_key)
);

CREATE INDEX ix_filing_range ON filing (first_entry);

CREATE INDEX ix_filing_upload ON filing (upload_id) WHERE upload_id IS NOT NULL;

CREATE TABLE logistic_unit (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    sscc TEXT NOT NULL,
    CONSTRAINT pk_logistic_unit PRIMARY KEY (id),
    CONSTRAINT uq_logistic_unit_sscc UNIQUE (sscc)
);

CREATE TABLE lot (
    product_id INTEGER NOT NULL,
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    producer_id INTEGER,
    lot_key TEXT NOT NULL,
    number TEXT DEFAULT '' NOT NULL,
    produced_at INTEGER DEFAULT '0' NOT NULL,
    produced_precision SMALLINT DEFAULT '0' NOT NULL,
    expires_at INTEGER DEFAULT '0' NOT NULL,
    expires_precision SMALLINT DEFAULT '0' NOT NULL,
    assumed_producer BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_lot PRIMARY KEY (product_id, id)
);

CREATE INDEX ix_lot_id ON lot (id);

CREATE INDEX ix_lot_key ON lot (lot_key);

CREATE UNIQUE INDEX uq_lot_key ON lot (product_id, lot_key);

CREATE TABLE lot_hold (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    lot_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    basis TEXT DEFAULT '' NOT NULL,
    account_id INTEGER,
    held_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lifted_at TIMESTAMP WITH TIME ZONE,
    lifted_reason TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_lot_hold PRIMARY KEY (id)
);

CREATE UNIQUE INDEX uq_lot_hold_open ON lot_hold (lot_id) WHERE lifted_at IS NULL;

CREATE TABLE outbox_fact (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    fact TEXT NOT NULL,
    payload JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_outbox_fact PRIMARY KEY (id)
);

CREATE INDEX ix_outbox_fact_waiting ON outbox_fact (id) WHERE sent_at IS NULL;

CREATE TABLE pairing_day (
    operator_id INTEGER NOT NULL,
    day DATE NOT NULL,
    matched INTEGER NOT NULL,
    differs INTEGER NOT NULL,
    unmatched_up INTEGER NOT NULL,
    unmatched_down INTEGER NOT NULL,
    share NUMERIC(5, 4) NOT NULL,
    CONSTRAINT pk_pairing_day PRIMARY KEY (operator_id, day)
);

CREATE TABLE parameter (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    unit TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    source TEXT NOT NULL,
    mark TEXT NOT NULL,
    CONSTRAINT pk_parameter PRIMARY KEY (id),
    CONSTRAINT uq_parameter_key UNIQUE (key, jurisdiction, valid_from)
);

CREATE TABLE subject (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    uscc TEXT DEFAULT '' NOT NULL,
    party_key TEXT DEFAULT '' NOT NULL,
    gln TEXT DEFAULT '' NOT NULL,
    name TEXT NOT NULL,
    kinds TEXT[] DEFAULT '{}' NOT NULL,
    division TEXT DEFAULT '' NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    contact TEXT DEFAULT '' NOT NULL,
    phone TEXT DEFAULT '' NOT NULL,
    country TEXT DEFAULT '' NOT NULL,
    status TEXT DEFAULT 'active' NOT NULL,
    registered BOOLEAN NOT NULL,
    merged_into INTEGER,
    bigrams TEXT[] DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_subject PRIMARY KEY (id),
    CONSTRAINT fk_subject_merged_into_subject FOREIGN KEY(merged_into) REFERENCES subject (id)
);

CREATE INDEX ix_subject_bigrams ON subject USING gin (bigrams);

CREATE INDEX ix_subject_division ON subject (division, id);

CREATE INDEX ix_subject_gln ON subject (gln) WHERE gln <> '';

CREATE INDEX ix_subject_merged_into ON subject (merged_into) WHERE merged_into IS NOT NULL;

CREATE UNIQUE INDEX uq_subject_party_key ON subject (party_key) WHERE party_key <> '';

CREATE UNIQUE INDEX uq_subject_uscc ON subject (uscc) WHERE uscc <> '';

CREATE TABLE unit_content (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    unit_id INTEGER NOT NULL,
    entry_id BIGINT NOT NULL,
    lot_id INTEGER,
    inner_unit_id INTEGER,
    qty BIGINT DEFAULT '0' NOT NULL,
    unit SMALLINT DEFAULT '0' NOT NULL,
    unpacked_by BIGINT,
    CONSTRAINT pk_unit_content PRIMARY KEY (id)
);

CREATE INDEX ix_unit_content_unit ON unit_content (unit_id, entry_id);

CREATE TABLE unit_word (
    id INTEGER GENERATED ALWAYS AS IDENTITY (START WITH 1000 MAXVALUE 32767),
    word TEXT NOT NULL,
    CONSTRAINT pk_unit_word PRIMARY KEY (id),
    CONSTRAINT uq_unit_word_word UNIQUE (word)
);

CREATE TABLE premises (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    subject_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    division TEXT DEFAULT '' NOT NULL,
    gln TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_premises PRIMARY KEY (id),
    CONSTRAINT fk_premises_subject_id_subject FOREIGN KEY(subject_id) REFERENCES subject (id)
);

CREATE INDEX ix_premises_gln ON premises (gln) WHERE gln <> '';

CREATE INDEX ix_premises_subject ON premises (subject_id);

CREATE TABLE product (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    gtin TEXT DEFAULT '' NOT NULL,
    in_store TEXT DEFAULT '' NOT NULL,
    scope_id INTEGER,
    producer_id INTEGER,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    spec TEXT DEFAULT '' NOT NULL,
    category TEXT DEFAULT '' NOT NULL,
    shelf_life TEXT DEFAULT '' NOT NULL,
    base_id INTEGER,
    contains NUMERIC(18, 6) DEFAULT '1' NOT NULL,
    confirmed BOOLEAN DEFAULT false NOT NULL,
    bigrams TEXT[] DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_product PRIMARY KEY (id),
    CONSTRAINT ck_product_contains_positive CHECK (contains > 0),
    CONSTRAINT fk_product_scope_id_subject FOREIGN KEY(scope_id) REFERENCES subject (id),
    CONSTRAINT fk_product_producer_id_subject FOREIGN KEY(producer_id) REFERENCES subject (id),
    CONSTRAINT fk_product_base_id_product FOREIGN KEY(base_id) REFERENCES product (id)
);

CREATE INDEX ix_product_base ON product (base_id) WHERE base_id IS NOT NULL;

CREATE INDEX ix_product_bigrams ON product USING gin (bigrams);

CREATE UNIQUE INDEX uq_product_gtin ON product (gtin) WHERE gtin <> '';

CREATE UNIQUE INDEX uq_product_in_store ON product (scope_id, in_store) WHERE in_store <> '';

CREATE UNIQUE INDEX uq_product_named ON product (name_key, producer_id) WHERE gtin = '' AND in_store = '';

CREATE TABLE subject_change (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    subject_id INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    account_id INTEGER,
    before JSONB NOT NULL,
    after JSONB NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_subject_change PRIMARY KEY (id),
    CONSTRAINT fk_subject_change_subject_id_subject FOREIGN KEY(subject_id) REFERENCES subject (id)
);

CREATE INDEX ix_subject_change_subject ON subject_change (subject_id, id);

CREATE TABLE licence (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    subject_id INTEGER NOT NULL,
    premises_id INTEGER,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    valid_from DATE,
    valid_to DATE,
    scope TEXT[] DEFAULT '{}' NOT NULL,
    revoked_on DATE,
    number_checks BOOLEAN DEFAULT true NOT NULL,
    CONSTRAINT pk_licence PRIMARY KEY (id),
    CONSTRAINT fk_licence_subject_id_subject FOREIGN KEY(subject_id) REFERENCES subject (id),
    CONSTRAINT fk_licence_premises_id_premises FOREIGN KEY(premises_id) REFERENCES premises (id)
);

CREATE INDEX ix_licence_number ON licence (number);

CREATE INDEX ix_licence_subject ON licence (subject_id);

CREATE TABLE product_claim (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    product_id INTEGER NOT NULL,
    operator_id INTEGER NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    spec TEXT DEFAULT '' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_product_claim PRIMARY KEY (id),
    CONSTRAINT fk_product_claim_product_id_product FOREIGN KEY(product_id) REFERENCES product (id),
    CONSTRAINT fk_product_claim_operator_id_subject FOREIGN KEY(operator_id) REFERENCES subject (id)
);

CREATE UNIQUE INDEX uq_product_claim_said ON product_claim (product_id, operator_id, name, spec);

-- The book. No primary key (22 bytes a row), no foreign key (8 times slower COPY), no row trigger;
-- ids are checked set-wise per batch. Range-partitioned by lot, because lots come in time order:
-- old partitions close, recent ones stay in memory.
CREATE TABLE entry (
    id BIGINT NOT NULL,
    qty BIGINT NOT NULL,
    lot INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    op INTEGER NOT NULL,
    other INTEGER NOT NULL,
    doc INTEGER NOT NULL,
    kind SMALLINT NOT NULL,
    unit SMALLINT NOT NULL,
    precision SMALLINT NOT NULL,
    flags SMALLINT NOT NULL,
    CONSTRAINT ck_entry_kind_known CHECK (kind BETWEEN 1 AND 10),
    CONSTRAINT ck_entry_qty_not_negative CHECK (qty >= 0)
) PARTITION BY RANGE (lot);

CREATE INDEX ix_entry_lot ON entry (lot, ts)
    INCLUDE (op, other, qty, id, doc, kind, unit, precision, flags);
CREATE INDEX ix_entry_forward ON entry (lot) INCLUDE (other) WHERE kind IN (4, 9);
CREATE INDEX ix_entry_upstream ON entry (other) INCLUDE (lot, op, ts, precision) WHERE kind = 4;
CREATE INDEX ix_entry_book ON entry (op, ts);
CREATE INDEX ix_entry_waiting ON entry (other, ts) WHERE kind = 2;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only: correct an entry with another entry', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- Partitions are made ahead, with all indexes (they come from the parent) and the same refusal,
-- because a statement trigger of the parent does not fire for a statement on a partition.
CREATE FUNCTION make_entry_partition(number integer) RETURNS text LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text := 'entry_' || to_char(number, 'FM0000');
    width constant integer := 1600000;
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN name;
    END IF;
    EXECUTE format(
        'CREATE TABLE %I PARTITION OF entry FOR VALUES FROM (%s) TO (%s) WITH '
        '(autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)',
        name, number * width, (number + 1) * width);
    EXECUTE format(
        'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
        'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    EXECUTE format('REVOKE ALL ON %I FROM suyuan_app', name);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO suyuan_app', name);
    RETURN name;
END $$;

-- Ids of one batch are one contiguous range, so that a filing names its entries by two numbers.
-- The lock lasts for this call only, not for the transaction: filings do not queue behind it.
CREATE SEQUENCE entry_number AS bigint;
CREATE FUNCTION take_entry_ids(how_many integer) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first bigint;
BEGIN
    PERFORM pg_advisory_lock(7310001);
    first := nextval('entry_number');
    IF how_many > 1 THEN
        PERFORM setval('entry_number', first + how_many - 1);
    END IF;
    PERFORM pg_advisory_unlock(7310001);
    RETURN first;
EXCEPTION WHEN OTHERS THEN
    PERFORM pg_advisory_unlock(7310001);
    RAISE;
END $$;

-- The application's role adds and reads; it changes only what is not a record, and deletes nothing.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'suyuan_app') THEN
        CREATE ROLE suyuan_app NOLOGIN;
    END IF;
    IF current_user <> 'suyuan_app' AND NOT pg_has_role(current_user, 'suyuan_app', 'SET') THEN
        EXECUTE format('GRANT suyuan_app TO %I WITH SET TRUE', current_user);
    END IF;
END $$;

GRANT USAGE ON SCHEMA public TO suyuan_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO suyuan_app;
GRANT SELECT, INSERT ON entry, entry_note, filing, audit_line, subject_change, parameter,
    unit_word, pairing_day TO suyuan_app;
GRANT UPDATE ON pairing_day TO suyuan_app;
GRANT SELECT, INSERT, UPDATE ON subject, premises, licence, product, product_claim, lot, lot_hold,
    logistic_unit, unit_content, outbox_fact TO suyuan_app;
GRANT EXECUTE ON FUNCTION take_entry_ids(integer), make_entry_partition(integer) TO suyuan_app;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON entry_note
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON filing
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

SELECT make_entry_partition(number) FROM generate_series(0, 3) AS number;
