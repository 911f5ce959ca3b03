//! People and their accounts.

use domain::access::{Caller, Role};
use domain::accounts::Accounts;
use domain::agencies::Agencies;
use domain::audit::{Audit, AuditFilter};
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::imports::ImportKind;
use domain::people::{People, Person, PersonChange, PersonInput};

use crate::imports::{cells, import, named};
use crate::support::{World, each_busy_database, each_database};

fn input(user_name: &str, name: &str, agency: &str, roles: &str) -> PersonInput {
    PersonInput {
        user_name: user_name.into(),
        name: name.into(),
        position: "Chuyên viên".into(),
        agency: agency.into(),
        roles: roles.into(),
        password: String::new(),
    }
}

fn change(name: &str, agency: &str, roles: &str) -> PersonChange {
    PersonChange {
        name: name.into(),
        position: "Phó Chánh Văn phòng".into(),
        agency: agency.into(),
        roles: roles.into(),
    }
}

fn held(person: &Person) -> Vec<(Role, &str)> {
    person.roles.iter().map(|(role, agency)| (*role, agency.code.as_str())).collect()
}

/// What the trail keeps of the changes of people, the newest first.
async fn changes(world: &World) -> Vec<(String, String)> {
    let filter = AuditFilter { text: "people.change".into(), ..AuditFilter::default() };
    let lines = Audit::list(&world.backend, &world.system(), filter).await.unwrap();
    lines.rows.into_iter().map(|line| (line.before, line.after)).collect()
}

fn unknown(field: &str) -> Failure {
    Failure::Invalid(vec![FieldProblem::new(field, Problem::Unknown)])
}

#[tokio::test]
async fn a_made_password_is_shown_once_and_signs_in() {
    each_database(async |world| {
        world.agency("SNV").await;
        let people: &dyn People = &world.backend;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let (id, made) =
            people.add(&administrator, input("tk1", "Thư ký 1", "SNV", "secretary|delegate")).await.unwrap();
        let made = made.unwrap();
        Accounts::sign_in(&world.backend, "tk1", &made, false, "", "", world.now).await.unwrap();
        let again = people.add(&administrator, input("TK1", "Thư ký 1", "SNV", "")).await;
        assert_eq!(again, Err(Failure::Refused(Refusal::AlreadyThere { name: "tk1".into() })));
        let renewed = people.reset_password(&administrator, id).await.unwrap();
        assert_eq!(world.count("session").await, 0);
        let old = Accounts::sign_in(&world.backend, "tk1", &made, false, "", "", world.now).await;
        assert!(old.is_err());
        let renewed_again = people.reset_password(&administrator, id).await.unwrap();
        assert_ne!(renewed, renewed_again);
        Accounts::sign_in(&world.backend, "tk1", &renewed_again, false, "", "", world.now).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn somebody_who_left_can_no_longer_sign_in() {
    each_database(async |world| {
        world.agency("SNV").await;
        let people: &dyn People = &world.backend;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let (id, made) = people.add(&administrator, input("tk1", "Thư ký 1", "SNV", "")).await.unwrap();
        let made = made.unwrap();
        let token =
            Accounts::sign_in(&world.backend, "tk1", &made, true, "", "", world.now).await.unwrap().token;
        people.set_active(&administrator, id, false).await.unwrap();
        assert_eq!(Accounts::identify(&world.backend, &token, world.now).await, Err(Failure::SignedOut));
        let refused = Accounts::sign_in(&world.backend, "tk1", &made, true, "", "", world.now).await;
        assert_eq!(refused.map(|_| ()), Err(Failure::Refused(Refusal::WrongCredentials)));
        assert!(people.find(&administrator, "thu ky").await.unwrap().is_empty());
        let own = people.set_active(&administrator, administrator.person, false).await;
        assert_eq!(own, Err(Failure::Forbidden));
    })
    .await;
}

#[tokio::test]
async fn administrators_stay_within_their_agency_and_below_their_own_rank() {
    each_database(async |world| {
        world.agency("STC").await;
        world.agency_below("SNV-VP", "UBND", "unit").await;
        let people: &dyn People = &world.backend;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let elsewhere = people.add(&administrator, input("a", "A", "STC", "")).await;
        assert_eq!(elsewhere, Err(Failure::Forbidden));
        let above = people.add(&administrator, input("a", "A", "SNV", "system_administrator")).await;
        assert_eq!(above, Err(Failure::Forbidden));
        let secretary = world.caller(Role::Secretary, "SNV").await;
        assert_eq!(people.add(&secretary, input("a", "A", "SNV", "")).await, Err(Failure::Forbidden));
        // Somebody of the agency who runs the whole system is out of its administrator's reach.
        let system = world.caller(Role::SystemAdministrator, "SNV").await;
        let reset = people.reset_password(&administrator, system.person).await;
        assert_eq!(reset, Err(Failure::Forbidden));
        people.reset_password(&system, administrator.person).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn everybody_finds_people_without_marks_and_administrators_list_their_own() {
    each_database(async |world| {
        world.agency("SNV").await;
        world.agency("STC").await;
        let people: &dyn People = &world.backend;
        for (user_name, name, agency) in
            [("tk1", "Thư ký 1", "SNV"), ("tk2", "Thư ký 2", "STC"), ("gd", "Giám đốc", "SNV")]
        {
            people.add(&world.system(), input(user_name, name, agency, "delegate")).await.unwrap();
        }
        let delegate = world.person("STC").await;
        let names = |found: Vec<domain::people::PersonRef>| -> Vec<String> {
            found.into_iter().map(|person| format!("{} {}", person.name, person.agency)).collect()
        };
        let found = names(people.find(&delegate, "thu ky").await.unwrap());
        assert_eq!(found, ["Thư ký 2 STC", "Thư ký 1 SNV"]);
        assert_eq!(names(people.find(&delegate, "giám snv").await.unwrap()), ["Giám đốc SNV"]);
        assert_eq!(people.list(&delegate, None, "", 1).await, Err(Failure::Forbidden));
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let page = people.list(&administrator, None, "", 1).await.unwrap();
        assert_eq!(page.total, 3);
        let director = page.rows.iter().find(|person| person.user_name == "gd").unwrap();
        assert_eq!(held(director), [(Role::Delegate, "SNV")]);
        let stc = world.agency("STC").await;
        assert_eq!(people.list(&administrator, Some(stc), "", 1).await, Err(Failure::Forbidden));
        assert_eq!(people.list(&administrator, None, "thư ký", 1).await.unwrap().total, 1);
    })
    .await;
}

#[tokio::test]
async fn a_search_of_a_thousand_words_is_answered_like_any_other() {
    each_database(async |world| {
        let administrator = world.caller(Role::SystemAdministrator, "SNV").await;
        let snv = administrator.agency.id;
        let many = "nguoi ".repeat(1_001);
        let long = "n".repeat(3_000);
        for (text, found) in [(many.as_str(), 1), (long.as_str(), 0)] {
            let people = People::find(&world.backend, &administrator, text).await.unwrap();
            assert_eq!(people.len(), found, "{}", world.engine);
            let page = People::list(&world.backend, &administrator, Some(snv), text, 1).await.unwrap();
            assert_eq!(page.total, found as i64);
            let agencies = Agencies::find(&world.backend, &administrator, text).await.unwrap();
            assert_eq!(agencies.len(), 0);
            let filter = AuditFilter { text: text.into(), ..AuditFilter::default() };
            Audit::list(&world.backend, &administrator, filter).await.unwrap();
        }
        let agencies = Agencies::find(&world.backend, &administrator, &"snv ".repeat(1_001)).await.unwrap();
        assert_eq!(agencies.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_role_in_another_agency_is_given_by_who_manages_that_agency() {
    each_database(async |world| {
        world.agency("VPUB").await;
        world.agency("STC").await;
        let people: &dyn People = &world.backend;
        let of_the_office = world.caller(Role::AgencyAdministrator, "VPUB").await;
        let of_all = world.caller(Role::AgencyAdministrator, "UBND").await;
        let secretary = input("tk1", "Thư ký 1", "VPUB", "secretary@UBND delegate");
        assert_eq!(people.add(&of_the_office, secretary.clone()).await, Err(Failure::Forbidden));
        let nowhere = input("tk1", "Thư ký 1", "VPUB", "secretary@NONE");
        assert_eq!(people.add(&of_all, nowhere).await, Err(unknown("roles")));
        let (id, _) = people.add(&of_all, secretary).await.unwrap();
        let person = people.get(&of_all, id).await.unwrap();
        assert_eq!(held(&person), [(Role::Secretary, "UBND"), (Role::Delegate, "VPUB")]);
        // The role reaches further than the administrator of the person's agency.
        assert_eq!(people.reset_password(&of_the_office, id).await, Err(Failure::Forbidden));
        assert_eq!(people.get(&of_the_office, id).await, Err(Failure::Forbidden));
        let listed = people.list(&of_the_office, None, "thư ký", 1).await.unwrap();
        assert_eq!(held(&listed.rows[0]), [(Role::Secretary, "UBND"), (Role::Delegate, "VPUB")]);
        // The same role in two agencies, once each.
        let two = input("tk2", "Thư ký 2", "VPUB", "secretary|secretary@STC|secretary@VPUB");
        let (id, _) = people.add(&of_all, two).await.unwrap();
        let person = people.get(&of_all, id).await.unwrap();
        assert_eq!(held(&person), [(Role::Secretary, "STC"), (Role::Secretary, "VPUB")]);
    })
    .await;
}

#[tokio::test]
async fn a_person_is_corrected_with_before_and_after_in_the_trail() {
    each_database(async |world| {
        world.agency("VPUB").await;
        world.agency("SNV").await;
        let people: &dyn People = &world.backend;
        let administrator = world.caller(Role::AgencyAdministrator, "UBND").await;
        let (id, _) =
            people.add(&administrator, input("tk1", "Thư kí 1", "SNV", "secretary delegate")).await.unwrap();
        let wrong = change("", "SNV", "minister");
        let problems =
            vec![FieldProblem::new("name", Problem::Missing), FieldProblem::new("roles", Problem::Unknown)];
        assert_eq!(people.change(&administrator, id, wrong).await, Err(Failure::Invalid(problems)));
        let nowhere = change("Thư ký 1", "NONE", "");
        assert_eq!(people.change(&administrator, id, nowhere).await, Err(unknown("agency")));
        assert_eq!(changes(world).await, []);
        let right = change("Thư ký 1", "VPUB", "secretary@UBND|leader");
        people.change(&administrator, id, right.clone()).await.unwrap();
        let person = people.get(&administrator, id).await.unwrap();
        assert_eq!((person.name.as_str(), person.position.as_str()), ("Thư ký 1", "Phó Chánh Văn phòng"));
        assert_eq!((person.agency.code.as_str(), person.user_name.as_str()), ("VPUB", "tk1"));
        assert_eq!(held(&person), [(Role::Secretary, "UBND"), (Role::Leader, "VPUB")]);
        let found = people.find(&administrator, "thu ky 1 vpub").await.unwrap();
        assert_eq!(found.len(), 1, "found by the new name and agency");
        people.change(&administrator, id, right).await.unwrap();
        let [(before, after)] = &changes(world).await[..] else {
            panic!("one line: what changes nothing leaves none")
        };
        assert!(
            before.contains("Thư kí 1") && before.contains(r#""roles":["secretary","delegate"]"#),
            "{before}"
        );
        assert!(after.contains("Thư ký 1") && after.contains(r#""agency":"VPUB""#), "{after}");
        assert!(after.contains(r#""roles":["secretary@UBND","leader"]"#), "{after}");
    })
    .await;
}

#[tokio::test]
async fn nobody_is_changed_beyond_what_the_administrator_manages() {
    each_database(async |world| {
        world.agency("STC").await;
        let people: &dyn People = &world.backend;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let (id, _) = people.add(&administrator, input("cv1", "Chuyên viên 1", "SNV", "")).await.unwrap();
        for beyond in [
            change("Chuyên viên 1", "STC", ""),
            change("Chuyên viên 1", "SNV", "delegate@STC"),
            change("Chuyên viên 1", "SNV", "system_administrator"),
        ] {
            assert_eq!(people.change(&administrator, id, beyond).await, Err(Failure::Forbidden));
        }
        let (other, _) = people.add(&world.system(), input("cv2", "Chuyên viên 2", "STC", "")).await.unwrap();
        let taken = people.change(&administrator, other, change("Chuyên viên 2", "SNV", "")).await;
        assert_eq!(taken, Err(Failure::Forbidden));
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let renamed = change("Chuyên viên 3", "SNV", "");
        assert_eq!(people.change(&secretary, id, renamed).await, Err(Failure::Forbidden));
        assert_eq!(changes(world).await, []);
    })
    .await;
}

#[tokio::test]
async fn nobody_takes_the_administrators_role_from_themselves() {
    each_database(async |world| {
        let people: &dyn People = &world.backend;
        let system = world.caller(Role::SystemAdministrator, "SNV").await;
        let out = people.change(&system, system.person, change("Quản trị", "SNV", "delegate")).await;
        assert_eq!(out, Err(Failure::Forbidden));
        let moved = change("Quản trị", "UBND", "system_administrator");
        people.change(&system, system.person, moved).await.unwrap();
        // Nor may they make it reach less far.
        let unit = world.agency_below("SNV-VP", "SNV", "unit").await;
        let own = world.caller(Role::AgencyAdministrator, "SNV").await;
        for away in ["agency_administrator", "agency_administrator secretary@SNV"] {
            let moved = people.change(&own, own.person, change("Quản trị", "SNV-VP", away)).await;
            assert_eq!(moved, Err(Failure::Forbidden), "{away} in {unit}");
        }
        // Somebody else may.
        let other = world.caller(Role::SystemAdministrator, "UBND").await;
        let kept = change("Quản trị", "SNV-VP", "agency_administrator@SNV");
        people.change(&other, own.person, kept).await.unwrap();
        people.change(&other, system.person, change("Quản trị", "SNV", "")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn ones_own_name_position_and_agency_are_changed_by_another_administrator() {
    each_database(async |world| {
        let people: &dyn People = &world.backend;
        let system = world.caller(Role::SystemAdministrator, "SNV").await;
        world.agency_below("SNV-VP", "SNV", "unit").await;
        let own = world.caller(Role::AgencyAdministrator, "SNV").await;
        let kept = PersonChange {
            name: own.name.clone(),
            position: own.position.clone(),
            agency: "SNV".into(),
            roles: "agency_administrator".into(),
        };
        let title = "Chủ tịch UBND tỉnh";
        for (field, changed) in [
            ("name", PersonChange { name: title.into(), ..kept.clone() }),
            ("position", PersonChange { position: title.into(), ..kept.clone() }),
            (
                "agency",
                PersonChange {
                    agency: "SNV-VP".into(),
                    roles: "agency_administrator@SNV".into(),
                    ..kept.clone()
                },
            ),
        ] {
            let refused = Failure::Invalid(vec![FieldProblem::new(field, Problem::OwnName)]);
            assert_eq!(people.change(&own, own.person, changed).await, Err(refused));
        }
        let user_name = people.get(&system, own.person).await.unwrap().user_name;
        let file = format!("user_name,name,position,agency\n{user_name},{},{title},SNV\n", own.name);
        let report = import(world, &own, ImportKind::People, &file).await.unwrap();
        assert_eq!(cells(report), named(&[(2, "position", Problem::OwnName)]));
        people.change(&own, own.person, kept.clone()).await.unwrap();
        assert!(!people.get(&own, own.person).await.unwrap().may_rename);
        assert!(people.get(&system, own.person).await.unwrap().may_rename);
        people
            .change(&system, own.person, PersonChange { position: title.into(), ..kept.clone() })
            .await
            .unwrap();

        // Nobody else could rename the only one who runs the system; of two each renames the other.
        let roles = || "system_administrator".to_owned();
        let renamed = PersonChange { name: "Quản trị".into(), roles: roles(), ..kept };
        assert!(people.get(&system, system.person).await.unwrap().may_rename);
        people.change(&system, system.person, renamed.clone()).await.unwrap();
        let second = world.caller(Role::SystemAdministrator, "UBND").await;
        assert!(!people.get(&system, system.person).await.unwrap().may_rename);
        let again = PersonChange { name: title.into(), ..renamed };
        let refused = Failure::Invalid(vec![FieldProblem::new("name", Problem::OwnName)]);
        assert_eq!(people.change(&system, system.person, again.clone()).await, Err(refused));
        people.change(&second, system.person, again).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn two_system_administrators_who_demote_each_other_leave_one() {
    each_busy_database(async |world| {
        let people: &dyn People = &world.backend;
        for deactivates in [false, true] {
            let one = world.caller(Role::SystemAdministrator, "SNV").await;
            let other = world.caller(Role::SystemAdministrator, "SNV").await;
            let take = async |caller: &Caller, from: &Caller| match deactivates {
                true => people.set_active(caller, from.person, false).await,
                false => people.change(caller, from.person, change("Quản trị", "SNV", "")).await,
            };
            let both: [_; 2] = tokio::join!(take(&one, &other), take(&other, &one)).into();
            assert_eq!(both.iter().filter(|taken| taken.is_ok()).count(), 1, "{}: {both:?}", world.engine);
            assert!(both.contains(&Err(Failure::Forbidden)), "{}: {both:?}", world.engine);
            // The program takes the last one's no more than anybody else, until there is another.
            let last = if both[0].is_ok() { &one } else { &other };
            assert_eq!(take(&world.system(), last).await, Err(Failure::Forbidden));
            let another = world.caller(Role::SystemAdministrator, "UBND").await;
            take(&another, last).await.unwrap();
            let mut tx = world.backend.db().begin().await.unwrap();
            backend::q("DELETE FROM role_grant").run(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_says_whose_account_may_be_changed() {
    each_database(async |world| {
        let people: &dyn People = &world.backend;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        for (user_name, roles, expected) in [
            ("cv1", "delegate", true),
            ("cv2", "delegate secretary@UBND", false),
            ("cv3", "system_administrator", false),
        ] {
            let (id, _) =
                people.add(&world.system(), input(user_name, "Chuyên viên", "SNV", roles)).await.unwrap();
            let listed = people.list(&administrator, None, user_name, 1).await.unwrap();
            assert_eq!(listed.rows[0].may_change, expected, "{user_name}");
            assert_eq!(people.get(&administrator, id).await.is_ok(), expected, "{user_name}");
        }
    })
    .await;
}

#[tokio::test]
async fn user_names_find_people_for_those_alone_who_manage_them() {
    each_database(async |world| {
        world.agency("SNV").await;
        let input = input("thu.ky_7", "Lò Thị Minh", "SNV", "delegate");
        let (id, _) = People::add(&world.backend, &world.system(), input).await.unwrap();
        let anybody = world.person("SNV").await;
        let found = async |text: &str| {
            let found = People::find(&world.backend, &anybody, text).await.unwrap();
            found.into_iter().any(|person| person.id == id)
        };
        assert!(found("minh").await && found("lo thi").await);
        for text in ["thu.ky_7", "thu ky 7", "ky", "7"] {
            assert!(!found(text).await, "{text}");
        }
        let manager = world.caller(Role::AgencyAdministrator, "SNV").await;
        for text in ["thu.ky_7", "ky", "minh"] {
            let listed = People::list(&world.backend, &manager, None, text, 1).await.unwrap();
            assert!(listed.rows.iter().any(|person| person.id == id), "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn people_are_named_once_however_often_they_are_asked_for() {
    each_database(async |world| {
        let (secretary, other) = (world.caller(Role::Secretary, "SNV").await, world.person("STC").await);
        let asked = [other.person, secretary.person].repeat(3_000);
        let named = world.backend.named(&secretary, asked).await.unwrap();
        assert_eq!(named.len(), 2, "{}", world.engine);
    })
    .await;
}
