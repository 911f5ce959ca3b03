-- What one open page kept last, so that its saves find one draft in whatever order they arrive. Kept for a day.
CREATE TABLE draft_page (
    page TEXT PRIMARY KEY,
    person_id TEXT,
    meeting_id TEXT NOT NULL,
    turn BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    kept_at BIGINT NOT NULL
);
CREATE INDEX draft_page_meeting ON draft_page (meeting_id);
CREATE INDEX draft_page_kept ON draft_page (kept_at);
