-- A room that no new meeting may use. Rooms that past meetings used are kept, with their names.
ALTER TABLE room ADD COLUMN is_withdrawn BOOLEAN NOT NULL DEFAULT FALSE;
