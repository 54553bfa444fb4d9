-- What an operator says of a dispatch to it that it does not take: it has not arrived.
CREATE TABLE delivery_answer (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    operator_id INTEGER NOT NULL,
    reference TEXT NOT NULL,
    answer TEXT NOT NULL,
    account_id INTEGER,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_delivery_answer PRIMARY KEY (id),
    CONSTRAINT uq_delivery_answer_operator_id UNIQUE (operator_id, reference)
);

GRANT SELECT, INSERT ON delivery_answer TO suyuan_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO suyuan_app;
