-- When picture and sound first went over a seat's connection: from then on it was really connected, and the roll says so.
ALTER TABLE seat_connection ADD COLUMN carried_at BIGINT;
UPDATE seat_connection SET carried_at = began_at;
-- Since when neither goes over it any more, while its page stands: what a killed program leaves ended then.
ALTER TABLE seat_connection ADD COLUMN silent_since BIGINT;
-- Whether it was ended on purpose, by whoever sat there or by the chair: that is no interruption.
ALTER TABLE seat_connection ADD COLUMN was_left BOOLEAN NOT NULL DEFAULT FALSE;
-- Whether the chair turned all microphones off: whoever loses the floor is silent again then.
ALTER TABLE live_meeting ADD COLUMN is_all_muted BOOLEAN NOT NULL DEFAULT FALSE;
