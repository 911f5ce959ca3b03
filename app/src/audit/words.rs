//! What was done, in words. A deed without its own words is shown by its code, so that the trail hides nothing.

use crate::text::keys::*;
use crate::text::{Text, t};

/// The words for a deed, by its code `feature.verb`.
pub(super) fn deed(code: &str) -> String {
    let text: Text = match code {
        "accounts.change_password" => DEED_ACCOUNTS_CHANGE_PASSWORD,
        "accounts.claim" => DEED_ACCOUNTS_CLAIM,
        "accounts.sign_in" => DEED_ACCOUNTS_SIGN_IN,
        "accounts.sign_out" => DEED_ACCOUNTS_SIGN_OUT,
        "accounts.sign_out_everywhere" => DEED_ACCOUNTS_SIGN_OUT_EVERYWHERE,
        "agencies.add" => DEED_AGENCIES_ADD,
        "agencies.set_hours" => DEED_AGENCIES_SET_HOURS,
        "attendance.mark" => DEED_ATTENDANCE_MARK,
        "attendance.mark_rest" => DEED_ATTENDANCE_MARK_REST,
        "attendance.mark_site" => DEED_ATTENDANCE_MARK_SITE,
        "attendance.name_delegates" => DEED_ATTENDANCE_NAME_DELEGATES,
        "attendance.scan" => DEED_ATTENDANCE_SCAN,
        "imports.write" => DEED_IMPORTS_WRITE,
        "meetings.cancel" => DEED_MEETINGS_CANCEL,
        "meetings.close" => DEED_MEETINGS_CLOSE,
        "meetings.discuss" => DEED_MEETINGS_DISCUSS,
        "meetings.draft" => DEED_MEETINGS_DRAFT,
        "meetings.drop" => DEED_MEETINGS_DROP,
        "meetings.open" => DEED_MEETINGS_OPEN,
        "meetings.postpone" => DEED_MEETINGS_POSTPONE,
        "meetings.publish" => DEED_MEETINGS_PUBLISH,
        "meetings.save" => DEED_MEETINGS_SAVE,
        "papers.add" => DEED_PAPERS_ADD,
        "papers.leave_neutral_line" => DEED_PAPERS_LEAVE_NEUTRAL_LINE,
        "papers.rename" => DEED_PAPERS_RENAME,
        "papers.withdraw" => DEED_PAPERS_WITHDRAW,
        "people.add" => DEED_PEOPLE_ADD,
        "people.reset_password" => DEED_PEOPLE_RESET_PASSWORD,
        "people.set_active" => DEED_PEOPLE_SET_ACTIVE,
        "rooms.add" => DEED_ROOMS_ADD,
        "rules.add" => DEED_RULES_ADD,
        other => return other.to_owned(),
    };
    t(text).to_owned()
}
