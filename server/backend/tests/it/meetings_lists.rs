//! Lists, the calendar and the home page: who knows of what, and that a number opens into what it counts.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::access::{Caller, Role, Stage};
use domain::count::{Base, Counterpart, Facts, Form, HybridCounts, Outcome, Scope, Side, What};
use domain::error::Failure;
use domain::ids::MeetingId;
use domain::meetings::{CalendarFilter, MeetingFilter, MeetingInput, Meetings};
use domain::period::Window;

use crate::meetings::{briefing, published};
use crate::support::{World, each_database};

async fn ids(world: &World, caller: &domain::access::Caller, filter: MeetingFilter) -> BTreeSet<MeetingId> {
    let mut ids = BTreeSet::new();
    let mut page = 1;
    loop {
        let found = world.backend.list(caller, MeetingFilter { page, ..filter.clone() }).await.unwrap();
        ids.extend(found.rows.iter().map(|row| row.id));
        if page >= found.pages() {
            assert_eq!(i64::try_from(ids.len()).unwrap(), found.total, "{}: {filter:?}", world.engine);
            return ids;
        }
        page += 1;
    }
}

#[tokio::test]
async fn a_meeting_is_known_in_its_line_and_to_its_people_and_sites() {
    each_database(async |world| {
        world.agency("SNV").await;
        world.agency_below("SNV-VP", "SNV", "unit").await;
        let delegate = world.person("STC").await;
        let of_snv =
            world.meeting("SNV").stage(Stage::Scheduled).delegate(&delegate).connected("SYT").store().await;
        let of_root = world.meeting("UBND").stage(Stage::Scheduled).store().await;
        let draft = world.meeting("SNV").stage(Stage::Draft).delegate(&delegate).store().await;
        let everyone = [
            ("own agency", world.person("SNV").await, vec![of_snv, of_root]),
            (
                "below",
                {
                    let mut p = world.person("SNV").await;
                    p.agency.id = world.agency("SNV-VP").await;
                    p
                },
                vec![of_snv, of_root],
            ),
            ("above", world.person("UBND").await, vec![of_snv, of_root]),
            ("elsewhere", world.person("SXD").await, vec![of_root]),
            ("a site", world.person("SYT").await, vec![of_snv, of_root]),
            ("a delegate", delegate, vec![of_snv, of_root]),
            ("its secretary", world.caller(Role::Secretary, "SNV").await, vec![of_snv, of_root, draft]),
            ("its leader", world.caller(Role::Leader, "SNV").await, vec![of_snv, of_root]),
            (
                "the root's secretary",
                world.caller(Role::Secretary, "UBND").await,
                vec![of_snv, of_root, draft],
            ),
            ("another secretary", world.caller(Role::Secretary, "SXD").await, vec![of_root]),
        ];
        for (who, caller, known) in everyone {
            let found = ids(world, &caller, MeetingFilter::default()).await;
            assert_eq!(found, known.into_iter().collect(), "{}: {who}", world.engine);
        }
    })
    .await;
}

#[tokio::test]
async fn a_line_says_whether_it_may_be_opened_and_who_chairs_to_whoever_may_open_it() {
    each_database(async |world| {
        let (delegate, chair) = (world.person("SNV").await, world.person("SNV").await);
        let room = world.room("A1", "SNV").await;
        let meeting = world.meeting("SNV").room(room).chair(&chair).delegate(&delegate);
        let id = meeting.connected("SYT").store().await;
        let other = world.person("SNV").await;
        let row =
            |page: domain::people::Page<domain::meetings::MeetingRow>| page.rows.into_iter().next().unwrap();
        let mine = row(world.backend.list(&delegate, MeetingFilter::default()).await.unwrap());
        let theirs = row(world.backend.list(&other, MeetingFilter::default()).await.unwrap());
        assert_eq!((mine.id, mine.may_open(), theirs.may_open()), (id, true, false));
        assert_eq!((mine.chair, theirs.chair.as_str()), (chair.name, ""), "{}", world.engine);
        assert_eq!(
            (mine.place.as_str(), mine.sites, mine.kind_vi.as_str()),
            ("Phòng A1", 1, "Họp giải quyết công việc")
        );
        assert_eq!(world.backend.get(&other, id).await, Err(Failure::NotFound));
    })
    .await;
}

#[tokio::test]
async fn filters_choose_and_the_newest_comes_first() {
    each_database(async |world| {
        let person = world.person("SNV").await;
        world.agency("SNV").await;
        world.agency_below("SNV-VP", "SNV", "unit").await;
        let room = world.room("A1", "SNV").await;
        let june = world.meeting("SNV").room(room).at("2026-06-10T07:30/11:30").store().await;
        let july = world
            .meeting("SNV")
            .form(Form::Online)
            .delegate(&person)
            .at("2026-07-10T07:30/11:30")
            .stage(Stage::Scheduled)
            .store()
            .await;
        let unit = world.meeting("SNV-VP").kind("briefing").at("2026-05-10T07:30/11:30").store().await;
        let caller = world.caller(Role::Leader, "SNV").await;
        let all = world.backend.list(&caller, MeetingFilter::default()).await.unwrap();
        assert_eq!(all.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [july, june, unit]);
        let snv = Some(caller.agency.id);
        let window = Window::new("2026-06-01".parse().unwrap(), "2026-06-30".parse().unwrap());
        let none = MeetingFilter::default;
        let filters = [
            (MeetingFilter { agency: snv, ..none() }, vec![june, july]),
            (MeetingFilter { agency: snv, with_subtree: true, ..none() }, vec![june, july, unit]),
            (MeetingFilter { room: Some(room), ..none() }, vec![june]),
            (MeetingFilter { person: Some(person.person), ..none() }, vec![july]),
            (MeetingFilter { window, ..none() }, vec![june]),
            (MeetingFilter { stage: Some(Stage::Scheduled), ..none() }, vec![july]),
            (MeetingFilter { form: Some(Form::Online), ..none() }, vec![july]),
            (MeetingFilter { kind: Some("briefing".into()), ..none() }, vec![unit]),
        ];
        for (filter, expected) in filters {
            assert_eq!(
                ids(world, &caller, filter.clone()).await,
                expected.into_iter().collect(),
                "{filter:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn search_knows_vietnamese_without_marks() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let input = MeetingInput {
            title: "Họp không giấy về đặt phòng".into(),
            place: "Hội trường Tô Hiệu".into(),
            ..briefing(&secretary, &secretary, &[])
        };
        let id = published(world, &secretary, input).await;
        let search = async |text: &str| {
            let filter = MeetingFilter { text: text.into(), ..MeetingFilter::default() };
            ids(world, &secretary, filter).await
        };
        for text in
            ["hop khong giay", "ĐẶT PHÒ", "ket qua cong tac", "to hie", "co quan snv", "họp; \"giấy\"*"]
        {
            assert_eq!(search(text).await, BTreeSet::from([id]), "{}: {text}", world.engine);
        }
        assert!(search("khong xa").await.is_empty());
        let (mut input, saved, _) = world.backend.input(&secretary, id).await.unwrap();
        input.title = "Sơ kết quý".into();
        let saved = world.backend.save(&secretary, Some((id, saved.rev)), input).await.unwrap();
        assert!(search("so ket quy").await.is_empty(), "a change is not found before it is published");
        world.backend.publish(&secretary, id, saved.rev).await.unwrap();
        assert_eq!((search("so ket quy").await.len(), search("hop khong giay").await.len()), (1, 0));
    })
    .await;
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).unwrap()
    }
}

#[tokio::test]
async fn every_number_opens_into_exactly_the_meetings_it_counts() {
    each_database(async |world| {
        let mut dice = Dice(20_260_616);
        let mut made: Vec<(MeetingId, Facts)> = Vec::new();
        let stages =
            [Stage::Held, Stage::Held, Stage::Held, Stage::Cancelled, Stage::Postponed, Stage::Scheduled];
        for _ in 0..80 {
            let (kind, scope) =
                [("working", Scope::Meeting), ("professional", Scope::Conference)][dice.roll(2)];
            let form = [Form::InPerson, Form::Online, Form::Hybrid][dice.roll(3)];
            let side = [Side::Organised, Side::Organised, Side::Attended][dice.roll(3)];
            let counterpart = Counterpart::ALL[dice.roll(5)];
            let stage = stages[dice.roll(6)];
            let (is_connected, is_long) = (dice.roll(2) == 0, dice.roll(4) == 0);
            let at = if is_long { "2026-03-02T07:30/20:00" } else { "2026-03-02T07:30/11:30" };
            let mut seed = world.meeting("SNV").kind(kind).form(form).side(side).counterpart(counterpart);
            if is_connected {
                seed = seed.connected("SYT");
            }
            let id = seed.stage(stage).at(at).store().await;
            let outcome = match stage {
                Stage::Held => Outcome::Held,
                Stage::Cancelled => Outcome::Cancelled,
                Stage::Postponed => Outcome::Postponed,
                _ => Outcome::Pending,
            };
            let has_exceeded = is_long && stage == Stage::Held;
            made.push((id, Facts { scope, form, is_connected, side, counterpart, outcome, has_exceeded }));
        }
        let caller = world.caller(Role::ReportingOfficer, "UBND").await;
        for (hybrid, value) in [
            (HybridCounts::OnlineWhenConnected, "online_when_connected"),
            (HybridCounts::InPerson, "in_person"),
        ] {
            let mut tx = world.backend.db().begin().await.unwrap();
            backend::q("UPDATE setting SET value = $1 WHERE name = 'hybrid'")
                .bind(value)
                .run(&mut tx)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            for (base, what) in
                Base::BOTH.into_iter().flat_map(|base| What::all().into_iter().map(move |w| (base, w)))
            {
                let counted = made.iter().filter(|(_, f)| f.is_in(base) && f.count_in(what, hybrid));
                let counted: BTreeSet<MeetingId> = counted.map(|(id, _)| *id).collect();
                let filter = MeetingFilter {
                    agency: Some(caller.agency.id),
                    with_subtree: true,
                    counted: Some((base, what)),
                    ..MeetingFilter::default()
                };
                assert_eq!(ids(world, &caller, filter).await, counted, "{}: {base:?} {what:?}", world.engine);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_list_behind_a_figure_is_for_those_who_may_see_the_figure() {
    each_database(async |world| {
        world.meeting("SNV").store().await;
        let snv = world.agency("SNV").await;
        let counted = |agency| MeetingFilter {
            agency,
            counted: Some((Base::All, What::Held)),
            ..MeetingFilter::default()
        };
        let person = world.person("SNV").await;
        for agency in [Some(snv), None] {
            assert_eq!(world.backend.list(&person, counted(agency)).await.unwrap_err(), Failure::Forbidden);
        }
        let other = world.caller(Role::ReportingOfficer, "STC").await;
        assert_eq!(world.backend.list(&other, counted(Some(snv))).await.unwrap_err(), Failure::Forbidden);
        assert_eq!(world.backend.list(&other, counted(None)).await.unwrap().total, 0);
        let officer = world.caller(Role::ReportingOfficer, "SNV").await;
        assert_eq!(world.backend.list(&officer, counted(None)).await.unwrap().total, 1);
    })
    .await;
}

#[tokio::test]
async fn the_calendar_shows_sittings_days_off_and_clashing_drafts() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let room = world.room("A1", "SNV").await;
        let booked = world.meeting("SNV").room(room).stage(Stage::Scheduled);
        let booked = booked.at("2026-08-31T07:30/11:30 2026-09-03T07:30/11:30").store().await;
        let draft =
            world.meeting("SNV").room(room).stage(Stage::Draft).at("2026-09-03T09:00/10:00").store().await;
        let off = world.meeting("SNV").stage(Stage::Cancelled).at("2026-09-03T07:30/11:30").store().await;
        let window = Window::new("2026-08-17".parse().unwrap(), "2026-12-31".parse().unwrap()).unwrap();
        let filter = CalendarFilter { window, agency: None, room: None, person: None };
        let calendar = world.backend.calendar(&secretary, filter.clone()).await.unwrap();
        let entries: Vec<_> =
            calendar.entries.iter().map(|e| (e.meeting.id, e.clashes, e.rooms.len())).collect();
        let on = |id, clashes| (id, clashes, 1);
        assert_eq!(entries, [on(booked, false), on(booked, false), (off, false, 0), on(draft, true)]);
        assert_eq!(calendar.entries[2].meeting.stage, Stage::Cancelled, "it is shown as what it is");
        assert!(calendar.days_off.iter().any(|(date, _)| date.to_string() == "2026-09-02"));
        assert!(calendar.working_weekends.iter().any(|date| date.to_string() == "2026-08-22"));
        assert_eq!(calendar.rooms.len(), 1);
        let person = world.person("SNV").await;
        let seen = world.backend.calendar(&person, filter.clone()).await.unwrap();
        assert_eq!(seen.entries.len(), 3, "a draft is its secretariat's");
        let of_room = CalendarFilter { room: Some(room), agency: Some(secretary.agency.id), ..filter };
        assert_eq!(world.backend.calendar(&secretary, of_room).await.unwrap().entries.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_full_day_of_the_calendar_hides_no_other_day() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (first, last): (NaiveDate, NaiveDate) =
            ("2026-06-01".parse().unwrap(), "2026-06-30".parse().unwrap());
        for count in 0..60 {
            let from = 8 + count / 10;
            world.meeting("SNV").at(&format!("2026-06-01T{from:02}:00/{from:02}:30")).store().await;
        }
        for _ in 0..3 {
            world.meeting("SNV").at("2026-06-01T07:00/07:30 2026-06-30T08:00/09:00").store().await;
        }
        // What the caller may not know of is not counted either.
        world.meeting("STC").stage(Stage::Draft).at("2026-06-01T08:00/09:00").store().await;
        let shown = async |from, to, agency| {
            let window = Window::new(from, to).unwrap();
            let filter = CalendarFilter { window, agency, room: None, person: None };
            let calendar = world.backend.calendar(&secretary, filter).await.unwrap();
            let on = |day| calendar.entries.iter().filter(|entry| entry.sitting.date == day).count();
            assert!(calendar.entries.is_sorted_by_key(|entry| entry.sitting));
            (on(first), on(last), calendar.left_out)
        };
        for agency in [None, Some(secretary.agency.id)] {
            // Each of thirty days shows forty sittings at least: 23 of 63 are left out.
            let month = shown(first, last, agency).await;
            assert_eq!(month, (40, 3, vec![(first, 23)]), "{}", world.engine);
        }
        assert_eq!(shown(first, first, None).await, (63, 0, vec![]), "{}", world.engine);
        let other = Some(world.agency("STC").await);
        assert_eq!(shown(first, last, other).await, (0, 0, vec![]), "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn the_calendar_of_an_agency_shows_where_its_people_are_expected() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, delegate) = (world.person("SNV").await, world.person("STC").await);
        let invited = format!("p-{}", delegate.person);
        let input = MeetingInput { delegates: vec![invited], ..briefing(&secretary, &chair, &[]) };
        let id = published(world, &secretary, input).await;
        let day = world.backend.get(&secretary, id).await.unwrap().sittings[0].date;
        let window = Window::new(day, day).unwrap();
        let shown = async |caller: &Caller| -> Vec<MeetingId> {
            let filter = CalendarFilter { window, agency: Some(caller.agency.id), room: None, person: None };
            let entries = world.backend.calendar(caller, filter).await.unwrap().entries;
            entries.iter().map(|entry| entry.meeting.id).collect()
        };
        assert_eq!(shown(&secretary).await, [id]);
        assert_eq!(shown(&delegate).await, [id], "another agency holds it, and this one is expected there");
        let colleague = world.caller(Role::Secretary, "STC").await;
        assert_eq!(shown(&colleague).await, [], "an invitation to one person is no one else's to know");
    })
    .await;
}

#[tokio::test]
async fn two_drafts_clash_for_those_who_may_know_of_both() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let stranger = world.caller(Role::Secretary, "STC").await;
        let room = world.room("A1", "UBND").await;
        let draft =
            |agency| world.meeting(agency).room(room).stage(Stage::Draft).at("2026-06-18T07:30/11:30");
        let first = draft("SNV").store().await;
        draft("STC").store().await;
        let window = Window::new("2026-06-18".parse().unwrap(), "2026-06-18".parse().unwrap()).unwrap();
        let filter = CalendarFilter { window, agency: None, room: None, person: None };
        let clashes = async |caller| -> Vec<(MeetingId, bool)> {
            let calendar = world.backend.calendar(caller, filter.clone()).await.unwrap();
            calendar.entries.iter().map(|entry| (entry.meeting.id, entry.clashes)).collect()
        };
        assert_eq!(clashes(&secretary).await, [(first, false)], "another secretariat's draft stays unknown");
        assert_eq!(clashes(&stranger).await.len(), 1);
        let second = draft("SNV").store().await;
        let both = BTreeSet::from([(first, true), (second, true)]);
        assert_eq!(BTreeSet::from_iter(clashes(&secretary).await), both);
    })
    .await;
}

#[tokio::test]
async fn a_meeting_known_by_time_alone_is_not_found_by_its_agenda() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, colleague, delegate) =
            (world.person("SNV").await, world.person("SNV").await, world.person("STC").await);
        let mut input = MeetingInput {
            delegates: vec![format!("p-{}", delegate.person)],
            ..briefing(&secretary, &chair, &[])
        };
        input.agenda[0].title = "Xem xét kỷ luật cán bộ".into();
        let id = published(world, &secretary, input).await;
        let found = async |caller, text: &str| -> Vec<MeetingId> {
            let filter = MeetingFilter { text: text.into(), ..MeetingFilter::default() };
            world.backend.list(caller, filter).await.unwrap().rows.iter().map(|row| row.id).collect()
        };
        for (caller, knows_agenda) in [(&secretary, true), (&delegate, true), (&colleague, false)] {
            assert_eq!(found(caller, "giao ban").await, [id], "the title is in the calendar");
            assert_eq!(found(caller, "ky luat").await.contains(&id), knows_agenda, "{}", caller.name);
        }
    })
    .await;
}

#[tokio::test]
async fn whose_meetings_they_are_is_known_of_those_one_may_open() {
    each_database(async |world| {
        let reader = world.person("STC").await;
        let person = world.person("SNV").await;
        let line = ["2026-06-10T07:30/11:30", "2026-06-11T07:30/11:30"];
        let shared = world.meeting("UBND").at(line[0]).delegate(&person).delegate(&reader).store().await;
        let other = world.meeting("UBND").at(line[1]).delegate(&person).store().await;
        let leader = world.caller(Role::Leader, "UBND").await;
        let of = |person: &Caller| MeetingFilter { person: Some(person.person), ..MeetingFilter::default() };
        let known = ids(world, &reader, MeetingFilter::default()).await;
        assert_eq!(known, [shared, other].into(), "both are in the line of the reader's agency");
        for (caller, expected) in [
            (&reader, BTreeSet::from([shared])),
            (&person, BTreeSet::from([shared, other])),
            (&leader, BTreeSet::from([shared, other])),
        ] {
            assert_eq!(ids(world, caller, of(&person)).await, expected, "{}", caller.name);
        }
        assert_eq!(ids(world, &reader, of(&reader)).await, [shared].into());
    })
    .await;
}

#[tokio::test]
async fn a_room_held_by_an_unknown_meeting_does_not_look_free() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let room = world.room("A1", "SNV").await;
        world.meeting("SYT").room(room).stage(Stage::Scheduled).at("2026-06-18T07:30/11:30").store().await;
        world.meeting("SYT").room(room).stage(Stage::Cancelled).at("2026-06-18T13:30/17:00").store().await;
        let window = Window::new("2026-06-18".parse().unwrap(), "2026-06-18".parse().unwrap()).unwrap();
        let filter = CalendarFilter { window, agency: None, room: None, person: None };
        let calendar = world.backend.calendar(&secretary, filter).await.unwrap();
        assert!(calendar.entries.is_empty(), "the meeting itself stays unknown");
        let taken: Vec<_> = calendar.rooms[0].taken.iter().map(|s| s.from.to_string()).collect();
        assert_eq!(taken, ["07:30:00"]);
    })
    .await;
}
