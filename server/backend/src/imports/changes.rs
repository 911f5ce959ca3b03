//! Whether what an import has read still holds. Every change leaves a line in the audit trail, and the lines are
//! numbered in the order of their commits: the lines after a number tell what has changed since. Also says which part
//! of the stored data a deed changes.

use domain::audit::Deed;
use domain::ids::AgencyId;

use crate::db::{Source, Tx, q};
use crate::stop::Done;
use crate::stored;

/// The key of PostgreSQL's lock for imports.
const LOCK: i64 = 50_227;

/// A change that was made meanwhile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    /// What it changed.
    pub(super) area: Area,
    /// The agency of its line.
    pub(super) agency: Option<AgencyId>,
}

/// The part of the stored data that a change is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Area {
    Agencies,
    Baseline,
    Meetings,
    People,
    Rooms,
    Rules,
    WorkDays,
    /// Several of them, or an unknown one.
    Any,
}

/// The number of the trail's last line. Read it before everything else.
pub(super) async fn newest(on: impl Source) -> Done<i64> {
    let (seq,): (i64,) = q("SELECT seq FROM audit_head WHERE id = 1").one(on).await?;
    Ok(seq)
}

/// Waits until no other node imports. The embedded database has only one writer anyway.
pub(super) async fn wait_for_other_imports(tx: &mut Tx) -> Done<()> {
    if tx.is_postgres() {
        let _: (bool,) = q("SELECT pg_advisory_xact_lock($1) IS NOT NULL").bind(LOCK).one(tx).await?;
    }
    Ok(())
}

/// The changes after a line of the trail, apart from those that no import reads.
pub(super) async fn since(on: impl Source, seq: i64) -> Done<Vec<Change>> {
    let lines: Vec<(String, Option<String>)> =
        q("SELECT DISTINCT what, agency_id FROM audit WHERE seq > $1").bind(seq).all(on).await?;
    let mut changes = Vec::new();
    for (what, agency) in lines {
        if let Some(area) = Deed::parse(&what).map_or(Some(Area::Any), area) {
            changes.push(Change { area, agency: agency.map(|id| stored::id(&id)).transpose()? });
        }
    }
    Ok(changes)
}

/// What a deed changes, as far as imports read it. Without a wildcard, so that a new deed has to be considered.
fn area(deed: Deed) -> Option<Area> {
    match deed {
        Deed::AccountsClaim => Some(Area::Any),
        Deed::AgenciesAdd | Deed::AgenciesChange | Deed::AgenciesSetHours | Deed::ImportsAgencies => {
            Some(Area::Agencies)
        }
        Deed::BaselineSet | Deed::ImportsBaseline => Some(Area::Baseline),
        Deed::AttendanceAdd
        | Deed::AttendanceTakeOff
        | Deed::AttendanceMarkSite
        | Deed::AttendanceNameDelegates
        | Deed::ImportsMeetings
        | Deed::MeetingsBackToDraft
        | Deed::MeetingsCancel
        | Deed::MeetingsClose
        | Deed::MeetingsCorrect
        | Deed::MeetingsEnter
        | Deed::MeetingsImportChange
        | Deed::MeetingsOpen
        | Deed::MeetingsPostpone
        | Deed::MeetingsPublish
        | Deed::MeetingsReopen
        | Deed::MeetingsTakeBack => Some(Area::Meetings),
        Deed::ImportsPeople | Deed::PeopleAdd | Deed::PeopleChange | Deed::PeopleSetActive => {
            Some(Area::People)
        }
        Deed::ImportsRooms
        | Deed::RoomsAdd
        | Deed::RoomsChange
        | Deed::RoomsRestore
        | Deed::RoomsWithdraw => Some(Area::Rooms),
        Deed::RulesAdd | Deed::RulesRecount => Some(Area::Rules),
        Deed::ImportsWorkDays | Deed::WorkDaysDeclare | Deed::WorkDaysDrop | Deed::WorkDaysSet => {
            Some(Area::WorkDays)
        }
        Deed::AccountsChangePassword
        | Deed::AccountsManyFailuresOfAddress
        | Deed::AccountsManyFailuresOfUser
        | Deed::AccountsNewDevice
        | Deed::AccountsRenewRecoveryCodes
        | Deed::AccountsSecondFactorOff
        | Deed::AccountsSecondFactorOn
        | Deed::AccountsSignIn
        | Deed::AccountsSignOut
        | Deed::AccountsSignOutEverywhere
        | Deed::AttendanceBehind
        | Deed::AttendanceJoin
        | Deed::AttendanceMark
        | Deed::AttendanceMarkRest
        | Deed::AttendanceScan
        | Deed::LiveDirect
        | Deed::LiveShowPaper
        | Deed::MeetingsDiscuss
        // Drafts are no meetings yet.
        | Deed::MeetingsDraft
        | Deed::MeetingsDrop
        | Deed::MeetingsDropChanges
        | Deed::MeetingsSave
        | Deed::MeetingsUndoStep
        | Deed::PapersAdd
        | Deed::PapersDeclare
        | Deed::PapersLeaveNeutralLine
        | Deed::PapersRename
        | Deed::PapersWithdraw
        | Deed::PapersRestore
        | Deed::PeopleResetPassword
        | Deed::PeopleTurnOffSecondFactor
        | Deed::RulesSetHybrid
        | Deed::RulesSetShortForms => None,
    }
}
