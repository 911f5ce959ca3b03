//! Signing in, staying signed in, and the first administrator.

use chrono::Duration;
use domain::access::{Role, Stage};
use domain::accounts::{Accounts, FirstAdministrator};
use domain::agencies::Agencies;
use domain::attendance::Attendance;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::people::{People, PersonInput};

use crate::support::{World, each_database};

const PASSWORD: &str = "mat-khau-dai-1";

async fn secretary(world: &World) {
    world.agency("SNV").await;
    let input = PersonInput {
        user_name: "Thuky1".into(),
        name: "Thư ký 1".into(),
        position: "Chuyên viên".into(),
        agency: "SNV".into(),
        roles: "secretary".into(),
        password: PASSWORD.into(),
    };
    let (_, made) = People::add(&world.backend, &world.system(), input).await.unwrap();
    assert_eq!(made, None);
    world.run("UPDATE person SET must_change = FALSE").await;
}

fn waits(outcome: Result<domain::accounts::SignedIn, Failure>) -> u64 {
    match outcome.map(|_| ()) {
        Err(Failure::Refused(Refusal::WaitBeforeSignIn { seconds })) => seconds,
        other => panic!("did not wait: {other:?}"),
    }
}

#[tokio::test]
async fn a_session_says_who_asks_and_only_its_hash_is_stored() {
    each_database(async |world| {
        secretary(world).await;
        let accounts: &dyn Accounts = &world.backend;
        let signed_in =
            accounts.sign_in(" THUKY1 ", PASSWORD, false, "Firefox", "10.0.0.1", world.now).await.unwrap();
        assert_eq!((signed_in.token.len(), signed_in.max_age_seconds), (64, None));
        let caller = accounts.identify(&signed_in.token, world.now).await.unwrap();
        assert_eq!((caller.name.as_str(), caller.agency.code.as_str()), ("Thư ký 1", "SNV"));
        assert!(caller.has_role(Role::Secretary) && caller.grants[0].agency == caller.agency.id);
        let (stored,): (String,) =
            backend::q("SELECT token_hash FROM session").one(world.backend.db()).await.unwrap();
        assert_ne!(stored, signed_in.token);
        assert_eq!(accounts.identify(&stored, world.now).await, Err(Failure::SignedOut));
        assert_eq!(accounts.identify("", world.now).await, Err(Failure::SignedOut));
        let sessions = accounts.sessions(&caller).await.unwrap();
        assert!(sessions.len() == 1 && sessions[0].is_this && sessions[0].device == "Firefox");
        accounts.sign_out(&caller).await.unwrap();
        assert_eq!(accounts.identify(&signed_in.token, world.now).await, Err(Failure::SignedOut));
    })
    .await;
}

#[tokio::test]
async fn the_sessions_of_one_person_are_limited_and_the_unused_ones_end_first() {
    each_database(async |world| {
        secretary(world).await;
        let accounts: &dyn Accounts = &world.backend;
        let sign_in = async |device: &str| {
            accounts.sign_in("thuky1", PASSWORD, false, device, "", world.now).await.unwrap().token
        };
        let oldest = sign_in("tablet").await;
        // More of the kind that waits for a code, and others in use since.
        for (number, waits) in [(60, true), (48, false)] {
            world
                .run(&format!(
                    "INSERT INTO session (id, person_id, token_hash, device, began_at, used_at, idle_ms, ends_at, awaits_code) \
                     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {number}) \
                     SELECT 'x-{waits}-' || i, person_id, 'x-{waits}-' || i, 'copy', began_at, used_at + i, idle_ms, \
                            ends_at, {waits} FROM session, n WHERE device = 'tablet'"
                ))
                .await;
        }
        let newest = sign_in("desk").await;
        assert_eq!(world.count("session WHERE NOT awaits_code").await, 50);
        accounts.identify(&oldest, world.now).await.expect("the fiftieth is kept");
        world.run("UPDATE session SET used_at = used_at + 100 WHERE device = 'desk'").await;
        sign_in("phone").await;
        assert_eq!(world.count("session WHERE NOT awaits_code").await, 50);
        assert_eq!(accounts.identify(&oldest, world.now).await, Err(Failure::SignedOut));
        accounts.identify(&newest, world.now).await.unwrap();
        assert_eq!(world.count("session WHERE awaits_code").await, 60, "they are limited for themselves");
    })
    .await;
}

#[tokio::test]
async fn sessions_end_unused_and_at_the_latest_after_their_whole_time() {
    each_database(async |world| {
        secretary(world).await;
        let accounts: &dyn Accounts = &world.backend;
        let day = accounts.sign_in("thuky1", PASSWORD, false, "", "", world.now).await.unwrap().token;
        let kept = accounts.sign_in("thuky1", PASSWORD, true, "", "", world.now).await.unwrap();
        assert_eq!(kept.max_age_seconds, Some(10 * 24 * 3600));
        let after = |hours| world.now + Duration::hours(hours);
        for hours in [7, 14, 21] {
            accounts.identify(&day, after(hours)).await.unwrap();
        }
        assert_eq!(accounts.identify(&day, after(24)).await, Err(Failure::SignedOut));
        let idle = accounts.sign_in("thuky1", PASSWORD, false, "", "", world.now).await.unwrap().token;
        assert_eq!(accounts.identify(&idle, after(8)).await, Err(Failure::SignedOut));
        for days in [3, 6, 9] {
            accounts.identify(&kept.token, after(days * 24)).await.unwrap();
        }
        assert_eq!(accounts.identify(&kept.token, after(10 * 24)).await, Err(Failure::SignedOut));
        let unused = accounts.sign_in("thuky1", PASSWORD, true, "", "", world.now).await.unwrap().token;
        assert_eq!(accounts.identify(&unused, after(80)).await, Err(Failure::SignedOut));
    })
    .await;
}

#[tokio::test]
async fn a_question_in_the_background_is_no_use_of_a_session() {
    each_database(async |world| {
        secretary(world).await;
        let accounts: &dyn Accounts = &world.backend;
        let token = accounts.sign_in("thuky1", PASSWORD, false, "", "", world.now).await.unwrap().token;
        let after = |minutes| world.now + Duration::minutes(minutes);
        for minutes in [60, 300, 479] {
            let caller = accounts.identify_in_background(&token, after(minutes)).await.unwrap();
            assert_eq!(caller.now, after(minutes));
            assert_eq!(accounts.sessions(&caller).await.unwrap()[0].used, world.now);
        }
        assert_eq!(accounts.identify_in_background(&token, after(480)).await, Err(Failure::SignedOut));
        assert_eq!(accounts.identify(&token, after(480)).await, Err(Failure::SignedOut));
    })
    .await;
}

#[tokio::test]
async fn the_display_of_a_hall_uses_its_session_while_the_meeting_is_on() {
    each_database(async |world| {
        secretary(world).await;
        let on = world.meeting("SNV").stage(Stage::UnderWay).store().await;
        let coming = world.meeting("SNV").stage(Stage::Scheduled).store().await;
        let accounts: &dyn Accounts = &world.backend;
        let token = accounts.sign_in("thuky1", PASSWORD, false, "", "", world.now).await.unwrap().token;
        let used_after = async |meeting, seconds: i64| {
            let now = world.now + Duration::seconds(seconds);
            let caller = accounts.identify_in_background(&token, now).await.unwrap();
            world.backend.hall(&caller, meeting).await.unwrap();
            (accounts.sessions(&caller).await.unwrap()[0].used - world.now).num_seconds()
        };
        assert_eq!(used_after(coming, 300).await, 0);
        assert_eq!(used_after(on, 301).await, 301);
        assert_eq!(used_after(on, 330).await, 301, "once a minute is enough");
        assert_eq!(used_after(on, 361).await, 361);
    })
    .await;
}

#[tokio::test]
async fn use_is_written_down_once_a_minute() {
    each_database(async |world| {
        secretary(world).await;
        let accounts: &dyn Accounts = &world.backend;
        let token = accounts.sign_in("thuky1", PASSWORD, false, "", "", world.now).await.unwrap().token;
        let used = async |seconds| {
            let now = world.now + Duration::seconds(seconds);
            let caller = accounts.identify(&token, now).await.unwrap();
            (accounts.sessions(&caller).await.unwrap()[0].used - world.now).num_seconds()
        };
        assert_eq!((used(59).await, used(60).await, used(119).await, used(120).await), (0, 60, 60, 120));
    })
    .await;
}

#[tokio::test]
async fn every_failure_of_a_name_doubles_the_wait_and_success_clears_it() {
    each_database(async |world| {
        secretary(world).await;
        let accounts: &dyn Accounts = &world.backend;
        let mut now = world.now;
        for seconds in [1, 2, 4] {
            let wrong = accounts.sign_in("thuky1", "sai-mat-khau", false, "", "10.0.0.1", now).await;
            assert_eq!(wrong.map(|_| ()), Err(Failure::Refused(Refusal::WrongCredentials)));
            // The right password does not get by either.
            assert_eq!(
                waits(accounts.sign_in("thuky1", PASSWORD, false, "", "10.0.0.1", now).await),
                seconds
            );
            now += Duration::seconds(i64::try_from(seconds).unwrap());
        }
        accounts.sign_in("thuky1", PASSWORD, false, "", "10.0.0.1", now).await.unwrap();
        assert_eq!(world.count("sign_in_failure WHERE subject LIKE 'at:%'").await, 0);
        // Who has an account of one's own would otherwise try those of others in peace.
        assert_eq!(world.count("sign_in_failure WHERE subject = 'address:10.0.0.1'").await, 1);
    })
    .await;
}

/// Tries a password; whether it was compared at all, or had to wait.
async fn guess(world: &World, name: &str, address: &str, now: chrono::DateTime<chrono::Utc>) -> bool {
    let tried = Accounts::sign_in(&world.backend, name, "sai-mat-khau", false, "", address, now).await;
    match tried.map(|_| ()) {
        Err(Failure::Refused(Refusal::WrongCredentials)) => true,
        Err(Failure::Refused(Refusal::WaitBeforeSignIn { .. })) => false,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_user_name_is_forgiven_alone_and_not_one_that_goes_on_after_it() {
    each_database(async |world| {
        secretary(world).await;
        for name in ["thuky1", "thuky1@snv"] {
            assert!(guess(world, name, "10.0.0.1", world.now).await);
        }
        let people: &dyn People = &world.backend;
        let person = people.list(&world.system(), None, "thuky1", 1).await.unwrap().rows[0].id;
        people.reset_password(&world.system(), person).await.unwrap();
        assert!(guess(world, "thuky1", "10.0.0.1", world.now).await);
        assert!(!guess(world, "thuky1@snv", "10.0.0.1", world.now).await);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_name_is_refused_in_the_same_words_and_its_address_slows_down() {
    each_database(async |world| {
        secretary(world).await;
        let accounts: &dyn Accounts = &world.backend;
        for number in 0..31 {
            let name = format!("khong-co-{number}");
            assert!(guess(world, &name, "10.0.0.9", world.now).await, "{number}");
        }
        assert_eq!(waits(accounts.sign_in("thuky1", PASSWORD, false, "", "10.0.0.9", world.now).await), 1);
        accounts.sign_in("thuky1", PASSWORD, false, "", "10.0.0.8", world.now).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn thirty_people_behind_one_address_who_mistype_once_are_hardly_held_up() {
    each_database(async |world| {
        let accounts: &dyn Accounts = &world.backend;
        world.agency("SNV").await;
        // Within two minutes at eight, and again spread over the morning.
        for (round, seconds_apart) in [4, 480].into_iter().enumerate() {
            let eight = world.now + Duration::days(i64::try_from(round).unwrap());
            for number in 0..30 {
                let name = format!("nguoi{round}-{number}");
                let input = PersonInput {
                    user_name: name.clone(),
                    name: name.clone(),
                    position: String::new(),
                    agency: "SNV".into(),
                    roles: String::new(),
                    password: PASSWORD.into(),
                };
                People::add(&world.backend, &world.system(), input).await.unwrap();
                let now = eight + Duration::seconds(number * seconds_apart);
                assert!(guess(world, &name, "10.0.0.1", now).await, "{name}");
                let again = now + Duration::seconds(2);
                accounts.sign_in(&name, PASSWORD, false, "", "10.0.0.1", again).await.unwrap();
            }
        }
    })
    .await;
}

#[tokio::test]
async fn who_guesses_all_day_is_held_to_the_bound() {
    each_database(async |world| {
        secretary(world).await;
        let seconds = |n: i64| world.now + Duration::seconds(n);
        let (mut at_one_name, mut at_any) = (0, 0);
        // Every fifteen seconds for an hour; names of one's own invention at the other address.
        for n in 0..240 {
            at_one_name += i32::from(guess(world, "thuky1", "10.0.0.9", seconds(n * 15)).await);
            let name = format!("khong-co-{n}");
            at_any += i32::from(guess(world, &name, "10.0.0.7", seconds(n * 15)).await);
        }
        assert!(at_one_name <= 10 + 12, "{at_one_name}");
        assert!(at_any <= 40 + 60, "{at_any}");
    })
    .await;
}

#[tokio::test]
async fn guesses_from_many_addresses_are_bounded_and_never_hold_up_the_owners_own() {
    each_database(async |world| {
        secretary(world).await;
        let accounts: &dyn Accounts = &world.backend;
        accounts.sign_in("thuky1", PASSWORD, false, "", "10.0.0.1", world.now).await.unwrap();
        let mut compared = 0;
        for n in 0..240 {
            let now = world.now + Duration::seconds(n * 15);
            compared += i32::from(guess(world, "thuky1", &format!("192.0.2.{n}"), now).await);
        }
        assert!(compared <= 30 + 12, "{compared}");
        let now = world.now + Duration::hours(1);
        accounts.sign_in("thuky1", PASSWORD, false, "", "10.0.0.1", now).await.unwrap();
        assert!(waits(accounts.sign_in("thuky1", PASSWORD, false, "", "10.0.0.2", now).await) > 0);
        let later = world.now + Duration::days(31);
        assert!(guess(world, "thuky1", "10.0.0.3", later).await);
        // Thirty days after the last sign-in an address is familiar no longer.
        accounts.sign_in("thuky1", PASSWORD, false, "", "10.0.0.2", later).await.unwrap();
        assert_eq!(world.count("familiar_address").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_guess_every_five_minutes_keeps_nobody_out() {
    each_database(async |world| {
        secretary(world).await;
        let accounts: &dyn Accounts = &world.backend;
        let mut now = world.now;
        for _ in 0..100 {
            now += Duration::minutes(5);
            assert!(guess(world, "thuky1", "10.0.0.9", now).await);
        }
        accounts.sign_in("thuky1", PASSWORD, false, "", "10.0.0.2", now).await.unwrap();
        // Not even where the guesses come from.
        let soon = now + Duration::seconds(2);
        accounts.sign_in("thuky1", PASSWORD, false, "", "10.0.0.9", soon).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    each_database(async |world| {
        secretary(world).await;
        let accounts: &dyn Accounts = &world.backend;
        let here = accounts.sign_in("thuky1", PASSWORD, false, "", "", world.now).await.unwrap().token;
        let there = accounts.sign_in("thuky1", PASSWORD, true, "", "", world.now).await.unwrap().token;
        let caller = accounts.identify(&here, world.now).await.unwrap();
        let short = accounts.change_password(&caller, PASSWORD, "ngan").await;
        assert!(matches!(short, Err(Failure::Invalid(_))), "{short:?}");
        accounts.change_password(&caller, PASSWORD, "mat-khau-moi-2").await.unwrap();
        assert!(accounts.identify(&here, world.now).await.is_ok());
        assert_eq!(accounts.identify(&there, world.now).await, Err(Failure::SignedOut));
        // Two slips cost nothing and are told at the field; from the third on there is a wait.
        for _ in 0..3 {
            let wrong = accounts.change_password(&caller, PASSWORD, "mat-khau-moi-3").await;
            let told = vec![FieldProblem::new("old", Problem::WrongPassword)];
            assert_eq!(wrong, Err(Failure::Invalid(told)));
        }
        let waits = accounts.change_password(&caller, PASSWORD, "mat-khau-moi-3").await;
        assert!(matches!(waits, Err(Failure::Refused(Refusal::WaitBeforeSignIn { .. }))), "{waits:?}");
        let later = world.now + Duration::seconds(1);
        accounts.sign_in("thuky1", "mat-khau-moi-2", false, "", "", later).await.unwrap();
        accounts.sign_out_everywhere(&caller).await.unwrap();
        assert_eq!(world.count("session").await, 0);
    })
    .await;
}

fn first(code: &str) -> FirstAdministrator {
    FirstAdministrator {
        code: code.into(),
        agency_name: "Ủy ban nhân dân tỉnh Sơn La".into(),
        user_name: "quantri".into(),
        name: "Quản trị".into(),
        password: PASSWORD.into(),
    }
}

#[tokio::test]
async fn the_printed_code_makes_the_first_administrator_once() {
    each_database(async |world| {
        let accounts: &dyn Accounts = &world.backend;
        assert!(accounts.is_empty().await.unwrap());
        let old = world.backend.first_code().await.unwrap().unwrap();
        let code = world.backend.first_code().await.unwrap().unwrap();
        let wrong = accounts.claim(first(&old), "", "10.0.0.1", world.now).await;
        assert_eq!(wrong.map(|_| ()), Err(Failure::Refused(Refusal::WrongCode)));
        assert_eq!(waits(accounts.claim(first(&code), "", "10.0.0.1", world.now).await), 1);
        let now = world.now + Duration::seconds(1);
        let typed = code.to_uppercase().replace('-', " ");
        let signed_in = accounts.claim(first(&typed), "", "10.0.0.1", now).await.unwrap();
        let caller = accounts.identify(&signed_in.token, now).await.unwrap();
        assert!(caller.has_role(Role::SystemAdministrator));
        let tree = Agencies::tree(&world.backend, &caller).await.unwrap();
        assert_eq!((tree.len(), tree[0].code.as_str()), (1, "UBNDTSL"));
        assert_eq!(world.backend.first_code().await.unwrap(), None);
        let again = accounts.claim(first(&code), "", "10.0.0.1", now).await;
        assert_eq!(again.map(|_| ()), Err(Failure::Refused(Refusal::WrongCode)));
    })
    .await;
}

#[tokio::test]
async fn nothing_secret_stands_in_the_trail() {
    each_database(async |world| {
        secretary(world).await;
        let token =
            Accounts::sign_in(&world.backend, "thuky1", PASSWORD, false, "", "", world.now).await.unwrap();
        let lines: Vec<(String, String)> =
            backend::q("SELECT before_json, after_json FROM audit").all(world.backend.db()).await.unwrap();
        assert!(lines.len() >= 3);
        for (before, after) in lines {
            for secret in [PASSWORD, token.token.as_str(), "argon2"] {
                assert!(!before.contains(secret) && !after.contains(secret), "{before} {after}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn strangers_do_not_keep_the_owner_of_the_first_code_waiting() {
    each_database(async |world| {
        let accounts: &dyn Accounts = &world.backend;
        let code = world.backend.first_code().await.unwrap().unwrap();
        for n in 0..200 {
            let wrong = accounts.claim(first("sai-ma"), "", &format!("192.0.2.{n}"), world.now).await;
            assert_eq!(wrong.map(|_| ()), Err(Failure::Refused(Refusal::WrongCode)));
        }
        assert_eq!(waits(accounts.claim(first(&code), "", "192.0.2.7", world.now).await), 1);
        // A new code forgives all failures, from every address.
        let code = world.backend.first_code().await.unwrap().unwrap();
        assert_eq!(world.count("sign_in_failure").await, 0);
        let weak = FirstAdministrator { password: "quantri123".into(), ..first(&code) };
        let refused = accounts.claim(weak, "", "192.0.2.7", world.now).await;
        assert!(matches!(refused.map(|_| ()), Err(Failure::Invalid(_))));
        accounts.claim(first(&code), "", "192.0.2.7", world.now).await.unwrap();
    })
    .await;
}
