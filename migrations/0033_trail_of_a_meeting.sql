-- The page of a held meeting tells its corrections from the trail.
CREATE INDEX audit_meeting ON audit (meeting_id, what);
