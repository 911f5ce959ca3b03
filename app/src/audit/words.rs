//! What was done, and to which field, in words. A deed or a field without its own words is shown by its code, so that
//! the trail hides nothing.

use domain::access::Stage;

use crate::text::keys::*;
use crate::text::{Text, t};
use crate::words;

/// The words for a deed, by its code `feature.verb`.
pub(super) fn deed(code: &str) -> String {
    let text: Text = match code {
        "accounts.change_password" => DEED_ACCOUNTS_CHANGE_PASSWORD,
        "accounts.claim" => DEED_ACCOUNTS_CLAIM,
        "accounts.sign_in" => DEED_ACCOUNTS_SIGN_IN,
        "accounts.sign_out" => DEED_ACCOUNTS_SIGN_OUT,
        "accounts.sign_out_everywhere" => DEED_ACCOUNTS_SIGN_OUT_EVERYWHERE,
        "agencies.add" => DEED_AGENCIES_ADD,
        "agencies.change" => DEED_AGENCIES_CHANGE,
        "agencies.set_hours" => DEED_AGENCIES_SET_HOURS,
        "attendance.behind" => DEED_ATTENDANCE_BEHIND,
        "attendance.join" => DEED_ATTENDANCE_JOIN,
        "attendance.mark" => DEED_ATTENDANCE_MARK,
        "attendance.mark_rest" => DEED_ATTENDANCE_MARK_REST,
        "attendance.mark_site" => DEED_ATTENDANCE_MARK_SITE,
        "attendance.name_delegates" => DEED_ATTENDANCE_NAME_DELEGATES,
        "attendance.scan" => DEED_ATTENDANCE_SCAN,
        "baseline.set" => DEED_BASELINE_SET,
        "live.direct" => DEED_LIVE_DIRECT,
        "meetings.cancel" => DEED_MEETINGS_CANCEL,
        "meetings.close" => DEED_MEETINGS_CLOSE,
        "meetings.discuss" => DEED_MEETINGS_DISCUSS,
        "meetings.draft" => DEED_MEETINGS_DRAFT,
        "meetings.drop" => DEED_MEETINGS_DROP,
        "meetings.import_change" => DEED_MEETINGS_IMPORT_CHANGE,
        "meetings.open" => DEED_MEETINGS_OPEN,
        "meetings.postpone" => DEED_MEETINGS_POSTPONE,
        "meetings.publish" => DEED_MEETINGS_PUBLISH,
        "meetings.save" => DEED_MEETINGS_SAVE,
        "meetings.take_back" => DEED_MEETINGS_TAKE_BACK,
        "papers.add" => DEED_PAPERS_ADD,
        "papers.leave_neutral_line" => DEED_PAPERS_LEAVE_NEUTRAL_LINE,
        "papers.rename" => DEED_PAPERS_RENAME,
        "papers.withdraw" => DEED_PAPERS_WITHDRAW,
        "people.add" => DEED_PEOPLE_ADD,
        "people.change" => DEED_PEOPLE_CHANGE,
        "people.reset_password" => DEED_PEOPLE_RESET_PASSWORD,
        "people.set_active" => DEED_PEOPLE_SET_ACTIVE,
        "rooms.add" => DEED_ROOMS_ADD,
        "rooms.change" => DEED_ROOMS_CHANGE,
        "rules.add" => DEED_RULES_ADD,
        "rules.recount" => DEED_RULES_RECOUNT,
        "rules.set_hybrid" => DEED_RULES_SET_HYBRID,
        code if code.starts_with("imports.") => DEED_IMPORTS_WRITE,
        other => return other.to_owned(),
    };
    t(text).to_owned()
}

/// The words for a field that was changed, by its name in what is kept.
pub(super) fn field(name: &str) -> String {
    let text: Text = match name {
        "agency" => PERSON_AGENCY,
        "agenda" => MEETINGS_TAB_AGENDA,
        "aliases" => AGENCY_ALIASES,
        "at" => MEETINGS_COLUMN_WHEN,
        "capacity" => ROOM_CAPACITY,
        "chair" => PART_CHAIR,
        "changes" => AUDIT_FIELD_CHANGES,
        "closed" => AUDIT_FIELD_CLOSED,
        "code" => ROOM_CODE,
        "connected" => AUDIT_FIELD_CONNECTED,
        "counterpart" => COMPOSER_WITH,
        "delegate" => AUDIT_FIELD_DELEGATE,
        "delegates" | "participants" => MEETINGS_TAB_DELEGATES,
        "equipment" => ROOM_EQUIPMENT,
        "form" => COMPOSER_FORM,
        "has_unpublished" => MEETINGS_UNPUBLISHED,
        "invited" => AUDIT_FIELD_INVITED,
        "kind" => COMPOSER_KIND,
        "level" => AGENCY_LEVEL,
        "limit_sessions" => RULE_LIMIT_SESSIONS,
        "name" => AUDIT_FIELD_NAME,
        "name_en" => RULE_NAME_EN,
        "name_vi" => RULE_NAME_VI,
        "opened" => AUDIT_FIELD_OPENED,
        "overrun_reason" => AUDIT_FIELD_OVERRUN,
        "parent" => AGENCY_PARENT,
        "place" => MEETINGS_COLUMN_WHERE,
        "position" => PERSON_POSITION,
        "presence" => AUDIT_FIELD_PRESENCE,
        "reason" => AUDIT_FIELD_REASON,
        "roles" => PERSON_ROLES,
        "rooms" => CALENDAR_ROOMS,
        "scope" => RULE_SCOPE,
        "secretary" => PART_SECRETARY,
        "short_name" => AGENCY_SHORT_NAME,
        "side" => AUDIT_FIELD_SIDE,
        "site" => AUDIT_FIELD_SITE,
        "sites" => MEETINGS_TAB_SITES,
        "sittings" => MEETINGS_COLUMN_WHEN,
        "source" => RULE_SOURCE,
        "state" => MEETINGS_COLUMN_STATE,
        "title" => COMPOSER_TITLE,
        "unexpected" | "is_unexpected" => MEETINGS_UNEXPECTED,
        "user_name" => PERSON_USER_NAME,
        "valid_from" => RULE_FROM,
        "video" | "has_video" => ROOM_VIDEO,
        other => {
            return Stage::parse(other)
                .map_or_else(|| other.to_owned(), |stage| words::stage(stage).to_owned());
        }
    };
    t(text).to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_field_is_named_in_words_and_an_unknown_one_by_its_code() {
        assert_eq!(super::field("user_name"), "Tên đăng nhập");
        assert_ne!(super::field("under_way"), "under_way");
        assert_eq!(super::field("something_new"), "something_new");
    }
}
