-- What was called off and would still have been to come is little among many years of meetings; the home page asks for it.
CREATE INDEX meeting_off ON meeting (last_date) WHERE stage IN ('cancelled', 'postponed');
