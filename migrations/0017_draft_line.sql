-- The state of a draft's line in the trail: the text that its last line covers, when each person's last line
-- was written (JSON: person to milliseconds), and who has saved since (JSON list of names).
CREATE TABLE draft_line (
    meeting_id TEXT PRIMARY KEY REFERENCES meeting (id),
    text TEXT NOT NULL,
    lines TEXT NOT NULL,
    savers TEXT NOT NULL
);
