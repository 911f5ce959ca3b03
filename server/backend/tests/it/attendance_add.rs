//! People, agencies and guests who are added while the meeting is under way.

use domain::access::{Action, Caller, Role, Stage};
use domain::attendance::{Added, Attendance, Presence};
use domain::count::Form;
use domain::error::{Failure, FieldProblem, Problem};
use domain::ids::{MeetingId, PersonId};
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
