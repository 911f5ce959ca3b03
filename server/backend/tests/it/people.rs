//! People and their accounts.

use domain::access::Role;
use domain::accounts::Accounts;
use domain::agencies::Agencies;
use domain::audit::{Audit, AuditFilter};
use domain::error::{Failure, Refusal};
use domain::people::{People, PersonInput};

use crate::support::each_database;

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
        assert_eq!(director.roles, [(Role::Delegate, "SNV".to_owned())]);
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
