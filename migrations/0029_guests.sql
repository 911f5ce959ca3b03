-- People from outside in a meeting: no account and no agency of the tree. They are no participants, so no condition on
-- people, agencies or conflicts finds them.
CREATE TABLE guest (
    id TEXT PRIMARY KEY,
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    position TEXT NOT NULL,
    organisation TEXT NOT NULL,
    sort TEXT NOT NULL,
    presence TEXT NOT NULL DEFAULT 'not_called',
    reason TEXT NOT NULL DEFAULT '',
    called_by TEXT NOT NULL DEFAULT '',
    called_at BIGINT
);
CREATE INDEX guest_meeting ON guest (meeting_id, number);
