-- How long whoever has the floor may keep it: the end of the turn, and the length of those that follow.
ALTER TABLE live_meeting ADD COLUMN floor_ends BIGINT;
ALTER TABLE live_meeting ADD COLUMN turn_minutes BIGINT NOT NULL DEFAULT 7;
