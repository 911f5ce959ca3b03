//! Protection of accounts: passwords that another person knows, passwords that are guessed, and what the
//! owner is told.

use chrono::{DateTime, Duration, Utc};
use domain::access::{Caller, Role};
use domain::accounts::{Accounts, Duty, SessionUse, Weakness};
use domain::error::{Failure, FieldProblem, Outcome, Problem, Refusal};
use domain::ids::PersonId;
use domain::notices::{AccountEventKind, Notices};
use domain::people::{People, PersonInput};

use crate::support::{World, each_database};

const FIRST: &str = "nui xanh dem ba con ca";
const CHOSEN: &str = "may trang om tam ngon doi";

/// A person whom an administrator added with a password.
async fn added(world: &World) -> (Caller, PersonId) {
    let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
    let input = PersonInput {
        user_name: "thuky1".into(),
        name: "Nguyễn Thị Hoa".into(),
        position: String::new(),
        agency: "SNV".into(),
        roles: "secretary".into(),
        password: FIRST.into(),
    };
    let (id, _) = People::add(&world.backend, &administrator, input).await.unwrap();
    (administrator, id)
}

async fn sign_in(
    world: &World,
    password: &str,
    device: &str,
    address: &str,
    now: DateTime<Utc>,
) -> Outcome<String> {
    let signed_in = Accounts::sign_in(&world.backend, "thuky1", password, false, device, address, now).await;
    signed_in.map(|signed_in| signed_in.token)
}

/// Signs in and returns the caller with the duty that comes first.
async fn recognised(world: &World, password: &str) -> (Caller, Option<Duty>, String) {
    let token = sign_in(world, password, "Firefox, Linux", "10.0.0.1", world.now).await.unwrap();
    let found = Accounts::recognise(&world.backend, &token, SessionUse::ByPerson, world.now).await.unwrap();
    (found.caller, found.duty, token)
}

async fn kinds(world: &World, caller: &Caller) -> Vec<AccountEventKind> {
    let events = Notices::account_events(&world.backend, caller).await.unwrap();
    events.into_iter().map(|event| event.kind).collect()
}

fn invalid(problem: Problem) -> Outcome<()> {
    Err(Failure::Invalid(vec![FieldProblem::new("new", problem)]))
}

#[tokio::test]
async fn a_password_that_somebody_else_gave_opens_nothing_until_it_is_changed() {
    each_database(async |world| {
        let (administrator, id) = added(world).await;
        let accounts: &dyn Accounts = &world.backend;
        let refused = Err(Failure::Refused(Refusal::DutyFirst { duty: Duty::ChangePassword }));
        let (caller, duty, token) = recognised(world, FIRST).await;
        assert_eq!(duty, Some(Duty::ChangePassword));
        assert_eq!(accounts.identify(&token, world.now).await, refused);
        assert_eq!(accounts.change_password(&caller, FIRST, FIRST).await, invalid(Problem::Unchanged));
        accounts.change_password(&caller, FIRST, CHOSEN).await.unwrap();
        assert_eq!(accounts.identify(&token, world.now).await.unwrap().person, id);
        let renewed = People::reset_password(&world.backend, &administrator, id).await.unwrap();
        let (caller, duty, token) = recognised(world, &renewed).await;
        assert_eq!(duty, Some(Duty::ChangePassword));
        assert_eq!(accounts.identify(&token, world.now).await, refused);
        // The account's owner is told who did it and when.
        let events = Notices::account_events(&world.backend, &caller).await.unwrap();
        let by = administrator.name.clone();
        assert_eq!((&events[0].kind, events[0].at), (&AccountEventKind::PasswordReset { by }, world.now));
        assert_eq!(accounts.change_password(&caller, &renewed, FIRST).await, Ok(()));
        accounts.identify(&token, world.now).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_password_that_is_easily_guessed_is_refused_with_its_reason() {
    each_database(async |world| {
        let (administrator, _) = added(world).await;
        let accounts: &dyn Accounts = &world.backend;
        let (caller, ..) = recognised(world, FIRST).await;
        for (password, weakness) in [
            ("1234567890", Weakness::Common),
            ("nguyenthihoa", Weakness::Own),
            ("thuky1thuky1", Weakness::Repeats),
            ("coquansnv1", Weakness::Own),
            ("aaaaaaaaaaaa", Weakness::Repeats),
        ] {
            let refused = accounts.change_password(&caller, FIRST, password).await;
            assert_eq!(refused, invalid(Problem::Weak(weakness)), "{password}");
        }
        let input = PersonInput {
            user_name: "phamvanbinh".into(),
            name: "Phạm Văn Bình".into(),
            position: String::new(),
            agency: "SNV".into(),
            roles: String::new(),
            password: "phamvanbinh".into(),
        };
        let weak = People::add(&world.backend, &administrator, input).await;
        let problem = FieldProblem::new("password", Problem::Weak(Weakness::Own));
        assert_eq!(weak, Err(Failure::Invalid(vec![problem])));
        assert_eq!(world.count("person").await, 2);
    })
    .await;
}

#[tokio::test]
async fn the_owner_is_told_of_failed_tries_and_of_new_devices() {
    each_database(async |world| {
        let (_, id) = added(world).await;
        let at = |seconds| world.now + Duration::seconds(seconds);
        let (caller, ..) = recognised(world, FIRST).await;
        assert_eq!(kinds(world, &caller).await, [], "the first device is no news");
        for n in 0..3 {
            sign_in(world, "sai-mat-khau", "", &format!("192.0.2.{n}"), at(n)).await.unwrap_err();
        }
        // A wrong name counts for nobody.
        let _ = Accounts::sign_in(&world.backend, "khong-co", "sai", false, "", "192.0.2.9", at(4)).await;
        sign_in(world, FIRST, "Firefox, Linux", "10.0.0.1", at(10)).await.unwrap();
        assert_eq!(kinds(world, &caller).await, [AccountEventKind::FailedTries { count: 3 }]);
        for (device, address) in [("Chrome, Windows", "10.0.0.1"), ("Firefox, Linux", "203.0.113.5")] {
            sign_in(world, FIRST, device, address, at(20)).await.unwrap();
            sign_in(world, FIRST, device, address, at(21)).await.unwrap();
        }
        let devices: Vec<_> = kinds(world, &caller).await;
        let new = |device: &str| AccountEventKind::NewDevice { device: device.into() };
        assert_eq!(devices.len(), 3, "each device is told once: {devices:?}");
        assert!(devices.contains(&new("Chrome, Windows")) && devices.contains(&new("Firefox, Linux")));
        let trail = world.count("audit WHERE what = 'accounts.new_device'").await;
        assert_eq!((trail, world.count("known_device").await), (2, 3));
        // Half a year later the device is forgotten, but not the fact that there was one.
        let later = world.now + Duration::days(200);
        sign_in(world, FIRST, "Firefox, Linux", "10.0.0.1", later).await.unwrap();
        assert_eq!(world.count("known_device").await, 1);
        // Acknowledging marks the caller's own events only.
        let events = Notices::account_events(&world.backend, &caller).await.unwrap();
        assert!(events.iter().all(|event| !event.is_seen));
        let other = world.person("SNV").await;
        let foreign = Notices::acknowledge_account(&world.backend, &other, events[0].id).await;
        assert_eq!(foreign, Err(Failure::NotFound));
        Notices::acknowledge_account(&world.backend, &caller, events[0].id).await.unwrap();
        let events = Notices::account_events(&world.backend, &caller).await.unwrap();
        assert!(events.iter().all(|event| event.is_seen));
        assert_eq!(world.count(&format!("account_event WHERE person_id = '{id}'")).await, 3);
    })
    .await;
}

#[tokio::test]
async fn fifty_events_of_an_account_are_kept() {
    each_database(async |world| {
        added(world).await;
        let (caller, ..) = recognised(world, FIRST).await;
        for n in 0..60 {
            let now = world.now + Duration::minutes(n);
            sign_in(world, FIRST, &format!("Firefox {n}"), "10.0.0.1", now).await.unwrap();
        }
        let events = Notices::account_events(&world.backend, &caller).await.unwrap();
        assert_eq!((events.len(), world.count("account_event").await), (50, 50));
        assert_eq!(events[0].kind, AccountEventKind::NewDevice { device: "Firefox 59".into() });
    })
    .await;
}

#[tokio::test]
async fn the_trail_says_once_that_somebody_guesses_and_names_no_address() {
    each_database(async |world| {
        added(world).await;
        let seconds = |n: i64| world.now + Duration::seconds(n);
        // One user name from many addresses, and many invented user names from one address.
        for n in 0..60 {
            let _ = sign_in(world, "sai-mat-khau", "", &format!("192.0.2.{n}"), seconds(n * 15)).await;
            let name = format!("mat-khau-go-nham-{n}");
            let tried =
                Accounts::sign_in(&world.backend, &name, "sai", false, "", "203.0.113.5", seconds(n * 15));
            let _ = tried.await;
        }
        let lines: Vec<(String, String, String, String)> =
            backend::q("SELECT what, subject, after_json, folded FROM audit WHERE what LIKE 'accounts.many%' ORDER BY what")
                .all(world.backend.db())
                .await
                .unwrap();
        let whats: Vec<(&str, &str)> =
            lines.iter().map(|(what, subject, ..)| (what.as_str(), subject.as_str())).collect();
        assert_eq!(whats, [
            ("accounts.many_failures_of_address", ""),
            ("accounts.many_failures_of_user", "Nguyễn Thị Hoa")
        ]);
        for (_, _, after, folded) in &lines {
            for secret in ["203.0.113.5", "192.0.2", "go-nham"] {
                assert!(!after.contains(secret) && !folded.contains(secret), "{after}");
            }
        }
        // After six hours there is another line.
        for n in 0..60 {
            let now = seconds(6 * 3600 + n * 400);
            let _ = sign_in(world, "sai-mat-khau", "", &format!("198.51.100.{n}"), now).await;
        }
        assert!(world.count("audit WHERE what = 'accounts.many_failures_of_user'").await <= 3);
    })
    .await;
}
