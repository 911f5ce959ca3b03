//! Guests of a meeting: kept with the draft, published, changed, called, and told only to those who may know.

use backend::q;
use domain::access::{Caller, Role, Stage};
use domain::attendance::{Attendance, Presence, RollTally};
use domain::audit::{Audit, AuditFilter};
use domain::count::Counterpart;
use domain::error::{Failure, FieldProblem, Problem};
use domain::ids::MeetingId;
use domain::meetings::{
    GuestInput, GuestSort, GuestsTold, Meeting, MeetingInput, MeetingRecord, Meetings, Note, SittingInput,
};

use crate::meetings::{briefing, published};
use crate::meetings_record::{get, line};
use crate::support::{World, each_database, instant, sitting};

pub(crate) fn guest(name: &str, position: &str, organisation: &str) -> GuestInput {
    GuestInput {
        name: name.into(),
        position: position.into(),
        organisation: organisation.into(),
        ..GuestInput::default()
    }
}

/// A briefing of the secretary with two guests.
fn with_guests(secretary: &Caller) -> MeetingInput {
    MeetingInput {
        guests: vec![
            guest(" Khách  một", "Vụ trưởng", "Bộ Nội vụ"),
            GuestInput::default(),
            guest("Khách hai", "", "Công ty Hai"),
        ],
        ..briefing(secretary, secretary, &[])
    }
}

fn words(meeting: &Meeting) -> Vec<String> {
    meeting.guests.iter().map(domain::meetings::Guest::words).collect()
}

async fn change(world: &World, who: &Caller, id: MeetingId, how: impl FnOnce(&mut MeetingInput)) {
    let (mut input, saved, _) = world.backend.input(who, id).await.unwrap();
    how(&mut input);
    let saved = world.backend.save(who, Some((id, saved.rev)), input).await.unwrap();
    world.backend.publish(who, id, saved.rev).await.unwrap();
}

#[tokio::test]
async fn guests_are_kept_with_the_draft_and_published_with_the_meeting() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let mut input = with_guests(&secretary);
        input.guests.push(guest("", "", "Chưa rõ ai"));
        let saved = world.backend.save(&secretary, None, input.clone()).await.unwrap();
        let (kept, ..) = world.backend.input(&secretary, saved.id).await.unwrap();
        assert_eq!(kept.guests, input.guests, "a draft keeps what was typed");
        let draft = get(world, &secretary, saved.id).await;
        assert_eq!(
            words(&draft),
            ["Khách một, Vụ trưởng, Bộ Nội vụ", "Khách hai, Công ty Hai", "Chưa rõ ai"]
        );
        let refused = world.backend.publish(&secretary, saved.id, saved.rev).await;
        let nameless = FieldProblem::new("guests[3][name]", Problem::Missing);
        assert_eq!(refused, Err(Failure::Invalid(vec![nameless])), "{}", world.engine);

        input.guests.pop();
        let saved = world.backend.save(&secretary, Some((saved.id, saved.rev)), input).await.unwrap();
        world.backend.publish(&secretary, saved.id, saved.rev).await.unwrap();
        let meeting = get(world, &secretary, saved.id).await;
        assert_eq!(words(&meeting), ["Khách một, Vụ trưởng, Bộ Nội vụ", "Khách hai, Công ty Hai"]);
        let sorts: Vec<_> = meeting.guests.iter().map(|guest| guest.sort).collect();
        assert_eq!(sorts, [GuestSort::Ministry, GuestSort::Enterprise]);
        assert_eq!(meeting.guests[0].id, draft.guests[0].id, "a guest who stays is the same guest");
        assert_eq!(meeting.participants.len(), 1, "guests are no participants");

        // A draft that is dropped takes its guests along.
        let other = world.backend.save(&secretary, None, with_guests(&secretary)).await.unwrap();
        world.backend.call_off(&secretary, other.id, false, "").await.unwrap();
        assert_eq!(world.count("guest").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_changed_guest_keeps_their_absence_and_the_change_says_who_was_there_before() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let id = published(world, &secretary, with_guests(&secretary)).await;
        let guests = get(world, &secretary, id).await.guests;
        let excused = Presence::Absent { reason: "Bận họp ở Bộ".into() };
        world.backend.mark(&secretary, id, guests[0].id, excused.clone()).await.unwrap();
        change(world, &secretary, id, |input| {
            input.guests[0].name = "Khách thứ nhất".into();
            input.guests.remove(1);
            input.guests.insert(0, guest("Khách ba", "", ""));
        })
        .await;
        let meeting = get(world, &secretary, id).await;
        assert_eq!(words(&meeting), ["Khách ba", "Khách thứ nhất, Vụ trưởng, Bộ Nội vụ"]);
        assert_eq!((meeting.guests[1].id, &meeting.guests[1].presence), (guests[0].id, &excused));
        let told = &meeting.changes[0];
        assert_eq!(told.what, ["guests"], "{}", world.engine);
        let before: serde_json::Value = serde_json::from_str(&told.before).unwrap();
        let before: GuestsTold = serde_json::from_value(before["guests"].clone()).unwrap();
        assert_eq!(before, GuestsTold::of(&guests));
        let (was, is) = line(world, "meetings.publish").await;
        assert!(
            was.contains("Khách hai") && !is.contains("Khách hai") && is.contains("Khách ba"),
            "{was} {is}"
        );

        change(world, &secretary, id, |input| input.place = "Hội trường B".into()).await;
        assert_eq!(get(world, &secretary, id).await.changes[0].what, ["place"], "guests stayed as they were");
    })
    .await;
}

#[tokio::test]
async fn guests_are_called_and_counted_apart() {
    each_database(async |world| {
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("STC").await;
        let mut input = with_guests(&secretary);
        input.delegates = vec![format!("p-{}", delegate.person)];
        let id = published(world, &secretary, input).await;
        let guests = get(world, &secretary, id).await.guests;
        let early = world.backend.mark(&secretary, id, guests[0].id, Presence::InRoom).await;
        assert!(matches!(early, Err(Failure::Refused(_))), "nobody is there before the opening: {early:?}");
        assert_eq!(
            world.backend.mark(&delegate, id, guests[0].id, Presence::InRoom).await,
            Err(Failure::Forbidden)
        );
        secretary.now = instant("2026-06-18T07:30");
        world.backend.open(&secretary, id).await.unwrap();
        world.backend.mark(&secretary, id, guests[0].id, Presence::Online).await.unwrap();
        let meeting = get(world, &secretary, id).await;
        assert!(!meeting.is_untouched(), "somebody came");
        let tally = RollTally::of_guests(&meeting.guests);
        assert_eq!((tally.present(), tally.total()), (1, 2));
        assert_eq!(RollTally::of(&meeting.participants).total(), 2, "delegates are counted without guests");
        // Another meeting's guest is nobody here.
        let other = published(
            world,
            &secretary,
            MeetingInput {
                sittings: vec![SittingInput::of(&sitting("2026-06-19T07:30/08:30"))],
                ..with_guests(&secretary)
            },
        )
        .await;
        let stranger = get(world, &secretary, other).await.guests[0].id;
        let away = Presence::Absent { reason: "Ốm nặng".into() };
        assert_eq!(world.backend.mark(&secretary, id, stranger, away.clone()).await, Err(Failure::NotFound));

        world.backend.mark(&secretary, id, guests[1].id, away.clone()).await.unwrap();
        let (_, is) = line(world, "attendance.mark").await;
        assert!(is.contains("Khách hai") && is.contains("Ốm nặng"), "{is}");
        let of_delegate = get(world, &delegate, id).await;
        assert_eq!(
            of_delegate.guests[1].presence,
            Presence::Absent { reason: String::new() },
            "why a guest is absent is for those who call the roll"
        );
        world.backend.mark(&secretary, id, guests[1].id, Presence::NotCalled).await.unwrap();
        assert_eq!(
            world.backend.mark_rest(&secretary, id, Presence::InRoom).await,
            Ok(3),
            "{}",
            world.engine
        );
        let hall = world.backend.hall(&secretary, id).await.unwrap();
        assert_eq!((hall.roll.present(), hall.roll.total(), hall.guests.present()), (2, 2, 2));
    })
    .await;
}

#[tokio::test]
async fn guests_are_checked_for_the_room_and_for_whom_the_meeting_is_with() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let room = world.room("A1", "SNV").await;
        let mut input = briefing(&secretary, &secretary, &[room]);
        input.guests = (0..41).map(|n| guest(&format!("Khách {n}"), "", "Bộ Nội vụ")).collect();
        let check = world.backend.check(&secretary, None, input.clone()).await.unwrap();
        let small = Note::RoomTooSmall { room: "Phòng A1".into(), seats: 40, delegates: 41 };
        let others = Note::InvitesOthers { agencies: 0, guests: 41, counterpart: Counterpart::Ministries };
        assert!(check.notes.contains(&small) && check.notes.contains(&others), "{:?}", check.notes);
        assert!(check.conflicts.is_empty(), "a guest is nobody's conflict");
        input.counterpart = "ministries".into();
        let check = world.backend.check(&secretary, None, input.clone()).await.unwrap();
        assert!(!check.notes.contains(&others));
        input.guests.extend((41..501).map(|n| guest(&format!("Khách {n}"), "", "")));
        let check = world.backend.check(&secretary, None, input).await.unwrap();
        assert_eq!(check.fields, [FieldProblem::new("guests", Problem::TooMany(500))]);
    })
    .await;
}

#[tokio::test]
async fn a_meeting_entered_afterwards_has_guests_and_their_roll() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let input = MeetingInput {
            held: "on".into(),
            sittings: vec![SittingInput::of(&sitting("2026-06-15T08:00/10:00"))],
            ..with_guests(&secretary)
        };
        let id = published(world, &secretary, input).await;
        let guests = get(world, &secretary, id).await.guests;
        world.backend.mark(&secretary, id, guests[1].id, Presence::InRoom).await.unwrap();
        let tally = RollTally::of_guests(&get(world, &secretary, id).await.guests);
        assert_eq!(tally, RollTally { in_room: 1, not_called: 1, ..RollTally::default() });

        world.backend.back_to_draft(&secretary, id, "Ghi nhầm cuộc họp").await.unwrap();
        let (typed, saved, _) = world.backend.input(&secretary, id).await.unwrap();
        let names: Vec<&str> = typed.guests.iter().map(|guest| guest.name.as_str()).collect();
        assert_eq!(names, ["Khách một", "Khách hai"], "the draft has its guests");
        world.backend.publish(&secretary, id, saved.rev).await.unwrap();
        let again = get(world, &secretary, id).await.guests;
        assert_eq!(again[1].presence, Presence::InRoom, "entered again, the roll is as it was");
    })
    .await;
}

#[tokio::test]
async fn who_may_not_open_the_meeting_learns_of_no_guest() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        published(world, &secretary, with_guests(&secretary)).await;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let lines =
            Audit::list(&world.backend, &administrator, AuditFilter { page: 1, ..AuditFilter::default() });
        let told = serde_json::to_string(&lines.await.unwrap().rows).unwrap();
        assert!(told.contains("meetings.publish") && !told.contains("Khách"), "{told}");
        // A guest has no account: nobody becomes a delegate by having the same name.
        let (named,): (i64,) = q("SELECT CAST(COUNT(*) AS BIGINT) FROM participant WHERE person_id IS NULL")
            .one(world.backend.db())
            .await
            .unwrap();
        assert_eq!(named, 0);
        let held = world.meeting("SNV").stage(Stage::Held).store().await;
        assert!(get(world, &secretary, held).await.guests.is_empty());
    })
    .await;
}
