-- Failures are forgiven one by one: the instant at which the last of them is.
ALTER TABLE sign_in_failure ADD COLUMN forgiven_at BIGINT NOT NULL DEFAULT 0;

-- Where somebody signed in lately: the failures of others behind the same address do not hold them up there.
CREATE TABLE familiar_address (
    person_id TEXT NOT NULL REFERENCES person (id),
    address TEXT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, address)
);
