//! People, agencies and guests who are added while the meeting is under way.

use domain::access::{Action, Caller, Role, Stage};
use domain::attendance::{Added, Attendance, Presence};
use domain::count::Form;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::{MeetingId, ParticipantId, PersonId};
use domain::live::{Arrival, Coming, LivePort, Seat};
use domain::meetings::{Meetings, Waiting};

use crate::guests::guest;
use crate::meetings_record::{get, line};
use crate::support::{World, each_database};

async fn under_way(world: &World, form: Form) -> (Caller, MeetingId) {
    let secretary = world.caller(Role::Secretary, "SNV").await;
    let meeting = world.meeting("SNV").stage(Stage::UnderWay).form(form).delegate(&world.person("SNV").await);
    (secretary, meeting.store().await)
}

fn invalid<T>(field: &str, problem: Problem) -> Result<T, Failure> {
    Err(Failure::Invalid(vec![FieldProblem::new(field, problem)]))
}

#[tokio::test]
async fn somebody_added_is_on_the_roll_at_once_and_is_told() {
    each_database(async |world| {
        let (secretary, id) = under_way(world, Form::InPerson).await;
        let (late, agency) = (world.person("STC").await, world.agency("SYT").await);
        assert_eq!(world.backend.get(&late, id).await, Err(Failure::NotFound));
        let added = vec![
            Added::Person(late.person),
            Added::Agency { agency, is_site: false },
            Added::Guest(guest("Khách", "Giám đốc", "Công ty A")),
        ];
        world.backend.add(&secretary, id, added).await.unwrap();
        let meeting = get(world, &late, id).await;
        let of_late =
            meeting.participants.iter().find(|p| p.person.as_ref().is_some_and(|h| h.id == late.person));
        let of_late = of_late.unwrap();
        assert_eq!((of_late.added, &of_late.presence), (Some(world.now), &Presence::NotCalled));
        let seat = meeting.participants.last().unwrap();
        assert!(seat.person.is_none() && seat.agency.id == agency, "{}", world.engine);
        assert_eq!(meeting.guests[0].added, Some(world.now));
        assert!(meeting.changes.is_empty(), "nobody else is told");
        let (_, told) = line(world, "attendance.add").await;
        assert!(
            ["Khách, Giám đốc, Công ty A", &late.name, "SYT"].iter().all(|name| told.contains(name)),
            "{told}"
        );

        // Told until they are there.
        let is_told = async || {
            let waiting = world.backend.today(&late).await.unwrap().waiting;
            waiting.into_iter().any(|waiting| {
                matches!(waiting, Waiting::Added { meeting, by } if meeting.id == id && by == secretary.name)
            })
        };
        assert!(is_told().await);
        world.backend.mark(&secretary, id, of_late.id, Presence::InRoom).await.unwrap();
        world.backend.mark(&secretary, id, meeting.guests[0].id, Presence::InRoom).await.unwrap();
        assert!(!is_told().await);
        // The agency names its own.
        let (leader, clerk) = (world.caller(Role::Leader, "SYT").await, world.person("SYT").await);
        world.backend.name_delegates(&leader, id, agency, vec![clerk.person]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn nobody_is_added_twice_and_all_are_added_or_nobody() {
    each_database(async |world| {
        let (secretary, id) = under_way(world, Form::InPerson).await;
        let (late, agency) = (world.person("STC").await, world.agency("SYT").await);
        let invited = || Added::Agency { agency, is_site: false };
        let of_ministry = || Added::Guest(guest("Khách", "", "Bộ Y tế"));
        let first = vec![Added::Person(late.person), invited(), of_ministry()];
        world.backend.add(&secretary, id, first).await.unwrap();
        let before = get(world, &secretary, id).await.participants.len();
        let other = world.person("STC").await.person;
        let unknown = PersonId(world.id());
        let cases = [
            (Added::Person(late.person), invalid("delegate", Problem::Repeated)),
            (invited(), invalid("delegate", Problem::Repeated)),
            (of_ministry(), invalid("name", Problem::Repeated)),
            (Added::Person(unknown), invalid("delegate", Problem::Unknown)),
            (Added::Guest(guest("", "", "Công ty A")), invalid("name", Problem::Missing)),
            (
                Added::Agency { agency: world.agency("STC").await, is_site: true },
                invalid("site", Problem::Unknown),
            ),
        ];
        for (wrong, refused) in cases {
            let outcome = world.backend.add(&secretary, id, vec![Added::Person(other), wrong.clone()]).await;
            assert_eq!(outcome, refused, "{wrong:?} {}", world.engine);
        }
        assert_eq!(
            world.backend.add(&secretary, id, Vec::new()).await,
            invalid("delegate", Problem::Missing)
        );
        assert_eq!(get(world, &secretary, id).await.participants.len(), before);
        assert_eq!(world.count("audit WHERE what = 'attendance.add'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn only_those_who_direct_it_add_and_only_while_it_is_under_way() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, delegate) = (world.person("SNV").await, world.person("SNV").await);
        let one = |by: &Caller| vec![Added::Guest(guest(&format!("Khách của {}", by.name), "", ""))];
        for stage in [Stage::Scheduled, Stage::UnderWay, Stage::Held, Stage::Postponed] {
            let meeting = world.meeting("SNV").stage(stage).chair(&chair).delegate(&delegate).store().await;
            let is_on = stage == Stage::UnderWay;
            let refused = get(world, &secretary, meeting).await.state.refusal();
            for who in [&secretary, &chair] {
                let expected = if is_on { Ok(()) } else { Err(Failure::Refused(refused.clone())) };
                assert_eq!(world.backend.add(who, meeting, one(who)).await, expected, "{stage:?}");
                assert_eq!(get(world, who, meeting).await.may(Action::AddParticipants), is_on);
            }
            if is_on {
                assert_eq!(
                    world.backend.add(&delegate, meeting, one(&delegate)).await,
                    Err(Failure::Forbidden)
                );
                let stranger = world.caller(Role::Secretary, "STC").await;
                assert_eq!(
                    world.backend.add(&stranger, meeting, one(&stranger)).await,
                    Err(Failure::NotFound)
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn somebody_added_to_an_online_meeting_has_a_seat_and_an_agency_may_join_as_a_site() {
    each_database(async |world| {
        let (secretary, id) = under_way(world, Form::Hybrid).await;
        let (late, agency) = (world.person("STC").await, world.agency("SYT").await);
        let added = vec![Added::Person(late.person), Added::Agency { agency, is_site: true }];
        world.backend.add(&secretary, id, added).await.unwrap();
        let meeting = get(world, &secretary, id).await;
        assert!(meeting.sites.iter().any(|site| site.agency.id == agency && !site.is_connected));
        let clerk = world.caller(Role::Delegate, "SYT").await;
        for (who, seat) in [(&late, Seat::Person(late.person)), (&clerk, Seat::Site(agency))] {
            let page = domain::ids::PageId(world.id());
            let arrival = Arrival { seat, page, how: Coming::Pressed };
            let connection = domain::ids::ConnectionId(world.id());
            world.backend.sit(who, id, arrival, connection, None).await.unwrap();
        }
    })
    .await;
}

/// Everybody on the roll, guests included, with whether they were added.
async fn roll(world: &World, of: &Caller, meeting: MeetingId) -> Vec<(ParticipantId, bool)> {
    let meeting = get(world, of, meeting).await;
    let delegates = meeting.participants.iter().map(|of| (of.id, of.added.is_some()));
    delegates.chain(meeting.guests.iter().map(|of| (of.id, of.added.is_some()))).collect()
}

#[tokio::test]
async fn whoever_was_added_by_mistake_is_taken_off_with_their_site_and_the_trail_says_so() {
    each_database(async |world| {
        let (secretary, id) = under_way(world, Form::Hybrid).await;
        let before = get(world, &secretary, id).await;
        let (late, agency) = (world.person("STC").await, world.agency("SYT").await);
        let added = vec![
            Added::Person(late.person),
            Added::Agency { agency, is_site: true },
            Added::Guest(guest("Khách", "Giám đốc", "Công ty A")),
        ];
        world.backend.add(&secretary, id, added).await.unwrap();
        for (one, is_added) in roll(world, &secretary, id).await {
            let refused = Err(Failure::Refused(Refusal::NotToBeTakenOff));
            let expected = if is_added { Ok(()) } else { refused };
            assert_eq!(world.backend.take_off(&secretary, id, one).await, expected, "{}", world.engine);
        }
        let after = get(world, &secretary, id).await;
        assert_eq!(
            (after.participants, after.guests, after.sites),
            (before.participants, before.guests, before.sites)
        );
        assert_eq!(world.backend.get(&late, id).await, Err(Failure::NotFound), "they know of it no more");
        let told: Vec<(String,)> =
            backend::q("SELECT before_json FROM audit WHERE what = 'attendance.take_off' ORDER BY at, id")
                .all(world.backend.db())
                .await
                .unwrap();
        let told = format!("{told:?}");
        for name in ["Khách, Giám đốc, Công ty A", &late.name, "SYT", "sites"] {
            assert!(told.contains(name), "{told}");
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_was_called_or_has_joined_has_taken_part_and_stays() {
    each_database(async |world| {
        let (secretary, id) = under_way(world, Form::Hybrid).await;
        let (called, joined, agency) =
            (world.person("STC").await, world.person("STC").await, world.agency("SYT").await);
        let added = vec![
            Added::Person(called.person),
            Added::Person(joined.person),
            Added::Agency { agency, is_site: true },
            Added::Guest(guest("Khách", "", "")),
        ];
        world.backend.add(&secretary, id, added).await.unwrap();
        let clerk = world.caller(Role::Delegate, "SYT").await;
        for (who, seat) in [(&joined, Seat::Person(joined.person)), (&clerk, Seat::Site(agency))] {
            let page = domain::ids::PageId(world.id());
            let arrival = Arrival { seat, page, how: Coming::Pressed };
            let connection = domain::ids::ConnectionId(world.id());
            world.backend.sit(who, id, arrival, connection, None).await.unwrap();
        }
        world.backend.mark_site(&secretary, id, agency, false).await.unwrap();
        let added: Vec<ParticipantId> =
            roll(world, &secretary, id).await.into_iter().filter(|one| one.1).map(|one| one.0).collect();
        let [of_called, of_joined, _, of_guest] = added[..] else { panic!("{added:?}") };
        for absent in [of_called, of_guest] {
            let presence = Presence::Absent { reason: String::new() };
            world.backend.mark(&secretary, id, absent, presence).await.unwrap();
        }
        world.backend.mark(&secretary, id, of_joined, Presence::NotCalled).await.unwrap();
        for one in &added {
            let refused = Err(Failure::Refused(Refusal::NotToBeTakenOff));
            assert_eq!(world.backend.take_off(&secretary, id, *one).await, refused, "{}", world.engine);
        }
        // A mark that was a slip is taken back, and then they are.
        for one in [of_called, of_guest] {
            world.backend.mark(&secretary, id, one, Presence::NotCalled).await.unwrap();
            world.backend.take_off(&secretary, id, one).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn those_whom_an_added_agency_named_are_taken_off_one_by_one() {
    each_database(async |world| {
        let (secretary, id) = under_way(world, Form::InPerson).await;
        let agency = world.agency("SYT").await;
        world.backend.add(&secretary, id, vec![Added::Agency { agency, is_site: false }]).await.unwrap();
        let leader = world.caller(Role::Leader, "SYT").await;
        let people = vec![world.person("SYT").await.person, world.person("SYT").await.person];
        world.backend.name_delegates(&leader, id, agency, people).await.unwrap();
        let named: Vec<ParticipantId> =
            roll(world, &secretary, id).await.into_iter().filter(|one| one.1).map(|one| one.0).collect();
        assert_eq!(named.len(), 2, "both came while it was under way");
        for one in named {
            world.backend.take_off(&secretary, id, one).await.unwrap();
        }
        assert!(roll(world, &secretary, id).await.iter().all(|one| !one.1));
    })
    .await;
}

#[tokio::test]
async fn only_those_who_direct_it_take_off_and_only_while_it_is_under_way() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, delegate) = (world.person("SNV").await, world.person("SNV").await);
        let stranger = world.caller(Role::Secretary, "STC").await;
        for stage in [Stage::Scheduled, Stage::UnderWay, Stage::Held, Stage::Postponed] {
            let meeting = world.meeting("SNV").stage(stage).chair(&chair).delegate(&delegate).store().await;
            let listed = roll(world, &secretary, meeting).await[0].0;
            let refused = get(world, &secretary, meeting).await.state.refusal();
            let refused = if stage == Stage::UnderWay { Refusal::NotToBeTakenOff } else { refused };
            for who in [&secretary, &chair] {
                let outcome = world.backend.take_off(who, meeting, listed).await;
                assert_eq!(outcome, Err(Failure::Refused(refused.clone())), "{stage:?}");
            }
            assert_eq!(world.backend.take_off(&stranger, meeting, listed).await, Err(Failure::NotFound));
            if stage == Stage::UnderWay {
                assert_eq!(world.backend.take_off(&delegate, meeting, listed).await, Err(Failure::Forbidden));
                let nobody = ParticipantId(world.id());
                assert_eq!(world.backend.take_off(&secretary, meeting, nobody).await, Err(Failure::NotFound));
                let other = world.meeting("SNV").stage(stage).delegate(&delegate).store().await;
                let elsewhere = roll(world, &secretary, other).await[0].0;
                assert_eq!(
                    world.backend.take_off(&secretary, meeting, elsewhere).await,
                    Err(Failure::NotFound)
                );
            }
        }
    })
    .await;
}
