-- Whether the person has opened the meeting since they were invited. Of those invited before, nobody is told anew.
ALTER TABLE participant ADD COLUMN has_opened BOOLEAN NOT NULL DEFAULT TRUE;
