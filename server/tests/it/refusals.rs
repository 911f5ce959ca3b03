//! Every call of the pages. Each one that a plain form posts to is refused once, and the form must be shown
//! again.

use std::collections::{BTreeMap, BTreeSet};

use http::header;

use crate::forms::Office;

/// What the test knows of a call.
enum Call {
    /// Answers scripts only.
    Data,
    /// A form that cannot be refused, because it has no input.
    Always,
    /// A form, with fields that are refused.
    Form {
        /// The sender.
        by: String,
        /// What is sent.
        fields: Vec<(&'static str, String)>,
        /// The page of the form.
        page: String,
        /// What the page shows again of it; empty if nothing is typed into the form.
        shows: &'static str,
        /// The status of the answer.
        status: u16,
    },
}

/// Every call of the pages. A new call must be added here; a form also needs fields that are refused.
fn calls(office: &Office) -> BTreeMap<&'static str, Call> {
    let (admin, secretary) = (office.administrator.clone(), office.secretary.clone());
    let (coming, on) = (office.coming.to_string(), office.on.to_string());
    let nobody = || "00000000-0000-0000-0000-000000000099".to_owned();
    let form = |by: &str, page: &str, shows: &'static str, fields: Vec<(&'static str, String)>| Call::Form {
        by: by.to_owned(),
        page: page.to_owned(),
        shows,
        fields,
        status: 422,
    };
    let missing = |by: &str, page: &str, fields: Vec<(&'static str, String)>| Call::Form {
        by: by.to_owned(),
        page: page.to_owned(),
        shows: "",
        fields,
        status: 404,
    };
    let typed = "Gõ & <b>";
    let shown = "Gõ &amp; &lt;b&gt;";
    let text = || typed.to_owned();
    let meeting = format!("/meetings/{coming}");
    let held = format!("/meetings/{on}");
    let data = [
        "/api/accounts/is-first",
        "/api/accounts/sessions",
        "/api/meetings/today",
        "/api/meetings/list",
        "/api/meetings/get",
        "/api/meetings/follow",
        "/api/meetings/compose",
        "/api/meetings/find",
        "/api/meetings/find-list",
        "/api/meetings/find-rooms",
        "/api/meetings/check",
        "/api/meetings/keep",
        "/api/meetings/last-saved",
        "/api/live/lines",
        "/api/live/behind",
        "/api/notices/account-events",
        "/api/notices/unseen",
        "/api/second-factor/state",
        "/api/live/rehearsals",
        "/api/live/session",
        "/api/search/find",
        "/api/calendar/choices",
        "/api/calendar/find",
        "/api/calendar/show",
        "/api/papers/coming",
        "/api/papers/read",
        "/api/papers/opened",
        "/api/attendance/landing",
        "/api/attendance/to-name",
        "/api/attendance/nameable",
        "/api/hall/display",
        "/api/figures/agencies",
        "/api/figures/report",
        "/api/agencies/tree",
        "/api/agencies/settings",
        "/api/people/list",
        "/api/people/get",
        "/api/people/password-report",
        "/api/rooms/list",
        "/api/rooms/get",
        "/api/rules/list",
        "/api/work-days/year",
        "/api/work-days/years",
        "/api/imports/report",
        "/api/audit/list",
    ];
    let always = [
        "/api/accounts/sign-out",
        "/api/accounts/sign-out-everywhere",
        "/api/notices/acknowledge-account",
        "/api/preferences/set",
    ];
    let agency = format!("/admin/agencies/{}", office.agency);
    let no_room = format!("/admin/rooms/{}", nobody());
    let forms = [
        (
            "/api/accounts/sign-in",
            form(
                "",
                "/sign-in?next=%2Fmeetings",
                shown,
                vec![("user_name", text()), ("next", "/meetings".into())],
            ),
        ),
        // On a system with an administrator this page leads to signing in; an empty system has a test of its
        // own.
        ("/api/accounts/claim-first", Call::Always),
        (
            "/api/accounts/change-password",
            form(&secretary, "/account", "", vec![("new", text()), ("again", "x".into())]),
        ),
        (
            "/api/meetings/save",
            form(&secretary, "/meetings/new", shown, vec![("title", text()), ("place", "x".repeat(270_000))]),
        ),
        (
            "/api/meetings/publish",
            form(&secretary, &meeting, "", vec![("id", coming.clone()), ("rev", "77".into())]),
        ),
        (
            "/api/meetings/call-off",
            form(
                &secretary,
                &meeting,
                "",
                vec![("id", coming.clone()), ("postponed", "on".into()), ("reason", " ".into())],
            ),
        ),
        ("/api/meetings/drop-changes", form(&secretary, &meeting, "", vec![("id", coming.clone())])),
        ("/api/meetings/open", form(&secretary, &meeting, "", vec![("id", coming.clone())])),
        (
            "/api/meetings/open-since",
            form(&secretary, &meeting, "", vec![("id", coming.clone()), ("began", "sáng".into())]),
        ),
        ("/api/meetings/undo-step", form(&secretary, &held, "", vec![("id", on.clone())])),
        ("/api/meetings/reopen", form(&secretary, &held, "", vec![("id", on.clone())])),
        (
            "/api/meetings/back-to-draft",
            form(&secretary, &held, "", vec![("id", on.clone()), ("reason", text())]),
        ),
        (
            "/api/meetings/correct",
            form(&secretary, &held, "", vec![("id", on.clone()), ("opened", text()), ("reason", text())]),
        ),
        ("/api/meetings/take-back", form(&secretary, &meeting, "", vec![("id", coming.clone())])),
        ("/api/meetings/discuss", missing(&secretary, &held, vec![("id", on.clone()), ("item", nobody())])),
        (
            "/api/meetings/close",
            form(
                &secretary,
                &held,
                shown,
                vec![("id", on.clone()), ("ended", "trưa".into()), ("reason", text())],
            ),
        ),
        (
            "/api/attendance/mark",
            form(
                &secretary,
                &format!("{held}?tab=delegates"),
                "name=\"reason\" value=\"Bận họp Bận họp",
                vec![
                    ("id", on.clone()),
                    ("participant", office.participant.clone()),
                    ("presence", "absent".into()),
                    ("reason", "Bận họp ".repeat(60)),
                ],
            ),
        ),
        (
            "/api/attendance/mark-rest",
            form(
                &secretary,
                &format!("{held}?tab=delegates"),
                "",
                vec![("id", on.clone()), ("presence", "somewhere".into())],
            ),
        ),
        (
            "/api/attendance/add",
            form(
                &secretary,
                &format!("{held}?tab=delegates"),
                shown,
                vec![("id", on.clone()), ("name", text()), ("sort", "king".into())],
            ),
        ),
        (
            "/api/attendance/take-off",
            missing(
                &secretary,
                &format!("{held}?tab=delegates"),
                vec![("id", on.clone()), ("participant", nobody())],
            ),
        ),
        (
            "/api/attendance/mark-site",
            missing(&secretary, &format!("{held}?tab=sites"), vec![("id", on.clone()), ("site", nobody())]),
        ),
        (
            "/api/papers/rename",
            missing(&secretary, &held, vec![("id", on.clone()), ("paper", nobody()), ("title", text())]),
        ),
        (
            "/api/papers/neutral-line",
            missing(&secretary, &held, vec![("id", on.clone()), ("item", nobody())]),
        ),
        ("/api/papers/restore", missing(&secretary, &held, vec![("id", on.clone()), ("paper", nobody())])),
        ("/api/papers/withdraw", missing(&secretary, &held, vec![("id", on.clone()), ("paper", nobody())])),
        (
            "/api/attendance/scan",
            form(
                &secretary,
                &format!("{held}/in"),
                "name=\"code\"",
                vec![("meeting", on.clone()), ("code", "SAI".into())],
            ),
        ),
        (
            "/api/attendance/name-delegates",
            form(
                &secretary,
                &format!("{meeting}/delegates?agency={}", office.agency),
                "",
                vec![("meeting", coming.clone()), ("agency", office.agency.clone()), ("people[]", text())],
            ),
        ),
        ("/api/agencies/add", form(&admin, "/admin/agencies", shown, vec![("name", text())])),
        (
            "/api/agencies/change",
            form(
                &admin,
                &agency,
                shown,
                vec![("id", office.agency.clone()), ("name", text()), ("short_name", String::new())],
            ),
        ),
        (
            "/api/agencies/set-hours",
            form(&admin, &agency, shown, vec![("id", office.agency.clone()), ("morning_from", text())]),
        ),
        (
            "/api/people/add",
            form(&admin, "/admin/people", shown, vec![("position", text()), ("roles[]", "leader".into())]),
        ),
        (
            "/api/people/change",
            form(
                &admin,
                &format!("/admin/people/{}", office.person),
                shown,
                vec![("id", office.person.clone()), ("position", text()), ("name", String::new())],
            ),
        ),
        (
            "/api/people/turn-off-second-factor",
            missing(&admin, "/admin/people?text=thu", vec![("person", nobody()), ("text", "thu".into())]),
        ),
        ("/api/notices/acknowledge-role", missing(&secretary, "/", vec![("id", nobody())])),
        (
            "/api/second-factor/begin",
            form(&secretary, "/account/second-factor", "", vec![("second_password", text())]),
        ),
        (
            "/api/second-factor/confirm",
            form(&secretary, "/account/second-factor", "", vec![("second_code", "000000".into())]),
        ),
        (
            "/api/second-factor/renew-codes",
            form(
                &secretary,
                "/account/second-factor",
                "",
                vec![("second_password", text()), ("second_code", text())],
            ),
        ),
        (
            "/api/second-factor/turn-off",
            form(&secretary, "/account", "", vec![("second_password", text()), ("second_code", text())]),
        ),
        (
            "/api/second-factor/enter",
            // This session does not wait for a code.
            Call::Form {
                by: secretary.clone(),
                page: "/sign-in/code?next=%2Fmeetings".into(),
                shows: "",
                fields: vec![("next", "/meetings".into())],
                status: 401,
            },
        ),
        ("/api/people/reset-password", missing(&admin, "/admin/people", vec![("person", nobody())])),
        (
            "/api/people/set-active",
            missing(
                &admin,
                "/admin/people?text=thu",
                vec![("person", nobody()), ("active", "no".into()), ("text", "thu".into())],
            ),
        ),
        ("/api/rooms/add", form(&admin, "/admin/rooms", shown, vec![("name", text())])),
        (
            "/api/rooms/change",
            form(
                &admin,
                &format!("/admin/rooms/{}", office.room),
                shown,
                vec![("id", office.room.clone()), ("name", text()), ("capacity", "rộng".into())],
            ),
        ),
        ("/api/rooms/withdraw", missing(&admin, &no_room, vec![("id", nobody())])),
        ("/api/rooms/restore", missing(&admin, &no_room, vec![("id", nobody())])),
        ("/api/rules/add", form(&admin, "/admin/rules", shown, vec![("name_vi", text())])),
        ("/api/work-days/set", form(&admin, "/admin/days-off", shown, vec![("name", text())])),
        (
            "/api/work-days/drop",
            missing(&admin, "/admin/days-off?year=2030", vec![("date", "2030-05-01".into())]),
        ),
        ("/api/work-days/declare", form(&admin, "/admin/days-off", "", vec![("year", "1".into())])),
        ("/api/rules/set-hybrid", form(&admin, "/admin/rules", "", vec![("hybrid", "so-so".into())])),
        (
            "/api/rules/set-short-forms",
            form(&admin, "/admin/rules", "CCHC Gian", vec![("short_forms", "CCHC Gian".into())]),
        ),
    ];
    let always = always.map(|call| (call, Call::Always));
    data.map(|call| (call, Call::Data)).into_iter().chain(always).chain(forms).collect()
}

#[tokio::test]
async fn every_call_is_known_as_a_form_or_not() {
    let office = Office::new().await;
    let known: BTreeSet<&str> = calls(&office).into_keys().collect();
    let served: BTreeSet<&str> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    let (new, gone) = (served.difference(&known), known.difference(&served));
    assert_eq!(new.chain(gone).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[tokio::test]
async fn every_refused_form_is_answered_with_its_page_and_what_was_typed() {
    let office = Office::new().await;
    for (call, known) in calls(&office) {
        let Call::Form { by, fields, page, shows, status } = known else { continue };
        let sent: Vec<(&str, &str)> = fields.iter().map(|(name, typed)| (*name, typed.as_str())).collect();
        let answer = office.world.submit(&by, call, &sent).await;
        let text = answer.text();
        assert_eq!(answer.status.as_u16(), status, "{call}: {} {text}", answer.header(header::LOCATION));
        assert_eq!(answer.header(header::LOCATION), "", "{call}");
        assert!(text.contains(&format!("history.replaceState(null,'',\"{page}\")")), "{call}: {text}");
        assert!(
            ["class=\"notice", "field__error", "class=\"check__list\"><li>"]
                .iter()
                .any(|mark| text.contains(mark)),
            "{call} says nothing: {text}"
        );
        assert!(text.contains(shows), "{call} does not show {shows}: {text}");
        let heads: Vec<&str> = answer.headers.values().map(|value| value.to_str().unwrap()).collect();
        assert!(
            !heads.iter().any(|head| head.contains("%26") || head.contains("failed")),
            "{call}: {heads:?}"
        );
    }
}
