//! What pages take from their addresses: only what they should show. A cookie says what a form did.

use std::collections::BTreeMap;

use http::{StatusCode, header};
use server::router::page_routes;

use crate::forms::Office;
use crate::world::{Answer, World, now};

/// A page without the parts that differ in every rendering.
fn without_nonces(answer: &Answer) -> String {
    let mut pieces = answer.text().split("nonce=\"");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once('"').map_or("", |(_, rest)| rest))
}

/// A page as it is compared: what it shows, and what it hands to the browser's side by the number of each piece.
struct Shown {
    text: String,
    handed: BTreeMap<String, String>,
}

impl Shown {
    /// Which pieces were on their way when the page began, and in which order they came, says nothing of its address.
    fn of(answer: &Answer) -> Shown {
        const PENDING: &str = "__PENDING_RESOURCES=[";
        let whole = without_nonces(answer);
        let mut pieces = whole.split("__RESOLVED_RESOURCES[");
        let mut text = pieces.next().unwrap_or_default().to_owned();
        if let Some((before, after)) = text.split_once(PENDING) {
            text = format!("{before}{}", after.split_once(']').map_or("", |(_, after)| after));
        }
        let mut handed = BTreeMap::new();
        for piece in pieces {
            let (number, piece) = piece.split_once(']').expect("a piece has a number");
            let ends = piece.match_indices("\";").find(|(at, _)| !piece[..*at].ends_with('\\'));
            let (piece, rest) = piece.split_at(ends.expect("a piece ends").0 + 2);
            handed.insert(number.to_owned(), piece.to_owned());
            text.push_str(rest);
        }
        Shown { text: text.replace("<script ></script>", ""), handed }
    }
}

/// Where two pages begin to differ; nothing when they show and hand over the same.
fn difference(bare: &Answer, crafted: &Answer) -> Option<String> {
    let (one, other) = (Shown::of(bare), Shown::of(crafted));
    if bare.status != crafted.status {
        return Some(format!("{} and {}", bare.status, crafted.status));
    }
    let handed = one.handed.iter().filter_map(|(number, piece)| Some((piece, other.handed.get(number)?)));
    let mut compared = std::iter::once((&one.text, &other.text)).chain(handed);
    let (one, other) = compared.find(|(one, other)| one != other)?;
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let from_there =
        |text: &str| -> String { text.chars().skip(same.saturating_sub(80)).take(300).collect() };
    Some(format!("{}\n{}", from_there(one), from_there(other)))
}

/// What a malicious link might try to put into a page: failures, fields of every form, what was done or
/// stored.
const CRAFTED: &str = "failed=%22stale%22&failed=%7B%22refused%22%3A%7B%22already_there%22%3A%7B%22name%22%3A%22G%E1%BB%8Di%22%7D%7D%7D\
    &typed=on&title=Gian&name=Gian&name_vi=Gian&position=Gian&short_name=Gian&aliases=Gian&roles[]=secretary\
    &roles[]=system_administrator&others[0][role]=secretary&others[0][agency]=SNV&others[0][agency_name]=Gian\
    &user_name=gian&keep=yes&agency_name=Gian&code_=Gian&capacity=7&video=yes&equipment=Gian&morning_from=01:23&blocked_days=31\
    &limit_sessions=9&source=Gian&valid_from=2031-01-01&hybrid=in_person&kept_count=3&kept=Gian&done=saved&done=password\
    &copy_of=00000000-0000-0000-0000-000000000007&add=Gian&add_chair=Gian&add_secretary=Gian&reason=Gian\
    &close_reason=Gian&cancel_reason=Gian&postpone_reason=Gian&ended=Gian&of=Gian&presence=absent&paper=Gian\
    &people[]=00000000-0000-0000-0000-000000000007&sittings[0][date]=1/1/2031&agenda[0][title]=Gian&place=Gian\
    &note=saved&back=Gian&__path=%2Fapi%2Frooms%2Fadd&__err=Gian";

#[tokio::test]
async fn no_page_shows_what_an_address_claims() {
    let office = Office::new().await;
    let (mut seen, mut wrong) = (0, Vec::new());
    for page in page_routes() {
        for address in office.addresses(page.path()) {
            for cookie in [office.administrator.as_str(), &office.secretary, ""] {
                let bare = office.world.page(&address).signed_in(cookie).send().await;
                let crafted = format!("{address}?{}", CRAFTED.replace(' ', ""));
                let crafted = office.world.page(&crafted).signed_in(cookie).send().await;
                if let Some(differing) = difference(&bare, &crafted) {
                    wrong.push(format!("{address} of {cookie}: {differing}"));
                }
                seen += usize::from(bare.status == StatusCode::OK);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 40, "only {seen} pages were shown at all");
}

/// Names that pages read from their addresses.
const READ: [&str; 16] = [
    "text", "q", "kind", "room", "person", "agency", "date", "find", "view", "whose", "stage", "form",
    "code", "what", "report", "page",
];

#[tokio::test]
async fn no_control_character_in_an_address_breaks_a_page() {
    let office = Office::new().await;
    let mut broken = Vec::new();
    for value in ["%00", "a%00b", "%1b%5b31m", "%ff%fe", "%e2%80%ae"] {
        let query = READ.map(|name| format!("{name}={value}")).join("&");
        for page in page_routes() {
            for address in office.addresses(page.path()) {
                let address = format!("{address}?{query}");
                let answer = office.world.page(&address).signed_in(&office.administrator).send().await;
                if answer.status.is_server_error() || answer.text().contains("mã sự cố") {
                    broken.push(format!("{} {address}", answer.status));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[tokio::test]
async fn the_first_administrators_page_shows_nothing_of_its_address() {
    let world = World::empty().await;
    let bare = world.page("/first").send().await;
    let crafted = world.page(&format!("/first?{}&code=GIAN", CRAFTED.replace(' ', ""))).send().await;
    assert_eq!(bare.status, StatusCode::OK);
    assert_eq!(without_nonces(&bare), without_nonces(&crafted));
}

#[tokio::test]
async fn a_link_to_the_composer_sets_hours_and_choices_but_no_words() {
    let office = Office::new().await;
    let compose = async |query: &str| {
        let page = office.world.page(&format!("/meetings/new{query}")).signed_in(&office.secretary);
        without_nonces(&page.send().await)
    };
    let bare = compose("").await;
    let hidden = compose("?from=7:30:G%E1%BB%8Di+0900").await;
    assert!(hidden.contains("value=\"07:30\"") && !hidden.contains("0900"), "{hidden}");
    let free = compose(&format!("?date=2026-06-23&from=07:30&to=11:30&room={}", office.room)).await;
    assert!(free.contains("value=\"23/06/2026\"") && free.contains("value=\"11:30\""), "{free}");
    assert_eq!(compose("?date=G%E1%BB%8Di+0900&from=s%C3%A1ng&to=x%3A30&room=Gian&agency=Gian").await, bare);
}

#[tokio::test]
async fn the_address_of_a_form_leads_to_its_page_when_it_is_opened() {
    let office = Office::new().await;
    for (call, page) in [("/api/people/change", "/admin/people"), ("/api/meetings/save", "/meetings")] {
        let answer = office.world.page(call).signed_in(&office.secretary).send().await;
        assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::SEE_OTHER, page));
    }
    let answer = office.world.page("/api/accounts/sign-in").send().await;
    assert_eq!(answer.header(header::LOCATION), "/sign-in");
}

/// The part of a `Set-Cookie` that a browser sends back.
fn pair(answer: &Answer, name: &str) -> Option<String> {
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
    let pair = cookies.filter_map(|cookie| cookie.split(';').next()).find(|pair| pair.starts_with(name))?;
    Some(pair.to_owned())
}

#[tokio::test]
async fn what_a_form_did_is_told_once_on_its_page_and_not_by_an_address() {
    let office = Office::new().await;
    let added = "Đã ghi";
    let fields = [("code", "P2"), ("name", "Phòng 2"), ("agency", "root"), ("capacity", "9")];
    let system = office.world.site.backend.system_caller(now());
    let root = office.world.site.services.agencies.tree(&system).await.unwrap()[0].code.clone();
    let fields = fields.map(|(name, typed)| (name, if typed == "root" { root.as_str() } else { typed }));
    let answer = office.world.submit(&office.administrator, "/api/rooms/add", &fields).await;
    assert_eq!(answer.header(header::LOCATION), "/admin/rooms", "{}", answer.text());
    let note = pair(&answer, "note=").unwrap();
    let jar = format!("{}; {note}", office.administrator);
    let show = async |page: &str, jar: &str| office.world.page(page).signed_in(jar).send().await;
    let elsewhere = show("/admin/agencies", &jar).await;
    assert!(!elsewhere.text().contains(added) && pair(&elsewhere, "note=").is_none());
    let shown = show("/admin/rooms", &jar).await;
    assert!(shown.text().contains(added), "{}", shown.text());
    assert_eq!(pair(&shown, "note=").as_deref(), Some("note="), "it is taken away");
    assert!(!show("/admin/rooms", &office.administrator).await.text().contains(added));
    let other = format!("{}; note=<b>Gọi số 0900</b>@/admin/rooms", office.administrator);
    let other = office.world.page("/admin/rooms").signed_in(&other.replace(['ọ', 'ố'], "o"));
    assert!(!other.send().await.text().contains("0900"));
}

#[tokio::test]
async fn a_draft_that_somebody_else_changed_becomes_a_copy_that_says_so_without_its_address() {
    let office = Office::new().await;
    let id = office.coming.to_string();
    let fields = [
        ("id", id.as_str()),
        ("rev", "0"),
        ("then", "keep"),
        ("title", "Họp của tôi"),
        ("agency", &office.agency),
    ];
    let answer = office.world.submit(&office.secretary, "/api/meetings/save", &fields).await;
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
    let copy = answer.header(header::LOCATION).split('#').next().unwrap().to_owned();
    assert!(copy.ends_with("/edit") && !copy.contains(&id), "{copy}");
    let jar = format!("{}; {}", office.secretary, pair(&answer, "note=").unwrap());
    let page = office.world.page(&copy).signed_in(&jar).send().await;
    let original = format!("/meetings/{id}/edit");
    assert!(page.text().contains(&original) && page.text().contains("Họp của tôi"), "{}", page.text());
    let again = office.world.page(&copy).signed_in(&office.secretary).send().await;
    assert!(!again.text().contains(&original));
}

#[tokio::test]
async fn a_scanned_code_asks_for_one_press() {
    let office = Office::new().await;
    let page = office.world.page(&format!("/meetings/{}/in?code=7KQ2-M4XP", office.on));
    let page = page.signed_in(&office.secretary).send().await;
    let text = page.text();
    assert!(
        text.contains("name=\"code\" value=\"7KQ2-M4XP\"") && text.contains("Tôi có mặt trong phòng"),
        "{text}"
    );
    let listed =
        office.world.site.services.meetings.get(&office.caller, office.on).await.unwrap().participants;
    assert_eq!(listed[0].presence, domain::attendance::Presence::NotCalled);
}
