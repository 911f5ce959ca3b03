//! A meeting's life: typed, published, changed, held, called off.

use domain::access::{Action, Caller, Part, Role};
use domain::count::Form;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::{MeetingId, RoomId};
use domain::meetings::{
    AgendaInput, Holder, MeetingBrief, MeetingInput, Meetings, Saved, SittingInput, State, Typing,
};
use uuid::Uuid;

use crate::support::{World, each_busy_database, each_database, sitting};

/// A briefing on Thursday morning in a room, composed by its secretary.
pub(crate) fn briefing(secretary: &Caller, chair: &Caller, rooms: &[RoomId]) -> MeetingInput {
    MeetingInput {
        title: "Họp giao ban tuần".into(),
        agency: secretary.agency.id.to_string(),
        kind: "briefing".into(),
        form: "in_person".into(),
        sittings: vec![SittingInput::of(&sitting("2026-06-18T07:30/11:30"))],
        rooms: rooms.iter().map(ToString::to_string).collect(),
        place: if rooms.is_empty() { "Hội trường".into() } else { String::new() },
        chair: chair.person.to_string(),
        secretary: secretary.person.to_string(),
        agenda: vec![item("Kết quả công tác tuần"), item("Nhiệm vụ tuần tới")],
        ..MeetingInput::default()
    }
}

pub(crate) fn item(title: &str) -> AgendaInput {
    AgendaInput { title: title.into(), minutes: "30".into(), ..AgendaInput::default() }
}

/// Saved and published.
pub(crate) async fn published(world: &World, secretary: &Caller, input: MeetingInput) -> MeetingId {
    let saved = world.backend.save(secretary, None, input).await.unwrap();
    world.backend.publish(secretary, saved.id, saved.rev).await.unwrap().id
}

/// Saves a change of what was typed last and publishes it.
pub(crate) async fn change(
    world: &World,
    secretary: &Caller,
    id: MeetingId,
    how: impl FnOnce(&mut MeetingInput),
) -> Result<(), Failure> {
    let (mut input, saved, _) = world.backend.input(secretary, id).await?;
    how(&mut input);
    let saved = world.backend.save(secretary, Some((id, saved.rev)), input).await?;
    world.backend.publish(secretary, id, saved.rev).await.map(|_| ())
}

#[tokio::test]
async fn a_draft_keeps_whatever_was_typed() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let input = MeetingInput {
            title: "  Họp   chưa xong ".into(),
            chair: "nobody".into(),
            sittings: vec![SittingInput { date: "giữa tháng".into(), ..SittingInput::default() }],
            agenda: vec![AgendaInput::default(), item("Việc thứ nhất")],
            ..MeetingInput::default()
        };
        let saved = world.backend.save(&secretary, None, input.clone()).await.unwrap();
        let (typed, again, state) = world.backend.input(&secretary, saved.id).await.unwrap();
        assert_eq!((again, state), (saved, State::Draft));
        assert_eq!(
            (&typed.title, &typed.sittings, &typed.chair),
            (&input.title, &input.sittings, &input.chair)
        );
        assert!(typed.agenda[0].id.is_empty());
        let draft = world.backend.get(&secretary, saved.id).await.unwrap();
        assert_eq!(draft.title, "Họp chưa xong");
        assert_eq!(draft.agenda.len(), 1);
        assert_eq!(draft.agenda[0].id.to_string(), typed.agenda[1].id);
        assert!(draft.sittings.is_empty() && draft.participants.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_saves_of_one_page_end_in_one_draft_with_what_was_typed_last() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let typed = |title: &str| MeetingInput { title: title.into(), ..MeetingInput::default() };
        let page = |page: u128, turn| Typing { page: Uuid::from_u128(page), turn };
        let keep = async |at: Option<Saved>, typing, title: &str| {
            let at = at.map(|saved| (saved.id, saved.rev));
            world.backend.keep(&secretary, at, typing, typed(title)).await
        };

        // What the page sent as it went overtakes its first save.
        let last = keep(None, page(1, 5), "Họp giao ban tuần").await.unwrap();
        let late = keep(None, page(1, 2), "Họp giao").await.unwrap();
        assert_eq!(late, last);
        // The answer to the first save was lost, and it is sent once more.
        let again = keep(None, page(1, 6), "Họp giao ban tháng").await.unwrap();
        assert_eq!(again.id, last.id);
        // The page was told the first revision only.
        let next = keep(Some(last), page(1, 7), "Họp giao ban quý").await.unwrap();
        assert_eq!((next.id, world.count("meeting").await), (last.id, 1));
        let (input, newest, _) = world.backend.input(&secretary, last.id).await.unwrap();
        assert_eq!((input.title.as_str(), newest), ("Họp giao ban quý", next));

        // Somebody else was faster: the page is told, whichever revision it was told last, and begins its own.
        let other = keep(Some(next), page(2, 1), "Họp chuyên đề").await.unwrap();
        assert_eq!(keep(Some(next), page(1, 8), "Họp tổng kết").await, Err(Failure::Stale));
        assert_eq!(keep(None, page(1, 8), "Họp tổng kết").await, Err(Failure::Stale));
        let own = keep(None, page(3, 8), "Họp tổng kết").await.unwrap();
        assert!(own.id != other.id && world.count("meeting").await == 2);

        // Nobody goes on with another's page, and a dropped draft is begun again.
        let colleague = world.caller(Role::Secretary, "SNV").await;
        let stolen = world.backend.keep(&colleague, None, page(3, 9), typed("Họp khác")).await;
        assert_eq!(stolen, Err(Failure::Forbidden));
        world.backend.call_off(&secretary, own.id, false, "").await.unwrap();
        let anew = keep(None, page(3, 9), "Họp tổng kết").await.unwrap();
        assert!(anew.id != own.id);
        assert_eq!(world.count("meeting").await, 2);
    })
    .await;
}

#[tokio::test]
async fn first_saves_of_one_page_at_once_end_in_one_draft() {
    each_busy_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let saves = (1..=8).map(|turn| {
            let (backend, secretary) = (world.backend.clone(), secretary.clone());
            tokio::spawn(async move {
                let input = MeetingInput { title: format!("Họp lần {turn}"), ..MeetingInput::default() };
                let typing = Typing { page: Uuid::from_u128(7), turn };
                backend.keep(&secretary, None, typing, input).await
            })
        });
        let mut kept = None;
        for save in saves.collect::<Vec<_>>() {
            kept = Some(save.await.unwrap().unwrap());
        }
        assert_eq!(world.count("meeting").await, 1);
        let (input, ..) = world.backend.input(&secretary, kept.unwrap().id).await.unwrap();
        assert_eq!(input.title, "Họp lần 8");
    })
    .await;
}

#[tokio::test]
async fn one_person_has_a_hundred_drafts_and_no_more() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let typed = || MeetingInput { title: "Họp giao ban".into(), ..MeetingInput::default() };
        let mut last = None;
        for _ in 0..100 {
            last = Some(world.backend.save(&secretary, None, typed()).await.unwrap());
        }
        let refused = world.backend.save(&secretary, None, typed()).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::TooManyDrafts { at_most: 100 })));
        let colleague = world.caller(Role::Secretary, "SNV").await;
        world.backend.save(&colleague, None, typed()).await.unwrap();
        let last = last.unwrap();
        world.backend.save(&secretary, Some((last.id, last.rev)), typed()).await.unwrap();
        world.backend.call_off(&secretary, last.id, false, "").await.unwrap();
        world.backend.save(&secretary, None, typed()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_agency_has_a_thousand_drafts_however_many_secretaries_it_is_given() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let typed = || MeetingInput { title: "Họp giao ban".into(), ..MeetingInput::default() };
        let first = world.backend.save(&secretary, None, typed()).await.unwrap();
        world
            .run(&format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999) INSERT INTO meeting \
                 (id, rev, agency_id, title, kind, form, side, counterpart, is_unexpected, place, stage, created_at, scope) \
                 SELECT 'm' || i, 1, '{}', '', '', '', 'organised', 'internal', FALSE, '', 'draft', 0, 'meeting' FROM n",
                secretary.agency.id
            ))
            .await;
        let full = Err(Failure::Refused(Refusal::TooManyDrafts { at_most: 1_000 }));
        let colleague = world.caller(Role::Secretary, "SNV").await;
        assert_eq!(world.backend.save(&colleague, None, typed()).await, full, "{}", world.engine);
        // Nor is one of another agency moved into it; what is there goes on.
        let above = world.caller(Role::Secretary, "UBND").await;
        let other = world.backend.save(&above, None, typed()).await.unwrap();
        let moved = MeetingInput { agency: secretary.agency.id.to_string(), ..typed() };
        let moved = world.backend.save(&above, Some((other.id, other.rev)), moved).await;
        assert_eq!(moved, full, "{}", world.engine);
        world.backend.save(&secretary, Some((first.id, first.rev)), typed()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_draft_as_long_as_a_book_is_not_kept() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let input = MeetingInput { place: "x".repeat(300_000), ..MeetingInput::default() };
        let refused = world.backend.save(&secretary, None, input).await;
        assert!(matches!(refused, Err(Failure::Invalid(_))), "{refused:?}");
        assert_eq!(world.count("meeting").await, 0);
    })
    .await;
}

#[tokio::test]
async fn only_the_secretariat_composes_and_knows_of_a_draft() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let other = world.caller(Role::Secretary, "STC").await;
        let delegate = world.person("SNV").await;
        let input = briefing(&secretary, &delegate, &[]);
        assert_eq!(world.backend.save(&other, None, input.clone()).await, Err(Failure::Forbidden));
        assert_eq!(world.backend.save(&delegate, None, input.clone()).await, Err(Failure::Forbidden));
        let saved = world.backend.save(&secretary, None, input.clone()).await.unwrap();
        for stranger in [&other, &delegate] {
            assert_eq!(world.backend.get(stranger, saved.id).await, Err(Failure::NotFound));
            assert_eq!(world.backend.publish(stranger, saved.id, 1).await, Err(Failure::NotFound));
            let save = world.backend.save(stranger, Some((saved.id, 1)), input.clone()).await;
            assert_eq!(save, Err(Failure::NotFound));
        }
        world.backend.publish(&secretary, saved.id, saved.rev).await.unwrap();
        let seen = world.backend.get(&delegate, saved.id).await.unwrap();
        assert_eq!(seen.my_part, Some(Part::Chair));
        assert_eq!(world.backend.publish(&delegate, saved.id, 2).await, Err(Failure::Forbidden));
        assert_eq!(world.backend.get(&other, saved.id).await, Err(Failure::NotFound));
    })
    .await;
}

#[tokio::test]
async fn publishing_invites_and_shows_everything() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, delegate) = (world.person("SNV").await, world.person("STC").await);
        let (room, site) = (world.room("A1", "SNV").await, world.agency("SYT").await);
        let input = MeetingInput {
            form: "hybrid".into(),
            sites: vec![site.to_string()],
            delegates: vec![format!("p-{}", delegate.person), format!("a-{site}")],
            ..briefing(&secretary, &chair, &[room])
        };
        let id = published(world, &secretary, input).await;
        let meeting = world.backend.get(&delegate, id).await.unwrap();
        assert_eq!(meeting.state, State::Scheduled { invited: world.now });
        assert_eq!((meeting.form, meeting.limit_sessions), (Form::Hybrid, Some(1)));
        assert_eq!(meeting.kind.name_vi, "Họp giao ban");
        assert_eq!(meeting.sittings, [sitting("2026-06-18T07:30/11:30")]);
        assert_eq!(meeting.rooms[0].id, room);
        assert_eq!(meeting.sites[0].agency.id, site);
        let parts: Vec<Part> = meeting.participants.iter().map(|p| p.part).collect();
        assert_eq!(parts, [Part::Chair, Part::Secretary, Part::Delegate, Part::Delegate]);
        assert_eq!(meeting.participants[3].person, None);
        assert_eq!(meeting.agenda.len(), 2);
        assert!(meeting.may(Action::ReadPaper) && !meeting.may(Action::ComposeMeeting));
        assert!(meeting.changes.is_empty() && !meeting.has_unpublished);
        let (typed, _, _) = world.backend.input(&secretary, id).await.unwrap();
        assert_eq!(typed.delegates, [format!("p-{}", delegate.person), format!("a-{site}")]);
        let counted: (String, String, i64, i64) =
            backend::q("SELECT scope, first_date, month_civil, month_report FROM meeting")
                .one(world.backend.db())
                .await
                .unwrap();
        assert_eq!(counted, ("meeting".into(), "2026-06-18".into(), 2026 * 12 + 5, 2026 * 12 + 6));
    })
    .await;
}

#[tokio::test]
async fn what_breaks_the_limit_is_refused_with_what_would_fit() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let mut input = briefing(&secretary, &secretary, &[]);
        input.sittings[0].to = "16:30".into();
        let saved = world.backend.save(&secretary, None, input).await.unwrap();
        let refused = world.backend.publish(&secretary, saved.id, saved.rev).await;
        let Err(Failure::Refused(Refusal::TooLong { kind_vi, sessions, limit, source, fits, .. })) = refused
        else {
            panic!("{refused:?}")
        };
        assert_eq!((kind_vi.as_str(), sessions, limit), ("Họp giao ban", 2, 1));
        assert_eq!(source, "QĐ 45/2018/QĐ-TTg");
        assert_eq!(fits.len(), 2);
        let draft = world.backend.get(&secretary, saved.id).await.unwrap();
        assert_eq!((draft.state, draft.rev), (State::Draft, saved.rev));
        assert_eq!(world.count("audit").await, 3, "two agencies and the draft");
    })
    .await;
}

#[tokio::test]
async fn every_other_refusal_names_itself() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let whole = briefing(&secretary, &secretary, &[]);
        let nobody = "00000000-0000-7000-8000-000000000001";
        let at = |text: &str| vec![SittingInput::of(&sitting(text))];
        let refusals = [
            (
                MeetingInput { sittings: at("2026-06-16T08:30/09:30"), ..whole.clone() },
                Failure::Refused(Refusal::InThePast),
            ),
            (MeetingInput { kind: "party".into(), ..whole.clone() }, Failure::Refused(Refusal::NoRule)),
            (
                MeetingInput { chair: nobody.into(), rooms: vec![nobody.into()], ..whole.clone() },
                Failure::Invalid(vec![
                    FieldProblem::new("rooms", Problem::Unknown),
                    FieldProblem::new("chair", Problem::Unknown),
                ]),
            ),
            (
                MeetingInput { title: String::new(), ..whole.clone() },
                Failure::Invalid(vec![FieldProblem::new("title", Problem::Missing)]),
            ),
        ];
        for (input, failure) in refusals {
            let saved = world.backend.save(&secretary, None, input).await.unwrap();
            assert_eq!(world.backend.publish(&secretary, saved.id, saved.rev).await, Err(failure));
        }
    })
    .await;
}

#[tokio::test]
async fn a_room_or_a_chair_that_is_taken_is_refused_with_the_other_meeting() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, other) = (world.person("SNV").await, world.person("SNV").await);
        let (room, free) = (world.room("A1", "SNV").await, world.room("A2", "SNV").await);
        let first = published(world, &secretary, briefing(&secretary, &chair, &[room])).await;
        let clash = async |chair: &Caller, room| {
            let input = MeetingInput { secretary: String::new(), ..briefing(&secretary, chair, &[room]) };
            let saved = world.backend.save(&secretary, None, input).await.unwrap();
            world.backend.publish(&secretary, saved.id, saved.rev).await
        };
        let by = Holder::Meeting(MeetingBrief {
            id: first,
            title: "Họp giao ban tuần".into(),
            agency: "SNV".into(),
            sitting: sitting("2026-06-18T07:30/11:30"),
        });
        let taken = Refusal::RoomTaken { room: "Phòng A1".into(), by: by.clone() };
        assert_eq!(clash(&other, room).await, Err(Failure::Refused(taken)));
        let taken = Refusal::ChairTaken { chair: chair.name.clone(), by };
        assert_eq!(clash(&chair, free).await, Err(Failure::Refused(taken)));
        clash(&other, free).await.unwrap();
        world.backend.call_off(&secretary, first, false, "Trùng lịch").await.unwrap();
        clash(&chair, room).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn fifty_bookings_of_one_room_at_once_leave_one() {
    each_busy_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let room = world.room("A1", "SNV").await;
        let mut drafts = Vec::new();
        for _ in 0..50 {
            let chair = world.person("SNV").await;
            let input = MeetingInput { secretary: String::new(), ..briefing(&secretary, &chair, &[room]) };
            drafts.push(world.backend.save(&secretary, None, input).await.unwrap());
        }
        let bookings = drafts.into_iter().map(|draft| {
            let (backend, secretary) = (world.backend.clone(), secretary.clone());
            tokio::spawn(async move { backend.publish(&secretary, draft.id, draft.rev).await })
        });
        let (mut won, mut taken) = (0, 0);
        for booking in bookings.collect::<Vec<_>>() {
            match booking.await.unwrap() {
                Ok(_) => won += 1,
                Err(Failure::Refused(Refusal::RoomTaken { .. })) => taken += 1,
                other => panic!("{}: {other:?}", world.engine),
            }
        }
        assert_eq!((won, taken), (1, 49), "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn two_meetings_of_two_rooms_in_either_order_never_wait_for_each_other() {
    each_busy_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (a, b) = (world.room("A1", "SNV").await, world.room("A2", "SNV").await);
        let mut tasks = Vec::new();
        for n in 0..20 {
            let chair = world.person("SNV").await;
            let rooms = if n % 2 == 0 { [a, b] } else { [b, a] };
            let input = MeetingInput { secretary: String::new(), ..briefing(&secretary, &chair, &rooms) };
            let draft = world.backend.save(&secretary, None, input).await.unwrap();
            let (backend, secretary) = (world.backend.clone(), secretary.clone());
            tasks.push(tokio::spawn(async move { backend.publish(&secretary, draft.id, draft.rev).await }));
        }
        let mut won = 0;
        for task in tasks {
            let done = task.await.unwrap();
            won += i32::from(done.is_ok());
            assert!(!matches!(done, Err(Failure::Internal(_) | Failure::Unavailable)), "{done:?}");
        }
        assert_eq!(won, 1);
    })
    .await;
}

#[tokio::test]
async fn the_second_editor_is_told_and_overwrites_nothing() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let other = world.caller(Role::Secretary, "SNV").await;
        let first = briefing(&secretary, &secretary, &[]);
        let saved = world.backend.save(&secretary, None, first.clone()).await.unwrap();
        let kept = MeetingInput { title: "Bản của người thứ nhất".into(), ..first.clone() };
        let newer = world.backend.save(&secretary, Some((saved.id, saved.rev)), kept).await.unwrap();
        assert_eq!(newer.rev, saved.rev + 1);
        let lost = MeetingInput { title: "Bản của người thứ hai".into(), ..first };
        let stale = world.backend.save(&other, Some((saved.id, saved.rev)), lost).await;
        assert_eq!(stale, Err(Failure::Stale));
        assert_eq!(world.backend.publish(&other, saved.id, saved.rev).await, Err(Failure::Stale));
        let (typed, now, _) = world.backend.input(&other, saved.id).await.unwrap();
        assert_eq!((typed.title.as_str(), now.rev), ("Bản của người thứ nhất", newer.rev));
        let last = world.backend.last_saved(&other, saved.id).await.unwrap();
        assert_eq!(
            (last.who.starts_with(&secretary.name), last.at, last.rev),
            (true, secretary.now, newer.rev)
        );
        let stranger = world.caller(Role::Secretary, "STC").await;
        assert_eq!(world.backend.last_saved(&stranger, saved.id).await, Err(Failure::NotFound));
        // Who means it goes over the other's, by their revision.
        let mine = MeetingInput { title: "Bản của người thứ hai".into(), ..typed };
        world.backend.save(&other, Some((saved.id, last.rev)), mine).await.unwrap();
        assert!(world.backend.last_saved(&secretary, saved.id).await.unwrap().who.starts_with(&other.name));
    })
    .await;
}

#[tokio::test]
async fn a_change_waits_until_it_is_published_and_then_delegates_see_it() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, joins) = (world.person("SNV").await, world.person("STC").await);
        let id = published(world, &secretary, briefing(&secretary, &chair, &[])).await;
        let (mut input, saved, _) = world.backend.input(&secretary, id).await.unwrap();
        let first = world.backend.get(&chair, id).await.unwrap();
        input.sittings = vec![SittingInput::of(&sitting("2026-06-19T13:30/16:30"))];
        input.delegates = vec![format!("p-{}", joins.person)];
        input.agenda.push(item("Việc khác"));
        let saved = world.backend.save(&secretary, Some((id, saved.rev)), input).await.unwrap();
        let waiting = world.backend.get(&secretary, id).await.unwrap();
        assert!(waiting.has_unpublished && waiting.agenda.len() == 2);
        let seen = world.backend.get(&chair, id).await.unwrap();
        assert_eq!((seen.sittings, seen.has_unpublished), (first.sittings.clone(), false));
        world.backend.publish(&secretary, id, saved.rev).await.unwrap();
        let seen = world.backend.get(&chair, id).await.unwrap();
        assert_eq!(seen.sittings, [sitting("2026-06-19T13:30/16:30")]);
        assert_eq!(seen.agenda[0].id, first.agenda[0].id);
        assert_eq!(seen.agenda.len(), 3);
        assert_eq!(seen.participants[0].id, first.participants[0].id);
        assert_eq!(seen.changes.len(), 1);
        assert_eq!(seen.changes[0].what, ["time", "agenda", "delegates"]);
        assert_eq!(
            seen.changes[0].before,
            r#"{"sittings":[{"date":"2026-06-18","from":"07:30:00","to":"11:30:00"}],"rooms":[],"place":"Hội trường"}"#
        );
        let unseen: Vec<(String, i64)> =
            backend::q("SELECT person_id, seen_change FROM participant ORDER BY position")
                .all(world.backend.db())
                .await
                .unwrap();
        assert!(unseen.iter().all(|(_, seen)| *seen == 1), "opened, made by, joined with: {unseen:?}");
        change(world, &secretary, id, |_| ()).await.unwrap();
        assert_eq!(world.backend.get(&chair, id).await.unwrap().changes.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn another_kind_counterpart_or_notice_is_a_change_that_delegates_see() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let chair = world.person("SNV").await;
        let id = published(world, &secretary, briefing(&secretary, &chair, &[])).await;
        let after = async |edit: fn(&mut MeetingInput)| {
            change(world, &secretary, id, edit).await.unwrap();
            world.backend.get(&chair, id).await.unwrap().changes[0].what.clone()
        };
        assert_eq!(after(|input| input.kind = "working".into()).await, ["kind"]);
        assert_eq!(after(|input| input.counterpart = "ministries".into()).await, ["counterpart"]);
        assert_eq!(after(|input| input.unexpected = "on".into()).await, ["notice"]);
    })
    .await;
}
