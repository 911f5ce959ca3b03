-- Work that a version of the program does once on the data it finds, in batches at its start: how far each step is.
CREATE TABLE one_time_work (
    step TEXT PRIMARY KEY,
    -- The last row that was worked on; a program that was stopped continues after it.
    place TEXT NOT NULL,
    is_done BOOLEAN NOT NULL
);
