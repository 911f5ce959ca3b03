//! The audit trail: who did what, when, before and after. Written in the same transaction as the change; only grows.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::error::Outcome;
use crate::ids::AuditId;
use crate::people::Page;

/// Who may read the contents of a line about a meeting: the values before and after the change. Every reader
/// of the trail may read that a person did something, and when. Anyone who may know of the meeting may read
/// its title.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Every reader of the trail: the line is about no meeting.
    TrailReaders,
    /// Anyone who may open the meeting.
    MeetingReaders,
    /// Anyone who may also read the meeting's papers: the line names papers.
    PaperReaders,
    /// Anyone who may open the meeting and see the reasons for absence.
    RollCallers,
    /// Anyone who may write the meeting's form: the line holds unpublished input.
    FormWriters,
    /// Anyone who may do all of this. A line with an unknown audience gets this one.
    #[default]
    PaperReadersWhoCallTheRoll,
}

impl Audience {
    /// Every audience.
    pub const ALL: [Audience; 6] = [
        Self::TrailReaders,
        Self::MeetingReaders,
        Self::PaperReaders,
        Self::RollCallers,
        Self::FormWriters,
        Self::PaperReadersWhoCallTheRoll,
    ];

    /// The code in the table.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TrailReaders => "trail",
            Self::MeetingReaders => "meeting",
            Self::PaperReaders => "papers",
            Self::RollCallers => "roll",
            Self::FormWriters => "form",
            Self::PaperReadersWhoCallTheRoll => "papers_and_roll",
        }
    }

    /// Reads a code. An unknown code gives the strictest audience.
    pub fn parse(code: &str) -> Audience {
        Self::ALL.into_iter().find(|audience| audience.code() == code).unwrap_or_default()
    }
}

/// Declares every deed with its code and its audience, so that no deed lacks either.
macro_rules! deeds {
    ($($deed:ident = $code:literal, $audience:ident;)+) => {
        /// What was done. Every line of the trail has one of these.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "a deed is named after the operation that does it")]
        pub enum Deed {
            $($deed,)+
        }

        impl Deed {
            /// Every deed.
            pub const ALL: &'static [Deed] = &[$(Deed::$deed,)+];

            /// The code in the table, as `feature.verb`.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Deed::$deed => $code,)+
                }
            }

            /// Who may read the values before and after the change.
            pub const fn audience(self) -> Audience {
                match self {
                    $(Deed::$deed => Audience::$audience,)+
                }
            }
        }
    };
}

deeds! {
    AccountsChangePassword = "accounts.change_password", TrailReaders;
    AccountsClaim = "accounts.claim", TrailReaders;
    AccountsManyFailuresOfAddress = "accounts.many_failures_of_address", TrailReaders;
    AccountsManyFailuresOfUser = "accounts.many_failures_of_user", TrailReaders;
    AccountsNewDevice = "accounts.new_device", TrailReaders;
    AccountsRenewRecoveryCodes = "accounts.renew_recovery_codes", TrailReaders;
    AccountsSecondFactorOff = "accounts.second_factor_off", TrailReaders;
    AccountsSecondFactorOn = "accounts.second_factor_on", TrailReaders;
    AccountsSignIn = "accounts.sign_in", TrailReaders;
    AccountsSignOut = "accounts.sign_out", TrailReaders;
    AccountsSignOutEverywhere = "accounts.sign_out_everywhere", TrailReaders;
    AgenciesAdd = "agencies.add", TrailReaders;
    AgenciesChange = "agencies.change", TrailReaders;
    AgenciesSetHours = "agencies.set_hours", TrailReaders;
    AttendanceAdd = "attendance.add", MeetingReaders;
    AttendanceBehind = "attendance.behind", MeetingReaders;
    AttendanceJoin = "attendance.join", MeetingReaders;
    AttendanceTakeOff = "attendance.take_off", MeetingReaders;
    // These three hold reasons for absence.
    AttendanceMark = "attendance.mark", RollCallers;
    AttendanceMarkRest = "attendance.mark_rest", RollCallers;
    AttendanceScan = "attendance.scan", RollCallers;
    AttendanceMarkSite = "attendance.mark_site", MeetingReaders;
    AttendanceNameDelegates = "attendance.name_delegates", MeetingReaders;
    BaselineSet = "baseline.set", TrailReaders;
    ImportsAgencies = "imports.agencies", TrailReaders;
    ImportsBaseline = "imports.baseline", TrailReaders;
    ImportsMeetings = "imports.meetings", TrailReaders;
    ImportsPeople = "imports.people", TrailReaders;
    ImportsRooms = "imports.rooms", TrailReaders;
    ImportsWorkDays = "imports.work_days", TrailReaders;
    LiveDirect = "live.direct", MeetingReaders;
    LiveShowPaper = "live.show_paper", PaperReaders;
    MeetingsBackToDraft = "meetings.back_to_draft", MeetingReaders;
    MeetingsCancel = "meetings.cancel", MeetingReaders;
    MeetingsClose = "meetings.close", MeetingReaders;
    MeetingsCorrect = "meetings.correct", MeetingReaders;
    MeetingsDiscuss = "meetings.discuss", MeetingReaders;
    MeetingsDraft = "meetings.draft", FormWriters;
    MeetingsDrop = "meetings.drop", FormWriters;
    MeetingsDropChanges = "meetings.drop_changes", FormWriters;
    // Holds the whole meeting as it was entered: its agenda with papers, and its roll.
    MeetingsEnter = "meetings.enter", PaperReadersWhoCallTheRoll;
    MeetingsImportChange = "meetings.import_change", MeetingReaders;
    MeetingsOpen = "meetings.open", MeetingReaders;
    MeetingsPostpone = "meetings.postpone", MeetingReaders;
    // Holds what changed of a meeting: its agenda with papers, and its roll with reasons for absence.
    MeetingsPublish = "meetings.publish", PaperReadersWhoCallTheRoll;
    MeetingsReopen = "meetings.reopen", MeetingReaders;
    MeetingsSave = "meetings.save", FormWriters;
    MeetingsTakeBack = "meetings.take_back", MeetingReaders;
    MeetingsUndoStep = "meetings.undo_step", MeetingReaders;
    PapersAdd = "papers.add", PaperReaders;
    PapersDeclare = "papers.declare", PaperReaders;
    PapersLeaveNeutralLine = "papers.leave_neutral_line", PaperReaders;
    PapersRename = "papers.rename", PaperReaders;
    PapersWithdraw = "papers.withdraw", PaperReaders;
    PapersRestore = "papers.restore", PaperReaders;
    PeopleAdd = "people.add", TrailReaders;
    PeopleChange = "people.change", TrailReaders;
    PeopleResetPassword = "people.reset_password", TrailReaders;
    PeopleSetActive = "people.set_active", TrailReaders;
    PeopleTurnOffSecondFactor = "people.turn_off_second_factor", TrailReaders;
    RoomsAdd = "rooms.add", TrailReaders;
    RoomsChange = "rooms.change", TrailReaders;
    RoomsRestore = "rooms.restore", TrailReaders;
    RoomsWithdraw = "rooms.withdraw", TrailReaders;
    RulesAdd = "rules.add", TrailReaders;
    RulesRecount = "rules.recount", TrailReaders;
    RulesSetHybrid = "rules.set_hybrid", TrailReaders;
    RulesSetShortForms = "rules.set_short_forms", TrailReaders;
    WorkDaysDeclare = "work_days.declare", TrailReaders;
    WorkDaysDrop = "work_days.drop", TrailReaders;
    WorkDaysSet = "work_days.set", TrailReaders;
}

impl Deed {
    /// Reads a code.
    pub fn parse(code: &str) -> Option<Deed> {
        Self::ALL.iter().copied().find(|deed| deed.code() == code)
    }
}

/// One line of the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Identifier; sorts by time.
    pub id: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, as named then; "Phiên" for the program itself.
    pub who: String,
    /// What, as `feature.verb`, such as `meetings.publish`.
    pub what: String,
    /// What it was about, in words (a title, a name); empty when that is not the caller's to know.
    pub subject: String,
    /// Before, as JSON; empty when there was nothing.
    pub before: String,
    /// After, as JSON; empty when nothing is left.
    pub after: String,
    /// Whether before and after are withheld, because the caller is not in the line's [`Audience`].
    pub is_withheld: bool,
    /// Whether before and after are left out, because the page has no room for them. [`AuditFilter::line`] shows
    /// the line alone, with both.
    pub is_left_out: bool,
}

/// Which lines to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only this line.
    pub line: Option<AuditId>,
    /// Folded text in who, what or subject. Titles of meetings are not searched: not everybody may know them.
    pub text: String,
    /// Lines of these deeds are found too, whatever the text says: those whose words in the reader's language hold it.
    pub deeds: Vec<Deed>,
    /// First local day.
    pub from: Option<NaiveDate>,
    /// Last local day.
    pub to: Option<NaiveDate>,
    /// Page from 1.
    pub page: u32,
}

/// The trail, for administrators: the system's for the system administrator, an agency's for its own. Who, what
/// and when are for all of them; what a meeting held, before and after, only for those who may open it.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Lines, newest first.
    async fn list(&self, caller: &Caller, filter: AuditFilter) -> Outcome<Page<AuditEntry>>;
}

#[cfg(test)]
mod tests {
    use super::{Audience, Deed};

    #[test]
    fn every_deed_and_audience_is_read_back_from_its_code() {
        for deed in Deed::ALL {
            assert_eq!(Deed::parse(deed.code()), Some(*deed));
        }
        for audience in Audience::ALL {
            assert_eq!(Audience::parse(audience.code()), audience);
        }
        assert_eq!(Deed::parse("meetings.unheard_of"), None);
        assert_eq!(Audience::parse("unheard of"), Audience::PaperReadersWhoCallTheRoll);
    }

    #[test]
    fn what_is_about_a_meeting_is_never_for_every_reader_of_the_trail() {
        for deed in Deed::ALL {
            let features = ["attendance.", "live.", "meetings.", "papers."];
            let is_of_a_meeting = features.iter().any(|feature| deed.code().starts_with(feature));
            assert_eq!(is_of_a_meeting, deed.audience() != Audience::TrailReaders, "{deed:?}");
            let names_papers = deed.code().starts_with("papers.");
            assert!(!names_papers || deed.audience() >= Audience::PaperReaders, "{deed:?}");
        }
    }
}
