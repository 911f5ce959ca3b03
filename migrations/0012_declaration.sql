-- A paper whose first page could not be read for a marking is accepted with a declaration that it holds no
-- state secret: why the page could not be read (empty if it could), who declared, and when.
ALTER TABLE paper ADD COLUMN unread TEXT NOT NULL DEFAULT '';
ALTER TABLE paper ADD COLUMN declared_by TEXT REFERENCES person (id);
ALTER TABLE paper ADD COLUMN declared_at BIGINT;
