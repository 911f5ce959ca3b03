-- Portable to SQLite and PostgreSQL: identifiers are TEXT (UUID v7), instants BIGINT epoch milliseconds in UTC,
-- local dates TEXT in ISO form, minutes of the day BIGINT, JSON as TEXT.

CREATE TABLE agency (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    parent_id TEXT REFERENCES agency (id),
    level TEXT NOT NULL,
    name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    -- '/root/…/self/' by identifier: a subtree is a prefix.
    path TEXT NOT NULL UNIQUE,
    depth BIGINT NOT NULL,
    folded TEXT NOT NULL,
    -- JSON of working hours; empty for the default.
    hours TEXT NOT NULL DEFAULT '',
    -- Days of the month kept free of meetings, as JSON.
    blocked_days TEXT NOT NULL DEFAULT '[]'
);

CREATE TABLE agency_alias (
    agency_id TEXT NOT NULL REFERENCES agency (id),
    alias TEXT NOT NULL,
    folded TEXT NOT NULL,
    PRIMARY KEY (agency_id, alias)
);

CREATE TABLE person (
    id TEXT PRIMARY KEY,
    user_name TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    position TEXT NOT NULL,
    agency_id TEXT NOT NULL REFERENCES agency (id),
    password_hash TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX person_agency ON person (agency_id);

CREATE TABLE role_grant (
    person_id TEXT NOT NULL REFERENCES person (id),
    role TEXT NOT NULL,
    agency_id TEXT NOT NULL REFERENCES agency (id),
    PRIMARY KEY (person_id, role, agency_id)
);

CREATE TABLE session (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    token_hash TEXT NOT NULL UNIQUE,
    device TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    idle_ms BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person_id);

CREATE TABLE sign_in_failure (
    -- 'user:<name>' or 'address:<ip>'.
    subject TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE room (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    agency_id TEXT NOT NULL REFERENCES agency (id),
    capacity BIGINT NOT NULL,
    has_video BOOLEAN NOT NULL,
    equipment TEXT NOT NULL,
    folded TEXT NOT NULL,
    -- Bumped first by every booking: the lock that makes double booking impossible on both engines.
    rev BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX room_agency ON room (agency_id);

CREATE TABLE work_day (
    date TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL
);

CREATE TABLE kind_rule (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name_vi TEXT NOT NULL,
    name_en TEXT NOT NULL,
    scope TEXT NOT NULL,
    limit_sessions BIGINT NOT NULL,
    source TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    position BIGINT NOT NULL,
    UNIQUE (kind, valid_from)
);

CREATE TABLE target_rule (
    what TEXT NOT NULL,
    num BIGINT NOT NULL,
    den BIGINT NOT NULL,
    source TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    PRIMARY KEY (what, valid_from)
);

CREATE TABLE meeting (
    id TEXT PRIMARY KEY,
    rev BIGINT NOT NULL,
    agency_id TEXT NOT NULL REFERENCES agency (id),
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    form TEXT NOT NULL,
    side TEXT NOT NULL,
    counterpart TEXT NOT NULL,
    is_unexpected BOOLEAN NOT NULL,
    place TEXT NOT NULL,
    stage TEXT NOT NULL,
    -- The composer's form as typed, while it differs from what is published; empty otherwise.
    draft TEXT NOT NULL DEFAULT '',
    invited_at BIGINT,
    opened_at BIGINT,
    closed_at BIGINT,
    called_off_at BIGINT,
    -- Why it was called off, or why it ran over.
    reason TEXT NOT NULL DEFAULT '',
    current_item TEXT,
    created_by TEXT REFERENCES person (id),
    created_at BIGINT NOT NULL,
    -- What counting reads, kept in step with the rest by the same transaction.
    scope TEXT NOT NULL,
    first_date TEXT,
    last_date TEXT,
    month_civil BIGINT NOT NULL DEFAULT 0,
    month_report BIGINT NOT NULL DEFAULT 0,
    is_connected BOOLEAN NOT NULL DEFAULT FALSE,
    has_exceeded BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX meeting_count ON meeting (agency_id, first_date, stage, side, scope, form, counterpart, is_connected, has_exceeded, month_civil, month_report);
CREATE INDEX meeting_first ON meeting (first_date, stage);

CREATE TABLE sitting (
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    position BIGINT NOT NULL,
    date TEXT NOT NULL,
    from_minute BIGINT NOT NULL,
    to_minute BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, position)
);
CREATE INDEX sitting_date ON sitting (date, meeting_id);

CREATE TABLE meeting_room (
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    room_id TEXT NOT NULL REFERENCES room (id),
    position BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, room_id)
);
CREATE INDEX meeting_room_room ON meeting_room (room_id, meeting_id);

CREATE TABLE site (
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    agency_id TEXT NOT NULL REFERENCES agency (id),
    position BIGINT NOT NULL,
    is_connected BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (meeting_id, agency_id)
);
CREATE INDEX site_agency ON site (agency_id, meeting_id);

CREATE TABLE participant (
    id TEXT PRIMARY KEY,
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    part TEXT NOT NULL,
    -- NULL while the agency has named nobody.
    person_id TEXT REFERENCES person (id),
    agency_id TEXT NOT NULL REFERENCES agency (id),
    position BIGINT NOT NULL,
    presence TEXT NOT NULL DEFAULT 'not_called',
    reason TEXT NOT NULL DEFAULT '',
    called_by TEXT NOT NULL DEFAULT '',
    called_at BIGINT,
    -- The newest change of the meeting that the person has seen.
    seen_change BIGINT NOT NULL DEFAULT 0,
    UNIQUE (meeting_id, person_id)
);
CREATE INDEX participant_person ON participant (person_id, meeting_id);
CREATE INDEX participant_agency ON participant (agency_id, meeting_id);

CREATE TABLE agenda_item (
    id TEXT PRIMARY KEY,
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    position BIGINT NOT NULL,
    title TEXT NOT NULL,
    minutes BIGINT NOT NULL,
    presenter TEXT NOT NULL,
    is_discussion BOOLEAN NOT NULL,
    began_at BIGINT,
    done_at BIGINT
);
CREATE INDEX agenda_item_meeting ON agenda_item (meeting_id, position);

CREATE TABLE paper (
    id TEXT PRIMARY KEY,
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    item_id TEXT NOT NULL REFERENCES agenda_item (id),
    position BIGINT NOT NULL,
    -- A neutral line stands for a classified paper: no title, no file.
    is_neutral BOOLEAN NOT NULL,
    title TEXT NOT NULL,
    version BIGINT NOT NULL,
    hash TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    -- NULL when the file could not be opened to count them.
    pages BIGINT,
    added_by TEXT NOT NULL REFERENCES person (id),
    added_at BIGINT NOT NULL,
    withdrawn_at BIGINT
);
CREATE INDEX paper_item ON paper (item_id, position);
CREATE INDEX paper_meeting ON paper (meeting_id);
CREATE INDEX paper_hash ON paper (hash);

CREATE TABLE paper_reading (
    paper_id TEXT NOT NULL REFERENCES paper (id),
    version BIGINT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (id),
    first_at BIGINT NOT NULL,
    PRIMARY KEY (paper_id, version, person_id)
);

CREATE TABLE meeting_change (
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- JSON list of what changed.
    what TEXT NOT NULL,
    before_text TEXT NOT NULL,
    PRIMARY KEY (meeting_id, number)
);

CREATE TABLE baseline (
    agency_id TEXT NOT NULL REFERENCES agency (id),
    year BIGINT NOT NULL,
    base TEXT NOT NULL,
    held BIGINT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (agency_id, year, base)
);

-- Grows only: no statement of the program updates or deletes a line.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    person_id TEXT REFERENCES person (id),
    who TEXT NOT NULL,
    agency_id TEXT REFERENCES agency (id),
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    before_json TEXT NOT NULL,
    after_json TEXT NOT NULL,
    folded TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);
