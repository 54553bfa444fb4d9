-- A pass is one delivery between a seller and a buyer. What is on it was sent and is in the book;
-- its answer is the buyer's receipt. A dispatch is on one pass only.
CREATE TABLE delivery_pass (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    seller_id INTEGER NOT NULL,
    buyer_id INTEGER NOT NULL,
    document TEXT NOT NULL,
    state TEXT DEFAULT 'issued' NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    issued_by INTEGER,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    answered_by INTEGER,
    reason TEXT DEFAULT '' NOT NULL,
    receipt TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_delivery_pass PRIMARY KEY (id),
    CONSTRAINT ck_delivery_pass_state_known CHECK (state IN ('issued', 'accepted', 'disputed', 'refused', 'expired')),
    CONSTRAINT fk_delivery_pass_seller_id_subject FOREIGN KEY(seller_id) REFERENCES subject (id),
    CONSTRAINT fk_delivery_pass_buyer_id_subject FOREIGN KEY(buyer_id) REFERENCES subject (id)
);

CREATE INDEX ix_delivery_pass_buyer ON delivery_pass (buyer_id, id);
CREATE INDEX ix_delivery_pass_open ON delivery_pass (expires_at) WHERE state = 'issued';
CREATE INDEX ix_delivery_pass_seller ON delivery_pass (seller_id, id);

CREATE TABLE delivery_pass_line (
    pass_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    reference TEXT NOT NULL,
    lot_id INTEGER NOT NULL,
    product_name TEXT NOT NULL,
    gtin TEXT NOT NULL,
    lot_number TEXT NOT NULL,
    certificate TEXT NOT NULL,
    quantity TEXT NOT NULL,
    unit TEXT NOT NULL,
    received TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_delivery_pass_line PRIMARY KEY (pass_id, number),
    CONSTRAINT fk_delivery_pass_line_pass_id_delivery_pass FOREIGN KEY(pass_id) REFERENCES delivery_pass (id)
);

CREATE INDEX ix_delivery_pass_line_lot ON delivery_pass_line (lot_id);
CREATE UNIQUE INDEX uq_delivery_pass_line_reference ON delivery_pass_line (reference);

GRANT SELECT, INSERT, UPDATE ON delivery_pass, delivery_pass_line TO suyuan_app;

INSERT INTO parameter (key, value, unit, jurisdiction, valid_from, source, mark) VALUES
    ('passes.days_valid', '7', 'day', 'CN', '2009-06-01',
        'a pass nobody answers expires', 'D')
ON CONFLICT (key, jurisdiction, valid_from) DO NOTHING;
