-- People, agencies and guests who were added while the meeting was under way: when, and by whom. Empty for all others.
ALTER TABLE participant ADD COLUMN added_at BIGINT;
ALTER TABLE participant ADD COLUMN added_by TEXT NOT NULL DEFAULT '';
ALTER TABLE guest ADD COLUMN added_at BIGINT;
ALTER TABLE guest ADD COLUMN added_by TEXT NOT NULL DEFAULT '';
