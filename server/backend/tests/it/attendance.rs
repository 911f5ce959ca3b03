//! The roll: by hand, by the hall's code, by the agencies that name their own, and what it does to the figures.

use backend::q;
use chrono::Duration;
use domain::access::{Action, Caller, Grant, Part, Role, Stage};
use domain::attendance::{Attendance, Presence, RollTally};
use domain::audit::{Audit, AuditFilter};
use domain::count::Form;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::{AgencyId, MeetingId, ParticipantId};
use domain::meetings::{MeetingInput, Meetings, SittingInput, Waiting};
use serde_json::json;

use crate::meetings::{briefing, published};
use crate::support::{World, each_busy_database, each_database, sitting};

async fn participant(world: &World, meeting: MeetingId, person: &Caller) -> ParticipantId {
    let (id,): (String,) = q("SELECT id FROM participant WHERE meeting_id = $1 AND person_id = $2")
        .bind(meeting)
        .bind(person.person)
        .one(world.backend.db())
        .await
        .unwrap();
    id.parse().unwrap()
}

async fn presence(world: &World, meeting: MeetingId, person: &Caller) -> (String, String) {
    q("SELECT presence, called_by FROM participant WHERE meeting_id = $1 AND person_id = $2")
        .bind(meeting)
        .bind(person.person)
        .one(world.backend.db())
        .await
        .unwrap()
}

#[tokio::test]
async fn the_secretary_calls_the_roll_and_an_absence_may_have_no_reason() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (here, away) = (world.person("STC").await, world.person("STC").await);
        let meeting =
            world.meeting("SNV").stage(Stage::UnderWay).delegate(&here).delegate(&away).store().await;
        let (first, second) =
            (participant(world, meeting, &here).await, participant(world, meeting, &away).await);
        world.backend.mark(&secretary, meeting, first, Presence::InRoom).await.unwrap();
        let silent = Presence::Absent { reason: String::new() };
        world.backend.mark(&secretary, meeting, second, silent.clone()).await.unwrap();
        assert_eq!(
            world.backend.mark_rest(&secretary, meeting, Presence::Online).await,
            Ok(0),
            "all are called"
        );
        let listed = world.backend.get(&secretary, meeting).await.unwrap().participants;
        assert!(listed.iter().any(|of| of.id == second && of.presence == silent), "{listed:?}");
        let long = Presence::Absent { reason: "ư".repeat(301) };
        let problem = FieldProblem::new("reason", Problem::TooManyLetters { at_most: 300, over: 1 });
        assert_eq!(
            world.backend.mark(&secretary, meeting, second, long).await,
            Err(Failure::Invalid(vec![problem]))
        );
        world.backend.mark(&secretary, meeting, second, Presence::NotCalled).await.unwrap();
        assert_eq!(world.backend.mark_rest(&secretary, meeting, Presence::Online).await, Ok(1));
        assert_eq!(
            presence(world, meeting, &here).await.0,
            "in_room",
            "those already called stay as they are"
        );
        assert_eq!(presence(world, meeting, &away).await.0, "online");
        assert_eq!(
            world.backend.mark(&here, meeting, first, Presence::Online).await,
            Err(Failure::Forbidden)
        );
    })
    .await;
}

#[tokio::test]
async fn a_delegate_scans_in_with_the_code_of_the_moment_and_a_photo_of_it_is_worthless() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("STC").await;
        let meeting = world.meeting("SNV").stage(Stage::UnderWay).delegate(&delegate).store().await;
        let hall = world.backend.hall(&secretary, meeting).await.unwrap();
        let code = hall.code.expect("the hall of a meeting under way shows a code");
        let late = Caller { now: world.now + Duration::seconds(90), ..delegate.clone() };
        let expired = world.backend.scan(&late, meeting, &code.text).await;
        assert_eq!(expired, Err(Failure::Refused(Refusal::CodeExpired)));
        world.backend.scan(&delegate, meeting, &code.text.to_lowercase()).await.unwrap();
        assert_eq!(presence(world, meeting, &delegate).await, ("in_room".to_owned(), "code".to_owned()));
        let stranger = world.person("STC").await;
        let refused = world.backend.scan(&stranger, meeting, &code.text).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::NotADelegate)));
    })
    .await;
}

#[tokio::test]
async fn the_roll_opens_with_the_meeting_and_only_an_absence_is_known_before() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("STC").await;
        let site = world.agency("SKH").await;
        let seed = world.meeting("SNV").form(Form::Hybrid).stage(Stage::Scheduled).site("SKH");
        let meeting = seed.delegate(&delegate).store().await;
        let one = participant(world, meeting, &delegate).await;
        let early = Err(Failure::Refused(Refusal::RollNotOpen));
        for presence in [Presence::InRoom, Presence::Online] {
            assert_eq!(world.backend.mark(&secretary, meeting, one, presence.clone()).await, early);
            assert_eq!(world.backend.mark_rest(&secretary, meeting, presence).await.map(drop), early);
        }
        assert_eq!(world.backend.mark_site(&secretary, meeting, site, true).await, early);
        let excused = Presence::Absent { reason: "Đi công tác".into() };
        world.backend.mark(&secretary, meeting, one, excused).await.unwrap();
        assert_eq!(presence(world, meeting, &delegate).await.0, "absent");
        world.backend.mark(&secretary, meeting, one, Presence::NotCalled).await.unwrap();
        assert_eq!(presence(world, meeting, &delegate).await.0, "not_called");
    })
    .await;
}

#[tokio::test]
async fn nobody_scans_in_before_the_meeting_is_opened() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("STC").await;
        let meeting = world.meeting("SNV").stage(Stage::Scheduled).delegate(&delegate).store().await;
        assert_eq!(world.backend.hall(&secretary, meeting).await.unwrap().code, None);
        let refused = world.backend.scan(&delegate, meeting, "2222-2222").await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::WrongState)));
        assert_eq!(world.backend.hall(&delegate, meeting).await, Err(Failure::Forbidden));
    })
    .await;
}

#[tokio::test]
async fn a_connected_site_makes_a_hybrid_meeting_count_as_online_and_the_organisers_own_does_not() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let meeting = world
            .meeting("SNV")
            .form(Form::Hybrid)
            .stage(Stage::UnderWay)
            .connected("SNV")
            .connected("STC")
            .store()
            .await;
        let (own, outside) = (world.agency("SNV").await, world.agency("STC").await);
        let counts = async || {
            let row: (bool,) = q("SELECT is_connected FROM meeting WHERE id = $1")
                .bind(meeting)
                .one(world.backend.db())
                .await
                .unwrap();
            row.0
        };
        world.backend.mark_site(&secretary, meeting, outside, false).await.unwrap();
        assert!(!counts().await, "the main site alone is no connection");
        world.backend.mark_site(&secretary, meeting, outside, true).await.unwrap();
        assert!(counts().await);
        let lines = world.count("audit").await;
        world.backend.mark_site(&secretary, meeting, outside, true).await.unwrap();
        assert_eq!(world.count("audit").await, lines, "marking again what is marked is no news");
        world.backend.mark_site(&secretary, meeting, own, false).await.unwrap();
        assert!(counts().await);
        let nowhere = world.agency("STP").await;
        assert_eq!(world.backend.mark_site(&secretary, meeting, nowhere, true).await, Err(Failure::NotFound));
    })
    .await;
}

/// Invites an agency that names its people later.
pub(crate) async fn invite(world: &World, meeting: MeetingId, agency: &str) -> AgencyId {
    let agency = world.agency(agency).await;
    let mut tx = world.backend.db().begin().await.unwrap();
    q("INSERT INTO participant (id, meeting_id, part, agency_id, position) VALUES ($1, $2, 'delegate', $3, 9)")
        .bind(ParticipantId(world.id()))
        .bind(meeting)
        .bind(agency)
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    agency
}

#[tokio::test]
async fn of_those_who_name_for_one_agency_at_once_one_is_heard_and_the_others_are_told() {
    each_busy_database(async |world| {
        let meeting = world.meeting("SNV").stage(Stage::Scheduled).store().await;
        let agency = invite(world, meeting, "STC").await;
        let leader = world.caller(Role::Leader, "STC").await;
        let mut calls = Vec::new();
        for _ in 0..8 {
            let (backend, caller, person) =
                (world.backend.clone(), leader.clone(), world.person("STC").await.person);
            calls.push(tokio::spawn(async move {
                (person, backend.name_delegates(&caller, meeting, agency, vec![person]).await)
            }));
        }
        let mut heard = Vec::new();
        for call in calls {
            match call.await.unwrap() {
                (person, Ok(())) => heard.push(person),
                (_, Err(Failure::Stale | Failure::NotFound)) => {}
                (_, other) => panic!("{}: {other:?}", world.engine),
            }
        }
        let seen = world.backend.get(&leader, meeting).await.unwrap();
        let named: Vec<_> =
            seen.participants.iter().filter_map(|p| p.person.as_ref()).map(|p| p.id).collect();
        assert_eq!((heard.len(), named), (1, heard), "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn the_people_of_a_meeting_are_limited_with_those_that_agencies_name() {
    each_database(async |world| {
        let leader = world.caller(Role::Leader, "STC").await;
        let (first, second) = (world.person("STC").await, world.person("STC").await);
        let meeting = world.meeting("SNV").stage(Stage::Scheduled).delegate(&leader).store().await;
        let agency = invite(world, meeting, "STC").await;
        world
            .run(&format!(
                "INSERT INTO person (id, user_name, name, folded, position, agency_id, password_hash, is_active, created_at) \
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4998) \
                 SELECT 'x-' || i, 'x-' || i, name, folded, position, agency_id, password_hash, is_active, created_at \
                 FROM person, n WHERE id = '{}'",
                leader.person
            ))
            .await;
        world
            .run(&format!(
                "INSERT INTO participant (id, meeting_id, part, person_id, agency_id, position) \
                 SELECT id, '{meeting}', 'delegate', id, agency_id, 1 FROM person WHERE id LIKE 'x-%'"
            ))
            .await;
        let both = vec![first.person, second.person];
        let refused = world.backend.name_delegates(&leader, meeting, agency, both).await;
        let problem = FieldProblem::new("people", Problem::TooMany(5000));
        assert_eq!(refused, Err(Failure::Invalid(vec![problem])));
        world.backend.name_delegates(&leader, meeting, agency, vec![first.person]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn who_is_marked_again_as_before_makes_no_line_in_the_trail() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("STC").await;
        let meeting = world.meeting("SNV").stage(Stage::UnderWay).delegate(&delegate).store().await;
        let seat = participant(world, meeting, &delegate).await;
        let absent = |reason: &str| Presence::Absent { reason: reason.into() };
        for (presence, lines) in [
            (Presence::InRoom, 1),
            (Presence::InRoom, 1),
            (absent("Ốm"), 2),
            (absent("Ốm"), 2),
            (absent("Đi công tác"), 3),
        ] {
            world.backend.mark(&secretary, meeting, seat, presence.clone()).await.unwrap();
            assert_eq!(world.count("audit WHERE what = 'attendance.mark'").await, lines, "{presence:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_invited_agency_names_its_own_people_and_nobody_elses() {
    each_database(async |world| {
        let leader = world.caller(Role::Leader, "STC").await;
        let (own, second, foreign) =
            (world.person("STC").await, world.person("STC").await, world.person("STP").await);
        let meeting = world.meeting("SNV").stage(Stage::Scheduled).store().await;
        let agency = invite(world, meeting, "STC").await;
        let waiting = world.backend.get(&leader, meeting).await.unwrap().to_name;
        assert_eq!(waiting.into_iter().map(|a| a.id).collect::<Vec<_>>(), [agency]);
        let other = world.caller(Role::Leader, "STP").await;
        let people = vec![own.person, second.person];
        let forbidden = world.backend.name_delegates(&other, meeting, agency, people.clone()).await;
        assert_eq!(forbidden, Err(Failure::Forbidden));
        let refused =
            world.backend.name_delegates(&leader, meeting, agency, vec![own.person, foreign.person]).await;
        assert!(matches!(refused, Err(Failure::Invalid(_))));
        assert_eq!(world.count("participant WHERE person_id IS NOT NULL").await, 0, "all or nobody");
        let offered = world.backend.nameable(&leader, meeting, agency, "").await.unwrap();
        let offered: Vec<_> = offered.into_iter().map(|person| person.id).collect();
        assert!(offered.contains(&own.person) && !offered.contains(&foreign.person));
        let found =
            world.backend.nameable(&leader, meeting, agency, &second.name.to_uppercase()).await.unwrap();
        assert_eq!(found.into_iter().map(|person| person.id).collect::<Vec<_>>(), [second.person]);
        assert_eq!(world.backend.nameable(&other, meeting, agency, "").await, Err(Failure::Forbidden));
        world.backend.name_delegates(&leader, meeting, agency, people).await.unwrap();
        assert_eq!(world.count("participant WHERE person_id IS NOT NULL").await, 2);
        assert!(world.backend.get(&leader, meeting).await.unwrap().to_name.is_empty());
        let offered = world.backend.nameable(&leader, meeting, agency, "").await.unwrap();
        assert!(offered.iter().all(|person| person.id != own.person), "who is in it is offered no more");
        for named in [&own, &second] {
            let home = world.backend.today(named).await.unwrap();
            assert!(matches!(home.waiting.as_slice(), [Waiting::Invited { .. }]), "{:?}", home.waiting);
        }
    })
    .await;
}

#[tokio::test]
async fn an_administrator_without_another_role_cannot_name_themselves_and_so_reads_no_papers() {
    each_database(async |world| {
        let meeting = world.meeting("SNV").stage(Stage::Scheduled).store().await;
        let agency = invite(world, meeting, "STC").await;
        let mut above = world.caller(Role::AgencyAdministrator, "UBND").await;
        above.grants.push(Grant { role: Role::Delegate, agency });
        // Of no use here: a role in another agency says nothing for this one.
        above.grants.push(Grant { role: Role::Secretary, agency: world.agency("STP").await });
        let administrator = world.caller(Role::AgencyAdministrator, "STC").await;
        let colleague = world.person("STC").await;
        for caller in [&administrator, &above] {
            for people in [vec![caller.person], vec![colleague.person, caller.person]] {
                let named = world.backend.name_delegates(caller, meeting, agency, people).await;
                let problem = FieldProblem::new("people", Problem::OwnSeat);
                assert_eq!(named, Err(Failure::Invalid(vec![problem])), "{}", world.engine);
            }
            let seen = world.backend.get(caller, meeting).await.unwrap();
            assert!(seen.my_part.is_none() && !seen.may(Action::ReadPaper));
            let offered = world.backend.nameable(caller, meeting, agency, "").await.unwrap();
            let offered: Vec<_> = offered.into_iter().map(|person| person.id).collect();
            assert!(offered.contains(&colleague.person) && !offered.contains(&caller.person));
        }
        // The same person may as soon as another role of theirs opens meetings of the agency.
        for role in [Role::Secretary, Role::Leader] {
            let mut both = administrator.clone();
            both.grants.push(Grant { role, agency });
            let offered = world.backend.nameable(&both, meeting, agency, "").await.unwrap();
            assert!(offered.iter().any(|person| person.id == both.person), "{role:?}");
        }
        let mut both = administrator.clone();
        both.grants.push(Grant { role: Role::Leader, agency });
        world.backend.name_delegates(&both, meeting, agency, vec![both.person]).await.unwrap();
        let home = world.backend.today(&both).await.unwrap();
        assert!(home.waiting.is_empty(), "whoever names themselves knows of it: {:?}", home.waiting);
    })
    .await;
}

#[tokio::test]
async fn an_invited_agency_sees_the_meeting_before_and_after_it_named_its_people_and_reads_no_papers() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "STC").await;
        let (own, colleague) = (world.person("STC").await, world.caller(Role::Leader, "STC").await);
        let meeting = world.meeting("SNV").stage(Stage::Scheduled).delegate(&colleague).store().await;
        let unknown = world.backend.get(&secretary, meeting).await;
        assert_eq!(unknown, Err(Failure::NotFound), "a colleague's own invitation is the colleague's");
        let agency = invite(world, meeting, "STC").await;
        for is_named in [false, true] {
            let seen = world.backend.get(&secretary, meeting).await.unwrap();
            assert!(
                seen.my_part.is_none() && seen.may(Action::NameDelegates) && !seen.may(Action::ReadPaper)
            );
            let listed = world.backend.get(&colleague, meeting).await.unwrap();
            assert_eq!(listed.my_part, Some(Part::Delegate));
            assert!(listed.may(Action::NameDelegates) && listed.may(Action::ReadPaper), "both at once");
            let listed = seen
                .participants
                .iter()
                .any(|listed| listed.person.as_ref().is_some_and(|person| person.id == own.person));
            assert_eq!(listed, is_named);
            if !is_named {
                world.backend.name_delegates(&secretary, meeting, agency, vec![own.person]).await.unwrap();
            }
        }
        let elsewhere = world.caller(Role::Secretary, "STP").await;
        assert_eq!(world.backend.get(&elsewhere, meeting).await, Err(Failure::NotFound));
    })
    .await;
}

/// The newest line of a deed about meetings that the caller may open, before and after.
async fn told(world: &World, caller: &Caller, what: &str) -> (serde_json::Value, serde_json::Value) {
    let mut reader = caller.clone();
    reader.grants.push(Grant { role: Role::AgencyAdministrator, agency: world.agency("UBND").await });
    let filter = AuditFilter { text: what.into(), ..AuditFilter::default() };
    let line = Audit::list(&world.backend, &reader, filter).await.unwrap().rows.remove(0);
    let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
    (read(&line.before), read(&line.after))
}

#[tokio::test]
async fn a_seat_that_nobody_was_named_for_is_not_called_and_who_is_named_later_is_yet_to_be() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let here = world.person("SNV").await;
        let meeting = world.meeting("SNV").stage(Stage::UnderWay).delegate(&here).store().await;
        let agency = invite(world, meeting, "STC").await;
        let tally =
            async || RollTally::of(&world.backend.get(&secretary, meeting).await.unwrap().participants);
        assert_eq!(tally().await, RollTally { not_called: 1, ..RollTally::default() });
        assert_eq!(world.backend.mark_rest(&secretary, meeting, Presence::InRoom).await, Ok(1));
        assert_eq!(world.backend.mark_rest(&secretary, meeting, Presence::InRoom).await, Ok(0));
        assert_eq!(tally().await, RollTally { in_room: 1, ..RollTally::default() });
        let (before, after) = told(world, &secretary, "attendance.mark_rest").await;
        assert_eq!(before, json!({ "delegates": [here.name], "presence": "not_called", "reason": "" }));
        assert_eq!(after, json!({ "delegates": [here.name], "presence": "in_room", "reason": "" }));
        let seat = world.backend.get(&secretary, meeting).await.unwrap().participants;
        let seat = seat.iter().find(|participant| participant.person.is_none()).unwrap().id;
        let marked = world.backend.mark(&secretary, meeting, seat, Presence::InRoom).await;
        assert_eq!(marked, Err(Failure::NotFound));
        // As it was kept before such seats were left out.
        let mut tx = world.backend.db().begin().await.unwrap();
        let marking =
            q("UPDATE participant SET presence = 'in_room', called_by = 'hand', called_at = 1 WHERE id = $1");
        marking.bind(seat).run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(tally().await.total(), 1);
        let leader = world.caller(Role::Leader, "STC").await;
        let (first, second) = (world.person("STC").await, world.person("STC").await);
        let people = vec![first.person, second.person];
        world.backend.name_delegates(&leader, meeting, agency, people).await.unwrap();
        assert_eq!(tally().await, RollTally { in_room: 1, not_called: 2, ..RollTally::default() });
        assert_eq!(presence(world, meeting, &first).await, ("not_called".to_owned(), String::new()));
        let (before, after) = told(world, &secretary, "attendance.name_delegates").await;
        assert_eq!(before, json!({ "invited": "STC", "delegates": [], "presence": "in_room" }));
        let names = [first.name, second.name];
        assert_eq!(after, json!({ "invited": "STC", "delegates": names, "presence": "not_called" }));
    })
    .await;
}

#[tokio::test]
async fn what_a_scan_overwrites_stays_in_the_trail_and_a_slip_is_taken_back() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("STC").await;
        let meeting = world.meeting("SNV").stage(Stage::UnderWay).delegate(&delegate).store().await;
        let listed = participant(world, meeting, &delegate).await;
        let away = Presence::Absent { reason: "Đi công tác".into() };
        world.backend.mark(&secretary, meeting, listed, away).await.unwrap();
        let code = world.backend.hall(&secretary, meeting).await.unwrap().code.unwrap();
        world.backend.scan(&delegate, meeting, &code.text).await.unwrap();
        let line = |presence: &str, reason: &str| {
            json!({ "delegate": delegate.name, "presence": presence, "reason": reason })
        };
        let scanned = told(world, &secretary, "attendance.scan").await;
        assert_eq!(scanned, (line("absent", "Đi công tác"), line("in_room", "")));
        let later = Caller { now: world.now + Duration::minutes(1), ..secretary.clone() };
        world.backend.mark(&later, meeting, listed, Presence::NotCalled).await.unwrap();
        assert_eq!(presence(world, meeting, &delegate).await, ("not_called".to_owned(), String::new()));
        let back = told(world, &secretary, "attendance.mark").await;
        assert_eq!(back, (line("in_room", ""), line("not_called", "")));
    })
    .await;
}

fn on(sitting_text: &str) -> Vec<SittingInput> {
    vec![SittingInput::of(&sitting(sitting_text))]
}

#[tokio::test]
async fn whom_an_agency_can_name_is_told_of_its_own_invitations_alone() {
    each_database(async |world| {
        let host = world.caller(Role::Secretary, "SNV").await;
        let leader = world.caller(Role::Leader, "SYT").await;
        let staff = world.person("SYT").await;
        let draft =
            MeetingInput { delegates: vec![format!("p-{}", staff.person)], ..briefing(&host, &host, &[]) };
        let draft = world.backend.save(&host, None, draft).await.unwrap().id;
        let of_others = MeetingInput {
            sittings: on("2026-06-19T08:00/09:00"),
            delegates: vec![format!("p-{}", staff.person)],
            ..briefing(&host, &host, &[])
        };
        let of_others = published(world, &host, of_others).await;
        for meeting in [draft, of_others] {
            let told = world.backend.nameable(&leader, meeting, leader.agency.id, "").await;
            assert_eq!(told, Err(Failure::NotFound), "{}", world.engine);
            let named =
                world.backend.name_delegates(&leader, meeting, leader.agency.id, vec![staff.person]).await;
            assert_eq!(named, Err(Failure::NotFound), "{}", world.engine);
        }
        let invited = MeetingInput {
            sittings: on("2026-06-22T08:00/09:00"),
            delegates: vec![format!("a-{}", leader.agency.id)],
            ..briefing(&host, &host, &[])
        };
        let invited = published(world, &host, invited).await;
        let told = world.backend.nameable(&leader, invited, leader.agency.id, "").await.unwrap();
        assert!(told.iter().any(|person| person.id == staff.person));
    })
    .await;
}
