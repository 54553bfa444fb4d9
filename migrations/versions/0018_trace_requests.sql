-- Where a trace has a gap, its operator is asked; what it answers is added and becomes an entry.
CREATE TABLE trace_request (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    operator_id INTEGER NOT NULL,
    lot_id INTEGER NOT NULL,
    gap TEXT NOT NULL,
    quantity TEXT NOT NULL,
    unit TEXT NOT NULL,
    partner_id INTEGER,
    note TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_by INTEGER,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE,
    reminded_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_trace_request PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_trace_request_open ON trace_request (operator_id, lot_id, gap)
    WHERE state = 'open';
CREATE INDEX ix_trace_request_lot ON trace_request (lot_id, id);
CREATE INDEX ix_trace_request_operator ON trace_request (operator_id, id);
CREATE INDEX ix_trace_request_due ON trace_request (due_at) WHERE state = 'open';

CREATE TABLE trace_request_answer (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    request_id INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    via TEXT NOT NULL,
    account_id INTEGER,
    reference TEXT NOT NULL,
    remark TEXT NOT NULL,
    CONSTRAINT pk_trace_request_answer PRIMARY KEY (id),
    CONSTRAINT fk_trace_request_answer_request_id_trace_request
        FOREIGN KEY (request_id) REFERENCES trace_request (id)
);
CREATE INDEX ix_trace_request_answer_request ON trace_request_answer (request_id, id);

GRANT SELECT, INSERT ON trace_request, trace_request_answer TO suyuan_app;
GRANT UPDATE (state, seen_at, reminded_at) ON trace_request TO suyuan_app;

INSERT INTO parameter (key, value, unit, jurisdiction, valid_from, source, mark) VALUES
    ('trace_request.hours', '24', 'h', 'CN', '2009-06-01', 'time to answer a trace request', 'D')
ON CONFLICT DO NOTHING;  -- a new installation has it from the list that comes with the code
