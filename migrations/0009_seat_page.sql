-- Which open page took a seat, by the number it drew: a page that comes back by itself knows its own seat by it.
ALTER TABLE seat_connection ADD COLUMN page TEXT;
