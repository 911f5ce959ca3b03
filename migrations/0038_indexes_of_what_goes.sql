-- What goes after a while is found by its time, and what goes with a meeting or a paper by that, without reading the whole table.
CREATE INDEX role_given_at ON role_given (at);
CREATE INDEX role_given_meeting ON role_given (meeting_id);
CREATE INDEX live_meeting_paper ON live_meeting (paper_id);
CREATE INDEX sign_in_failure_forgiven ON sign_in_failure (forgiven_at);
CREATE INDEX familiar_address_last ON familiar_address (last_at);
CREATE INDEX session_ends ON session (ends_at);
CREATE INDEX session_idle ON session ((used_at + idle_ms));
