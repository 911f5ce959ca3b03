-- Keys by which names sort as Vietnamese do, made by `domain::text::name_key` and `title_key`: digits only, so that every
-- database and every locale sorts them alike. The program fills them at its first start.
ALTER TABLE person ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE agency ADD COLUMN name_key TEXT NOT NULL DEFAULT '';

-- People of the same name are looked up wherever people are listed.
CREATE INDEX person_name_key ON person (name_key);
