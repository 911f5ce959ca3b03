-- Whether the participant was invited by their own agency, by one above it, or by someone who composes its meetings. Such
-- a meeting blocks the person as a chair; an invitation by another office does not block the person's own secretariat.
ALTER TABLE participant ADD COLUMN is_planned BOOLEAN NOT NULL DEFAULT TRUE;

-- Drafts and meetings that are not over are few among many years of meetings; the home page asks for them.
CREATE INDEX meeting_draft ON meeting (created_by, created_at) WHERE stage = 'draft';
CREATE INDEX meeting_holding ON meeting (last_date) WHERE stage IN ('scheduled', 'under_way');
CREATE INDEX meeting_draft_agency ON meeting (agency_id, created_at) WHERE stage = 'draft';
