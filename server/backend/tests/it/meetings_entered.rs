//! Meetings that are entered after they took place.

use domain::access::{Action, Caller, Role};
use domain::attendance::{Attendance, Presence};
use domain::audit::{Audit, AuditFilter};
use domain::error::{Failure, Refusal};
use domain::meetings::{MeetingInput, MeetingRecord, Meetings, Note, SittingInput, State};
use domain::papers::Papers;

use crate::meetings::{briefing, published};
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
