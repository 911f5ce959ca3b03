//! Meetings that are entered after they took place.

use domain::access::{Action, Caller, Role};
use domain::attendance::{Attendance, Presence};
use domain::audit::{Audit, AuditFilter};
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::MeetingId;
use domain::meetings::{MeetingInput, MeetingRecord, Meetings, Note, SittingInput, State};
use domain::papers::Papers;

use crate::meetings::{briefing, item, published};
use crate::meetings_record::{correction, get, held, line};
use crate::support::{World, each_database, instant, sitting};

/// The briefing of a Monday morning that took place, and its secretary on the day after.
async fn took_place(world: &World) -> (MeetingInput, Caller) {
    let mut secretary = world.caller(Role::Secretary, "SNV").await;
    let chair = world.person("SNV").await;
    secretary.now = instant("2026-06-16T09:00");
    let input = MeetingInput {
        held: "on".into(),
        sittings: vec![SittingInput::of(&sitting("2026-06-15T08:00/10:00"))],
        ..briefing(&secretary, &chair, &[])
    };
    (input, secretary)
}

#[tokio::test]
async fn a_meeting_that_took_place_is_entered_afterwards_and_counts() {
    each_database(async |world| {
        let (input, secretary) = took_place(world).await;
        let check = world.backend.check(&secretary, None, input.clone()).await.unwrap();
        assert_eq!((check.must_fix(), check.notes.len()), (0, 0), "{:?}", check.notes);
        let bases = check.targets.unwrap().bases;
        assert!(
            bases.iter().all(|base| base.share.after_online.is_none()),
            "it cannot be moved online any more"
        );
        let id = published(world, &secretary, input).await;
        let meeting = get(world, &secretary, id).await;
        let (opened, closed) = (instant("2026-06-15T08:00"), instant("2026-06-15T10:00"));
        assert_eq!(meeting.state, State::Held { opened, closed, overrun_reason: String::new() });
        let entered = meeting.record.entered.clone().unwrap();
        assert_eq!((entered.at, entered.by), (secretary.now, secretary.name.clone()));
        assert_eq!(held(world).await, (1, 0));
        assert!(meeting.changes.is_empty() && !meeting.has_unpublished && !meeting.record.may_reopen);
        let (_, after) = line(world, "meetings.enter").await;
        assert!(after.contains("held"), "{after}");
        assert_eq!(world.count("audit WHERE what = 'meetings.publish'").await, 0);

        // Its papers and its roll follow.
        assert!(meeting.may(Action::ManagePapers) && meeting.may(Action::CallRoll));
        world.backend.leave_neutral_line(&secretary, meeting.agenda[0].id).await.unwrap();
        world.backend.mark(&secretary, id, meeting.participants[0].id, Presence::InRoom).await.unwrap();
        let closed_here = world.meeting("SNV").store().await;
        assert!(!get(world, &secretary, closed_here).await.may(Action::ManagePapers));
    })
    .await;
}

#[tokio::test]
async fn the_hours_of_a_meeting_entered_afterwards_move_with_their_day() {
    each_database(async |world| {
        let (input, secretary) = took_place(world).await;
        let id = published(world, &secretary, input).await;
        let meeting = get(world, &secretary, id).await;
        let wrong = correction("14h00, 15/6/2026", "16h00, 14/6/2026", &meeting, &[]);
        assert!(world.backend.correct(&secretary, id, wrong).await.is_err());
        let right = correction("14h00, 12/6/2026", "16h00", &meeting, &[("14h00", "15h00")]);
        world.backend.correct(&secretary, id, right).await.unwrap();
        let moved = get(world, &secretary, id).await;
        assert_eq!(moved.sittings, [sitting("2026-06-12T14:00/16:00")]);
        let (first, month): (String, i64) =
            backend::q("SELECT first_date, month_report FROM meeting").one(world.backend.db()).await.unwrap();
        assert_eq!((first.as_str(), month), ("2026-06-12", 2026 * 12 + 5));
        let too_old = correction("14h00, 14/12/2024", "16h00", &meeting, &[("", "")]);
        let from = "2024-12-15".parse().unwrap();
        let refused = world.backend.correct(&secretary, id, too_old).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::TooLongAgo { from })));
    })
    .await;
}

#[tokio::test]
async fn an_over_long_meeting_is_entered_as_one_that_exceeded() {
    each_database(async |world| {
        let (input, secretary) = took_place(world).await;
        let sittings = vec![SittingInput::of(&sitting("2026-06-15T08:00/17:00"))];
        let input = MeetingInput { sittings, ..input };
        let check = world.backend.check(&secretary, None, input.clone()).await.unwrap();
        assert!(check.duration.as_ref().unwrap().is_over());
        assert_eq!(check.must_fix(), 0);
        published(world, &secretary, input).await;
        assert_eq!(held(world).await, (1, 1));
    })
    .await;
}

#[tokio::test]
async fn what_took_place_is_entered_whoever_had_the_room_and_the_chair() {
    each_database(async |world| {
        let (input, secretary) = took_place(world).await;
        let room = world.room("A1", "SNV").await;
        let before = Caller { now: instant("2026-06-14T09:00"), ..secretary.clone() };
        let input = MeetingInput { rooms: vec![room.to_string()], ..input };
        published(world, &before, MeetingInput { held: String::new(), ..input.clone() }).await;
        let check = world.backend.check(&secretary, None, input.clone()).await.unwrap();
        assert!(check.conflicts.is_empty(), "{:?}", check.conflicts);
        published(world, &secretary, input).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_not_over_or_long_past_is_not_entered_as_held() {
    each_database(async |world| {
        let (input, secretary) = took_place(world).await;
        let from = "2024-12-15".parse().unwrap();
        let cases = [
            ("2026-06-16T08:00/10:00", Refusal::NotOverYet, Note::NotOverYet),
            ("2026-06-17T08:00/10:00", Refusal::NotOverYet, Note::NotOverYet),
            ("2024-12-13T08:00/10:00", Refusal::TooLongAgo { from }, Note::TooLongAgo { from }),
        ];
        for (when, refusal, note) in cases {
            let sittings = vec![SittingInput::of(&sitting(when))];
            let input = MeetingInput { sittings, ..input.clone() };
            let check = world.backend.check(&secretary, None, input.clone()).await.unwrap();
            assert!(check.notes.contains(&note) && check.must_fix() > 0, "{when}: {:?}", check.notes);
            let saved = world.backend.save(&secretary, None, input).await.unwrap();
            let refused = world.backend.publish(&secretary, saved.id, saved.rev).await;
            assert_eq!(refused, Err(Failure::Refused(refusal)), "{when}");
        }
        // A meeting that people are invited to is opened and closed, not entered.
        let (mut invited, now) = (input.clone(), instant("2026-06-14T09:00"));
        invited.held = String::new();
        let before = Caller { now, ..secretary.clone() };
        let id = published(world, &before, invited).await;
        let (_, saved, _) = world.backend.input(&secretary, id).await.unwrap();
        let saved = world.backend.save(&secretary, Some((id, saved.rev)), input).await.unwrap();
        let refused = world.backend.publish(&secretary, id, saved.rev).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::WrongState)));
    })
    .await;
}

#[tokio::test]
async fn the_trail_says_what_was_entered_only_to_those_who_may_read_it() {
    each_database(async |world| {
        let (input, secretary) = took_place(world).await;
        published(world, &secretary, input).await;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let filter = AuditFilter { page: 1, ..AuditFilter::default() };
        let lines = Audit::list(&world.backend, &administrator, filter).await.unwrap().rows;
        let entered = lines.iter().find(|line| line.what == "meetings.enter").unwrap();
        assert!(entered.is_withheld && entered.after.is_empty());
    })
    .await;
}

const WRONG: Result<(), Failure> = Err(Failure::Refused(Refusal::WrongState));

/// Takes an entered meeting back to a draft.
async fn back_to_draft(world: &World, caller: &Caller, id: MeetingId) -> Result<(), Failure> {
    world.backend.back_to_draft(caller, id, "Ghi nhầm cuộc họp").await
}

#[tokio::test]
async fn a_meeting_entered_by_mistake_is_a_draft_again_with_everything_that_was_typed() {
    each_database(async |world| {
        let (input, secretary) = took_place(world).await;
        let whole_day = vec![SittingInput::of(&sitting("2026-06-15T08:00/17:00"))];
        let input = MeetingInput {
            sittings: whole_day,
            side: "organised".into(),
            counterpart: "internal".into(),
            ..input
        };
        let saved = world.backend.save(&secretary, None, input).await.unwrap();
        let (typed, ..) = world.backend.input(&secretary, saved.id).await.unwrap();
        let id = world.backend.publish(&secretary, saved.id, saved.rev).await.unwrap().id;
        let meeting = get(world, &secretary, id).await;
        assert!(meeting.record.may_back_to_draft);
        let chair = meeting.participants[0].id;
        world.backend.mark(&secretary, id, chair, Presence::InRoom).await.unwrap();
        world.backend.leave_neutral_line(&secretary, meeting.agenda[0].id).await.unwrap();
        let hours = [("08:00", "09:00"), ("", "")];
        let longer = correction("08:00", "17:30, 15/6/2026", &meeting, &hours);
        world.backend.correct(&secretary, id, longer).await.unwrap();
        assert_eq!(held(world).await, (1, 1));

        back_to_draft(world, &secretary, id).await.unwrap();
        assert_eq!(held(world).await, (0, 0));
        let draft = get(world, &secretary, id).await;
        assert_eq!((&draft.state, &draft.record.entered), (&State::Draft, &None));
        assert!(draft.record.is_to_enter && !draft.record.may_back_to_draft);
        assert!(draft.may(Action::ComposeMeeting) && !draft.may(Action::CallRoll));
        assert!(draft.agenda.iter().all(|item| item.began.is_none() && item.done.is_none()));
        let (kept, saved, _) = world.backend.input(&secretary, id).await.unwrap();
        let moved = vec![SittingInput::of(&sitting("2026-06-15T08:00/17:30"))];
        assert_eq!(kept, MeetingInput { sittings: moved, ..typed });
        let (before, after) = line(world, "meetings.back_to_draft").await;
        assert!(before.contains("10:30:00Z") && before.contains("08:00–09:00"), "{before}");
        assert!(after.contains("Ghi nhầm cuộc họp") && after.contains("draft"), "{after}");
        assert_eq!(back_to_draft(world, &secretary, id).await, WRONG);

        // Put right and entered again, it counts as it is now.
        let sittings = vec![SittingInput::of(&sitting("2026-06-15T08:00/10:00"))];
        let right = MeetingInput { title: "Họp giao ban tháng".into(), sittings, ..kept };
        let saved = world.backend.save(&secretary, Some((id, saved.rev)), right).await.unwrap();
        world.backend.publish(&secretary, id, saved.rev).await.unwrap();
        assert_eq!(held(world).await, (1, 0));
        let again = get(world, &secretary, id).await;
        let (opened, closed) = (instant("2026-06-15T08:00"), instant("2026-06-15T10:00"));
        assert_eq!(again.state, State::Held { opened, closed, overrun_reason: String::new() });
        assert_eq!(again.title, "Họp giao ban tháng");
        let chairs = &again.participants[0];
        assert_eq!((chairs.id, &chairs.presence), (chair, &Presence::InRoom));
        assert_eq!(again.agenda[0].papers.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_entered_meeting_that_never_took_place_is_dropped_as_a_draft() {
    each_database(async |world| {
        let (input, secretary) = took_place(world).await;
        let id = published(world, &secretary, MeetingInput { agenda: vec![item("Khác")], ..input }).await;
        let meeting = get(world, &secretary, id).await;
        world.backend.leave_neutral_line(&secretary, meeting.agenda[0].id).await.unwrap();
        let over = Err(Failure::Refused(meeting.state.refusal()));
        assert_eq!(world.backend.call_off(&secretary, id, false, "Nhầm").await, over);
        back_to_draft(world, &secretary, id).await.unwrap();
        world.backend.call_off(&secretary, id, false, "").await.unwrap();
        assert_eq!(world.backend.get(&secretary, id).await.err(), Some(Failure::NotFound));
        assert_eq!((held(world).await, world.count("meeting").await), ((0, 0), 0));
    })
    .await;
}

#[tokio::test]
async fn an_entered_meeting_is_taken_back_only_by_those_who_compose_for_its_agency_and_with_a_reason() {
    each_database(async |world| {
        let (input, secretary) = took_place(world).await;
        let own = world.person("SNV").await;
        let chair = input.chair.parse().unwrap();
        let id =
            published(world, &secretary, MeetingInput { secretary: own.person.to_string(), ..input }).await;
        let stranger = world.caller(Role::Secretary, "STC").await;
        assert_eq!(back_to_draft(world, &stranger, id).await, Err(Failure::NotFound));
        let chair = Caller { person: chair, ..own.clone() };
        for caller in [chair, own] {
            assert!(!get(world, &caller, id).await.record.may_back_to_draft);
            assert_eq!(back_to_draft(world, &caller, id).await, Err(Failure::Forbidden));
        }
        for (reason, problem) in [
            (" ".to_owned(), Problem::Missing),
            ("a".repeat(501), Problem::TooManyLetters { at_most: 500, over: 1 }),
        ] {
            let refused = world.backend.back_to_draft(&secretary, id, &reason).await;
            assert_eq!(refused, Err(Failure::Invalid(vec![FieldProblem::new("draft_reason", problem)])));
        }
        assert_eq!(held(world).await, (1, 0));
        // What could not be entered again stays.
        let next_year = Caller { now: instant("2027-12-15T09:00"), ..secretary.clone() };
        assert!(!get(world, &next_year, id).await.record.may_back_to_draft);
        let from = "2026-12-15".parse().unwrap();
        let refused = back_to_draft(world, &next_year, id).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::TooLongAgo { from })));
    })
    .await;
}

#[tokio::test]
async fn a_meeting_held_here_or_imported_is_not_taken_back_to_a_draft() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let id = world.meeting("SNV").store().await;
        for is_imported in [false, true] {
            if is_imported {
                world.run("UPDATE meeting SET invited_at = NULL").await;
            }
            assert!(!get(world, &secretary, id).await.record.may_back_to_draft);
            assert_eq!(back_to_draft(world, &secretary, id).await, WRONG, "imported: {is_imported}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_meeting_taken_back_is_one_of_the_drafts_that_a_person_may_have() {
    each_database(async |world| {
        let (input, secretary) = took_place(world).await;
        let id = published(world, &secretary, input).await;
        let (person, agency) = (secretary.person, secretary.agency.id);
        let draft = |at_most: u32| {
            format!(
                "INSERT INTO meeting (id, rev, agency_id, title, kind, form, side, counterpart, is_unexpected, place, \
                 stage, created_by, created_at, scope) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n \
                 WHERE i < {at_most}) SELECT 'nháp-' || i, 1, '{agency}', '', '', '', 'organised', 'internal', FALSE, \
                 '', 'draft', '{person}', 0, 'meeting' FROM n"
            )
        };
        world.run(&draft(100)).await;
        let at_most = 100;
        let refused = back_to_draft(world, &secretary, id).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::TooManyDrafts { at_most })));
        assert_eq!(held(world).await, (1, 0));
        world.run("DELETE FROM meeting WHERE id = 'nháp-7'").await;
        back_to_draft(world, &secretary, id).await.unwrap();
    })
    .await;
}
