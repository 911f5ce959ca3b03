-- Who saved the form of a meeting last, and when: colleagues share drafts. Unknown of what was saved before.
ALTER TABLE meeting ADD COLUMN saved_by TEXT REFERENCES person (id);
ALTER TABLE meeting ADD COLUMN saved_at BIGINT;
