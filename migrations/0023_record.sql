-- When a held meeting was entered after it took place, and by whom. Both are empty for a meeting that was opened and
-- closed here, and for an imported one.
ALTER TABLE meeting ADD COLUMN entered_at BIGINT;
ALTER TABLE meeting ADD COLUMN entered_by TEXT REFERENCES person (id);

-- Every step from one item of the agenda to the next, with the times that it overwrote, so that it can be taken back.
CREATE TABLE agenda_step (
    meeting_id TEXT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    -- Whether it was the closing that ended the item under discussion.
    is_closing BOOLEAN NOT NULL,
    -- The item that was under discussion before, and is done since.
    from_item TEXT,
    -- The item that came next, with its times before; none when the agenda was through.
    to_item TEXT,
    to_began_at BIGINT,
    to_done_at BIGINT,
    PRIMARY KEY (meeting_id, number)
);
