//! The check beside the form.

use domain::access::{Role, Stage};
use domain::count::{Base, Counterpart, Form};
use domain::error::Failure;
use domain::meetings::{AgendaInput, BusyOf, MeetingInput, Meetings, Note, SittingInput};
use domain::targets::Fraction;

use crate::bounds::{fresh, numbered};
use crate::meetings::{briefing, published};
use crate::support::{each_database, sitting};

fn at(text: &str) -> Vec<SittingInput> {
    text.split(' ').map(|text| SittingInput::of(&sitting(text))).collect()
}

#[tokio::test]
async fn an_empty_form_is_told_what_is_missing_and_nothing_is_written() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let check = world.backend.check(&secretary, None, MeetingInput::default()).await.unwrap();
        assert!(check.fields.iter().any(|problem| problem.field == "title"));
        assert_eq!(check.must_fix(), 0);
        assert_eq!((check.duration, check.targets), (None, None));
        assert_eq!(world.count("meeting").await, 0);
        let person = world.person("SNV").await;
        let refused = world.backend.check(&person, None, MeetingInput::default()).await;
        assert_eq!(refused.unwrap_err(), Failure::Forbidden);
    })
    .await;
}

#[tokio::test]
async fn length_is_held_against_the_limit_of_its_day() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let whole =
            MeetingInput { sittings: at("2026-06-23T07:30/16:30"), ..briefing(&secretary, &secretary, &[]) };
        let check = world.backend.check(&secretary, None, whole.clone()).await.unwrap();
        let duration = check.duration.clone().unwrap();
        assert!(duration.is_over());
        assert_eq!((duration.sessions.len(), duration.rule.limit_sessions, duration.fits.len()), (2, 1, 2));
        assert_eq!(check.must_fix(), 1);
        let no_rule =
            MeetingInput { kind: "in_depth".into(), sittings: at("2018-12-04T07:30/16:30"), ..whole };
        let check = world.backend.check(&secretary, None, no_rule).await.unwrap();
        assert!(check.notes.contains(&Note::NoRule) && check.notes.contains(&Note::InThePast));
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_is_named_with_the_other_meeting_and_what_is_free() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, delegate) = (world.person("SNV").await, world.person("STC").await);
        let (room, free) = (world.room("A1", "SNV").await, world.room("A2", "UBND").await);
        world.room("B1", "STC").await;
        let site = world.agency("SYT").await;
        let input = MeetingInput {
            form: "hybrid".into(),
            sites: vec![site.to_string()],
            delegates: vec![format!("p-{}", delegate.person)],
            ..briefing(&secretary, &chair, &[room])
        };
        let id = published(world, &secretary, input.clone()).await;
        let check = world.backend.check(&secretary, None, input.clone()).await.unwrap();
        let of: Vec<_> =
            check.conflicts.iter().map(|conflict| (conflict.of.clone(), conflict.blocks)).collect();
        assert_eq!(
            of,
            [
                (BusyOf::Room("Phòng A1".into()), true),
                (BusyOf::Chair(chair.name.clone()), true),
                (BusyOf::Secretary(secretary.name.clone()), false),
                (BusyOf::Delegate(delegate.name.clone()), false),
                (BusyOf::Site("SYT".into()), false),
            ]
        );
        let with = check.conflicts[0].with.meeting().unwrap();
        assert_eq!((with.id, with.title.as_str(), with.agency.as_str()), (id, "Họp giao ban tuần", "SNV"));
        assert_eq!(with.sitting, sitting("2026-06-18T07:30/11:30"));
        assert_eq!(check.free_slots.len(), 3);
        assert_eq!(check.free_slots[0], [sitting("2026-06-17T07:30/11:30")]);
        assert_eq!(check.free_rooms.iter().map(|room| room.id).collect::<Vec<_>>(), [free]);
        assert_eq!(check.busy_rooms, Some(vec![room]), "{}", world.engine);
        assert_eq!(check.must_fix(), 2);

        let own = world.backend.check(&secretary, Some(id), input.clone()).await.unwrap();
        assert!(own.conflicts.is_empty() && own.free_slots.is_empty());
        assert_eq!(own.busy_rooms, Some(Vec::new()), "its own booking takes nothing from it");
        let undated = MeetingInput { sittings: Vec::new(), ..input.clone() };
        assert_eq!(world.backend.check(&secretary, None, undated).await.unwrap().busy_rooms, None);
        let apart = MeetingInput { sittings: at("2026-06-18T13:30/16:30"), ..input };
        assert!(world.backend.check(&secretary, None, apart).await.unwrap().conflicts.is_empty());
    })
    .await;
}

#[tokio::test]
async fn sites_that_one_meeting_takes_stand_together_by_name_and_none_is_left_uncounted() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "UBND").await;
        let mut sites = Vec::new();
        for number in (0..75).rev() {
            sites.push(world.agency(&format!("XA{number:03}")).await.to_string());
        }
        let input = |sites: &[String]| MeetingInput {
            form: "hybrid".into(),
            sites: sites.to_vec(),
            ..briefing(&secretary, &secretary, &[])
        };
        let first = published(world, &secretary, input(&sites[..74])).await;
        let other = world.person("UBND").await;
        let second = MeetingInput {
            title: "Hội nghị khác".into(),
            sites: sites[74..].to_vec(),
            sittings: at("2026-06-18T08:00/09:00"),
            form: "hybrid".into(),
            ..briefing(&other, &other, &[])
        };
        published(world, &secretary, second).await;
        let all = MeetingInput { form: "hybrid".into(), sites, ..briefing(&other, &other, &[]) };
        let check = world.backend.check(&secretary, None, all).await.unwrap();
        let of_sites: Vec<_> = check
            .conflicts
            .iter()
            .filter_map(|conflict| match &conflict.of {
                BusyOf::Site(name) => Some((name.clone(), conflict.with.meeting().map(|with| with.id))),
                _ => None,
            })
            .collect();
        assert_eq!((of_sites.len(), check.more_conflicts), (75, 0), "{}", world.engine);
        let (of_first, rest): (Vec<_>, Vec<_>) = of_sites.iter().partition(|(_, id)| *id == Some(first));
        assert_eq!((of_first.len(), rest.len()), (74, 1));
        let at = |of: &str| of_sites.iter().position(|(name, _)| name == of);
        assert!(at("XA001") < at("XA002") && at("XA002") < at("XA074"), "{of_sites:?}");
        let chunks = of_sites.chunk_by(|one, next| one.1 == next.1).count();
        assert_eq!(chunks, 2, "each meeting once");
        assert_eq!(
            check.warnings(),
            check.conflicts.iter().filter(|c| !c.blocks).count() + check.notes.len()
        );
    })
    .await;
}

#[tokio::test]
async fn a_draft_and_a_held_meeting_take_nothing() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let room = world.room("A1", "SNV").await;
        for stage in [Stage::Draft, Stage::Held, Stage::Cancelled, Stage::Postponed] {
            world.meeting("SNV").room(room).stage(stage).at("2026-06-18T07:30/11:30").store().await;
        }
        let check =
            world.backend.check(&secretary, None, briefing(&secretary, &secretary, &[room])).await.unwrap();
        assert!(check.conflicts.is_empty(), "{:?}", check.conflicts);
    })
    .await;
}

#[tokio::test]
async fn days_and_notice_are_noted() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let input = MeetingInput {
            sittings: at("2026-06-18T07:30/09:00 2026-06-20T07:30/09:00 2026-09-02T07:30/09:00"),
            ..briefing(&secretary, &secretary, &[])
        };
        let check = world.backend.check(&secretary, None, input.clone()).await.unwrap();
        let date = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
        assert_eq!(check.notes[0], Note::LateInvitation { days: 1 });
        assert_eq!(check.notes[1], Note::DayOff { date: date("2026-06-20"), name: String::new() });
        assert!(matches!(&check.notes[2], Note::DayOff { date: d, name } if *d == date("2026-09-02") && !name.is_empty()));
        // The next such date of one that was meant as the last one.
        let far = |note: &&Note| matches!(note, Note::FarAhead { .. });
        for (day, count) in [("2026-12-11", 0), ("2027-06-10", 1)] {
            let sittings = at(&format!("{day}T07:30/09:00"));
            let input = MeetingInput { sittings, ..input.clone() };
            let check = world.backend.check(&secretary, None, input).await.unwrap();
            assert_eq!(check.notes.iter().filter(far).count(), count, "{day}");
        }
        let unexpected = MeetingInput { unexpected: "on".into(), ..input };
        let check = world.backend.check(&secretary, None, unexpected).await.unwrap();
        assert!(!check.notes.iter().any(|note| matches!(note, Note::LateInvitation { .. })));
    })
    .await;
}

#[tokio::test]
async fn the_room_must_seat_the_delegates() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let room = world.room("A1", "SNV").await;
        let mut input = briefing(&secretary, &secretary, &[room]);
        for _ in 0..41 {
            input.delegates.push(format!("p-{}", world.person("SNV").await.person));
        }
        let check = world.backend.check(&secretary, None, input.clone()).await.unwrap();
        let note = Note::RoomTooSmall { room: "Phòng A1".into(), seats: 40, delegates: 41 };
        assert!(check.notes.contains(&note), "{:?}", check.notes);
        input.form = "online".into();
        let check = world.backend.check(&secretary, None, input).await.unwrap();
        assert!(!check.notes.contains(&note));
    })
    .await;
}

#[tokio::test]
async fn share_and_reduction_are_shown_before_and_after() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        for (form, stage) in
            [(Form::Online, Stage::Held), (Form::Online, Stage::Scheduled), (Form::InPerson, Stage::Held)]
        {
            world.meeting("SNV").form(form).stage(stage).at("2026-03-02T07:30/11:30").store().await;
        }
        world
            .meeting("SNV")
            .form(Form::Hybrid)
            .stage(Stage::Scheduled)
            .connected("SYT")
            .at("2026-03-02T07:30/11:30")
            .store()
            .await;
        world.meeting("SNV").stage(Stage::Cancelled).at("2026-03-02T07:30/11:30").store().await;
        world.meeting("STC").at("2026-03-02T07:30/11:30").store().await;
        for _ in 0..5 {
            world.meeting("SNV").at("2025-03-02T07:30/11:30").store().await;
        }
        let input = briefing(&secretary, &secretary, &[]);
        let check = world.backend.check(&secretary, None, input.clone()).await.unwrap();
        let targets = check.targets.clone().unwrap();
        let of = |num, den| Some(Fraction { num, den });
        let [all, conferences] = targets.bases;
        assert_eq!((all.base, targets.previous_year), (Base::All, 2025));
        assert_eq!((all.share.before, all.share.after), (of(3, 4), of(3, 5)));
        assert_eq!(all.share.after_online, of(4, 5));
        assert_eq!((all.reduction.before, all.reduction.after), (of(1, 5), of(0, 5)));
        let over = Note::OverCeiling { base: Base::All, ceiling: 4, count: 5 };
        assert!(check.notes.contains(&over), "{:?}", check.notes);
        // Conferences alone do not count a plain meeting.
        assert!(all.counts_it && conferences.base == Base::Conferences && !conferences.counts_it);
        assert_eq!((conferences.share.before, conferences.share.after), (None, None));
        let conference = MeetingInput { kind: "professional".into(), form: "online".into(), ..input };
        let check = world.backend.check(&secretary, None, conference).await.unwrap();
        let [conferences, all] = check.targets.unwrap().bases;
        assert_eq!((conferences.base, all.base), (Base::Conferences, Base::All));
        assert!(conferences.counts_it && all.counts_it);
        assert_eq!((conferences.share.before, conferences.share.after), (None, of(1, 1)));
        assert_eq!((conferences.share.after_online, conferences.reduction.after), (None, None));
        assert_eq!((all.share.before, all.share.after), (of(3, 4), of(4, 5)));
        assert_eq!((all.reduction.before, all.reduction.after), (of(1, 5), of(0, 5)));
        assert!(check.notes.contains(&over), "{:?}", check.notes);
    })
    .await;
}

#[tokio::test]
async fn the_organisers_own_site_brings_no_share_before_the_meeting_either() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (own, outside) = (world.agency("SNV").await, world.agency("SYT").await);
        world.meeting("SNV").form(Form::Hybrid).stage(Stage::Scheduled).connected("SNV").store().await;
        let of = |num, den| Some(Fraction { num, den });
        for (sites, after) in [(vec![], of(0, 2)), (vec![own], of(0, 2)), (vec![own, outside], of(1, 2))] {
            let sites = sites.iter().map(ToString::to_string).collect();
            let input =
                MeetingInput { form: "hybrid".into(), sites, ..briefing(&secretary, &secretary, &[]) };
            let targets = world.backend.check(&secretary, None, input).await.unwrap().targets.unwrap();
            assert_eq!((targets.bases[0].share.before, targets.bases[0].share.after), (of(0, 1), after));
        }
    })
    .await;
}

#[tokio::test]
async fn what_spoils_the_figures_or_the_day_is_told_while_one_composes() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "UBND").await;
        let (first, second) = (world.agency("SNV").await, world.agency("STC").await);
        let unit = world.agency_below("UBND-P1", "UBND", "unit").await;
        let item = |title: &str, minutes: &str| AgendaInput {
            title: title.into(),
            minutes: minutes.into(),
            ..AgendaInput::default()
        };
        let input = MeetingInput {
            form: "hybrid".into(),
            delegates: vec![format!("a-{first}"), format!("a-{second}"), format!("a-{unit}")],
            agenda: vec![item("Báo cáo", "540"), item("Kết luận", "60")],
            ..briefing(&secretary, &secretary, &[])
        };
        let notes =
            async |input: MeetingInput| world.backend.check(&secretary, None, input).await.unwrap().notes;
        let told = notes(input.clone()).await;
        let others = Note::InvitesOthers { agencies: 2, guests: 0, counterpart: Counterpart::Departments };
        for note in [Note::NoSites, Note::ConclusionTooLong { minutes: 60 }, others.clone()] {
            assert!(told.contains(&note), "{}: {told:?}", world.engine);
        }
        assert!(told.iter().any(|note| matches!(note, Note::AgendaTooLong { minutes: 600, .. })), "{told:?}");
        let right = MeetingInput {
            counterpart: "departments".into(),
            sites: vec![first.to_string()],
            agenda: vec![item("Báo cáo", "30")],
            ..input
        };
        let told = notes(right).await;
        assert!(
            !told.iter().any(|note| matches!(
                note,
                Note::NoSites
                    | Note::InvitesOthers { .. }
                    | Note::AgendaTooLong { .. }
                    | Note::ConclusionTooLong { .. }
            )),
            "{told:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn of_very_many_meetings_at_the_same_time_the_first_are_named_and_the_rest_counted() {
    /// Named at most.
    const NAMED: usize = 300;
    const HELD: u32 = 700;
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, delegate) = (world.person("SNV").await, world.person("SNV").await);
        let room = world.room("P1", "SNV").await;
        let meeting = format!(
            "meeting (id, rev, agency_id, title, kind, form, side, counterpart, is_unexpected, place, stage, created_at, \
             scope, first_date, last_date) SELECT {}, 1, '{}', 'Họp', 'working', 'in_person', \
             'attended', 'internal', FALSE, '', 'scheduled', 0, 'meeting', '2026-06-18', '2026-06-18'",
            fresh(world),
            secretary.agency.id
        );
        world.run(&numbered(HELD, &meeting)).await;
        for row in [
            "INSERT INTO sitting (meeting_id, position, date, from_minute, to_minute) \
             SELECT id, 0, '2026-06-18', 480, 540 FROM meeting"
                .to_owned(),
            format!("INSERT INTO meeting_room (meeting_id, room_id, position) SELECT id, '{room}', 0 FROM meeting"),
            format!(
                "INSERT INTO participant (id, meeting_id, part, person_id, agency_id, position) \
                 SELECT id, id, 'delegate', '{}', '{}', 0 FROM meeting",
                delegate.person, delegate.agency.id
            ),
        ] {
            world.run(&row).await;
        }
        let later = MeetingInput {
            title: "Chủ trì nơi khác".into(),
            sittings: at("2026-06-18T08:30/09:00"),
            ..briefing(&secretary, &chair, &[])
        };
        let other = published(world, &secretary, later).await;
        let input = MeetingInput {
            sittings: at("2026-06-18T08:00/09:00"),
            delegates: vec![format!("p-{}", delegate.person)],
            ..briefing(&secretary, &chair, &[room])
        };
        let check = world.backend.check(&secretary, None, input.clone()).await.unwrap();
        assert_eq!(check.conflicts.len(), NAMED, "{}", world.engine);
        // The room and the delegate in each, the chair and the secretary in one more.
        let all = 2 * HELD as usize + 2;
        assert_eq!(check.conflicts.len() + check.more_conflicts, all, "none is left uncounted");
        let elsewhere = MeetingInput { rooms: Vec::new(), place: "Nơi khác".into(), ..input };
        let check = world.backend.check(&secretary, None, elsewhere).await.unwrap();
        let first = &check.conflicts[0];
        assert!(first.blocks && matches!(first.of, BusyOf::Chair(_)), "what blocks is not lost among them");
        assert_eq!(first.with.meeting().map(|with| with.id), Some(other));
    })
    .await;
}
