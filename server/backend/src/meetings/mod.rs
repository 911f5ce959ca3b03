//! Meetings over the database: one module per step of a meeting's life, and this map of the port onto them.
//! Knows no rule of its own: `domain` decides what is too long, free, permitted or counted.

mod agenda;
mod booking;
mod calendar;
mod check;
mod clashes;
mod conduct;
mod conflicts;
mod corrections;
mod draft;
mod draft_trail;
mod enter;
mod guests;
mod head;
pub(crate) mod lines;
mod list;
mod load;
mod narrow;
mod pages;
pub(crate) mod paper_changes;
pub(crate) mod publish;
mod record;
mod rows;
pub(crate) mod sight;
mod steps;
mod store;
mod targets;
mod today;

pub(crate) use booking::{HOLDING, TAKES_ITS_DAYS};

use async_trait::async_trait;
use chrono::NaiveDateTime;
use domain::access::Caller;
use domain::error::Outcome;
use domain::ids::{AgendaItemId, MeetingId};
use domain::meetings::{
    Calendar, CalendarFilter, Check, CorrectionInput, LastSaved, Meeting, MeetingFilter, MeetingInput,
    MeetingRecord, MeetingRow, Meetings, Saved, State, Today, Typing,
};
use domain::people::Page;

use crate::Backend;
use crate::stop::Done;

#[async_trait]
impl Meetings for Backend {
    async fn check(
        &self,
        caller: &Caller,
        meeting: Option<MeetingId>,
        input: MeetingInput,
    ) -> Outcome<Check> {
        self.in_expensive_turn(caller, check::check(self, caller, meeting, input)).await
    }

    async fn save(
        &self,
        caller: &Caller,
        meeting: Option<(MeetingId, i64)>,
        input: MeetingInput,
    ) -> Outcome<Saved> {
        self.outcome(draft::save(self, caller, meeting, input).await)
    }

    async fn keep(
        &self,
        caller: &Caller,
        meeting: Option<(MeetingId, i64)>,
        typing: Typing,
        input: MeetingInput,
    ) -> Outcome<Saved> {
        self.outcome(draft::keep(self, caller, meeting, typing, input).await)
    }

    async fn input(&self, caller: &Caller, meeting: MeetingId) -> Outcome<(MeetingInput, Saved, State)> {
        self.in_turn(caller, draft::input(self, caller, meeting)).await
    }

    async fn sent(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Option<MeetingInput>> {
        self.in_turn(caller, draft::sent(self, caller, meeting)).await
    }

    async fn publish(&self, caller: &Caller, meeting: MeetingId, rev: i64) -> Outcome<Saved> {
        self.outcome(publish::publish(self, caller, meeting, rev).await)
    }

    async fn get(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Meeting> {
        self.in_turn(caller, get(self, caller, meeting)).await
    }

    async fn follow(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Meeting> {
        self.in_turn(caller, async { Ok(read(self, caller, meeting).await?.0) }).await
    }

    async fn list(&self, caller: &Caller, filter: MeetingFilter) -> Outcome<Page<MeetingRow>> {
        self.outcome(list::permit(self, caller, &filter).await)?;
        if filter.text.trim().is_empty() {
            return self.in_expensive_turn(caller, list::list(self, caller, filter)).await;
        }
        self.in_search_turn(caller, list::list(self, caller, filter)).await
    }

    async fn calendar(&self, caller: &Caller, filter: CalendarFilter) -> Outcome<Calendar> {
        self.in_expensive_turn(caller, calendar::calendar(self, caller, filter)).await
    }

    async fn today(&self, caller: &Caller) -> Outcome<Today> {
        self.in_turn(caller, today::today(self, caller)).await
    }

    async fn call_off(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        postponed: bool,
        reason: &str,
    ) -> Outcome<()> {
        self.outcome(conduct::call_off(self, caller, meeting, postponed, reason).await)
    }

    async fn last_saved(&self, caller: &Caller, meeting: MeetingId) -> Outcome<LastSaved> {
        self.outcome(draft::last_saved(self, caller, meeting).await)
    }

    async fn drop_changes(&self, caller: &Caller, meeting: MeetingId) -> Outcome<()> {
        self.outcome(draft::drop_changes(self, caller, meeting).await)
    }

    async fn open(&self, caller: &Caller, meeting: MeetingId) -> Outcome<()> {
        self.outcome(conduct::open(self, caller, meeting, None).await)
    }

    async fn take_back(&self, caller: &Caller, meeting: MeetingId) -> Outcome<()> {
        self.outcome(conduct::take_back(self, caller, meeting).await)
    }

    async fn discuss(&self, caller: &Caller, meeting: MeetingId, item: Option<AgendaItemId>) -> Outcome<()> {
        self.outcome(conduct::discuss(self, caller, meeting, item).await)
    }

    async fn close(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        ended: Option<NaiveDateTime>,
        reason: &str,
        is_sure: bool,
    ) -> Outcome<()> {
        self.outcome(conduct::close(self, caller, meeting, ended, reason, is_sure).await)
    }
}

#[async_trait]
impl MeetingRecord for Backend {
    async fn open_since(&self, caller: &Caller, meeting: MeetingId, began: NaiveDateTime) -> Outcome<()> {
        self.outcome(conduct::open(self, caller, meeting, Some(began)).await)
    }

    async fn undo_step(&self, caller: &Caller, meeting: MeetingId) -> Outcome<()> {
        self.outcome(record::undo_step(self, caller, meeting).await)
    }

    async fn reopen(&self, caller: &Caller, meeting: MeetingId) -> Outcome<()> {
        self.outcome(record::reopen(self, caller, meeting).await)
    }

    async fn back_to_draft(&self, caller: &Caller, meeting: MeetingId, reason: &str) -> Outcome<()> {
        self.outcome(enter::back_to_draft(self, caller, meeting, reason).await)
    }

    async fn correct(&self, caller: &Caller, meeting: MeetingId, input: CorrectionInput) -> Outcome<()> {
        self.outcome(record::correct(self, caller, meeting, input).await)
    }
}

/// One meeting, and the number of its newest change if that, or the invitation, was not seen by the caller.
async fn read(backend: &Backend, caller: &Caller, id: MeetingId) -> Done<(Meeting, Option<i64>)> {
    let mut reader = backend.db().reader().await?;
    let head = head::Head::load(&mut reader, caller, id, backend.zone().date(caller.now)).await?;
    load::whole(&mut reader, caller, id, head).await
}

/// One meeting; a listed person has seen its changes from now on, which is written once per change.
async fn get(backend: &Backend, caller: &Caller, id: MeetingId) -> Done<Meeting> {
    let db = backend.db();
    let (meeting, unseen) = read(backend, caller, id).await?;
    if let Some(number) = unseen
        && let Some(mut tx) = db.begin_in_passing().await?
    {
        publish::saw(&mut tx, caller, id, number).await?;
        tx.commit().await?;
    }
    Ok(meeting)
}
