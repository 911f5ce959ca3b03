//! The record of a meeting put right: steps and closings taken back, real hours.

use chrono::NaiveDateTime;
use domain::access::{Action, Caller, Role};
use domain::attendance::{Attendance, Presence};
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::figures::{FiguresFilter, FiguresPort, Reach};
use domain::ids::MeetingId;
use domain::meetings::{
    CorrectionInput, ItemTimesInput, Meeting, MeetingInput, MeetingRecord, Meetings, Note, SittingInput,
    State,
};
use domain::period::Period;

use crate::meetings::{briefing, published};
use crate::support::{World, each_database, instant, sitting};

const WRONG: Result<(), Failure> = Err(Failure::Refused(Refusal::WrongState));

/// A published meeting of Thursday morning, opened on its hour by its secretary, and its chair.
async fn opened(world: &World) -> (MeetingId, Caller, Caller) {
    let mut secretary = world.caller(Role::Secretary, "SNV").await;
    let mut chair = world.person("SNV").await;
    let id = published(world, &secretary, briefing(&secretary, &chair, &[])).await;
    secretary.now = instant("2026-06-18T07:30");
    chair.now = secretary.now;
    world.backend.open(&secretary, id).await.unwrap();
    (id, secretary, chair)
}

fn at(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

/// Held meetings of the agency in the year, in all and those over the limit.
pub(crate) async fn held(world: &World) -> (i64, i64) {
    let filter = FiguresFilter {
        agency: world.agency("SNV").await,
        reach: Reach::Own,
        period: Period::CalendarYear(2026),
    };
    let figures = FiguresPort::report(&world.backend, &world.system(), filter).await.unwrap();
    (figures.all.tally.held, figures.all.tally.exceeded)
}

/// The newest line of the trail of this deed: before and after.
pub(crate) async fn line(world: &World, what: &str) -> (String, String) {
    backend::q("SELECT before_json, after_json FROM audit WHERE what = $1 ORDER BY seq DESC LIMIT 1")
        .bind(what)
        .one(world.backend.db())
        .await
        .unwrap()
}

pub(crate) async fn get(world: &World, caller: &Caller, id: MeetingId) -> Meeting {
    world.backend.get(caller, id).await.unwrap()
}

#[tokio::test]
async fn a_wrong_closing_is_taken_back_with_everything_kept() {
    each_database(async |world| {
        let (id, mut secretary, chair) = opened(world).await;
        assert_eq!(world.backend.reopen(&secretary, id).await, WRONG, "it is not closed");
        let before = get(world, &secretary, id).await;
        let (item, person) = (before.agenda[0].id, before.participants[0].id);
        world.backend.mark(&secretary, id, person, Presence::InRoom).await.unwrap();
        world.backend.discuss(&secretary, id, Some(item)).await.unwrap();
        secretary.now = instant("2026-06-18T07:40");
        let under_way = get(world, &secretary, id).await;
        world.backend.close(&secretary, id, None, "Bấm", true).await.unwrap();
        assert_eq!(held(world).await, (1, 0));
        assert!(get(world, &secretary, id).await.record.may_reopen);

        assert_eq!(world.backend.reopen(&chair, id).await, Err(Failure::Forbidden));
        let stranger = world.caller(Role::Secretary, "STC").await;
        assert_eq!(world.backend.reopen(&stranger, id).await, Err(Failure::NotFound));
        secretary.now = instant("2026-06-18T08:00");
        world.backend.reopen(&secretary, id).await.unwrap();
        let again = get(world, &secretary, id).await;
        assert_eq!(again.state, under_way.state, "opened when it was, without a reason");
        assert_eq!((&again.agenda, &again.participants), (&under_way.agenda, &under_way.participants));
        assert_eq!(held(world).await, (0, 0));
        // Those who conduct it see that it was closed and reopened.
        let [told] = &again.record.reopened[..] else { panic!("{:?}", again.record.reopened) };
        assert_eq!((told.by.as_str(), told.at), (secretary.name.as_str(), instant("2026-06-18T08:00")));
        assert_eq!(told.closed, Some(instant("2026-06-18T07:40")));
        let (_, after) = line(world, "meetings.reopen").await;
        assert!(after.contains("under_way"), "{after}");
        assert_eq!(world.backend.reopen(&secretary, id).await, WRONG);

        // What is discussed goes on, and the meeting is closed at its end.
        world.backend.discuss(&secretary, id, None).await.unwrap();
        secretary.now = instant("2026-06-18T11:00");
        world.backend.close(&secretary, id, None, "", false).await.unwrap();
        let done = get(world, &secretary, id).await.agenda[0].done;
        assert_eq!((held(world).await, done), ((1, 0), Some(instant("2026-06-18T08:00"))));
        // The closing ended no item, so its taking back begins none.
        world.backend.reopen(&secretary, id).await.unwrap();
        assert_eq!(get(world, &secretary, id).await.agenda[0].done, done);
    })
    .await;
}

#[tokio::test]
async fn a_meeting_over_the_limit_is_no_longer_one_when_its_closing_is_taken_back() {
    each_database(async |world| {
        let (id, mut secretary, _) = opened(world).await;
        secretary.now = instant("2026-06-18T14:00");
        world.backend.close(&secretary, id, None, "Còn ý kiến", false).await.unwrap();
        assert_eq!(held(world).await, (1, 1));
        world.backend.reopen(&secretary, id).await.unwrap();
        let ended = Some(at("2026-06-18T11:20:00"));
        world.backend.close(&secretary, id, ended, "", false).await.unwrap();
        assert_eq!(held(world).await, (1, 0));
        let State::Held { overrun_reason, .. } = get(world, &secretary, id).await.state else { panic!() };
        assert_eq!(overrun_reason, "");
    })
    .await;
}

#[tokio::test]
async fn a_closing_is_not_taken_back_over_a_room_that_another_meeting_has_taken() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, other) = (world.person("SNV").await, world.person("SNV").await);
        let room = world.room("A1", "SNV").await;
        let id = published(world, &secretary, briefing(&secretary, &chair, &[room])).await;
        let mut now = secretary.clone();
        now.now = instant("2026-06-18T07:30");
        world.backend.open(&now, id).await.unwrap();
        now.now = instant("2026-06-18T07:40");
        world.backend.close(&now, id, None, "", true).await.unwrap();
        let sittings = vec![SittingInput::of(&sitting("2026-06-18T09:00/11:00"))];
        let next = MeetingInput { sittings, ..briefing(&secretary, &other, &[room]) };
        published(world, &now, next).await;
        let refused = world.backend.reopen(&now, id).await;
        assert!(matches!(refused, Err(Failure::Refused(Refusal::RoomTaken { .. }))), "{refused:?}");
        // Nothing is left to hold once the planned hours are over.
        now.now = instant("2026-06-18T11:31");
        world.backend.reopen(&now, id).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_imported_meeting_was_never_closed_here() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let id = world.meeting("SNV").store().await;
        world.run("UPDATE meeting SET invited_at = NULL").await;
        let meeting = get(world, &secretary, id).await;
        assert!(meeting.may(Action::CorrectMeeting) && !meeting.record.may_reopen);
        assert_eq!(world.backend.reopen(&secretary, id).await, WRONG);
    })
    .await;
}

#[tokio::test]
async fn closing_long_before_the_planned_end_asks_once() {
    each_database(async |world| {
        let (id, mut secretary, _) = opened(world).await;
        secretary.now = instant("2026-06-18T07:45");
        let asked =
            Refusal::ClosesEarly { closed: at("2026-06-18T07:45:00"), planned: at("2026-06-18T11:30:00") };
        let refused = world.backend.close(&secretary, id, None, "", false).await;
        assert_eq!(refused, Err(Failure::Refused(asked)));
        assert!(matches!(get(world, &secretary, id).await.state, State::UnderWay { .. }));
        world.backend.close(&secretary, id, None, "", true).await.unwrap();
        assert_eq!(held(world).await, (1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_wrong_step_of_the_agenda_is_taken_back_with_its_times() {
    each_database(async |world| {
        let (id, mut secretary, chair) = opened(world).await;
        assert_eq!(world.backend.undo_step(&secretary, id).await, WRONG, "nothing was begun");
        let agenda = get(world, &secretary, id).await.agenda;
        let (first, second) = (agenda[0].id, agenda[1].id);
        let mut seen = Vec::new();
        let steps = [
            ("2026-06-18T07:35", Some(first)),
            ("2026-06-18T08:00", Some(second)),
            ("2026-06-18T08:10", Some(first)),
            ("2026-06-18T08:30", None),
        ];
        for (now, item) in steps {
            secretary.now = instant(now);
            seen.push(get(world, &secretary, id).await.agenda);
            world.backend.discuss(&secretary, id, item).await.unwrap();
            assert!(get(world, &secretary, id).await.record.may_undo_step);
        }
        // The chair conducts too.
        let mut chair = chair;
        chair.now = secretary.now;
        for before in seen.into_iter().rev() {
            world.backend.undo_step(&chair, id).await.unwrap();
            assert_eq!(get(world, &secretary, id).await.agenda, before);
        }
        assert_eq!(world.count("audit WHERE what = 'meetings.undo_step'").await, 4);
        assert_eq!(world.backend.undo_step(&secretary, id).await, WRONG);
        // With nothing begun, an opening by mistake may be taken back by its own rule.
        secretary.now = instant("2026-06-18T07:44");
        world.backend.take_back(&secretary, id).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_back_is_discussed_anew_from_then() {
    each_database(async |world| {
        let (id, mut secretary, _) = opened(world).await;
        let item = get(world, &secretary, id).await.agenda[0].id;
        world.backend.discuss(&secretary, id, Some(item)).await.unwrap();
        world.backend.undo_step(&secretary, id).await.unwrap();
        secretary.now = instant("2026-06-18T08:00");
        world.backend.discuss(&secretary, id, Some(item)).await.unwrap();
        assert_eq!(get(world, &secretary, id).await.agenda[0].began, Some(secretary.now));
    })
    .await;
}

#[tokio::test]
async fn a_meeting_that_goes_on_already_is_sent_out_and_opened_at_its_real_start() {
    each_database(async |world| {
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        let chair = world.person("SNV").await;
        secretary.now = instant("2026-06-18T10:00");
        let expected = briefing(&secretary, &chair, &[]);
        let saved = world.backend.save(&secretary, None, expected.clone()).await.unwrap();
        let refused = world.backend.publish(&secretary, saved.id, saved.rev).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::InThePast)));
        let unexpected = MeetingInput { unexpected: "on".into(), ..expected };
        let check = world.backend.check(&secretary, None, unexpected.clone()).await.unwrap();
        assert!(!check.notes.contains(&Note::InThePast), "{:?}", check.notes);
        let id = published(world, &secretary, unexpected).await;

        for wrong in ["2026-06-18T10:01:00", "2026-06-17T08:00:00", "2026-06-18T04:29:00"] {
            let sittings = vec![sitting("2026-06-18T07:30/11:30")];
            let refused = world.backend.open_since(&secretary, id, at(wrong)).await;
            assert_eq!(refused, Err(Failure::Refused(Refusal::OpeningTime { sittings })), "{wrong}");
        }
        world.backend.open_since(&secretary, id, at("2026-06-18T08:05:00")).await.unwrap();
        let State::UnderWay { opened, .. } = get(world, &secretary, id).await.state else { panic!() };
        assert_eq!(opened, instant("2026-06-18T08:05"));
        world.backend.take_back(&secretary, id).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_meeting_that_begins_this_minute_is_sent_out() {
    each_database(async |world| {
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        secretary.now = instant("2026-06-18T07:45");
        published(world, &secretary, briefing(&secretary, &secretary, &[])).await;
        secretary.now = instant("2026-06-18T07:46");
        let input = briefing(&secretary, &world.person("SNV").await, &[]);
        let saved = world.backend.save(&secretary, None, input).await.unwrap();
        let refused = world.backend.publish(&secretary, saved.id, saved.rev).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::InThePast)));
    })
    .await;
}

/// A meeting held from 07:30 to 07:40 by mistake, with its first item discussed.
async fn held_too_short(world: &World) -> (MeetingId, Caller, Meeting) {
    let (id, mut secretary, _) = opened(world).await;
    let item = get(world, &secretary, id).await.agenda[0].id;
    world.backend.discuss(&secretary, id, Some(item)).await.unwrap();
    secretary.now = instant("2026-06-18T07:40");
    world.backend.close(&secretary, id, None, "", true).await.unwrap();
    secretary.now = instant("2026-06-18T15:00");
    let meeting = get(world, &secretary, id).await;
    (id, secretary, meeting)
}

pub(crate) fn correction(
    opened: &str,
    closed: &str,
    meeting: &Meeting,
    times: &[(&str, &str)],
) -> CorrectionInput {
    let items = meeting.agenda.iter().zip(times).map(|(item, (began, done))| ItemTimesInput {
        id: item.id.to_string(),
        began: (*began).into(),
        done: (*done).into(),
    });
    CorrectionInput {
        opened: opened.into(),
        closed: closed.into(),
        reason: "Bấm nhầm".into(),
        items: items.collect(),
        ..CorrectionInput::default()
    }
}

#[tokio::test]
async fn the_hours_of_a_held_meeting_are_corrected_and_counted_at_once() {
    each_database(async |world| {
        let (id, secretary, meeting) = held_too_short(world).await;
        let right = correction("7h45", "11h10", &meeting, &[("7h50", "9h00"), ("9h00", "11h10")]);
        world.backend.correct(&secretary, id, right).await.unwrap();
        let now = get(world, &secretary, id).await;
        let (opened, closed) = (instant("2026-06-18T07:45"), instant("2026-06-18T11:10"));
        assert_eq!(now.state, State::Held { opened, closed, overrun_reason: String::new() });
        assert_eq!((now.agenda[0].began, now.agenda[0].done), {
            (Some(instant("2026-06-18T07:50")), Some(instant("2026-06-18T09:00")))
        });
        assert_eq!(now.agenda[1].done, Some(closed));
        let (before, after) = line(world, "meetings.correct").await;
        assert!(before.contains("07:30–07:40") && after.contains("07:50–09:00"), "{before} {after}");
        assert!(after.contains("Bấm nhầm") && !before.contains("Bấm nhầm"), "{before} {after}");
        // The office reads it on the meeting's page, and nobody else does.
        let [made] = &now.record.corrections[..] else { panic!("{:?}", now.record.corrections) };
        assert_eq!((made.by.as_str(), made.reason.as_str()), (secretary.name.as_str(), "Bấm nhầm"));
        let (before, after) = (&made.before, &made.after);
        assert_eq!((before.opened, after.opened), (Some(instant("2026-06-18T07:30")), Some(opened)));
        assert!(before.agenda[0].contains("07:30–07:40") && after.agenda[0].contains("07:50–09:00"));
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let listed = Caller { person: meeting.chair().unwrap().id, grants: Vec::new(), ..secretary.clone() };
        assert!(get(world, &listed, id).await.record.corrections.is_empty());
        assert_eq!(world.backend.get(&administrator, id).await, Err(Failure::NotFound), "not theirs to open");

        // Past the planned end a reason is asked for, and over the limit it counts.
        let late = correction("7h45", "14h30", &now, &[]);
        let refused = world.backend.correct(&secretary, id, late.clone()).await;
        let missing = FieldProblem::new("overrun_reason", Problem::Missing);
        assert_eq!(refused, Err(Failure::Invalid(vec![missing])));
        assert_eq!((held(world).await, get(world, &secretary, id).await), ((1, 0), now), "nothing is kept");
        let late = CorrectionInput { overrun_reason: "Còn  ý kiến".into(), ..late };
        world.backend.correct(&secretary, id, late.clone()).await.unwrap();
        assert_eq!(held(world).await, (1, 1));
        // The reason falls away with the overrun.
        let back = CorrectionInput { closed: "11:10".into(), ..late };
        world.backend.correct(&secretary, id, back).await.unwrap();
        assert_eq!(held(world).await, (1, 0));
        let State::Held { overrun_reason, .. } = get(world, &secretary, id).await.state else { panic!() };
        assert_eq!(overrun_reason, "");
        // One that is typed for other hours is kept with them.
        let now = get(world, &secretary, id).await;
        let typed = CorrectionInput {
            overrun_reason: "Chờ đại biểu".into(),
            ..correction("7h45", "11h15", &now, &[])
        };
        world.backend.correct(&secretary, id, typed).await.unwrap();
        let State::Held { overrun_reason, .. } = get(world, &secretary, id).await.state else { panic!() };
        assert_eq!(overrun_reason, "Chờ đại biểu");
    })
    .await;
}

#[tokio::test]
async fn hours_that_cannot_be_are_refused_and_so_is_whoever_may_not() {
    each_database(async |world| {
        let (id, secretary, meeting) = held_too_short(world).await;
        let cases = [
            (correction("7h30", "15h01", &meeting, &[]), "closed", Problem::NotYet),
            (correction("7h30, 19/6/2026", "8h00", &meeting, &[]), "opened", Problem::NotItsDay),
            (correction("9h00", "10h00", &meeting, &[]), "items", Problem::OutsideMeeting),
            (
                correction("9h00", "10h00", &meeting, &[("7h30", "7h40")]),
                "items[0][began]",
                Problem::OutsideMeeting,
            ),
        ];
        for (input, field, problem) in cases {
            let refused = world.backend.correct(&secretary, id, input).await.unwrap_err();
            let Failure::Invalid(fields) = refused else { panic!("{refused:?}") };
            assert!(fields.contains(&FieldProblem::new(field, problem)), "{fields:?}");
        }
        let mut foreign = correction("7h30", "8h00", &meeting, &[("7h30", "7h40")]);
        foreign.items[0].id = world.id().to_string();
        foreign.items.push(ItemTimesInput { id: meeting.agenda[0].id.to_string(), ..Default::default() });
        assert_eq!(world.backend.correct(&secretary, id, foreign).await, Err(Failure::NotFound));
        let input = correction("7h30", "8h00", &meeting, &[]);
        let chair = Caller { person: meeting.chair().unwrap().id, grants: Vec::new(), ..secretary.clone() };
        assert_eq!(world.backend.correct(&chair, id, input.clone()).await, Err(Failure::Forbidden));
        let stranger = world.caller(Role::Secretary, "STC").await;
        assert_eq!(world.backend.correct(&stranger, id, input.clone()).await, Err(Failure::NotFound));
        world.backend.reopen(&secretary, id).await.unwrap();
        assert_eq!(world.backend.correct(&secretary, id, input).await, WRONG, "it is under way");
        assert_eq!(world.count("audit WHERE what = 'meetings.correct'").await, 0);
    })
    .await;
}
