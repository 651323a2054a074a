-- What those who wait for a fetch have reserved for it, so that the transaction that stores the answer also charges them; and what an access
-- is free for when Instagram could not be read.

ALTER TABLE profile_fetch_callers
  ADD COLUMN reservation jsonb,
  ADD CONSTRAINT profile_fetch_callers_reservation_object CHECK (jsonb_typeof(reservation) = 'object');

COMMENT ON COLUMN profile_fetch_callers.reservation IS 'The row of credit_reservations that holds what the unlock costs; null where nothing is to be paid.';

ALTER TABLE credit_reservations
  DROP CONSTRAINT credit_reservations_free_reason,
  ADD CONSTRAINT credit_reservations_free_reason
    CHECK (free_reason IN ('credits_off', 'no_price', 'allowance', 'already_paid', 'window_open', 'vendor_failed')) NOT VALID;

ALTER TABLE credit_reservations VALIDATE CONSTRAINT credit_reservations_free_reason;
