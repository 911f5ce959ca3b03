-- A room, an agency or a person whose name has changed: the words of its meetings are written anew afterwards, some at a time.
CREATE TABLE search_due (
    what TEXT NOT NULL,
    id TEXT NOT NULL,
    place TEXT NOT NULL,
    written BIGINT NOT NULL,
    PRIMARY KEY (what, id)
);
