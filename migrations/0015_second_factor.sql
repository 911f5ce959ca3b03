-- The second factor of a person: the secret that their phone shares with this program. It is stored in clear.
-- The program has no key outside this database, and anyone who can read the file could also read a key beside
-- it.
CREATE TABLE second_factor (
    person_id TEXT PRIMARY KEY REFERENCES person (id),
    -- Base32, as apps accept it.
    secret TEXT NOT NULL,
    -- When the secret was made. For 15 minutes it is shown and its first code is accepted.
    begun_at BIGINT NOT NULL,
    -- When the first code was entered; until then the second factor protects nothing.
    confirmed_at BIGINT,
    -- The step of the last accepted code: no code is good twice.
    last_step BIGINT NOT NULL
);

-- Codes for a lost phone, each good once; only the hash is stored.
CREATE TABLE recovery_code (
    person_id TEXT NOT NULL REFERENCES person (id),
    code_hash TEXT NOT NULL,
    PRIMARY KEY (person_id, code_hash)
);

-- Whether the password was right and the code must still be entered: such a session opens nothing else.
ALTER TABLE session ADD COLUMN awaits_code BOOLEAN NOT NULL DEFAULT FALSE;
-- Whether the device stays signed in after the code was entered.
ALTER TABLE session ADD COLUMN is_kept BOOLEAN NOT NULL DEFAULT FALSE;
