-- Who may read what a line of the trail changed (domain::audit::Audience); by default the strictest audience.
ALTER TABLE audit ADD COLUMN audience TEXT NOT NULL DEFAULT 'papers_and_roll';
-- The line's place, from 1 without gaps, and its hash over the line before and its own content. Older lines
-- have no place until the first start gives them one.
ALTER TABLE audit ADD COLUMN seq BIGINT;
ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX audit_seq ON audit (seq);

-- The one row that says which line is the last. A writer locks it as its last step, so that writers wait for
-- each other only at the end.
CREATE TABLE audit_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    at BIGINT NOT NULL
);
INSERT INTO audit_head (id, seq, hash, at) VALUES (1, 0, '', 0);
