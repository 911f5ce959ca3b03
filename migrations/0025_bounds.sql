-- The agencies below another one are counted before one more is added: by the agency above.
CREATE INDEX agency_parent ON agency (parent_id);
