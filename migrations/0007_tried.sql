-- What was tried at a seat before the meeting; the last time only.
CREATE TABLE rehearsal (
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    seat TEXT NOT NULL,
    person_id TEXT REFERENCES person (id),
    tried_at BIGINT NOT NULL,
    camera BOOLEAN NOT NULL,
    microphone BOOLEAN NOT NULL,
    speaker BOOLEAN,
    is_tcp BOOLEAN,
    up_bps BIGINT,
    down_bps BIGINT,
    loss_permille BIGINT,
    round_trip_ms BIGINT,
    PRIMARY KEY (meeting_id, seat)
);
