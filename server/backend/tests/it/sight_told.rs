//! What callers are told of meetings that they may not know of: by the check, by refusals, by calendars and
//! by lists behind figures. Also which bookings may be made over other bookings.

use domain::access::{Caller, Role, Stage};
use domain::agencies::{Agencies, HoursInput};
use domain::count::{Base, What};
use domain::duration::{DaySession, HalfDay};
use domain::error::{Failure, Refusal};
use domain::ids::{MeetingId, RoomId};
use domain::meetings::{
    BusyOf, CalendarFilter, Conflict, Holder, MeetingFilter, MeetingInput, Meetings, Note, SittingInput,
};
use domain::period::Window;
use domain::sight::Sight;
use domain::time::Hours;

use crate::meetings::{briefing, published};
use crate::support::{World, each_database, sitting};

/// A meeting of the finance department. A secretary of the health department may know nothing of it.
struct Secret {
    chair: Caller,
    delegate: Caller,
    room: RoomId,
    id: MeetingId,
}

const TITLE: &str = "Họp thẩm định dự toán";
const WHEN: &str = "2026-06-18T08:00/09:30";

async fn secret(world: &World) -> Secret {
    let (chair, delegate) = (world.person("STC").await, world.person("STC").await);
    let room = world.room("T1", "STC").await;
    let seed = world.meeting("STC").title(TITLE).stage(Stage::Scheduled).at(WHEN);
    let id = seed.chair(&chair).delegate(&delegate).room(room).site("SKH").store().await;
    Secret { chair, delegate, room, id }
}

fn at(text: &str) -> Vec<SittingInput> {
    vec![SittingInput::of(&sitting(text))]
}

/// A form that uses everything that the secret meeting holds.
async fn asking(world: &World, secretary: &Caller, secret: &Secret, chair: &Caller) -> MeetingInput {
    MeetingInput {
        form: "hybrid".into(),
        sittings: at("2026-06-18T09:00/11:00"),
        sites: vec![world.agency("SKH").await.to_string()],
        delegates: vec![format!("p-{}", secret.delegate.person)],
        secretary: String::new(),
        ..briefing(secretary, chair, &[secret.room])
    }
}

fn of(conflicts: &[Conflict], is: impl Fn(&BusyOf) -> bool) -> Vec<Holder> {
    conflicts.iter().filter(|conflict| is(&conflict.of)).map(|conflict| conflict.with.clone()).collect()
}

#[tokio::test]
async fn a_stranger_is_told_when_rooms_and_sites_are_taken_the_half_day_of_a_chair_and_nothing_of_others() {
    each_database(async |world| {
        let secret = secret(world).await;
        let stranger = world.caller(Role::Secretary, "SYT").await;
        let input = asking(world, &stranger, &secret, &secret.chair).await;
        let check = world.backend.check(&stranger, None, input).await.unwrap();
        let when = Holder::Hours(sitting(WHEN));
        let told = |is: fn(&BusyOf) -> bool| of(&check.conflicts, is);
        assert_eq!(told(|of| matches!(of, BusyOf::Room(_))), std::slice::from_ref(&when));
        assert_eq!(told(|of| matches!(of, BusyOf::Site(_))), [when]);
        let half = HalfDay { date: "2026-06-18".parse().unwrap(), session: DaySession::Morning };
        assert_eq!(told(|of| matches!(of, BusyOf::Chair(_))), [Holder::HalfDay(half)]);
        assert_eq!(told(|of| matches!(of, BusyOf::Delegate(_))), []);
        let json = serde_json::to_string(&check).unwrap();
        assert!(!json.contains(TITLE) && !json.contains(&secret.id.to_string()), "{json}");
    })
    .await;
}

#[tokio::test]
async fn neither_moving_the_form_nor_its_free_times_tell_more_of_a_chair_than_the_half_day() {
    each_database(async |world| {
        let secret = secret(world).await;
        let stranger = world.caller(Role::Secretary, "SYT").await;
        let mut told = Vec::new();
        for time in ["07:30/08:00", "08:00/09:30", "10:00/11:00", "11:00/11:30"] {
            let input = MeetingInput {
                sittings: at(&format!("2026-06-18T{time}")),
                secretary: String::new(),
                ..briefing(&stranger, &secret.chair, &[])
            };
            let check = world.backend.check(&stranger, None, input).await.unwrap();
            assert!(
                check.free_slots.iter().flatten().all(|slot| slot.date != sitting(WHEN).date
                    || slot.from >= sitting("2026-06-18T12:30/13:00").from),
                "{:?}",
                check.free_slots
            );
            told.push(check.conflicts);
        }
        assert_eq!(told[0].len(), 1);
        assert!(!told[0][0].blocks, "what may not be told does not block before publishing");
        assert!(told.iter().all(|conflicts| *conflicts == told[0]), "{told:?}");
        // Hours of an agency's own reveal nothing either, although their noon could be moved minute by
        // minute.
        let administrator = world.caller(Role::AgencyAdministrator, "SYT").await;
        let early = HoursInput {
            morning_to: "08:30".into(),
            afternoon_from: "08:40".into(),
            ..HoursInput::of(&Hours::default(), &[])
        };
        let agency = administrator.agency.id;
        Agencies::set_hours(&world.backend, &administrator, agency, early).await.unwrap();
        let input = MeetingInput {
            sittings: at("2026-06-18T07:30/08:00"),
            secretary: String::new(),
            ..briefing(&stranger, &secret.chair, &[])
        };
        let by_own_hours = world.backend.check(&stranger, None, input).await.unwrap().conflicts;
        assert_eq!(by_own_hours, told[0]);
        let afternoon = MeetingInput {
            sittings: at("2026-06-18T14:00/15:00"),
            secretary: String::new(),
            ..briefing(&stranger, &secret.chair, &[])
        };
        assert!(world.backend.check(&stranger, None, afternoon).await.unwrap().conflicts.is_empty());
        // A delegate who is not near the form's author leaves no trace in the free times either.
        let input = MeetingInput {
            sittings: at(WHEN),
            delegates: vec![format!("p-{}", secret.delegate.person)],
            secretary: String::new(),
            ..briefing(&stranger, &stranger, &[])
        };
        let check = world.backend.check(&stranger, None, input).await.unwrap();
        assert!(check.conflicts.is_empty() && check.free_slots.is_empty(), "{check:?}");
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_may_open_the_meeting_is_told_all_and_one_who_plans_for_the_people_the_hours() {
    each_database(async |world| {
        let secret = secret(world).await;
        let own = world.caller(Role::Secretary, "STC").await;
        let input = asking(world, &own, &secret, &secret.chair).await;
        let check = world.backend.check(&own, None, input).await.unwrap();
        assert_eq!(check.conflicts.len(), 4);
        for conflict in &check.conflicts {
            let meeting = conflict.with.meeting().expect("of one's own agency all is told");
            assert_eq!((meeting.id, meeting.title.as_str()), (secret.id, TITLE));
        }
        // A meeting of another department that the caller's own people attend: they are busy at that hour,
        // whatever it is.
        let lent = world.person("SYT").await;
        world.meeting("STC").title(TITLE).stage(Stage::Scheduled).at(WHEN).delegate(&lent).store().await;
        let theirs = world.caller(Role::Secretary, "SYT").await;
        let input = MeetingInput {
            sittings: at(WHEN),
            delegates: vec![format!("p-{}", lent.person)],
            ..briefing(&theirs, &theirs, &[])
        };
        let check = world.backend.check(&theirs, None, input).await.unwrap();
        let told = of(&check.conflicts, |of| matches!(of, BusyOf::Delegate(_)));
        assert_eq!(told, [Holder::Hours(sitting(WHEN))]);
        // The caller knows the title of a meeting above, but not who attends it.
        let above = world.person("UBND").await;
        world.meeting("UBND").title(TITLE).stage(Stage::Scheduled).at(WHEN).chair(&above).store().await;
        let input =
            MeetingInput { sittings: at(WHEN), secretary: String::new(), ..briefing(&theirs, &above, &[]) };
        let check = world.backend.check(&theirs, None, input).await.unwrap();
        assert!(matches!(check.conflicts[..], [Conflict { with: Holder::HalfDay(_), .. }]), "{check:?}");
    })
    .await;
}

#[tokio::test]
async fn refusals_tell_no_more_than_the_check() {
    each_database(async |world| {
        let secret = secret(world).await;
        let stranger = world.caller(Role::Secretary, "SYT").await;
        let hall = world.room("H1", "UBND").await;
        world.meeting("STC").title(TITLE).stage(Stage::Scheduled).at(WHEN).room(hall).store().await;
        let publish = async |chair: &Caller, rooms: &[RoomId]| {
            let input = MeetingInput {
                sittings: at("2026-06-18T09:00/11:00"),
                secretary: String::new(),
                ..briefing(&stranger, chair, rooms)
            };
            let saved = world.backend.save(&stranger, None, input).await.unwrap();
            world.backend.publish(&stranger, saved.id, saved.rev).await.unwrap_err()
        };
        let by = Holder::Hours(sitting(WHEN));
        let taken = Refusal::RoomTaken { room: "Phòng H1".into(), by };
        assert_eq!(publish(&stranger, &[hall]).await, Failure::Refused(taken));
        let half = HalfDay { date: "2026-06-18".parse().unwrap(), session: DaySession::Morning };
        let taken = Refusal::ChairTaken { chair: secret.chair.name.clone(), by: Holder::HalfDay(half) };
        assert_eq!(publish(&secret.chair, &[]).await, Failure::Refused(taken));
    })
    .await;
}

#[tokio::test]
async fn a_room_outside_the_line_is_refused_and_named_beside_the_form() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SYT").await;
        let (theirs, above) = (world.room("T1", "STC").await, world.room("H1", "UBND").await);
        world.agency("SYT").await;
        world.agency_below("SYT-VP", "SYT", "unit").await;
        let below = world.room("V1", "SYT-VP").await;
        let input = briefing(&secretary, &secretary, &[theirs]);
        let check = world.backend.check(&secretary, None, input.clone()).await.unwrap();
        assert!(check.notes.contains(&Note::RoomNotOnLine { room: "Phòng T1".into() }), "{:?}", check.notes);
        assert_eq!(check.must_fix(), 1);
        let saved = world.backend.save(&secretary, None, input).await.unwrap();
        let refused = world.backend.publish(&secretary, saved.id, saved.rev).await.unwrap_err();
        assert_eq!(refused, Failure::Refused(Refusal::RoomNotOnLine { room: "Phòng T1".into() }));
        published(world, &secretary, briefing(&secretary, &secretary, &[above, below])).await;
        // A secretary who plans for the room's agency may lend it.
        let province = world.caller(Role::Secretary, "UBND").await;
        let lent = MeetingInput {
            agency: secretary.agency.id.to_string(),
            ..briefing(&province, &province, &[theirs])
        };
        published(world, &province, lent).await;
    })
    .await;
}

#[tokio::test]
async fn a_stranger_keeps_no_chair_from_their_own_secretariat() {
    each_database(async |world| {
        let head = world.person("UBND").await;
        let (own, ward) =
            (world.caller(Role::Secretary, "UBND").await, world.caller(Role::Secretary, "XA").await);
        let other_ward = world.caller(Role::Secretary, "XB").await;
        let of =
            |secretary: &Caller| MeetingInput { secretary: String::new(), ..briefing(secretary, &head, &[]) };
        published(world, &ward, of(&ward)).await;
        // The first stranger's booking blocks the second stranger …
        let saved = world.backend.save(&other_ward, None, of(&other_ward)).await.unwrap();
        let refused = world.backend.publish(&other_ward, saved.id, saved.rev).await;
        assert!(matches!(refused, Err(Failure::Refused(Refusal::ChairTaken { .. }))), "{refused:?}");
        // … but the chair's own secretariat only gets a warning.
        let check = world.backend.check(&own, None, of(&own)).await.unwrap();
        assert!(
            matches!(check.conflicts[..], [Conflict { of: BusyOf::Chair(_), blocks: false, .. }]),
            "{check:?}"
        );
        published(world, &own, of(&own)).await;
        // A booking by the secretariat blocks everyone, including itself, whichever agency holds the meeting.
        let saved = world.backend.save(&own, None, of(&own)).await.unwrap();
        let refused = world.backend.publish(&own, saved.id, saved.rev).await;
        assert!(matches!(refused, Err(Failure::Refused(Refusal::ChairTaken { .. }))), "{refused:?}");
        let deputy = world.person("UBND").await;
        let chaired = || MeetingInput { secretary: String::new(), ..briefing(&own, &deputy, &[]) };
        published(world, &own, MeetingInput { agency: ward.agency.id.to_string(), ..chaired() }).await;
        let check = world.backend.check(&own, None, chaired()).await.unwrap();
        assert!(check.conflicts.iter().any(|conflict| conflict.blocks), "{check:?}");
        let saved = world.backend.save(&own, None, chaired()).await.unwrap();
        let refused = world.backend.publish(&own, saved.id, saved.rev).await;
        assert!(matches!(refused, Err(Failure::Refused(Refusal::ChairTaken { .. }))), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn list_and_calendar_by_person_and_agency_tell_the_same() {
    each_database(async |world| {
        let head = world.person("SNV").await;
        let attended = world
            .meeting("UBND")
            .stage(Stage::Scheduled)
            .at("2026-06-18T08:00/09:00")
            .delegate(&head)
            .store()
            .await;
        let own = world.meeting("SNV").stage(Stage::Scheduled).at("2026-06-18T14:00/15:00").store().await;
        let window = Window { from: "2026-06-15".parse().unwrap(), to: "2026-06-21".parse().unwrap() };
        let calendar = async |caller: &Caller, person: bool| {
            let filter = CalendarFilter {
                window,
                agency: (!person).then_some(head.agency.id),
                room: None,
                person: person.then_some(head.person),
            };
            let found = world.backend.calendar(caller, filter).await.unwrap();
            found.entries.into_iter().map(|entry| entry.meeting.id).collect::<Vec<_>>()
        };
        let list = async |caller: &Caller| {
            let filter = MeetingFilter { person: Some(head.person), ..MeetingFilter::default() };
            let found = Meetings::list(&world.backend, caller, filter).await.unwrap();
            found.rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        let colleague = world.person("SNV").await;
        let leader = world.caller(Role::Leader, "UBND").await;
        for (caller, by_person, by_agency) in [
            (&colleague, vec![], vec![own]),
            (&world.caller(Role::Secretary, "SXD").await, vec![], vec![]),
            (&leader, vec![attended], vec![attended, own]),
            (&head, vec![attended], vec![attended, own]),
        ] {
            assert_eq!(calendar(caller, true).await, by_person, "{}: {caller:?}", world.engine);
            assert_eq!(list(caller).await, by_person, "{}: {caller:?}", world.engine);
            assert_eq!(calendar(caller, false).await, by_agency, "{}: {caller:?}", world.engine);
        }
    })
    .await;
}

#[tokio::test]
async fn lines_behind_figures_that_one_may_not_know_keep_agency_kind_time_and_form() {
    each_database(async |world| {
        let room = world.room("A1", "SNV").await;
        world.meeting("SNV").title(TITLE).room(room).connected("SYT").store().await;
        let system = world.caller(Role::SystemAdministrator, "STTTT").await;
        let counted = MeetingFilter { counted: Some((Base::All, What::Held)), ..MeetingFilter::default() };
        let found = Meetings::list(&world.backend, &system, counted.clone()).await.unwrap();
        assert_eq!((found.total, found.rows.len()), (1, 1));
        let row = &found.rows[0];
        assert!(row.is_withheld() && !row.may_open());
        assert_eq!((row.title.as_str(), row.place.as_str(), row.sites, row.papers), ("", "", 0, 0));
        assert_eq!((row.agency.code.as_str(), row.first), ("SNV", Some(sitting("2026-06-16T07:30/11:30"))));
        // Nor can such a row be found by something that it does not show.
        for narrowed in [
            MeetingFilter { text: "dự toán".into(), ..counted.clone() },
            MeetingFilter { room: Some(room), ..counted.clone() },
        ] {
            assert_eq!(Meetings::list(&world.backend, &system, narrowed).await.unwrap().total, 0);
        }
        let leader = world.caller(Role::Leader, "UBND").await;
        let found = Meetings::list(&world.backend, &leader, counted).await.unwrap();
        assert_eq!((found.rows[0].title.as_str(), found.rows[0].sight), (TITLE, Sight::Opens));
    })
    .await;
}
