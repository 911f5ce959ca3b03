-- For a delegate of the agency who was named by someone whose own roles open no meetings of it: the meeting.
ALTER TABLE role_given ADD COLUMN meeting_id TEXT REFERENCES meeting (id) ON DELETE CASCADE;
