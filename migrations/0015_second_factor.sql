-- The second factor of a person: the secret that their phone shares with this program. It is kept as it is: the program
-- has no key outside this database, and one beside it would be read by whoever reads the file.
CREATE TABLE second_factor (
    person_id TEXT PRIMARY KEY REFERENCES person (id),
    -- Base32, as apps take it.
    secret TEXT NOT NULL,
    -- When the secret was made: it is shown, and its first code taken, for a quarter of an hour.
    begun_at BIGINT NOT NULL,
    -- When the first code was entered; until then it protects nothing.
    confirmed_at BIGINT,
    -- The step of the last code that was taken: no code is good twice.
    last_step BIGINT NOT NULL
);

-- Codes for a lost phone, each good once; the hash only.
CREATE TABLE recovery_code (
    person_id TEXT NOT NULL REFERENCES person (id),
    code_hash TEXT NOT NULL,
    PRIMARY KEY (person_id, code_hash)
);

-- Whether the password was right and the code has still to be entered: such a session opens nothing else.
ALTER TABLE session ADD COLUMN awaits_code BOOLEAN NOT NULL DEFAULT FALSE;
-- Whether the device is to stay signed in once the code was entered.
ALTER TABLE session ADD COLUMN is_kept BOOLEAN NOT NULL DEFAULT FALSE;
