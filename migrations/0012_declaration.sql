-- A paper whose first page could not be read for a marking is taken under a declaration that it holds no state secret:
-- why it could not be read (empty when it could), who declared, and when.
ALTER TABLE paper ADD COLUMN unread TEXT NOT NULL DEFAULT '';
ALTER TABLE paper ADD COLUMN declared_by TEXT REFERENCES person (id);
ALTER TABLE paper ADD COLUMN declared_at BIGINT;
