-- Which requests a charge was made for: what is repeated with its Idempotency-Key after a crash is not charged again.

ALTER TABLE credit_reservations ADD COLUMN calls text[] NOT NULL DEFAULT '{}';

COMMENT ON COLUMN credit_reservations.calls IS 'Fingerprints of the requests with an Idempotency-Key that it was made for, as idempotency_keys has them.';
