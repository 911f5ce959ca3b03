-- The meeting that a line of the trail is about: its before and after are for those who may open it. No reference, for a
-- draft that was dropped leaves its lines.
ALTER TABLE audit ADD COLUMN meeting_id TEXT;
