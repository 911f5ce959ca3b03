-- Since when somebody has the floor, so that a line that is lost afterwards gives it back.
ALTER TABLE live_meeting ADD COLUMN floor_since BIGINT;
CREATE INDEX live_meeting_floor ON live_meeting (floor_since) WHERE floor_since IS NOT NULL;
CREATE INDEX live_seat_asked ON live_seat (asked_at) WHERE asked_at IS NOT NULL;
