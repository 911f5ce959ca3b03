-- A seat that was taken to try the lines before the opening, by whoever directs the meeting: nobody was there for it.

ALTER TABLE seat_connection ADD COLUMN is_rehearsal BOOLEAN NOT NULL DEFAULT FALSE;
