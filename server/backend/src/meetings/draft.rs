//! Keeping what is typed: a draft as far as it can be read, a change of a published meeting beside it until it is
//! published. Nothing typed is ever refused for being incomplete.

use std::collections::BTreeMap;

use domain::access::{Action, Caller, Part, Role, Scope, Stage};
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::{AgencyId, MeetingId};
use domain::meetings::{
    Delegation, LastSaved, MeetingInput, Saved, SittingInput, State, Typing, UNPLACED_BYTES_AT_MOST,
};

use super::agenda::{self, NewItems};
use super::conduct::locked;
use super::draft_trail;
use super::guests;
use super::head::Head;
use super::load;
use super::pages;
use super::rows::{Known, Rows};
use super::store;
use crate::audit::{self, Entry};
use crate::counted::derived;
use crate::db::{Source, Tx, q};
use crate::stop::Done;
use crate::{Backend, access, agencies, bounds, people, rules, search, stored};

/// Largest draft as JSON. An agenda, delegates and sites at their limits and every text at its longest take about half of
/// it, 500 guests with names and organisations of usual length the other half, beside what is not in its place yet.
const DRAFT_BYTES_AT_MOST: usize = 200 * 1024 + UNPLACED_BYTES_AT_MOST as usize;

/// Most drafts of one person: more than a secretary works on in a year.
const DRAFTS_AT_MOST: u32 = 100;
/// Most drafts of one agency, however many secretaries it is given: those of ten at their limit.
const DRAFTS_OF_AGENCY_AT_MOST: u32 = 1_000;

/// Keeps what was typed in a form without a page of its own.
pub(super) async fn save(
    backend: &Backend,
    caller: &Caller,
    meeting: Option<(MeetingId, i64)>,
    mut input: MeetingInput,
) -> Done<Saved> {
    within_bounds(&input)?;
    let mut tx = backend.begin_by(caller).await?;
    let saved = save_in(&mut tx, backend, caller, meeting, &mut input).await?;
    tx.commit().await?;
    Ok(saved)
}

/// Keeps what a live page typed, however often and in whatever order it is sent.
pub(super) async fn keep(
    backend: &Backend,
    caller: &Caller,
    meeting: Option<(MeetingId, i64)>,
    typing: Typing,
    input: MeetingInput,
) -> Done<Saved> {
    within_bounds(&input)?;
    // Two first saves of one page at once: the slower one takes its draft back and goes on with the other's.
    for _ in 0..2 {
        let mut tx = backend.begin_by(caller).await?;
        let last = pages::lock(&mut tx, caller, typing).await?;
        let own = last.filter(|last| meeting.is_none_or(|(id, _)| id == last.saved.id));
        if let Some(newer) = own.filter(|last| last.turn > typing.turn) {
            return Ok(newer.saved);
        }
        // What the page itself wrote since it was told a revision is no reason to refuse it.
        let newest = own.map(|last| {
            let told = meeting.map_or(last.saved.rev, |(_, rev)| rev);
            (last.saved.id, last.saved.rev.max(told))
        });
        let saved = save_in(&mut tx, backend, caller, newest.or(meeting), &mut input.clone()).await?;
        if pages::keep(&mut tx, caller, typing, saved, last.is_some()).await? {
            tx.commit().await?;
            return Ok(saved);
        }
    }
    Err(Failure::Unavailable.into())
}

async fn save_in(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    meeting: Option<(MeetingId, i64)>,
    input: &mut MeetingInput,
) -> Done<Saved> {
    *input = std::mem::take(input).settled(backend.zone().date(caller.now));
    match meeting {
        None => begin(tx, backend, caller, input).await,
        Some((id, rev)) => go_on(tx, backend, caller, (id, rev), input).await,
    }
}

/// Refuses a form that is larger than any office fills in, before any of it is compared.
pub(super) fn within_bounds(input: &MeetingInput) -> Done<()> {
    if let Some(endless) = input.endless_list() {
        return Err(Failure::Invalid(vec![endless]).into());
    }
    if serde_json::to_string(input)?.len() <= DRAFT_BYTES_AT_MOST {
        return Ok(());
    }
    let limit = u32::try_from(DRAFT_BYTES_AT_MOST).unwrap_or(u32::MAX);
    Err(Failure::Invalid(vec![FieldProblem::new("agenda", Problem::TooLong(limit))]).into())
}

/// A new draft.
async fn begin(tx: &mut Tx, backend: &Backend, caller: &Caller, input: &mut MeetingInput) -> Done<Saved> {
    let agency = agency_to_compose(&mut *tx, caller, input).await?;
    let id = MeetingId(backend.entropy().id(caller.now));
    q("INSERT INTO meeting (id, rev, agency_id, title, kind, form, side, counterpart, is_unexpected, place, stage, \
       created_by, created_at, scope) \
       VALUES ($1, 1, $2, '', '', '', 'organised', 'internal', FALSE, '', 'draft', $3, $4, 'meeting')")
    .bind(id)
    .bind(agency)
    .bind(access::person(caller))
    .bind(caller.now)
    .run(&mut *tx)
    .await?;
    agenda::settle(&mut *tx, backend, caller.now, id, input, NewItems::Numbered).await?;
    keep_draft(tx, backend, caller, id, agency, input).await?;
    sign(tx, caller, id).await?;
    draft_trail::begun(tx, backend, caller, (id, agency), input).await?;
    refuse_more(tx, caller, agency).await?;
    Ok(Saved { id, rev: 1 })
}

/// Refuses a draft that was just written if it is one more than its author or its agency may have. A draft takes up to
/// 300 KB with its index.
pub(super) async fn refuse_more(tx: &mut Tx, caller: &Caller, agency: AgencyId) -> Done<()> {
    bounds::wait_for_turn(tx).await?;
    let (own, of_agency): (i64, i64) = q("SELECT \
         (SELECT CAST(COUNT(*) AS BIGINT) FROM meeting WHERE created_by = $1 AND stage = 'draft'), \
         (SELECT CAST(COUNT(*) AS BIGINT) FROM meeting WHERE agency_id = $2 AND stage = 'draft')")
    .bind(access::person(caller))
    .bind(agency)
    .one(tx)
    .await?;
    for (drafts, at_most) in [(own, DRAFTS_AT_MOST), (of_agency, DRAFTS_OF_AGENCY_AT_MOST)] {
        if drafts > i64::from(at_most) {
            return Err(Refusal::TooManyDrafts { at_most }.into());
        }
    }
    Ok(())
}

/// The next text of a draft, or of a change.
async fn go_on(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (id, rev): (MeetingId, i64),
    input: &mut MeetingInput,
) -> Done<Saved> {
    let today = backend.zone().date(caller.now);
    let head = Head::lock(&mut *tx, caller, id, today).await?;
    head.permit(caller, Action::ComposeMeeting)?;
    head.newest(rev)?;
    let own = head.agency_id()?;
    let agency = typed_agency(&mut *tx, input).await?.unwrap_or(own);
    if agency != own {
        permit_compose(&mut *tx, caller, agency).await?;
    }
    let is_draft = head.stage()? == Stage::Draft;
    let new_items = if is_draft { NewItems::Numbered } else { NewItems::Wait };
    agenda::settle(&mut *tx, backend, caller.now, id, input, new_items).await?;
    let saved = Saved { id, rev: head.rev };
    if serde_json::to_string(input)? == head.draft {
        return Ok(saved);
    }
    let before = typed(&mut *tx, id, &head).await?;
    if is_draft {
        keep_draft(tx, backend, caller, id, agency, input).await?;
        if agency != own {
            refuse_more(tx, caller, agency).await?;
        }
    } else {
        keep_text(tx, id, input).await?;
    }
    sign(tx, caller, id).await?;
    draft_trail::saved(tx, backend, caller, (id, own, &head.title), (&before, input)).await?;
    Ok(saved)
}

/// Who saved the form last.
pub(super) async fn last_saved(backend: &Backend, caller: &Caller, id: MeetingId) -> Done<LastSaved> {
    let mut db = backend.db().reader().await?;
    let head = Head::load(&mut db, caller, id, backend.zone().date(caller.now)).await?;
    head.permit(caller, Action::ComposeMeeting)?;
    let (who, at): (Option<String>, i64) = q(format!(
        "SELECT (SELECT {} FROM person h JOIN agency a ON a.id = h.agency_id WHERE h.id = m.saved_by), \
         COALESCE(m.saved_at, m.created_at) FROM meeting m WHERE m.id = $1",
        people::distinct_name("h", "a")
    ))
    .bind(id)
    .one(&mut db)
    .await?;
    Ok(LastSaved { who: who.unwrap_or_default(), at: stored::instant(at)?, rev: head.rev })
}

/// Notes who saved the form, and when.
async fn sign(tx: &mut Tx, caller: &Caller, id: MeetingId) -> Done<()> {
    q("UPDATE meeting SET saved_by = $2, saved_at = $3 WHERE id = $1")
        .bind(id)
        .bind(access::person(caller))
        .bind(caller.now)
        .run(tx)
        .await?;
    Ok(())
}

/// Writes the rows and the text of a draft whose agenda is settled.
async fn keep_draft(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    id: MeetingId,
    agency: AgencyId,
    input: &MeetingInput,
) -> Done<()> {
    let mut rows = Rows::of_input(input, agency, backend.zone().date(caller.now));
    let known = Known::load(&mut *tx, &rows).await?;
    rows.keep_known(&known);
    let rules = rules::all(&mut *tx).await?;
    let hours = agencies::hours(&mut *tx, agency).await?;
    let counted = derived(&rows.sittings, &[], 0, &rows.kind, &rules, &hours);
    store::store(tx, backend, caller.now, id, (&rows, &known), &counted, 0).await?;
    keep_text(tx, id, input).await?;
    search::refresh(tx, id).await
}

pub(super) async fn keep_text(tx: &mut Tx, id: MeetingId, input: &MeetingInput) -> Done<()> {
    q("UPDATE meeting SET draft = $2 WHERE id = $1")
        .bind(id)
        .bind(serde_json::to_string(input)?)
        .run(tx)
        .await?;
    Ok(())
}

/// Drops what was changed in the form since the meeting was sent. Another tab that still has it is told that the meeting is
/// another one now.
pub(super) async fn drop_changes(backend: &Backend, caller: &Caller, id: MeetingId) -> Done<()> {
    let mut tx = backend.begin_for(caller, id).await?;
    // In the order in which a save takes its locks: the page, then the meeting.
    pages::forget(&mut tx, id).await?;
    let head = locked(&mut tx, backend, caller, id, Action::ComposeMeeting).await?;
    if head.stage()? == Stage::Draft || head.draft.is_empty() {
        return Err(Refusal::WrongState.into());
    }
    let sent = of_rows(&mut tx, id, &head).await?;
    let dropped: MeetingInput = stored::json(&head.draft)?;
    q("UPDATE meeting SET draft = '', rev = rev + 1 WHERE id = $1").bind(id).run(&mut tx).await?;
    draft_trail::settled(&mut tx, id).await?;
    let difference = audit::difference(&draft_trail::placed(&dropped)?, &audit::fields(&sent)?);
    let entry = Entry::new(Deed::MeetingsDropChanges, &head.title).of(head.agency_id()?).about(id);
    let entry = entry.before(&difference.before)?.after(&difference.after)?;
    audit::record(&mut tx, backend, caller, entry).await?;
    tx.changes(id);
    Ok(tx.commit().await?)
}

/// The agency typed, when there is one of that identifier.
pub(super) async fn typed_agency(on: impl Source, input: &MeetingInput) -> Done<Option<AgencyId>> {
    let Ok(agency) = input.agency.parse::<AgencyId>() else { return Ok(None) };
    let found: Option<(String,)> = q("SELECT id FROM agency WHERE id = $1").bind(agency).optional(on).await?;
    Ok(found.map(|_| agency))
}

/// The agency a new meeting is composed for: the one typed, else the caller's own, else one whose secretary they are.
pub(super) async fn agency_to_compose(
    on: &mut impl Source,
    caller: &Caller,
    input: &MeetingInput,
) -> Done<AgencyId> {
    if let Some(agency) = typed_agency(&mut *on, input).await? {
        permit_compose(on, caller, agency).await?;
        return Ok(agency);
    }
    if permit_compose(&mut *on, caller, caller.agency.id).await.is_ok() {
        return Ok(caller.agency.id);
    }
    let granted = caller.grants.iter().find(|grant| grant.role == Role::Secretary);
    granted.map(|grant| grant.agency).ok_or(Failure::Forbidden.into())
}

/// `Forbidden` unless the caller may compose meetings of an agency.
pub(super) async fn permit_compose(on: &mut impl Source, caller: &Caller, agency: AgencyId) -> Done<()> {
    let path = agencies::path(&mut *on, agency).await?;
    access::permit(caller, Action::ComposeMeeting, Scope::Agency(&path))
}

/// What was typed last, for those who may type.
pub(super) async fn input(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
) -> Done<(MeetingInput, Saved, State)> {
    let mut db = backend.db();
    let head = Head::load(db, caller, meeting, backend.zone().date(caller.now)).await?;
    head.permit(caller, Action::ComposeMeeting)?;
    let saved = Saved { id: meeting, rev: head.rev };
    let state = head.state()?;
    Ok((typed(&mut db, meeting, &head).await?, saved, state))
}

/// What was sent last, for those who may type; nothing of a draft.
pub(super) async fn sent(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
) -> Done<Option<MeetingInput>> {
    let mut db = backend.db();
    let head = Head::load(db, caller, meeting, backend.zone().date(caller.now)).await?;
    head.permit(caller, Action::ComposeMeeting)?;
    match head.stage()? {
        Stage::Draft => Ok(None),
        _ => Ok(Some(of_rows(&mut db, meeting, &head).await?)),
    }
}

/// The draft, or the meeting's rows as a form shows them.
pub(super) async fn typed(on: &mut impl Source, meeting: MeetingId, head: &Head) -> Done<MeetingInput> {
    if head.draft.is_empty() { of_rows(on, meeting, head).await } else { stored::json(&head.draft) }
}

pub(super) async fn of_rows(on: &mut impl Source, id: MeetingId, head: &Head) -> Done<MeetingInput> {
    let parts = load::Parts::load(&mut *on, id).await?;
    let people = load::participants(&mut *on, id).await?;
    let person = |part| {
        let found = people.iter().find(|p| p.part == part).and_then(|p| p.person.as_ref());
        found.map(|p| p.id.to_string()).unwrap_or_default()
    };
    let delegates = people.iter().filter(|p| p.part == Part::Delegate).map(|p| {
        p.person.as_ref().map_or(Delegation::Agency(p.agency.id), |h| Delegation::Person(h.id)).code()
    });
    Ok(MeetingInput {
        title: head.title.clone(),
        agency: head.agency_id()?.to_string(),
        kind: head.kind.clone(),
        form: head.form().code().into(),
        side: head.side().code().into(),
        counterpart: head.counterpart().code().into(),
        unexpected: if head.is_unexpected { "on".into() } else { String::new() },
        held: String::new(),
        sittings: parts.sittings.iter().map(SittingInput::of).collect(),
        rooms: parts.rooms.iter().map(|room| room.id.to_string()).collect(),
        place: head.place.clone(),
        sites: parts.sites.iter().map(|site| site.agency.id.to_string()).collect(),
        chair: person(Part::Chair),
        secretary: person(Part::Secretary),
        delegates: delegates.collect(),
        guests: guests::typed(&mut *on, id).await?,
        agenda: agenda::stored(on, id).await?,
        unplaced: BTreeMap::new(),
    })
}
