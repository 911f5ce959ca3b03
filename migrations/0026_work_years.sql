-- Years whose days off and worked weekends are entered in full. What is worked in any other year is not known.
CREATE TABLE work_year (
    year BIGINT PRIMARY KEY
);
INSERT INTO work_year (year) SELECT DISTINCT CAST(SUBSTR(date, 1, 4) AS BIGINT) FROM work_day WHERE kind = 'off';
