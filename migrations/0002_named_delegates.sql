-- People whom their agency has named for the seat kept for it. The agency goes on seeing what it sent them to.
ALTER TABLE participant ADD COLUMN is_named BOOLEAN NOT NULL DEFAULT FALSE;
