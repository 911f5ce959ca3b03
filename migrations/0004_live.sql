-- What a meeting decides while it is on, and who was connected when.
CREATE TABLE live_meeting (
    meeting_id TEXT PRIMARY KEY REFERENCES meeting (id),
    floor_seat TEXT,
    large_seat TEXT,
    paper_id TEXT REFERENCES paper (id),
    page BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE live_seat (
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    seat TEXT NOT NULL,
    is_removed BOOLEAN NOT NULL DEFAULT FALSE,
    is_muted BOOLEAN NOT NULL DEFAULT FALSE,
    asked_at BIGINT,
    PRIMARY KEY (meeting_id, seat)
);

-- One row from sitting down to rising. What nobody marks as seen any more ended when it was last seen.
CREATE TABLE seat_connection (
    id TEXT PRIMARY KEY,
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    seat TEXT NOT NULL,
    person_id TEXT REFERENCES person (id),
    began_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX seat_connection_meeting ON seat_connection (meeting_id, seat, began_at);
CREATE INDEX seat_connection_open ON seat_connection (seen_at) WHERE ended_at IS NULL;
