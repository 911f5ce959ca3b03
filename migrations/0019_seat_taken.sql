-- The seats that are taken at this moment: a meeting may have thousands of connections that ended.
CREATE INDEX seat_connection_taken ON seat_connection (meeting_id, seat) WHERE ended_at IS NULL;
-- Ended connections that nothing reads: a rehearsal, or a stay in which neither picture nor sound came. From now on they
-- are deleted when they end.
DELETE FROM seat_connection WHERE ended_at IS NOT NULL AND (carried_at IS NULL OR is_rehearsal);
