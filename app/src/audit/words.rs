//! What was done, and to which field, in words. A field without words is shown by its code, so that the trail
//! hides nothing.

use domain::access::Stage;
use domain::audit::Deed;
#[cfg(feature = "ssr")]
use domain::text::fold;

use crate::text::keys::*;
use crate::text::{Text, t};
use crate::words;

/// The words for a deed, by its code `feature.verb`. A deed that this program does not know is shown by its
/// code.
pub(super) fn deed(code: &str) -> String {
    Deed::parse(code).map_or_else(|| code.to_owned(), |deed| t(words_of(deed)).to_owned())
}

/// The deeds whose words hold every word of a text, in either language; none for an empty text.
#[cfg(feature = "ssr")]
pub(super) fn deeds_named(text: &str) -> Vec<Deed> {
    let wanted = fold(text);
    let holds = |words: &str| {
        let words = fold(words);
        wanted.split(' ').all(|word| words.contains(word))
    };
    let is_named = |deed: &&Deed| {
        let Text { vi, en } = words_of(**deed);
        holds(vi) || holds(en)
    };
    if wanted.is_empty() { Vec::new() } else { Deed::ALL.iter().filter(is_named).copied().collect() }
}

fn words_of(deed: Deed) -> Text {
    match deed {
        Deed::AccountsChangePassword => DEED_ACCOUNTS_CHANGE_PASSWORD,
        Deed::AccountsClaim => DEED_ACCOUNTS_CLAIM,
        Deed::AccountsManyFailuresOfAddress => DEED_ACCOUNTS_MANY_FAILURES_OF_ADDRESS,
        Deed::AccountsManyFailuresOfUser => DEED_ACCOUNTS_MANY_FAILURES_OF_USER,
        Deed::AccountsNewDevice => DEED_ACCOUNTS_NEW_DEVICE,
        Deed::AccountsRenewRecoveryCodes => DEED_ACCOUNTS_RENEW_RECOVERY_CODES,
        Deed::AccountsSecondFactorOff => DEED_ACCOUNTS_SECOND_FACTOR_OFF,
        Deed::AccountsSecondFactorOn => DEED_ACCOUNTS_SECOND_FACTOR_ON,
        Deed::AccountsSignIn => DEED_ACCOUNTS_SIGN_IN,
        Deed::AccountsSignOut => DEED_ACCOUNTS_SIGN_OUT,
        Deed::AccountsSignOutEverywhere => DEED_ACCOUNTS_SIGN_OUT_EVERYWHERE,
        Deed::AgenciesAdd => DEED_AGENCIES_ADD,
        Deed::AgenciesChange => DEED_AGENCIES_CHANGE,
        Deed::AgenciesSetHours => DEED_AGENCIES_SET_HOURS,
        Deed::AttendanceAdd => DEED_ATTENDANCE_ADD,
        Deed::AttendanceBehind => DEED_ATTENDANCE_BEHIND,
        Deed::AttendanceJoin => DEED_ATTENDANCE_JOIN,
        Deed::AttendanceMark => DEED_ATTENDANCE_MARK,
        Deed::AttendanceMarkRest => DEED_ATTENDANCE_MARK_REST,
        Deed::AttendanceMarkSite => DEED_ATTENDANCE_MARK_SITE,
        Deed::AttendanceNameDelegates => DEED_ATTENDANCE_NAME_DELEGATES,
        Deed::AttendanceScan => DEED_ATTENDANCE_SCAN,
        Deed::AttendanceTakeOff => DEED_ATTENDANCE_TAKE_OFF,
        Deed::BaselineSet => DEED_BASELINE_SET,
        Deed::ImportsAgencies
        | Deed::ImportsBaseline
        | Deed::ImportsMeetings
        | Deed::ImportsPeople
        | Deed::ImportsRooms
        | Deed::ImportsWorkDays => DEED_IMPORTS_WRITE,
        Deed::LiveDirect => DEED_LIVE_DIRECT,
        Deed::LiveShowPaper => DEED_LIVE_SHOW_PAPER,
        Deed::MeetingsBackToDraft => DEED_MEETINGS_BACK_TO_DRAFT,
        Deed::MeetingsCancel => DEED_MEETINGS_CANCEL,
        Deed::MeetingsClose => DEED_MEETINGS_CLOSE,
        Deed::MeetingsCorrect => DEED_MEETINGS_CORRECT,
        Deed::MeetingsDiscuss => DEED_MEETINGS_DISCUSS,
        Deed::MeetingsDraft => DEED_MEETINGS_DRAFT,
        Deed::MeetingsDrop => DEED_MEETINGS_DROP,
        Deed::MeetingsDropChanges => DEED_MEETINGS_DROP_CHANGES,
        Deed::MeetingsEnter => DEED_MEETINGS_ENTER,
        Deed::MeetingsImportChange => DEED_MEETINGS_IMPORT_CHANGE,
        Deed::MeetingsOpen => DEED_MEETINGS_OPEN,
        Deed::MeetingsPostpone => DEED_MEETINGS_POSTPONE,
        Deed::MeetingsPublish => DEED_MEETINGS_PUBLISH,
        Deed::MeetingsReopen => DEED_MEETINGS_REOPEN,
        Deed::MeetingsSave => DEED_MEETINGS_SAVE,
        Deed::MeetingsTakeBack => DEED_MEETINGS_TAKE_BACK,
        Deed::MeetingsUndoStep => DEED_MEETINGS_UNDO_STEP,
        Deed::PapersAdd => DEED_PAPERS_ADD,
        Deed::PapersDeclare => DEED_PAPERS_DECLARE,
        Deed::PapersLeaveNeutralLine => DEED_PAPERS_LEAVE_NEUTRAL_LINE,
        Deed::PapersRename => DEED_PAPERS_RENAME,
        Deed::PapersWithdraw => DEED_PAPERS_WITHDRAW,
        Deed::PapersRestore => DEED_PAPERS_RESTORE,
        Deed::PeopleAdd => DEED_PEOPLE_ADD,
        Deed::PeopleChange => DEED_PEOPLE_CHANGE,
        Deed::PeopleResetPassword => DEED_PEOPLE_RESET_PASSWORD,
        Deed::PeopleSetActive => DEED_PEOPLE_SET_ACTIVE,
        Deed::PeopleTurnOffSecondFactor => DEED_PEOPLE_TURN_OFF_SECOND_FACTOR,
        Deed::RoomsAdd => DEED_ROOMS_ADD,
        Deed::RoomsChange => DEED_ROOMS_CHANGE,
        Deed::RoomsRestore => DEED_ROOMS_RESTORE,
        Deed::RoomsWithdraw => DEED_ROOMS_WITHDRAW,
        Deed::RulesAdd => DEED_RULES_ADD,
        Deed::RulesRecount => DEED_RULES_RECOUNT,
        Deed::RulesSetHybrid => DEED_RULES_SET_HYBRID,
        Deed::RulesSetShortForms => DEED_RULES_SET_SHORT_FORMS,
        Deed::WorkDaysDeclare => DEED_WORK_DAYS_DECLARE,
        Deed::WorkDaysDrop => DEED_WORK_DAYS_DROP,
        Deed::WorkDaysSet => DEED_WORK_DAYS_SET,
    }
}

/// The words for a field that was changed, by its name in what is kept.
pub(super) fn field(name: &str) -> String {
    let text: Text = match name {
        "added" => IMPORTS_ADDED,
        "address" => AUDIT_FIELD_ADDRESS,
        "agency" => PERSON_AGENCY,
        "agenda" => MEETINGS_TAB_AGENDA,
        "aliases" => AGENCY_ALIASES,
        "at" => MEETINGS_COLUMN_WHEN,
        "capacity" => ROOM_CAPACITY,
        "chair" => PART_CHAIR,
        "changed" => IMPORTS_CHANGED,
        "changes" => AUDIT_FIELD_CHANGES,
        "closed" => AUDIT_FIELD_CLOSED,
        "date" => WORK_DAYS_DATE,
        "code" => ROOM_CODE,
        "connected" => AUDIT_FIELD_CONNECTED,
        "counterpart" => COMPOSER_WITH,
        "delegate" => AUDIT_FIELD_DELEGATE,
        "delegates" | "participants" => MEETINGS_TAB_DELEGATES,
        "device" => AUDIT_FIELD_DEVICE,
        "equipment" => ROOM_EQUIPMENT,
        "failures" => AUDIT_FIELD_FAILURES,
        "form" => COMPOSER_FORM,
        "guests" => COMPOSER_GUESTS,
        "has_unpublished" => MEETINGS_UNPUBLISHED,
        "invited" => AUDIT_FIELD_INVITED,
        "is_entered" => WORK_DAYS_ENTERED,
        "kind" => COMPOSER_KIND,
        "level" => AGENCY_LEVEL,
        "limit_sessions" => RULE_LIMIT_SESSIONS,
        "more" => AUDIT_FIELD_MORE,
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
        "rows" => IMPORTS_ROWS,
        "saved_by" => AUDIT_FIELD_SAVED_BY,
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
        "unchanged" => IMPORTS_UNCHANGED,
        "unlisted" => AUDIT_FIELD_UNLISTED,
        "warnings" => AUDIT_FIELD_WARNINGS,
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

    #[cfg(feature = "ssr")]
    #[test]
    fn deeds_are_found_by_their_words_in_either_language() {
        use super::{Deed, deeds_named};
        assert_eq!(deeds_named("ngung dung phong"), [Deed::RoomsWithdraw]);
        assert_eq!(deeds_named("Use of a room ended"), [Deed::RoomsWithdraw]);
        assert!(deeds_named("phòng họp").len() > 2);
        assert_eq!(deeds_named(" "), []);
    }
}
