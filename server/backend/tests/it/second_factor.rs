//! The second factor: turning it on, asking for it, used codes, and losing it.

use backend::{Backend, BackendConfig, SeededEntropy};
use chrono::{DateTime, Duration, Utc};
use domain::access::{Caller, Role};
use domain::accounts::{Accounts, Duty, SessionHolder, SessionUse};
use domain::error::{Failure, FieldProblem, Outcome, Problem, Refusal};
use domain::notices::{AccountEventKind, Notices};
use domain::people::{People, PersonInput};
use domain::second_factor::SecondFactor;
use totp_rs::{Algorithm, Secret, TOTP};

use crate::support::{World, each_busy_database, each_database};

const PASSWORD: &str = "nui xanh dem ba con ca";

async fn secretary(world: &World) -> Caller {
    let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
    let input = PersonInput {
        user_name: "thuky1".into(),
        name: "Thư ký 1".into(),
        position: String::new(),
        agency: "SNV".into(),
        roles: "secretary".into(),
        password: PASSWORD.into(),
    };
    People::add(&world.backend, &administrator, input).await.unwrap();
    world.run("UPDATE person SET must_change = FALSE").await;
    administrator
}

async fn sign_in(world: &World, password: &str, now: DateTime<Utc>) -> Outcome<String> {
    let signed_in =
        Accounts::sign_in(&world.backend, "thuky1", password, true, "Firefox", "10.0.0.1", now).await?;
    Ok(signed_in.token)
}

async fn recognise(world: &World, token: &str, now: DateTime<Utc>) -> SessionHolder {
    Accounts::recognise(&world.backend, token, SessionUse::ByPerson, now).await.unwrap()
}

/// The caller after entering the right password, at a given time.
async fn after_password(world: &World, now: DateTime<Utc>) -> Caller {
    let token = sign_in(world, PASSWORD, now).await.unwrap();
    recognise(world, &token, now).await.caller
}

/// The code that the phone shows.
fn code(secret: &str, now: DateTime<Utc>) -> String {
    let secret = Secret::Encoded(secret.into()).to_bytes().unwrap();
    let phone = TOTP::new(Algorithm::SHA1, 6, 1, 30, secret, None, "thuky1".into()).unwrap();
    phone.generate(u64::try_from(now.timestamp()).unwrap())
}

/// Turns the second factor on. Returns the secret and the recovery codes.
async fn turned_on(world: &World) -> (String, Vec<String>) {
    let factor: &dyn SecondFactor = &world.backend;
    let caller = after_password(world, world.now).await;
    factor.begin(&caller, PASSWORD).await.unwrap();
    let setup = factor.state(&caller).await.unwrap().setup.unwrap();
    let codes = factor.confirm(&caller, &code(&setup.secret, world.now)).await.unwrap();
    (setup.secret, codes)
}

fn wrong_code<T>() -> Outcome<T> {
    Err(Failure::Refused(Refusal::WrongSecondCode))
}

#[tokio::test]
async fn it_is_on_with_the_first_code_and_then_every_sign_in_asks_for_one() {
    each_database(async |world| {
        secretary(world).await;
        let (accounts, factor): (&dyn Accounts, &dyn SecondFactor) = (&world.backend, &world.backend);
        let caller = after_password(world, world.now).await;
        assert_eq!(factor.confirm(&caller, "000000").await, Err(Failure::Refused(Refusal::WrongState)));
        let wrong = vec![FieldProblem::new("second_password", Problem::WrongPassword)];
        assert_eq!(factor.begin(&caller, "sai mat khau").await, Err(Failure::Invalid(wrong)));
        assert_eq!(factor.state(&caller).await.unwrap().setup, None, "a found device adds no phone");
        factor.begin(&caller, PASSWORD).await.unwrap();
        let seen = factor.state(&caller).await.unwrap().setup.unwrap();
        factor.begin(&caller, PASSWORD).await.unwrap();
        let setup = factor.state(&caller).await.unwrap().setup.unwrap();
        assert_ne!(
            setup.secret, seen.secret,
            "what others may have seen is good for nothing once it is begun again"
        );
        assert!(setup.address.starts_with("otpauth://totp/") && setup.address.contains("thuky1"));
        assert_eq!(setup.secret.len(), 32);
        // Until it is confirmed, it protects nothing and no code is asked for.
        let token = sign_in(world, PASSWORD, world.now).await.unwrap();
        assert_eq!(recognise(world, &token, world.now).await.duty, None);
        assert_eq!(factor.confirm(&caller, "12345").await, wrong_code());
        let codes = factor.confirm(&caller, &code(&setup.secret, world.now)).await.unwrap();
        assert_eq!(codes.len(), 10);
        let state = factor.state(&caller).await.unwrap();
        assert_eq!((state.since, state.setup, state.recovery_codes_left), (Some(world.now), None, 10));
        assert_eq!(factor.begin(&caller, PASSWORD).await, Err(Failure::Refused(Refusal::WrongState)));

        let now = world.now + Duration::minutes(5);
        let token = sign_in(world, PASSWORD, now).await.unwrap();
        let SessionHolder { caller, duty } = recognise(world, &token, now).await;
        assert_eq!(duty, Some(Duty::EnterCode));
        let refused = accounts.identify(&token, now).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::DutyFirst { duty: Duty::EnterCode })));
        let whole =
            factor.enter_code(&caller, &code(&setup.secret, now), "Firefox", "10.0.0.1").await.unwrap();
        assert_eq!(whole.max_age_seconds, Some(10 * 24 * 3600), "stays signed in, as asked before the code");
        assert_eq!(accounts.identify(&whole.token, now).await.unwrap().person, caller.person);
        assert_eq!(
            accounts.recognise(&token, SessionUse::ByPerson, now).await,
            Err(Failure::SignedOut),
            "the waiting one is gone"
        );
        // The session that waited cannot open a second one.
        let again = factor.enter_code(&caller, &code(&setup.secret, now), "Firefox", "10.0.0.1").await;
        assert_eq!(again.map(|_| ()), Err(Failure::SignedOut));
    })
    .await;
}

#[tokio::test]
async fn a_code_is_good_once_and_a_recovery_code_too() {
    each_database(async |world| {
        secretary(world).await;
        let (secret, recovery) = turned_on(world).await;
        let factor: &dyn SecondFactor = &world.backend;
        let enter = async |code: &str, now| {
            let caller = after_password(world, now).await;
            factor.enter_code(&caller, code, "Firefox", "10.0.0.1").await.map(|_| ())
        };
        // The code that turned the second factor on is used up.
        assert_eq!(enter(&code(&secret, world.now), world.now).await, wrong_code());
        let now = world.now + Duration::minutes(10);
        let good = code(&secret, now);
        assert_eq!(enter(&good, now).await, Ok(()));
        assert_eq!(enter(&good, now).await, wrong_code());
        let now = world.now + Duration::minutes(30);
        let typed = recovery[3].to_uppercase().replace('-', " ");
        assert_eq!(enter(&typed, now).await, Ok(()));
        assert_eq!(enter(&recovery[3], now).await, wrong_code());
        let caller = after_password(world, now + Duration::minutes(10)).await;
        assert_eq!(factor.state(&caller).await.unwrap().recovery_codes_left, 9);
        for secret in recovery {
            assert_eq!(world.count(&format!("recovery_code WHERE code_hash = '{secret}'")).await, 0);
        }
    })
    .await;
}

#[tokio::test]
async fn wrong_codes_wait_like_wrong_passwords_and_a_right_password_forgives_none() {
    each_database(async |world| {
        secretary(world).await;
        let (secret, _) = turned_on(world).await;
        let factor: &dyn SecondFactor = &world.backend;
        let mut now = world.now + Duration::minutes(5);
        for seconds in [1, 2, 4, 8] {
            let caller = after_password(world, now).await;
            let wrong = factor.enter_code(&caller, "000000", "Firefox", "10.0.0.1").await;
            assert_eq!(wrong.map(|_| ()), wrong_code());
            let wait = Err(Failure::Refused(Refusal::WaitBeforeSignIn { seconds }));
            let good = factor.enter_code(&caller, &code(&secret, now), "Firefox", "10.0.0.1").await;
            assert_eq!(good.map(|_| ()), wait, "not even the right one gets by");
            assert_eq!(sign_in(world, PASSWORD, now).await.map(|_| ()), wait);
            now += Duration::seconds(i64::try_from(seconds).unwrap());
        }
        let caller = after_password(world, now).await;
        factor.enter_code(&caller, &code(&secret, now), "Firefox", "10.0.0.1").await.unwrap();
        let events = Notices::account_events(&world.backend, &caller).await.unwrap();
        assert_eq!(events[0].kind, AccountEventKind::FailedTries { count: 4 });
        assert_eq!(world.count("sign_in_failure WHERE subject LIKE 'at:%'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn of_many_codes_sent_at_once_one_is_compared() {
    each_busy_database(async |world| {
        secretary(world).await;
        turned_on(world).await;
        let now = world.now + Duration::minutes(5);
        let caller = after_password(world, now).await;
        let guesses =
            (0..40).map(|n| {
                let (backend, caller) = (world.backend.clone(), caller.clone());
                async move {
                    SecondFactor::enter_code(&backend, &caller, &format!("{n:06}"), "", "10.0.0.1").await
                }
            });
        let mut compared = 0;
        for tried in futures::future::join_all(guesses).await {
            compared += i32::from(tried.map(|_| ()) == wrong_code());
        }
        assert_eq!(compared, 1, "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn resets_and_failed_tries_of_one_account_at_the_same_time_never_deadlock() {
    each_busy_database(async |world| {
        let administrator = secretary(world).await;
        let people: &dyn People = &world.backend;
        let person = people.list(&administrator, None, "thuky1", 1).await.unwrap().rows[0].id;
        world
            .run("CREATE TABLE before AS SELECT password_hash AS hash FROM person WHERE user_name = 'thuky1'")
            .await;
        for round in 1..=5 {
            turned_on(world).await;
            // After the delay of the previous round is over.
            let now = world.now + Duration::hours(round);
            let waiting = after_password(world, now).await;
            let turn_off = people.turn_off_second_factor(&administrator, person);
            let reset = people.reset_password(&administrator, person);
            let guesses = futures::future::join_all((0..4).map(|_| sign_in(world, "sai mat khau", now)));
            let codes = futures::future::join_all((0..4).map(|_| {
                SecondFactor::enter_code(&world.backend, &waiting, "000000", "Firefox", "10.0.0.1")
            }));
            let (off, reset, guesses, codes) = futures::join!(turn_off, reset, guesses, codes);
            let guesses = guesses.into_iter().filter_map(Result::err);
            let codes = codes.into_iter().filter_map(Result::err);
            for failure in guesses.chain(codes).chain(off.err()).chain(reset.err()) {
                let is_told = matches!(failure, Failure::Refused(_) | Failure::SignedOut);
                assert!(is_told, "{}: {failure:?}", world.engine);
            }
            for sql in [
                "DELETE FROM sign_in_failure",
                "DELETE FROM recovery_code",
                "DELETE FROM second_factor",
                "UPDATE person SET must_change = FALSE, password_hash = (SELECT hash FROM before)",
            ] {
                world.run(sql).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_waits_ten_minutes_for_its_code_and_is_no_device_of_its_owners() {
    each_database(async |world| {
        secretary(world).await;
        turned_on(world).await;
        let token = sign_in(world, PASSWORD, world.now).await.unwrap();
        let later = |seconds| world.now + Duration::seconds(seconds);
        let caller = recognise(world, &token, later(599)).await.caller;
        let listed = Accounts::sessions(&world.backend, &caller).await.unwrap();
        assert!(listed.iter().all(|session| session.id != caller.session));
        let ended = Accounts::recognise(&world.backend, &token, SessionUse::ByPerson, later(600)).await;
        assert_eq!(ended, Err(Failure::SignedOut));
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_nobody_confirms_is_shown_for_a_quarter_of_an_hour() {
    each_database(async |world| {
        secretary(world).await;
        let factor: &dyn SecondFactor = &world.backend;
        let caller = after_password(world, world.now).await;
        factor.begin(&caller, PASSWORD).await.unwrap();
        let setup = factor.state(&caller).await.unwrap().setup.unwrap();
        let late = Caller { now: world.now + Duration::minutes(15), ..caller };
        assert_eq!(factor.state(&late).await.unwrap().setup, None);
        let confirmed = factor.confirm(&late, &code(&setup.secret, late.now)).await;
        assert_eq!(confirmed, Err(Failure::Refused(Refusal::WrongState)));
        factor.begin(&late, PASSWORD).await.unwrap();
        let fresh = factor.state(&late).await.unwrap().setup.unwrap();
        assert_ne!(fresh.secret, setup.secret);
        factor.confirm(&late, &code(&fresh.secret, late.now)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn its_owner_turns_it_off_with_password_and_code_and_is_told() {
    each_database(async |world| {
        secretary(world).await;
        let (secret, recovery) = turned_on(world).await;
        let factor: &dyn SecondFactor = &world.backend;
        let mut caller = after_password(world, world.now).await;
        let mut later = |seconds| {
            caller.now += Duration::seconds(seconds);
            caller.clone()
        };
        let now = later(60);
        let wrong = factor.turn_off(&now, "sai-mat-khau", &code(&secret, now.now)).await;
        let told = vec![FieldProblem::new("second_password", Problem::WrongPassword)];
        assert_eq!(wrong, Err(Failure::Invalid(told)));
        let now = later(60);
        for _ in 0..2 {
            assert_eq!(factor.turn_off(&now, PASSWORD, "000000").await, wrong_code());
        }
        assert_eq!(
            factor.turn_off(&now, PASSWORD, &recovery[0]).await.map_err(|_| ()),
            Err(()),
            "has to wait"
        );
        let now = later(60);
        factor.turn_off(&now, PASSWORD, &recovery[0]).await.unwrap();
        assert_eq!((world.count("second_factor").await, world.count("recovery_code").await), (0, 0));
        let token = sign_in(world, PASSWORD, now.now).await.unwrap();
        assert_eq!(recognise(world, &token, now.now).await.duty, None);
        let events = Notices::account_events(&world.backend, &now).await.unwrap();
        let told = |kind: &AccountEventKind| events.iter().filter(|event| event.kind == *kind).count();
        for kind in [
            AccountEventKind::SecondFactorOff { by: now.name },
            AccountEventKind::RecoveryCodeUsed { left: 9 },
            AccountEventKind::FailedTries { count: 3 },
        ] {
            assert_eq!(told(&kind), 1, "{kind:?}: {events:?}");
        }
        let on = events.iter().find(|event| event.kind == AccountEventKind::SecondFactorOn).unwrap();
        assert!(on.is_seen, "home does not say that it is on and off");
    })
    .await;
}

#[tokio::test]
async fn its_owner_replaces_the_recovery_codes_with_password_and_code_and_is_told() {
    each_database(async |world| {
        secretary(world).await;
        let factor: &dyn SecondFactor = &world.backend;
        let caller = after_password(world, world.now).await;
        let off = factor.renew_recovery_codes(&caller, PASSWORD, "000000").await;
        assert_eq!(off, Err(Failure::Refused(Refusal::WrongState)), "there is none to replace");
        let (secret, old) = turned_on(world).await;
        let later = |seconds| Caller { now: world.now + Duration::seconds(seconds), ..caller.clone() };

        let now = later(60);
        let wrong = factor.renew_recovery_codes(&now, "sai-mat-khau", &code(&secret, now.now)).await;
        let told = vec![FieldProblem::new("second_password", Problem::WrongPassword)];
        assert_eq!(wrong, Err(Failure::Invalid(told)));
        let now = later(120);
        for _ in 0..2 {
            assert_eq!(factor.renew_recovery_codes(&now, PASSWORD, "000000").await, wrong_code());
        }
        let good = code(&secret, now.now);
        let waits = factor.renew_recovery_codes(&now, PASSWORD, &good).await;
        assert!(matches!(waits, Err(Failure::Refused(Refusal::WaitBeforeSignIn { .. }))), "{waits:?}");
        assert_eq!(factor.state(&now).await.unwrap().recovery_codes_left, 10);

        let now = later(180);
        let good = code(&secret, now.now);
        let fresh = factor.renew_recovery_codes(&now, PASSWORD, &good).await.unwrap();
        assert_eq!(factor.state(&now).await.unwrap().recovery_codes_left, 10);
        assert!(fresh.iter().all(|code| !old.contains(code)), "all are new");
        let again = factor.renew_recovery_codes(&later(240), PASSWORD, &good).await;
        assert_eq!(again, wrong_code(), "the code is used up");

        let enter = async |code: &str| {
            let now = world.now + Duration::minutes(10);
            let waiting = after_password(world, now).await;
            factor.enter_code(&waiting, code, "Firefox", "10.0.0.1").await.map(|_| ())
        };
        assert_eq!(enter(&fresh[0]).await, Ok(()));
        assert_eq!(enter(&old[0]).await, wrong_code());
        let events = Notices::account_events(&world.backend, &now).await.unwrap();
        let told = events.iter().filter(|event| event.kind == AccountEventKind::RecoveryCodesRenewed);
        assert_eq!(told.count(), 1, "{events:?}");
        assert_eq!(world.count("audit WHERE what = 'accounts.renew_recovery_codes'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_administrator_turns_off_that_of_somebody_who_lost_the_phone_and_they_are_told() {
    each_database(async |world| {
        let administrator = secretary(world).await;
        turned_on(world).await;
        let people: &dyn People = &world.backend;
        let listed = people.list(&administrator, None, "thuky1", 1).await.unwrap();
        let person = listed.rows[0].id;
        assert!(listed.rows[0].has_second_factor);
        let elsewhere = world.caller(Role::AgencyAdministrator, "STC").await;
        assert_eq!(people.turn_off_second_factor(&elsewhere, person).await, Err(Failure::Forbidden));
        let own = Caller { person, ..administrator.clone() };
        assert_eq!(people.turn_off_second_factor(&own, person).await, Err(Failure::Forbidden));
        people.turn_off_second_factor(&administrator, person).await.unwrap();
        people.turn_off_second_factor(&administrator, person).await.unwrap();
        assert_eq!(world.count("audit WHERE what = 'people.turn_off_second_factor'").await, 1);
        let caller = after_password(world, world.now).await;
        let events = Notices::account_events(&world.backend, &caller).await.unwrap();
        let off = AccountEventKind::SecondFactorOff { by: administrator.name };
        assert_eq!(events.iter().filter(|event| event.kind == off).count(), 1);
        assert!(!people.get(&world.system(), person).await.unwrap().has_second_factor);
    })
    .await;
}

#[tokio::test]
async fn a_role_that_must_have_one_leads_to_it_before_anything_else() {
    each_database(async |world| {
        secretary(world).await;
        let token = sign_in(world, PASSWORD, world.now).await.unwrap();
        let demanding = async |roles: Vec<Role>| {
            let config = BackendConfig { second_factor_roles: roles, ..world.config.clone() };
            let backend = Backend::open(config, Box::new(SeededEntropy::new(9))).await.unwrap();
            let found = Accounts::recognise(&backend, &token, SessionUse::ByPerson, world.now).await.unwrap();
            let is_demanded = SecondFactor::state(&backend, &found.caller).await.unwrap().is_demanded;
            backend.db().close().await;
            (found.duty, is_demanded)
        };
        assert_eq!(demanding(vec![Role::SystemAdministrator]).await, (None, false));
        let secretaries = vec![Role::SystemAdministrator, Role::Secretary];
        assert_eq!(demanding(secretaries.clone()).await, (Some(Duty::SetUpSecondFactor), true));
        turned_on(world).await;
        assert_eq!(demanding(secretaries.clone()).await, (None, true));
        // A password that another person knows comes first.
        world.run("DELETE FROM second_factor").await;
        world.run("UPDATE person SET must_change = TRUE").await;
        assert_eq!(demanding(secretaries).await.0, Some(Duty::ChangePassword));
    })
    .await;
}

#[tokio::test]
async fn nothing_of_it_stands_in_the_trail() {
    each_database(async |world| {
        secretary(world).await;
        let (secret, recovery) = turned_on(world).await;
        let lines: Vec<(String, String)> =
            backend::q("SELECT before_json, after_json FROM audit").all(world.backend.db()).await.unwrap();
        for (before, after) in lines {
            for secret in recovery.iter().chain([&secret]) {
                assert!(!before.contains(secret) && !after.contains(secret), "{before} {after}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn before_the_password_fits_nothing_tells_that_there_is_one() {
    each_database(async |world| {
        secretary(world).await;
        turned_on(world).await;
        let accounts: &dyn Accounts = &world.backend;
        for (n, name) in ["thuky1", "khong-co"].into_iter().enumerate() {
            let address = format!("192.0.2.{n}");
            let tried = accounts.sign_in(name, "sai-mat-khau", false, "", &address, world.now).await;
            assert_eq!(tried.map(|_| ()), Err(Failure::Refused(Refusal::WrongCredentials)), "{name}");
            // Both wrote the same rows: for the name, for the address, and for the two together.
            let rows = format!("sign_in_failure WHERE subject LIKE '%{name}%' OR subject LIKE '%{address}%'");
            assert_eq!(world.count(&rows).await, 3, "{name}");
        }
        assert_eq!(world.count("session WHERE awaits_code").await, 0);
    })
    .await;
}
