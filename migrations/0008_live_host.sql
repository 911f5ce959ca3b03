-- Where several nodes share the database: which of them all pages of a meeting meet at, and until when it has said so.
CREATE TABLE live_host (
    meeting_id TEXT PRIMARY KEY REFERENCES meeting (id) ON DELETE CASCADE,
    node TEXT NOT NULL,
    until BIGINT NOT NULL
);
