//! The record of a meeting put right on its page and in the composer, by plain forms without any script.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use domain::access::Caller;
use domain::ids::MeetingId;
use domain::meetings::{AgendaInput, MeetingInput, SittingInput, State};
use http::StatusCode;
use server::clock::Clock;

use crate::world::{World, now};

/// A secretary at a program whose clock is set by the test.
struct Desk {
    world: World,
    cookie: String,
    caller: Caller,
    clock: Arc<AtomicI64>,
}

/// An instant of the day of the test, by its local time.
fn at(time: &str) -> DateTime<Utc> {
    format!("2026-06-16T{time}:00+07:00").parse().unwrap()
}

impl Desk {
    async fn new() -> Desk {
        let clock = Arc::new(AtomicI64::new(now().timestamp_millis()));
        let (world, _) = World::claimed().await;
        let told = Arc::clone(&clock);
        let tell = move || DateTime::from_timestamp_millis(told.load(Ordering::SeqCst)).unwrap();
        let world = world.anew(|_| {}, Clock::of(tell));
        let (cookie, caller) = world.person("thuky1", "secretary").await;
        Desk { world, cookie, caller, clock }
    }

    fn set(&self, time: &str) {
        self.clock.store(at(time).timestamp_millis(), Ordering::SeqCst);
    }

    /// A meeting of today from 10:00 to 12:00 as its form, with one item.
    fn input(&self) -> MeetingInput {
        let person = self.caller.person.to_string();
        let sitting = SittingInput {
            date: "2026-06-16".into(),
            from: "10:00".into(),
            to: "12:00".into(),
            ..SittingInput::default()
        };
        MeetingInput {
            title: "Họp giải quyết công việc".into(),
            agency: self.caller.agency.id.to_string(),
            kind: "working".into(),
            form: "in_person".into(),
            sittings: vec![sitting],
            place: "Phòng họp số 1".into(),
            chair: person.clone(),
            secretary: person,
            agenda: vec![AgendaInput { title: "Tiến độ dự án".into(), ..AgendaInput::default() }],
            ..MeetingInput::default()
        }
    }

    async fn published(&self) -> MeetingId {
        let meetings = &self.world.site.services.meetings;
        let saved = meetings.save(&self.caller, None, self.input()).await.unwrap();
        meetings.publish(&self.caller, saved.id, saved.rev).await.unwrap().id
    }

    async fn page(&self, address: &str) -> String {
        let answer = self.world.page(address).signed_in(&self.cookie).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        answer.text().to_owned()
    }

    /// Sends a form, and gives the page that comes of it and whether it was refused.
    async fn send(&self, call: &str, fields: &[(&str, &str)]) -> (bool, String) {
        let answer = self.world.submit(&self.cookie, &format!("/api/meetings/{call}"), fields).await;
        if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
            return (true, answer.text().to_owned());
        }
        let shown = self.world.follow(&self.cookie, &answer).await;
        (false, shown.text().to_owned())
    }

    async fn state(&self, id: MeetingId) -> State {
        self.world.site.services.meetings.get(&self.caller, id).await.unwrap().state
    }
}

#[tokio::test]
async fn an_early_closing_asks_once_and_a_wrong_one_is_taken_back() {
    let desk = Desk::new().await;
    let meeting = desk.published().await;
    let id = meeting.to_string();
    desk.set("10:00");
    assert!(!desk.send("open", &[("id", &id)]).await.0);
    desk.set("10:10");
    let (refused, asks) = desk.send("close", &[("id", &id), ("ended", "")]).await;
    let all_the_same = r#"name="sure" value="on""#;
    assert!(refused && asks.contains(all_the_same) && asks.contains("Vẫn kết thúc"), "{asks}");
    assert_eq!(asks.matches("Còn lâu mới đến giờ kết thúc").count(), 1, "asked in one place: {asks}");
    assert!(matches!(desk.state(meeting).await, State::UnderWay { .. }));
    let (refused, held) = desk.send("close", &[("id", &id), ("ended", ""), ("sure", "on")]).await;
    assert!(!refused && held.contains(r#"action="/api/meetings/reopen""#), "{held}");

    let (refused, again) = desk.send("reopen", &[("id", &id)]).await;
    assert!(!refused && !again.contains("/api/meetings/reopen"));
    assert!(again.contains(r#"action="/api/meetings/close""#) && !again.contains(all_the_same));
    desk.set("12:20");
    let over = desk.page(&format!("/meetings/{id}")).await;
    assert!(over.contains("Đã quá giờ dự kiến") && over.contains("20 phút"), "{over}");
}

#[tokio::test]
async fn a_wrong_step_of_the_agenda_is_taken_back_on_the_page() {
    let desk = Desk::new().await;
    let meeting = desk.published().await;
    let id = meeting.to_string();
    desk.set("10:00");
    desk.send("open", &[("id", &id)]).await;
    let item = desk.world.site.services.meetings.get(&desk.caller, meeting).await.unwrap().agenda[0].id;
    let undo = r#"action="/api/meetings/undo-step""#;
    assert!(!desk.page(&format!("/meetings/{id}")).await.contains(undo));
    let (_, begun) = desk.send("discuss", &[("id", &id), ("item", &item.to_string())]).await;
    assert!(begun.contains(undo) && !begun.contains("/api/meetings/take-back"));
    let (refused, back) = desk.send("undo-step", &[("id", &id)]).await;
    assert!(!refused && !back.contains(undo) && back.contains("/api/meetings/take-back"), "{back}");
}

#[tokio::test]
async fn the_hours_of_a_held_meeting_are_corrected_on_its_page() {
    let desk = Desk::new().await;
    let meeting = desk.published().await;
    let id = meeting.to_string();
    desk.set("10:00");
    desk.send("open", &[("id", &id)]).await;
    desk.set("11:30");
    let (_, held) = desk.send("close", &[("id", &id), ("ended", "")]).await;
    assert!(held.contains(r#"value="11:30, 16/06/2026""#), "{held}");
    let (refused, back) =
        desk.send("correct", &[("id", &id), ("opened", "10h05"), ("closed", "11h45")]).await;
    assert!(refused && back.contains(r#"value="11h45""#), "what was typed comes back: {back}");
    let reason = ("reason", "Ghi nhầm giờ");
    let item = desk.world.site.services.meetings.get(&desk.caller, meeting).await.unwrap().agenda[0].id;
    let item = [
        ("items[0][id]", item.to_string()),
        ("items[0][began]", "10h10".into()),
        ("items[0][done]", "12h00".into()),
    ];
    let item = item.each_ref().map(|(name, text)| (*name, text.as_str()));
    let wrong =
        [&[("id", id.as_str()), ("opened", "10h05"), ("closed", "11h20"), reason], &item[..]].concat();
    let (refused, back) = desk.send("correct", &wrong).await;
    assert!(refused && back.contains("Nằm ngoài giờ họp") && back.contains(r#"value="12h00""#), "{back}");
    let right = [("id", id.as_str()), ("opened", "10h05"), ("closed", "11h20"), reason];
    let (refused, right) = desk.send("correct", &right).await;
    assert!(!refused && right.contains("10:05–11:20"), "{right}");
    let right = right.replace("<!>", "");
    for told in [
        "thuky1 sửa lúc 11:30, 16/6/2026",
        "10:00, 16/06/2026 → 10:05, 16/06/2026",
        "11:30, 16/06/2026 → 11:20, 16/06/2026",
        "Ghi nhầm giờ",
    ] {
        assert!(right.contains(told), "{told}: {right}");
    }
}

#[tokio::test]
async fn a_meeting_that_goes_on_is_opened_at_its_real_start() {
    let desk = Desk::new().await;
    let meeting = desk.published().await;
    let id = meeting.to_string();
    let since = r#"action="/api/meetings/open-since""#;
    assert!(!desk.page(&format!("/meetings/{id}")).await.contains(since), "it has not begun");
    desk.set("10:40");
    assert!(desk.page(&format!("/meetings/{id}")).await.contains(since));
    let (refused, back) = desk.send("open-since", &[("id", &id), ("began", "10h50")]).await;
    assert!(refused && back.contains(r#"value="10h50""#) && back.contains("không ở tương lai"), "{back}");
    let (refused, _) = desk.send("open-since", &[("id", &id), ("began", "10h10")]).await;
    let State::UnderWay { opened, .. } = desk.state(meeting).await else { panic!() };
    assert_eq!((refused, opened), (false, at("10:10")));
}

#[tokio::test]
async fn a_meeting_that_took_place_is_entered_by_the_plain_form() {
    let desk = Desk::new().await;
    let new = desk.page("/meetings/new").await;
    assert!(new.contains(r#"name="held""#), "{new}");
    let input = desk.input();
    let fields = [
        ("then", "publish"),
        ("title", &input.title),
        ("agency", &input.agency),
        ("kind", &input.kind),
        ("form", &input.form),
        ("held", "on"),
        ("sittings[0][date]", "15/6/2026"),
        ("sittings[0][from]", "8h"),
        ("sittings[0][to]", "10h30"),
        ("place", &input.place),
        ("chair", &input.chair),
        ("agenda[0][title]", "Tiến độ dự án"),
    ];
    let keep: Vec<(&str, &str)> = [("then", "keep")].into_iter().chain(fields[1..].iter().copied()).collect();
    let answer = desk.world.submit(&desk.cookie, "/api/meetings/save", &keep).await;
    let kept = answer.header(http::header::LOCATION).to_owned();
    let draft = desk.page(kept.split("/edit").next().unwrap()).await;
    assert!(draft.contains("Ghi lại cuộc họp") && !draft.contains("Gửi giấy mời"), "{draft}");
    let (refused, page) = desk.send("save", &fields).await;
    assert!(!refused && page.contains("Cuộc họp được ghi lại sau khi họp: thuky1"), "{page}");
    assert!(page.contains("08:00–10:30") && !page.contains("/invitation.ics"), "{page}");
    // Its papers are added on its page.
    assert!(page.contains("/papers\""), "{page}");
}

#[tokio::test]
async fn ticking_that_it_took_place_turns_a_date_without_its_year_back_in_the_plain_form() {
    let desk = Desk::new().await;
    let input = desk.input();
    let field = |page: &str, name: &str| {
        let tag = page.split("<input").find(|tag| tag.contains(&format!(r#"name="{name}""#))).unwrap();
        let value = tag.split(r#"value=""#).nth(1).unwrap();
        value.split('"').next().unwrap().to_owned()
    };
    let keep = async |then: &str, page: Option<&str>, date: Option<&str>, held: bool| {
        let of = |name: &str| page.map(|page| field(page, name)).unwrap_or_default();
        let shown = date.map_or_else(|| of("sittings[0][date]"), str::to_owned);
        let (id, rev, two_ways) = (of("id"), of("rev"), of("sittings[0][two_ways]"));
        let mut fields = vec![
            ("then", then),
            ("id", &id),
            ("rev", &rev),
            ("title", &input.title),
            ("agency", &input.agency),
            ("sittings[0][date]", &shown),
            ("sittings[0][from]", "8h"),
            ("sittings[0][to]", "10h30"),
            ("sittings[0][two_ways]", &two_ways),
        ];
        if held {
            fields.push(("held", "on"));
        }
        let answer = desk.world.submit(&desk.cookie, "/api/meetings/save", &fields).await;
        desk.world.follow(&desk.cookie, &answer).await.text().to_owned()
    };
    // Today is 16/6/2026.
    let planned = keep("keep", None, Some("15/6"), false).await;
    assert_eq!(field(&planned, "sittings[0][date]"), "15/06/2027");
    let held = keep("keep", Some(&planned), None, true).await;
    assert_eq!(field(&held, "sittings[0][date]"), "15/06/2026");
    let again = keep("keep", Some(&held), None, false).await;
    assert_eq!(field(&again, "sittings[0][date]"), "15/06/2027");
    let whole = keep("keep", Some(&again), Some("14/6/2027"), false).await;
    let held = keep("keep", Some(&whole), None, true).await;
    assert_eq!(field(&held, "sittings[0][date]"), "14/06/2027", "a year that was typed stays");
}

#[tokio::test]
async fn a_meeting_entered_by_mistake_goes_back_to_a_draft_by_the_plain_form() {
    let desk = Desk::new().await;
    let meetings = &desk.world.site.services.meetings;
    let sitting = SittingInput {
        date: "2026-06-15".into(),
        from: "08:00".into(),
        to: "10:00".into(),
        ..SittingInput::default()
    };
    let input = MeetingInput { held: "on".into(), sittings: vec![sitting], ..desk.input() };
    let saved = meetings.save(&desk.caller, None, input).await.unwrap();
    let meeting = meetings.publish(&desk.caller, saved.id, saved.rev).await.unwrap().id;
    let id = meeting.to_string();
    let goes_back = r#"action="/api/meetings/back-to-draft""#;
    let page = desk.page(&format!("/meetings/{id}")).await;
    assert!(
        page.contains(goes_back) && page.contains("không còn tính vào số liệu cho đến khi ghi lại"),
        "{page}"
    );
    let (refused, back) = desk.send("back-to-draft", &[("id", &id), ("reason", " ")]).await;
    assert!(refused && back.contains(r#"id="draft_reason-error""#), "{back}");
    let long = "Ghi nhầm ".repeat(80);
    let (refused, back) = desk.send("back-to-draft", &[("id", &id), ("reason", &long)]).await;
    assert!(refused && back.contains("Ghi nhầm Ghi nhầm"), "what was typed comes back: {back}");
    let (refused, draft) = desk.send("back-to-draft", &[("id", &id), ("reason", "Ghi nhầm")]).await;
    assert!(!refused && !draft.contains(goes_back) && draft.contains("Ghi lại cuộc họp"), "{draft}");
    assert_eq!(desk.state(meeting).await, State::Draft);
    let composer = desk.page(&format!("/meetings/{id}/edit")).await;
    assert!(
        composer.contains("Họp giải quyết công việc") && composer.contains("Tiến độ dự án"),
        "{composer}"
    );
}
