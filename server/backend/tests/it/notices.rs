//! Notices: what people are shown until they acknowledge it.

use chrono::Duration;
use domain::access::{Caller, Grant, Role, Stage};
use domain::attendance::Attendance;
use domain::error::{Failure, FieldProblem, Problem};
use domain::imports::ImportKind;
use domain::notices::{Given, Notices, RoleGiven, SeatMeeting};
use domain::people::{People, PersonChange, PersonInput};

use crate::attendance::invite;
use crate::imports::{cells, import, named};
use crate::support::{World, each_database};

fn colleague(user_name: &str, agency: &str, roles: &str) -> PersonInput {
    PersonInput {
        user_name: user_name.into(),
        name: format!("Cán bộ {user_name}"),
        position: "Chuyên viên".into(),
        agency: agency.into(),
        roles: roles.into(),
        password: String::new(),
    }
}

fn with_roles(agency: &str, roles: &str) -> PersonChange {
    PersonChange {
        name: "Quản trị".into(),
        position: String::new(),
        agency: agency.into(),
        roles: roles.into(),
    }
}

/// The same of somebody who keeps name, position and agency.
fn own_roles(own: &Caller, roles: &str) -> PersonChange {
    let (name, position) = (own.name.clone(), own.position.clone());
    PersonChange { name, position, ..with_roles(&own.agency.code, roles) }
}

async fn shown(world: &World, leader: &Caller) -> Vec<RoleGiven> {
    Notices::roles_given(&world.backend, leader).await.unwrap()
}

async fn shown_roles(world: &World, leader: &Caller) -> Vec<(String, Role, String)> {
    let rows = shown(world, leader).await.into_iter();
    rows.map(|row| match row.given {
        Given::Role(role) => (row.person.name, role, row.agency),
        Given::Seat(meeting) => panic!("a seat in {meeting:?}"),
    })
    .collect()
}

#[tokio::test]
async fn nobody_gives_a_role_to_themselves_on_the_page_or_in_a_file() {
    each_database(async |world| {
        let people: &dyn People = &world.backend;
        let own = world.caller(Role::AgencyAdministrator, "SNV").await;
        let system = world.caller(Role::SystemAdministrator, "SNV").await;
        let refused = Failure::Invalid(vec![FieldProblem::new("roles", Problem::OwnRole)]);
        for (caller, kept) in [(&own, "agency_administrator"), (&system, "system_administrator")] {
            for more in ["secretary", "leader", "reporting_officer", "delegate", "secretary@UBND"] {
                let roles = format!("{kept}|{more}");
                let given = people.change(caller, caller.person, own_roles(caller, &roles)).await;
                let is_beyond = caller.person == own.person && more.contains('@');
                let expected = if is_beyond { Failure::Forbidden } else { refused.clone() };
                assert_eq!(given, Err(expected), "{roles}");
            }
            let user_name = people.get(&world.system(), caller.person).await.unwrap().user_name;
            let file = format!(
                "user_name,name,position,agency,roles\n{user_name},{},{},SNV,{kept}|secretary\n",
                caller.name, caller.position
            );
            let report = import(world, caller, ImportKind::People, &file).await.unwrap();
            assert_eq!(cells(report), named(&[(2, "roles", Problem::OwnRole)]));
        }
        assert_eq!(world.count("role_grant").await, 2);
        assert_eq!(world.count("role_given").await, 0);
        // Another administrator may give the role, and the holder may give it up.
        let both = own_roles(&own, "agency_administrator|secretary");
        people.change(&system, own.person, both).await.unwrap();
        people.change(&own, own.person, own_roles(&own, "agency_administrator")).await.unwrap();
        let again = people.change(&own, own.person, own_roles(&own, "agency_administrator|secretary")).await;
        assert_eq!(again, Err(refused));
    })
    .await;
}

#[tokio::test]
async fn moving_an_agency_gives_nobody_a_role_of_their_own_and_its_leaders_see_whose_roles_reach_it() {
    each_database(async |world| {
        world.agency_below("UBND", "", "province").await;
        world.agency_below("SNV", "UBND", "department").await;
        world.agency_below("TCHC", "UBND", "department").await;
        let leader = world.caller(Role::Leader, "SNV").await;
        let system = world.caller(Role::SystemAdministrator, "UBND").await;
        let secretary = world.agency("TCHC").await;
        let both = Caller {
            grants: [system.grants.clone(), vec![Grant { role: Role::Secretary, agency: secretary }]]
                .concat(),
            ..system.clone()
        };
        let file = "code,parent,level,name,short_name\nSNV,TCHC,department,SNV,SNV\n";
        let report = import(world, &both, ImportKind::Agencies, file).await.unwrap();
        assert_eq!(cells(report), named(&[(2, "parent", Problem::OwnRole)]));
        assert_eq!(shown(world, &leader).await, []);
        let own = world.caller(Role::SystemAdministrator, "TCHC").await;
        let report = import(world, &own, ImportKind::Agencies, file).await.unwrap();
        assert_eq!(
            cells(report),
            named(&[(2, "parent", Problem::OwnRole)]),
            "their own agency stands above it"
        );
        let other = world.caller(Role::Secretary, "TCHC").await;
        assert!(import(world, &system, ImportKind::Agencies, file).await.unwrap().is_written);
        assert_eq!(shown_roles(world, &leader).await, [(other.name, Role::Secretary, "SNV".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn a_role_that_reaches_less_far_is_nothing_new_to_its_holder() {
    each_database(async |world| {
        let people: &dyn People = &world.backend;
        world.agency_below("UBND", "", "province").await;
        let own = world.caller(Role::AgencyAdministrator, "UBND").await;
        world.agency("SNV").await;
        let narrower = own_roles(&own, "agency_administrator|agency_administrator@SNV");
        people.change(&own, own.person, narrower).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn leaders_see_for_a_month_who_was_given_a_role_that_opens_meetings() {
    each_database(async |world| {
        let people: &dyn People = &world.backend;
        let leader = world.caller(Role::Leader, "SNV").await;
        let deputy = world.caller(Role::Leader, "SNV").await;
        let above = world.caller(Role::Leader, "UBND").await;
        let elsewhere = world.caller(Role::Leader, "STC").await;
        let delegate = world.caller(Role::Delegate, "SNV").await;
        let own = world.caller(Role::AgencyAdministrator, "SNV").await;
        let (id, _) = people
            .add(&own, colleague("tk1", "SNV", "secretary|delegate|agency_administrator"))
            .await
            .unwrap();
        let file = "user_name,name,position,agency,roles\nbc1,Cán bộ bc1,,SNV,reporting_officer\n";
        import(world, &own, ImportKind::People, file).await.unwrap();
        people.change(&own, id, with_roles("SNV", "secretary|leader")).await.unwrap();
        let expected = [
            ("Quản trị".to_owned(), Role::Leader, "SNV".to_owned()),
            ("Cán bộ bc1".to_owned(), Role::ReportingOfficer, "SNV".to_owned()),
            ("Quản trị".to_owned(), Role::Secretary, "SNV".to_owned()),
        ];
        let mut found = shown_roles(world, &leader).await;
        found.sort_by_key(|(_, role, _)| *role != Role::Leader);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(expected.iter().all(|row| found.contains(row)), "{found:?}");
        assert!(
            shown(world, &leader).await.iter().all(|row| row.given_by == own.name && row.at == world.now)
        );
        for other in [&above, &elsewhere, &delegate, &own, &world.system()] {
            assert_eq!(shown(world, other).await, []);
        }
        // A leader who acknowledged it no longer sees it; the deputy still does.
        let first = shown(world, &leader).await.remove(0);
        Notices::acknowledge_role(&world.backend, &leader, first.id).await.unwrap();
        Notices::acknowledge_role(&world.backend, &leader, first.id).await.unwrap();
        assert_eq!((shown(world, &leader).await.len(), shown(world, &deputy).await.len()), (2, 3));
        for other in [&above, &elsewhere, &delegate, &own] {
            let foreign = Notices::acknowledge_role(&world.backend, other, first.id).await;
            assert_eq!(foreign, Err(Failure::NotFound));
        }
        let at = |days| Caller { now: world.now + Duration::days(days), ..deputy.clone() };
        assert_eq!((shown(world, &at(30)).await.len(), shown(world, &at(31)).await.len()), (3, 0));
        // Older rows are deleted when the next one is written.
        let later = Caller { now: world.now + Duration::days(31), ..own.clone() };
        people.add(&later, colleague("tk2", "SNV", "secretary")).await.unwrap();
        assert_eq!((world.count("role_given").await, world.count("role_given_seen").await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn where_nobody_else_leads_the_leaders_above_see_it() {
    each_database(async |world| {
        let people: &dyn People = &world.backend;
        let above = world.caller(Role::Leader, "UBND").await;
        let own = world.caller(Role::AgencyAdministrator, "SNV").await;
        world.agency_below("SNV-VP", "SNV", "unit").await;
        people.add(&own, colleague("tk1", "SNV-VP", "secretary")).await.unwrap();
        let secretary = ("Cán bộ tk1".to_owned(), Role::Secretary, "SNV-VP".to_owned());
        assert_eq!(shown_roles(world, &above).await, [secretary]);
        // The person who gets the leader's role is not told of it.
        people.add(&own, colleague("gd", "SNV", "leader")).await.unwrap();
        assert_eq!(shown(world, &above).await.len(), 2);
        // Nor is the administrator who gives it, if they lead the agency themselves.
        let mut tx = world.backend.db().begin().await.unwrap();
        backend::q("INSERT INTO role_grant (person_id, role, agency_id) VALUES ($1, 'leader', $2)")
            .bind(own.person)
            .bind(own.agency.id)
            .run(&mut tx)
            .await
            .unwrap();
        backend::q("UPDATE person SET is_active = FALSE WHERE user_name = 'gd'").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        people.add(&own, colleague("tk3", "SNV", "secretary")).await.unwrap();
        assert_eq!(shown(world, &above).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn what_the_program_itself_gives_is_shown_to_nobody() {
    each_database(async |world| {
        let leader = world.caller(Role::Leader, "SNV").await;
        People::add(&world.backend, &world.system(), colleague("tk1", "SNV", "secretary")).await.unwrap();
        assert_eq!(shown(world, &leader).await, []);
    })
    .await;
}

#[tokio::test]
async fn leaders_see_whom_an_administrator_named_for_which_meeting() {
    each_database(async |world| {
        let leader = world.caller(Role::Leader, "STC").await;
        let own = world.caller(Role::AgencyAdministrator, "STC").await;
        let (puppet, _) = People::add(&world.backend, &own, colleague("ke1", "STC", "")).await.unwrap();
        let seed = || world.meeting("SNV").stage(Stage::Scheduled);
        let meeting = seed().title("Họp thẩm định").store().await;
        let agency = invite(world, meeting, "STC").await;
        let colleague = world.person("STC").await;
        let people = vec![puppet, colleague.person];
        world.backend.name_delegates(&own, meeting, agency, people.clone()).await.unwrap();

        let found = shown(world, &leader).await;
        let mut named: Vec<_> = found.iter().map(|row| row.person.id).collect();
        named.sort();
        let mut expected = people;
        expected.sort();
        assert_eq!(named, expected, "{}", world.engine);
        let seat = Given::Seat(Some(SeatMeeting { id: meeting, title: "Họp thẩm định".into() }));
        for row in &found {
            assert_eq!((&row.given, row.given_by.as_str(), row.agency.as_str()), (&seat, &*own.name, "STC"));
        }
        for other in [&own, &colleague, &world.caller(Role::Leader, "SNV").await] {
            assert_eq!(shown(world, other).await, []);
        }
        // A leader who no longer knows of the meeting still sees who was named by whom.
        world.run(&format!("DELETE FROM participant WHERE meeting_id = '{meeting}'")).await;
        let found = shown(world, &leader).await;
        assert!(found.len() == 2 && found.iter().all(|row| row.given == Given::Seat(None)), "{found:?}");
        Notices::acknowledge_role(&world.backend, &leader, found[0].id).await.unwrap();
        assert_eq!(shown(world, &leader).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_naming_by_a_caller_whose_role_opens_meetings_is_shown_to_nobody() {
    each_database(async |world| {
        let leader = world.caller(Role::Leader, "STC").await;
        let deputy = world.caller(Role::Leader, "STC").await;
        let secretary = world.caller(Role::Secretary, "STC").await;
        let mut both = world.caller(Role::AgencyAdministrator, "STC").await;
        both.grants.push(Grant { role: Role::Secretary, agency: both.agency.id });
        for caller in [&secretary, &leader, &both] {
            let meeting = world.meeting("SNV").stage(Stage::Scheduled).store().await;
            let agency = invite(world, meeting, "STC").await;
            let named = vec![world.person("STC").await.person];
            world.backend.name_delegates(caller, meeting, agency, named).await.unwrap();
        }
        for other in [&leader, &deputy] {
            assert_eq!(shown(world, other).await, []);
        }
        // The role of another agency does not count.
        let mut elsewhere = world.caller(Role::AgencyAdministrator, "STC").await;
        let health = world.agency("SYT").await;
        elsewhere.grants.push(Grant { role: Role::Secretary, agency: health });
        let meeting = world.meeting("SNV").stage(Stage::Scheduled).store().await;
        let agency = invite(world, meeting, "STC").await;
        let named = vec![world.person("STC").await.person];
        world.backend.name_delegates(&elsewhere, meeting, agency, named).await.unwrap();
        assert_eq!((shown(world, &leader).await.len(), shown(world, &deputy).await.len()), (1, 1));
    })
    .await;
}
