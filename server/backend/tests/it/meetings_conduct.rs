//! Opening, discussing, closing and calling off.

use domain::access::{Caller, Role, Stage};
use domain::attendance::{Attendance, Presence};
use domain::error::{Failure, Refusal};
use domain::ids::MeetingId;
use domain::meetings::{MeetingInput, Meetings, SittingInput, State};

use crate::meetings::{briefing, published};
use crate::support::{World, each_database, instant, sitting};

/// A published meeting of Thursday morning with a hybrid site, its secretary on the spot at 07:30, and its chair.
async fn on_the_day(world: &World) -> (MeetingId, Caller, Caller) {
    let mut secretary = world.caller(Role::Secretary, "SNV").await;
    let mut chair = world.person("SNV").await;
    let site = world.agency("SYT").await;
    let input = MeetingInput {
        form: "hybrid".into(),
        sites: vec![site.to_string()],
        ..briefing(&secretary, &chair, &[])
    };
    let id = published(world, &secretary, input).await;
    secretary.now = instant("2026-06-18T07:30");
    chair.now = secretary.now;
    (id, secretary, chair)
}

#[tokio::test]
async fn a_meeting_is_opened_discussed_and_closed() {
    each_database(async |world| {
        let (id, mut secretary, chair) = on_the_day(world).await;
        let refused = world.backend.discuss(&secretary, id, None).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::WrongState)));
        let opened = secretary.now;
        world.backend.open(&secretary, id).await.unwrap();
        assert_eq!(world.backend.open(&secretary, id).await, Err(Failure::Refused(Refusal::WrongState)));
        let agenda = world.backend.get(&chair, id).await.unwrap().agenda;
        world.backend.discuss(&chair, id, Some(agenda[0].id)).await.unwrap();
        secretary.now = instant("2026-06-18T08:30");
        world.backend.discuss(&secretary, id, Some(agenda[1].id)).await.unwrap();
        let under_way = world.backend.get(&secretary, id).await.unwrap();
        assert_eq!(under_way.agenda[0].done, Some(secretary.now));
        assert_eq!((under_way.agenda[1].began, under_way.agenda[1].done), (Some(secretary.now), None));
        secretary.now = instant("2026-06-18T10:00");
        world.backend.close(&secretary, id, None, "", true).await.unwrap();
        let held = world.backend.get(&chair, id).await.unwrap();
        let closed = secretary.now;
        assert_eq!(held.state, State::Held { opened, closed, overrun_reason: String::new() });
        assert_eq!(held.agenda[1].done, Some(closed));
        let refused = world.backend.close(&secretary, id, None, "", true).await;
        let over = Refusal::MeetingOver { stage: Stage::Held, at: closed };
        assert_eq!(refused, Err(Failure::Refused(over.clone())));
        assert_eq!(world.backend.scan(&chair, id, "2222-2222").await, Err(Failure::Refused(over)));
    })
    .await;
}

#[tokio::test]
async fn an_opening_by_mistake_is_taken_back_while_nothing_has_come_of_it() {
    each_database(async |world| {
        let wrong = Err(Failure::Refused(Refusal::WrongState));
        let (id, mut secretary, chair) = on_the_day(world).await;
        let scheduled = world.backend.get(&chair, id).await.unwrap();
        assert_eq!(world.backend.take_back(&secretary, id).await, wrong, "it was not opened");
        world.backend.open(&secretary, id).await.unwrap();
        secretary.now = instant("2026-06-18T07:40");
        let stranger = world.caller(Role::Secretary, "STC").await;
        assert_eq!(world.backend.take_back(&stranger, id).await, Err(Failure::NotFound));
        world.backend.take_back(&secretary, id).await.unwrap();
        assert_eq!(world.backend.get(&chair, id).await.unwrap().state, scheduled.state);
        assert_eq!(world.count("audit WHERE what = 'meetings.take_back'").await, 1);
        let (opened,): (Option<i64>,) = backend::q("SELECT opened_at FROM meeting WHERE id = $1")
            .bind(id)
            .one(world.backend.db())
            .await
            .unwrap();
        assert_eq!(opened, None);
        // Opened anew it begins then, and what has come of it stands in the way.
        world.backend.open(&secretary, id).await.unwrap();
        let here = scheduled.participants[0].id;
        world.backend.mark(&secretary, id, here, Presence::InRoom).await.unwrap();
        assert_eq!(world.backend.take_back(&secretary, id).await, wrong);
        world.backend.mark(&secretary, id, here, Presence::NotCalled).await.unwrap();
        let item = scheduled.agenda[0].id;
        secretary.now = instant("2026-06-18T07:55");
        assert_eq!(world.backend.take_back(&secretary, id).await, wrong, "too late");
        secretary.now = instant("2026-06-18T07:54");
        world.backend.discuss(&secretary, id, Some(item)).await.unwrap();
        assert_eq!(world.backend.take_back(&secretary, id).await, wrong);
    })
    .await;
}

#[tokio::test]
async fn an_opening_after_the_planned_days_is_taken_back_for_as_long_after_the_press() {
    each_database(async |world| {
        let (id, mut secretary, chair) = on_the_day(world).await;
        let scheduled = world.backend.get(&chair, id).await.unwrap().state;
        for (minutes, expected) in [(14, Ok(())), (15, Err(Failure::Refused(Refusal::WrongState)))] {
            secretary.now = instant("2026-06-22T09:00");
            world.backend.open(&secretary, id).await.unwrap();
            secretary.now += chrono::TimeDelta::minutes(minutes);
            let offered = world.backend.get(&secretary, id).await.unwrap();
            assert_eq!(offered.taken_back(secretary.now).is_ok(), expected.is_ok(), "{minutes}");
            assert_eq!(world.backend.take_back(&secretary, id).await, expected, "{minutes}");
            if expected.is_ok() {
                assert_eq!(world.backend.get(&secretary, id).await.unwrap().state, scheduled);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_meeting_is_opened_only_on_a_day_of_its_own() {
    each_database(async |world| {
        let (id, mut secretary, _) = on_the_day(world).await;
        let sittings = vec![sitting("2026-06-18T07:30/11:30")];
        for another in ["2026-06-17T07:30", "2026-06-18T04:29"] {
            secretary.now = instant(another);
            let refused = Err(Failure::Refused(Refusal::NoSittingNow { sittings: sittings.clone() }));
            assert_eq!(world.backend.open(&secretary, id).await, refused, "{another}");
        }
        secretary.now = instant("2026-06-18T07:00");
        world.backend.open(&secretary, id).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_meeting_that_nobody_opened_is_held_afterwards_as_it_went() {
    each_database(async |world| {
        let (id, mut secretary, chair) = on_the_day(world).await;
        secretary.now = instant("2026-06-22T09:00");
        world.backend.open(&secretary, id).await.unwrap();
        let ended = "2026-06-18T11:20:00".parse().ok();
        world.backend.close(&secretary, id, ended, "", true).await.unwrap();
        let held = world.backend.get(&chair, id).await.unwrap();
        let (opened, closed) = (instant("2026-06-18T07:30"), instant("2026-06-18T11:20"));
        assert_eq!(held.state, State::Held { opened, closed, overrun_reason: String::new() });
    })
    .await;
}

#[tokio::test]
async fn a_morning_meeting_held_in_the_afternoon_is_one_session_long() {
    each_database(async |world| {
        let (id, mut secretary, _) = on_the_day(world).await;
        secretary.now = instant("2026-06-18T13:35");
        world.backend.open(&secretary, id).await.unwrap();
        secretary.now = instant("2026-06-18T15:00");
        world.backend.close(&secretary, id, None, "Chuyển sang buổi chiều", true).await.unwrap();
        let (exceeded,): (bool,) =
            backend::q("SELECT has_exceeded FROM meeting").one(world.backend.db()).await.unwrap();
        assert!(!exceeded);
    })
    .await;
}

#[tokio::test]
async fn a_meeting_opened_a_few_minutes_early_is_no_longer_than_planned() {
    each_database(async |world| {
        for (planned, early, ended) in [
            ("2026-06-18T18:00/20:00", "2026-06-18T17:55", "2026-06-18T20:00"),
            ("2026-06-19T13:30/17:00", "2026-06-19T12:20", "2026-06-19T17:00"),
        ] {
            let (mut secretary, chair) =
                (world.caller(Role::Secretary, "SNV").await, world.person("SNV").await);
            let (date, hours) = planned.split_once('T').unwrap();
            let (from, to) = hours.split_once('/').unwrap();
            let sittings = vec![SittingInput {
                date: date.into(),
                from: from.into(),
                to: to.into(),
                ..SittingInput::default()
            }];
            let input = MeetingInput { sittings, ..briefing(&secretary, &chair, &[]) };
            let id = published(world, &secretary, input).await;
            secretary.now = instant(early);
            world.backend.open(&secretary, id).await.unwrap();
            let opened = secretary.now;
            secretary.now = instant(ended);
            world.backend.close(&secretary, id, None, "", true).await.unwrap();
            let state = world.backend.get(&secretary, id).await.unwrap().state;
            // The real time stays.
            assert_eq!(state, State::Held { opened, closed: secretary.now, overrun_reason: String::new() });
            let (exceeded,): (bool,) = backend::q("SELECT has_exceeded FROM meeting WHERE id = $1")
                .bind(id)
                .one(world.backend.db())
                .await
                .unwrap();
            assert!(!exceeded, "{planned}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_meeting_that_began_its_agenda_before_its_hour_sat_from_then_on() {
    each_database(async |world| {
        let (mut secretary, chair) = (world.caller(Role::Secretary, "SNV").await, world.person("SNV").await);
        let sittings = vec![SittingInput {
            date: "2026-06-18".into(),
            from: "13:30".into(),
            to: "17:00".into(),
            ..SittingInput::default()
        }];
        let id = published(world, &secretary, MeetingInput { sittings, ..briefing(&secretary, &chair, &[]) })
            .await;
        secretary.now = instant("2026-06-18T10:30");
        world.backend.open(&secretary, id).await.unwrap();
        let agenda = world.backend.get(&secretary, id).await.unwrap().agenda;
        for (item, at) in [(&agenda[0], "2026-06-18T10:40"), (&agenda[1], "2026-06-18T14:00")] {
            secretary.now = instant(at);
            world.backend.discuss(&secretary, id, Some(item.id)).await.unwrap();
        }
        secretary.now = instant("2026-06-18T16:00");
        let refused = world.backend.close(&secretary, id, None, "", true).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::ReasonNeeded)));
        world.backend.close(&secretary, id, None, "Bắt đầu từ buổi sáng", true).await.unwrap();
        let (exceeded,): (bool,) =
            backend::q("SELECT has_exceeded FROM meeting").one(world.backend.db()).await.unwrap();
        assert!(exceeded);
    })
    .await;
}

#[tokio::test]
async fn an_item_of_another_meeting_cannot_be_discussed() {
    each_database(async |world| {
        let (id, secretary, _) = on_the_day(world).await;
        world.backend.open(&secretary, id).await.unwrap();
        let item = domain::ids::AgendaItemId(world.id());
        assert_eq!(world.backend.discuss(&secretary, id, Some(item)).await, Err(Failure::NotFound));
    })
    .await;
}

#[tokio::test]
async fn closing_over_the_limit_needs_a_reason_and_is_counted() {
    each_database(async |world| {
        let (id, mut secretary, _) = on_the_day(world).await;
        world.backend.open(&secretary, id).await.unwrap();
        secretary.now = instant("2026-06-18T14:00");
        let late = world.backend.close(&secretary, id, None, "  ", true).await;
        let planned = "2026-06-18T11:30:00".parse().unwrap();
        assert_eq!(late, Err(Failure::Refused(Refusal::OverrunReasonNeeded { planned })));
        world.backend.close(&secretary, id, None, "Còn ý kiến  khác nhau", true).await.unwrap();
        let held = world.backend.get(&secretary, id).await.unwrap();
        let State::Held { overrun_reason, .. } = held.state else { panic!("{:?}", held.state) };
        assert_eq!(overrun_reason, "Còn ý kiến khác nhau");
        let (exceeded, connected): (bool, bool) =
            backend::q("SELECT has_exceeded, is_connected FROM meeting")
                .one(world.backend.db())
                .await
                .unwrap();
        assert_eq!((exceeded, connected), (true, false));
    })
    .await;
}

#[tokio::test]
async fn running_past_the_planned_end_needs_a_reason_even_within_the_limit() {
    each_database(async |world| {
        let (id, mut secretary, _) = on_the_day(world).await;
        world.backend.open(&secretary, id).await.unwrap();
        secretary.now = instant("2026-06-18T12:00");
        let planned = "2026-06-18T11:30:00".parse().unwrap();
        let needed = Err(Failure::Refused(Refusal::OverrunReasonNeeded { planned }));
        assert_eq!(world.backend.close(&secretary, id, None, " ", true).await, needed);
        let typed = Some("2026-06-18T11:31:00".parse().unwrap());
        assert_eq!(world.backend.close(&secretary, id, typed, "", true).await, needed);
        world.backend.close(&secretary, id, typed, "Thảo luận thêm", true).await.unwrap();
        let (exceeded, reason): (bool, String) =
            backend::q("SELECT has_exceeded, reason FROM meeting").one(world.backend.db()).await.unwrap();
        assert_eq!((exceeded, reason.as_str()), (false, "Thảo luận thêm"));
    })
    .await;
}

#[tokio::test]
async fn a_meeting_pressed_to_its_end_in_the_planned_minute_needs_no_reason() {
    each_database(async |world| {
        let (id, mut secretary, _) = on_the_day(world).await;
        world.backend.open(&secretary, id).await.unwrap();
        secretary.now = instant("2026-06-18T11:30") + chrono::TimeDelta::seconds(40);
        world.backend.close(&secretary, id, None, "", true).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_meeting_closed_late_can_say_when_it_really_ended() {
    each_database(async |world| {
        let (id, mut secretary, _) = on_the_day(world).await;
        world.backend.open(&secretary, id).await.unwrap();
        let mut tx = world.backend.db().begin().await.unwrap();
        backend::q("UPDATE site SET is_connected = TRUE").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        secretary.now = instant("2026-06-18T16:00");
        let at = |text: &str| Some(text.parse().unwrap());
        let opened = "2026-06-18T07:30:00".parse().unwrap();
        for wrong in ["2026-06-18T07:00:00", "2026-06-18T17:00:00"] {
            let refused = world.backend.close(&secretary, id, at(wrong), "", true).await;
            assert_eq!(refused, Err(Failure::Refused(Refusal::ClosingTime { opened })), "{wrong}");
        }
        world.backend.close(&secretary, id, at("2026-06-18T11:15:00"), "", true).await.unwrap();
        let (exceeded, connected): (bool, bool) =
            backend::q("SELECT has_exceeded, is_connected FROM meeting")
                .one(world.backend.db())
                .await
                .unwrap();
        assert_eq!((exceeded, connected), (false, true));
    })
    .await;
}

/// Whether a meeting counts as one with an outside site connected.
async fn is_connected(world: &World, id: MeetingId) -> bool {
    backend::q("SELECT is_connected FROM meeting WHERE id = $1")
        .bind(id)
        .one::<(bool,)>(world.backend.db())
        .await
        .unwrap()
        .0
}

#[tokio::test]
async fn the_organisers_own_site_never_makes_a_hybrid_meeting_online() {
    each_database(async |world| {
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        let (own, other) = (secretary.agency.id, world.agency("SYT").await);
        let input = MeetingInput {
            form: "hybrid".into(),
            sites: vec![own.to_string(), other.to_string()],
            ..briefing(&secretary, &secretary, &[])
        };
        let id = published(world, &secretary, input).await;
        secretary.now = instant("2026-06-18T07:30");
        world.backend.open(&secretary, id).await.unwrap();
        world.backend.mark_site(&secretary, id, own, true).await.unwrap();
        assert!(!is_connected(world, id).await, "only the main one");
        secretary.now = instant("2026-06-18T10:00");
        world.backend.close(&secretary, id, None, "", true).await.unwrap();
        assert!(!is_connected(world, id).await, "nor once closed");
        world.backend.mark_site(&secretary, id, other, true).await.unwrap();
        assert!(is_connected(world, id).await, "an outside one");
    })
    .await;
}

#[tokio::test]
async fn a_change_of_a_meeting_keeps_what_its_sites_are() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (own, other) = (secretary.agency.id, world.agency("SYT").await);
        let input = MeetingInput {
            form: "hybrid".into(),
            sites: vec![own.to_string(), other.to_string()],
            ..briefing(&secretary, &secretary, &[])
        };
        let id = published(world, &secretary, input).await;
        let publish_again = async |title: &str| {
            let (input, saved, _) = world.backend.input(&secretary, id).await.unwrap();
            let input = MeetingInput { title: title.into(), ..input };
            let saved = world.backend.save(&secretary, Some((id, saved.rev)), input).await.unwrap();
            world.backend.publish(&secretary, id, saved.rev).await.unwrap();
        };
        for (site, connected, title) in [(own, false, "Họp giao ban"), (other, true, "Họp giao ban tuần")]
        {
            let mut tx = world.backend.db().begin().await.unwrap();
            backend::q("UPDATE site SET is_connected = TRUE WHERE agency_id = $1")
                .bind(site)
                .run(&mut tx)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            publish_again(title).await;
            assert_eq!(is_connected(world, id).await, connected);
        }
    })
    .await;
}

#[tokio::test]
async fn a_meeting_may_end_in_the_minute_in_which_it_was_opened() {
    each_database(async |world| {
        let (id, mut secretary, _) = on_the_day(world).await;
        secretary.now += chrono::TimeDelta::seconds(20);
        world.backend.open(&secretary, id).await.unwrap();
        let minute = world.backend.zone().local(secretary.now) - chrono::TimeDelta::seconds(20);
        secretary.now += chrono::TimeDelta::seconds(15);
        world.backend.close(&secretary, id, Some(minute), "", true).await.unwrap();
        let held = world.backend.get(&secretary, id).await.unwrap();
        let State::Held { closed, .. } = held.state else { panic!("{:?}", held.state) };
        assert_eq!(closed, secretary.now);
    })
    .await;
}

#[tokio::test]
async fn a_meeting_closed_in_this_minute_ends_now() {
    each_database(async |world| {
        let (id, mut secretary, _) = on_the_day(world).await;
        world.backend.open(&secretary, id).await.unwrap();
        secretary.now += chrono::TimeDelta::seconds(5 * 60 + 40);
        let minute = world.backend.zone().local(secretary.now) - chrono::TimeDelta::seconds(40);
        world.backend.close(&secretary, id, Some(minute), "", true).await.unwrap();
        let held = world.backend.get(&secretary, id).await.unwrap();
        let State::Held { closed, .. } = held.state else { panic!("{:?}", held.state) };
        assert_eq!(closed, secretary.now, "what the lines did in its last seconds belongs to it");
    })
    .await;
}

#[tokio::test]
async fn a_delegate_conducts_nothing() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("SNV").await;
        let input = MeetingInput {
            delegates: vec![format!("p-{}", delegate.person)],
            ..briefing(&secretary, &secretary, &[])
        };
        let id = published(world, &secretary, input).await;
        assert_eq!(world.backend.open(&delegate, id).await, Err(Failure::Forbidden));
        assert_eq!(world.backend.close(&delegate, id, None, "", true).await, Err(Failure::Forbidden));
        assert_eq!(world.backend.call_off(&delegate, id, true, "x").await, Err(Failure::Forbidden));
        let stranger = world.person("STC").await;
        assert_eq!(world.backend.open(&stranger, id).await, Err(Failure::NotFound));
        assert_eq!(world.backend.get(&secretary, id).await.unwrap().state.stage(), Stage::Scheduled);
    })
    .await;
}

#[tokio::test]
async fn calling_off_needs_a_reason_and_delegates_see_it() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let chair = world.person("SNV").await;
        let id = published(world, &secretary, briefing(&secretary, &chair, &[])).await;
        let refused = world.backend.call_off(&secretary, id, true, " ").await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::ReasonNeeded)));
        world.backend.call_off(&secretary, id, true, "Chờ ý kiến").await.unwrap();
        let seen = world.backend.get(&chair, id).await.unwrap();
        assert_eq!(seen.state, State::Postponed { at: world.now, reason: "Chờ ý kiến".into() });
        assert_eq!(seen.changes[0].what, ["state"]);

        let (mut input, saved, _) = world.backend.input(&secretary, id).await.unwrap();
        input.sittings = vec![SittingInput::of(&sitting("2026-06-23T07:30/11:30"))];
        let saved = world.backend.save(&secretary, Some((id, saved.rev)), input).await.unwrap();
        world.backend.publish(&secretary, id, saved.rev).await.unwrap();
        let again = world.backend.get(&chair, id).await.unwrap();
        assert_eq!(again.state.stage(), Stage::Scheduled);
        assert_eq!(again.changes[0].what, ["state", "time"]);
        world.backend.call_off(&secretary, id, false, "Không cần nữa").await.unwrap();
        let refused = world.backend.publish(&secretary, id, again.rev + 1).await;
        let over = Refusal::MeetingOver { stage: Stage::Cancelled, at: secretary.now };
        assert_eq!(refused, Err(Failure::Refused(over)));
    })
    .await;
}

#[tokio::test]
async fn a_dropped_draft_leaves_a_line_in_the_trail_and_nothing_else() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let input = briefing(&secretary, &secretary, &[world.room("A1", "SNV").await]);
        let saved = world.backend.save(&secretary, None, input).await.unwrap();
        world.backend.call_off(&secretary, saved.id, false, "").await.unwrap();
        assert_eq!(world.backend.get(&secretary, saved.id).await, Err(Failure::NotFound));
        for table in ["meeting", "sitting", "meeting_room", "participant", "agenda_item", "search_line"] {
            assert_eq!(world.count(table).await, 0, "{table}");
        }
        let (what,): (String,) =
            backend::q("SELECT what FROM audit WHERE what LIKE 'meetings.%' ORDER BY at DESC, id DESC")
                .optional(world.backend.db())
                .await
                .unwrap()
                .unwrap();
        assert!(["meetings.drop", "meetings.draft"].contains(&what.as_str()));
    })
    .await;
}
