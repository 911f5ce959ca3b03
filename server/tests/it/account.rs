//! Protection of accounts, through plain forms without any script.

use domain::accounts::Duty;
use domain::audit::AuditFilter;
use domain::people::PersonInput;
use http::{Method, StatusCode, header};
use server::permission::{self, Access};

use crate::world::{World, now};

const FIRST: &str = "nui xanh dem ba con ca";
const CHOSEN: &str = "may trang om tam ngon doi";

/// A person whom an administrator added; returns their session after the first sign-in.
async fn added(world: &World) -> String {
    let system = world.site.backend.system_caller(now());
    let tree = world.site.services.agencies.tree(&system).await.unwrap();
    let person = PersonInput {
        user_name: "hoa".into(),
        name: "Nguyễn Thị Hoa".into(),
        position: String::new(),
        agency: tree[0].code.clone(),
        roles: "secretary".into(),
        password: FIRST.into(),
    };
    world.site.services.people.add(&system, person).await.unwrap();
    let signed_in =
        world.submit("", "/api/accounts/sign-in", &[("user_name", "hoa"), ("password", FIRST)]).await;
    assert_eq!(signed_in.header(header::LOCATION), "/");
    signed_in.session()
}

/// An address of the table with its placeholders filled.
fn filled(address: &str) -> String {
    let id = "00000000-0000-7000-8000-000000000001";
    address.replace("{id}", id).replace("{kind}", "people")
}

#[tokio::test]
async fn a_first_password_opens_no_page_no_call_no_socket_and_no_stream() {
    let (world, _) = World::claimed().await;
    let hoa = added(&world).await;
    let closed = permission::all().filter(|(address, access)| {
        !matches!(access, Access::Open | Access::Public)
            && !permission::duties(address).contains(&Duty::ChangePassword)
    });
    let mut seen = 0;
    for (address, _) in closed {
        let path = filled(address);
        let is_call = path.starts_with("/api/");
        let method = if is_call { Method::POST } else { Method::GET };
        let told = world.ask(method, &path).with(header::ACCEPT, "application/json").signed_in(&hoa);
        let told = told.body("application/json", "{}").send().await;
        assert_eq!(told.status, StatusCode::CONFLICT, "{path}: {}", told.text());
        assert!(told.text().contains("change_password"), "{path}: {}", told.text());
        let led = match is_call {
            true => world.submit(&hoa, &path, &[]).await,
            false => world.page(&path).signed_in(&hoa).send().await,
        };
        assert_eq!(led.status, StatusCode::SEE_OTHER, "{path}");
        assert!(led.header(header::LOCATION).starts_with("/account/password?next="), "{path}");
        seen += 1;
    }
    assert!(seen > 100, "{seen}");
    // An upload is refused before its body is read.
    let upload = world.ask(Method::POST, &filled("/meetings/{id}/papers")).signed_in(&hoa);
    let upload = upload.body("multipart/form-data; boundary=x", "--x--").send().await;
    assert_eq!(upload.status, StatusCode::CONFLICT);
    // Files of the site, the language and signing out stay open.
    let language = world.submit(&hoa, "/api/preferences/set", &[("locale", "en")]).await;
    assert!(language.status.is_redirection() || language.status.is_success(), "{}", language.status);
    let out = world.submit(&hoa, "/api/accounts/sign-out", &[]).await;
    assert_eq!(out.header(header::LOCATION), "/sign-in");
}

#[tokio::test]
async fn the_first_password_is_changed_on_a_page_of_its_own_and_leads_on() {
    let (world, administrator) = World::claimed().await;
    let hoa = added(&world).await;
    let page = world.page("/meetings?page=2").signed_in(&hoa).send().await;
    assert_eq!(page.header(header::LOCATION), "/account/password?next=%2Fmeetings%3Fpage%3D2");
    let page = world.follow(&hoa, &page).await;
    assert!(page.text().contains("Đặt mật khẩu của mình") && page.text().contains("/meetings?page=2"));
    let change = async |old: &str, new: &str| {
        let fields = [("old", old), ("new", new), ("again", new), ("next", "/meetings?page=2")];
        world.submit(&hoa, "/api/accounts/change-password", &fields).await
    };
    let weak = change(FIRST, "nguyenthihoa").await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(weak.text().contains("người quen đoán ra ngay"), "{}", weak.text());
    assert!(weak.text().contains("Nên dùng bốn, năm từ"), "says what would be better");
    // Without `next` the form would lead to the account page, which does not open yet.
    let short = [("old", FIRST), ("new", "a"), ("again", "a")];
    let short = world.submit(&hoa, "/api/accounts/change-password", &short).await;
    assert!(short.text().contains("Đặt mật khẩu của mình"), "{}", short.text());
    let same = change(FIRST, FIRST).await;
    assert!(same.text().contains("Cần khác mật khẩu hiện tại"));
    let changed = change(FIRST, CHOSEN).await;
    assert_eq!(changed.header(header::LOCATION), "/meetings?page=2");
    assert_eq!(world.follow(&hoa, &changed).await.status, StatusCode::OK);

    // A reset leads there again, and says who did it.
    let system = world.site.backend.system_caller(now());
    let person = world.site.services.people.list(&system, None, "hoa", 1).await.unwrap().rows[0].id;
    let reset = [("person", person.to_string()), ("user_name", "hoa".to_owned())];
    let reset: Vec<(&str, &str)> = reset.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let reset = world.submit(&administrator, "/api/people/reset-password", &reset).await;
    let page = world.follow(&administrator, &reset).await;
    let (_, made) = page.text().split_once("<code class=\"num\">").unwrap();
    let made = made.split('<').next().unwrap();
    let signed_in =
        world.submit("", "/api/accounts/sign-in", &[("user_name", "hoa"), ("password", made)]).await;
    let hoa = signed_in.session();
    let page = world.page("/account/password").signed_in(&hoa).send().await;
    assert!(page.text().contains("Quản trị viên đã đặt lại mật khẩu"), "{}", page.text());
    let fields = [("old", made), ("new", CHOSEN), ("again", CHOSEN), ("next", "/")];
    let changed = world.submit(&hoa, "/api/accounts/change-password", &fields).await;
    let home = world.follow(&hoa, &changed).await;
    // The home page shows it until it is acknowledged; the account page keeps it.
    assert!(home.text().contains("Quản trị viên đã đặt lại mật khẩu"));
    let (_, newest) = home.text().split_once("name=\"newest\" value=\"").unwrap();
    let newest = newest.split('"').next().unwrap();
    let seen = world.submit(&hoa, "/api/notices/acknowledge-account", &[("newest", newest)]).await;
    assert!(!world.follow(&hoa, &seen).await.text().contains("đã đặt lại mật khẩu"));
    let account = world.page("/account").signed_in(&hoa).send().await;
    assert!(account.text().contains("Quản trị viên đã đặt lại mật khẩu"));
}

#[tokio::test]
async fn a_leader_sees_on_the_home_page_which_role_was_given_and_acknowledges_it() {
    let (world, administrator) = World::claimed().await;
    let (leader, caller) = world.person("giamdoc", "leader").await;
    let fields = [
        ("user_name", "thuky9"),
        ("name", "Thư ký 9"),
        ("agency", caller.agency.code.as_str()),
        ("roles[]", "secretary"),
    ];
    world.submit(&administrator, "/api/people/add", &fields).await;
    let home = world.page("/").signed_in(&leader).send().await;
    let page = home.text();
    assert!(
        page.contains("Vai trò mới được cấp")
            && page.contains("Thư ký 9")
            && page.contains("Quản trị viên cấp")
    );
    let (_, id) = page.split_once("/api/notices/acknowledge-role").unwrap();
    let id = id.split_once("name=\"id\" value=\"").unwrap().1.split('"').next().unwrap();
    let seen = world.submit(&leader, "/api/notices/acknowledge-role", &[("id", id)]).await;
    let home = world.follow(&leader, &seen).await;
    assert!(home.status == StatusCode::OK && !home.text().contains("Thư ký 9"));
}

#[tokio::test]
async fn a_leader_sees_on_the_home_page_whom_an_administrator_named_for_which_meeting() {
    let (world, _) = World::claimed().await;
    let (leader, _) = world.person("giamdoc", "leader").await;
    let (_, secretary) = world.person("thuky", "secretary").await;
    let (_, administrator) = world.person("quantri2", "agency_administrator").await;
    let (_, named) = world.person("chuyenvien", "").await;
    let (meeting, _) = world.meeting_called(&secretary, "Họp thẩm định").await;
    let services = &world.site.services;
    let (mut input, saved, _) = services.meetings.input(&secretary, meeting).await.unwrap();
    input.delegates = vec![format!("a-{}", secretary.agency.id)];
    let saved = services.meetings.save(&secretary, Some((meeting, saved.rev)), input).await.unwrap();
    services.meetings.publish(&secretary, meeting, saved.rev).await.unwrap();
    let (attendance, agency) = (&services.attendance, secretary.agency.id);
    attendance.name_delegates(&administrator, meeting, agency, vec![named.person]).await.unwrap();
    let home = world.page("/").signed_in(&leader).send().await;
    let (_, notices) = home.text().split_once("id=\"roles-given\"").unwrap();
    let (notices, _) = notices.split_once("</section>").unwrap();
    for shown in ["chuyenvien: Đại biểu", "Họp thẩm định", "quantri2 cử", &format!("/meetings/{meeting}\"")]
    {
        assert!(notices.contains(shown), "{shown}: {notices}");
    }
}

#[tokio::test]
async fn a_line_of_the_trail_has_a_page_of_its_own() {
    let (world, administrator) = World::claimed().await;
    let (_, caller) = world.person("quantri2", "agency_administrator").await;
    let lines = world.site.services.audit.list(&caller, AuditFilter::default()).await.unwrap();
    assert!(lines.total > 1);
    let line = lines.rows.iter().find(|line| line.what == "people.add").unwrap();
    let page = world.page(&format!("/admin/audit?line={}", line.id)).signed_in(&administrator).send().await;
    let text = page.text();
    assert_eq!(text.matches("class=\"item__title\"").count(), 1);
    assert!(text.contains(&line.subject));
}

#[tokio::test]
async fn a_role_of_ones_own_is_refused_beside_the_roles() {
    let (world, administrator) = World::claimed().await;
    let system = world.site.backend.system_caller(now());
    let own = world.site.services.people.list(&system, None, "quantri", 1).await.unwrap().rows.remove(0);
    let id = own.id.to_string();
    let fields = [
        ("id", id.as_str()),
        ("name", own.name.as_str()),
        ("agency", own.agency.code.as_str()),
        ("roles[]", "system_administrator"),
        ("roles[]", "secretary"),
    ];
    let refused = world.submit(&administrator, "/api/people/change", &fields).await;
    assert!(
        refused.text().contains("Vai trò của chính mình do người quản trị khác cấp"),
        "{}",
        refused.text()
    );
}
