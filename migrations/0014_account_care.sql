-- Whether the person must choose a new password next, because another person knows the present one.
ALTER TABLE person ADD COLUMN must_change BOOLEAN NOT NULL DEFAULT FALSE;
-- Failed tries with the person's user name since the last sign-in.
ALTER TABLE person ADD COLUMN failed_tries BIGINT NOT NULL DEFAULT 0;

-- When the trail last reported that a user name or an address used up its free failures; 0 for never.
ALTER TABLE sign_in_failure ADD COLUMN reported_at BIGINT NOT NULL DEFAULT 0;

-- Roles that open meetings, given by an administrator: shown to leaders for a month.
CREATE TABLE role_given (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (id),
    role TEXT NOT NULL,
    -- The agency in which the role is held.
    agency_id TEXT NOT NULL REFERENCES agency (id),
    -- The agency whose leaders see it: that agency, or the nearest one above that has a leader.
    shown_in TEXT NOT NULL REFERENCES agency (id),
    -- The administrator's name at that time.
    given_by TEXT NOT NULL
);
CREATE INDEX role_given_shown_in ON role_given (shown_in, at);

-- The leaders who have acknowledged a role.
CREATE TABLE role_given_seen (
    role_given_id TEXT NOT NULL REFERENCES role_given (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES person (id),
    PRIMARY KEY (role_given_id, person_id)
);

-- Events that a person is told about their own account; the last few rows of each person.
CREATE TABLE account_event (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    at BIGINT NOT NULL,
    what TEXT NOT NULL,
    -- A count, a device or a name, depending on `what`.
    detail TEXT NOT NULL,
    is_seen BOOLEAN NOT NULL
);
CREATE INDEX account_event_person ON account_event (person_id, at);

-- Devices and addresses from which a person has signed in, as a keyed hash.
CREATE TABLE known_device (
    person_id TEXT NOT NULL REFERENCES person (id),
    mark TEXT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, mark)
);
