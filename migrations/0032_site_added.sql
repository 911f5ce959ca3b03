-- When a site joined while the meeting was under way. Empty for all others.
ALTER TABLE site ADD COLUMN added_at BIGINT;
