//! The code from the phone, through plain forms without any script.

use domain::access::Role;
use http::{Method, StatusCode, header};
use totp_rs::{Algorithm, Secret, TOTP};

use crate::world::{Answer, PASSWORD, World, now};

/// The code that the phone shows now.
fn code(secret: &str, steps_later: u64) -> String {
    let bytes = Secret::Encoded(secret.replace(' ', "")).to_bytes().unwrap();
    let phone = TOTP::new(Algorithm::SHA1, 6, 1, 30, bytes, None, String::new()).unwrap();
    phone.generate(u64::try_from(now().timestamp()).unwrap() + 30 * steps_later)
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{before} in {text}"));
    rest.split_once(after).unwrap().0
}

/// Turns the second factor on. Returns the secret and the page with the recovery codes.
async fn turned_on(world: &World, session: &str) -> (String, Answer) {
    let begun = world.submit(session, "/api/second-factor/begin", &[("second_password", PASSWORD)]).await;
    let page = world.follow(session, &begun).await;
    assert!(page.text().contains("class=\"si__qr\""), "{}", page.text());
    let secret = between(page.text(), "si__secret\">", "<").to_owned();
    let wrong = world.submit(session, "/api/second-factor/confirm", &[("second_code", "000000")]).await;
    assert!(wrong.text().contains("Mã xác nhận không đúng"));
    let on = world.submit(session, "/api/second-factor/confirm", &[("second_code", &code(&secret, 0))]).await;
    let page = world.follow(session, &on).await;
    let again = world.follow(session, &on).await;
    assert!(!again.text().contains("si__codes"), "the recovery codes are shown once");
    (secret, page)
}

fn recovery_codes(page: &Answer) -> Vec<&str> {
    let list = between(page.text(), "si__codes\"", "</ul>");
    list.split("<code class=\"num\">").skip(1).map(|code| code.split('<').next().unwrap()).collect()
}

async fn after_password(world: &World) -> String {
    let fields = [("user_name", "thuky1"), ("password", PASSWORD), ("next", "/calendar"), ("keep", "yes")];
    let waits = world.submit("", "/api/accounts/sign-in", &fields).await;
    assert_eq!(waits.header(header::LOCATION), "/calendar");
    assert!(
        !waits.header(header::SET_COOKIE).contains("Max-Age"),
        "no device stays signed in before the code"
    );
    waits.session()
}

#[tokio::test]
async fn it_is_set_up_on_the_account_and_asked_for_on_a_second_page() {
    let (world, _) = World::claimed().await;
    let (session, _) = world.person("thuky1", "secretary").await;
    let account = world.page("/account").signed_in(&session).send().await;
    assert!(account.text().contains("href=\"/account/second-factor\""));
    let (secret, page) = turned_on(&world, &session).await;
    let codes = recovery_codes(&page);
    assert_eq!(codes.len(), 10);

    let waiting = after_password(&world).await;
    let led = world.page("/calendar").signed_in(&waiting).send().await;
    assert_eq!(led.header(header::LOCATION), "/sign-in/code?next=%2Fcalendar");
    let page = world.follow(&waiting, &led).await;
    assert!(page.status == StatusCode::OK && page.text().contains("autocomplete=\"one-time-code\""));
    // Nothing else is open, not even the account; only signing in as another person is.
    for path in ["/account", "/account/second-factor", "/account/password", "/papers"] {
        let led = world.page(path).signed_in(&waiting).send().await;
        assert!(led.header(header::LOCATION).starts_with("/sign-in/code"), "{path}");
    }
    let told = world.ask(Method::POST, "/api/second-factor/turn-off").signed_in(&waiting);
    let told = told.body("application/json", "{}").send().await;
    assert!(told.status == StatusCode::CONFLICT && told.text().contains("enter_code"), "{}", told.text());
    assert_eq!(world.page("/sign-in").signed_in(&waiting).send().await.status, StatusCode::OK);

    let enter = async |session: &str, code: &str| {
        world
            .submit(session, "/api/second-factor/enter", &[("second_code", code), ("next", "/calendar")])
            .await
    };
    let entered = enter(&waiting, &code(&secret, 1)).await;
    assert_eq!(entered.header(header::LOCATION), "/calendar");
    assert!(entered.header(header::SET_COOKIE).contains("Max-Age"));
    let whole = entered.session();
    assert_ne!(whole, waiting);
    assert_eq!(world.follow(&whole, &entered).await.status, StatusCode::OK);
    let old = world.page("/calendar").signed_in(&waiting).send().await;
    assert!(old.header(header::LOCATION).starts_with("/sign-in?"), "{}", old.header(header::LOCATION));

    // The test's clock is stopped: the code is used up, but a recovery code is not.
    let waiting = after_password(&world).await;
    let entered = enter(&waiting, codes[0]).await;
    assert_eq!(entered.header(header::LOCATION), "/calendar");
    let waiting = after_password(&world).await;
    let refused = enter(&waiting, &code(&secret, 1)).await;
    assert!(refused.text().contains("Mã xác nhận không đúng hoặc đã dùng"), "{}", refused.text());

    let off = [("second_password", PASSWORD), ("second_code", codes[1])];
    let off = world.submit(&whole, "/api/second-factor/turn-off", &off).await;
    assert_eq!(off.header(header::LOCATION), "/account");
    assert!(world.follow(&whole, &off).await.text().contains("Đã tắt mã xác nhận"));
}

#[tokio::test]
async fn new_recovery_codes_replace_the_old_ones_and_are_shown_once() {
    let (world, _) = World::claimed().await;
    let (session, _) = world.person("thuky1", "secretary").await;
    let (secret, page) = turned_on(&world, &session).await;
    let old = recovery_codes(&page);
    let account = world.page("/account").signed_in(&session).send().await;
    assert!(account.text().contains("href=\"/account/second-factor?renew=yes\""));
    let on = world.page("/account/second-factor").signed_in(&session).send().await;
    assert!(on.text().contains("action=\"/api/second-factor/renew-codes\""), "{}", on.text());

    let renew = async |code: &str| {
        let fields = [("second_password", PASSWORD), ("second_code", code)];
        world.submit(&session, "/api/second-factor/renew-codes", &fields).await
    };
    let wrong = renew("000000").await;
    assert!(wrong.text().contains("Mã xác nhận không đúng"), "{}", wrong.text());
    let renewed = renew(&code(&secret, 1)).await;
    let page = world.follow(&session, &renewed).await;
    let fresh = recovery_codes(&page);
    assert!(fresh.len() == 10 && fresh.iter().all(|code| !old.contains(code)), "{fresh:?}");
    let again = world.follow(&session, &renewed).await;
    assert!(!again.text().contains("si__codes"), "the recovery codes are shown once");
}

#[tokio::test]
async fn a_role_that_must_have_one_is_led_to_it_after_signing_in() {
    let world = World::with(|config| config.second_factor_roles = vec![Role::Secretary]).await;
    let (world, administrator) = world.claim().await;
    assert_eq!(world.page("/").signed_in(&administrator).send().await.status, StatusCode::OK);
    let system = world.site.backend.system_caller(now());
    let tree = world.site.services.agencies.tree(&system).await.unwrap();
    let person = domain::people::PersonInput {
        user_name: "thuky1".into(),
        name: "Thư ký 1".into(),
        agency: tree[0].code.clone(),
        roles: "secretary".into(),
        password: PASSWORD.into(),
        ..domain::people::PersonInput::default()
    };
    world.site.services.people.add(&system, person).await.unwrap();
    world.has_chosen_a_password("thuky1").await;
    let session = after_password_alone(&world).await;
    let led = world.page("/calendar").signed_in(&session).send().await;
    assert_eq!(led.header(header::LOCATION), "/account/second-factor?next=%2Fcalendar");
    let page = world.follow(&session, &led).await;
    assert!(page.text().contains("Vai trò đang giữ phải dùng mã xác nhận"), "{}", page.text());
    turned_on(&world, &session).await;
    assert_eq!(world.page("/calendar").signed_in(&session).send().await.status, StatusCode::OK);
    // An administrator sees it in the list and turns it off.
    let list = world.page("/admin/people").signed_in(&administrator).send().await;
    assert!(list.text().contains("/api/people/turn-off-second-factor"));
    let person = between(list.text(), "/api/people/turn-off-second-factor", "</form>");
    let person = between(person, "name=\"person\" value=\"", "\"").to_owned();
    world.submit(&administrator, "/api/people/turn-off-second-factor", &[("person", &person)]).await;
    let led = world.page("/calendar").signed_in(&session).send().await;
    assert!(led.header(header::LOCATION).starts_with("/account/second-factor"));
}

async fn after_password_alone(world: &World) -> String {
    let fields = [("user_name", "thuky1"), ("password", PASSWORD)];
    world.submit("", "/api/accounts/sign-in", &fields).await.session()
}
