//! The requests to every address, for every caller: with identifiers of all meetings, papers, people and
//! rooms, including foreign ones. A caller who is permitted to act sends a request that is refused for
//! another reason, so that the office does not change.

use domain::access::Stage;
use domain::meetings::MeetingInput;
use http::Method;
use serde_json::{Value, json};

use super::forms::{calendars, checks, lists};
use super::office::{Office, TestMeeting};
use super::oracle::{Narrow, Who};

/// One request.
#[derive(Clone)]
pub(super) struct Ask {
    /// The address, as the table of permissions names it.
    pub(super) address: &'static str,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Body,
    /// Whether it is sent like a browser that shows a page, or like a page's script.
    pub(super) is_page: bool,
    pub(super) narrow: Narrow,
}

#[derive(Clone)]
pub(super) enum Body {
    Nothing,
    Form(String),
    Json(Value),
    Parts(String),
}

impl Ask {
    fn get(address: &'static str, path: impl Into<String>) -> Ask {
        let (path, method) = (path.into(), Method::GET);
        Ask { address, method, path, body: Body::Nothing, is_page: true, narrow: Narrow::Not }
    }

    fn form(address: &'static str, body: impl Into<String>) -> Ask {
        Ask {
            method: Method::POST,
            body: Body::Form(body.into()),
            is_page: false,
            ..Ask::get(address, address)
        }
    }

    pub(super) fn json(address: &'static str, body: Value) -> Ask {
        Ask { method: Method::POST, body: Body::Json(body), is_page: false, ..Ask::get(address, address) }
    }

    pub(super) fn narrowed(self, narrow: Narrow) -> Ask {
        Ask { narrow, ..self }
    }

    /// The same, sent like a browser without script, which follows a redirect.
    fn plain(self) -> Ask {
        Ask { is_page: true, ..self }
    }
}

/// The requests of one caller to an address.
///
/// A new address fails here: the person who adds it must say how to request it, with identifiers that belong
/// to others.
pub(super) fn asks(office: &Office, who: Who, address: &'static str) -> Vec<Ask> {
    if let Some(pages) = pages(office, address) {
        return pages;
    }
    if let Some(files) = files(office, address) {
        return files;
    }
    if let Some(steps) = steps(office, who, address) {
        return steps;
    }
    calls(office, address).unwrap_or_else(|| {
        panic!("{address} is new: say in markers/asks.rs how it is asked, with identifiers of what belongs to others")
    })
}

/// Meetings of each stage at an agency of their own; the others are random.
fn some(office: &Office) -> &[TestMeeting] {
    &office.meetings[..6]
}

fn pages(office: &Office, address: &'static str) -> Option<Vec<Ask>> {
    let of = |made: &[TestMeeting]| {
        let path = |meeting: &TestMeeting| address.replace("{id}", &meeting.id.to_string());
        Some(made.iter().map(|meeting| Ask::get(address, path(meeting))).collect())
    };
    let people = [(1, office.people[1].caller.person), (4, office.people[4].caller.person)];
    match address {
        "/meetings/{id}" | "/meetings/{id}/invitation.ics" => of(&office.meetings),
        "/meetings/{id}/edit" | "/meetings/{id}/roll" | "/meetings/{id}/hall" | "/meetings/{id}/live" => {
            of(some(office))
        }
        "/meetings/{id}/panel" | "/meetings/{id}/rehearsal" | "/meetings/{id}/in" => of(some(office)),
        "/meetings/{id}/delegates" => Some(
            some(office)
                .iter()
                .map(|meeting| {
                    let agency = meeting.invited().next().unwrap_or(meeting.agency);
                    Ask::get(
                        address,
                        format!("/meetings/{}/delegates?agency={}", meeting.id, office.agency(agency)),
                    )
                })
                .collect(),
        ),
        "/papers/{id}" | "/papers/{id}/file" => Some(
            office
                .meetings
                .iter()
                .map(|meeting| Ask::get(address, address.replace("{id}", &meeting.paper.to_string())))
                .collect(),
        ),
        "/calendar" => {
            let mut all = vec![
                Ask::get(address, "/calendar"),
                Ask::get(address, "/calendar?view=month&date=2026-06-18&whose=all"),
                Ask::get(address, "/calendar?view=rooms&date=2026-06-18"),
            ];
            all.extend(people.map(|(number, person)| {
                Ask::get(address, format!("/calendar?view=week&date=2026-06-18&person={person}"))
                    .narrowed(Narrow::Person(number))
            }));
            Some(all)
        }
        "/meetings" => {
            let mut all = vec![
                Ask::get(address, "/meetings"),
                Ask::get(address, "/meetings?what=held&base=all&figures=x"),
                Ask::get(address, "/meetings?text=mk"),
            ];
            all.extend(people.map(|(number, person)| {
                Ask::get(address, format!("/meetings?person={person}")).narrowed(Narrow::Person(number))
            }));
            Some(all)
        }
        "/search" => Some(vec![Ask::get(address, "/search?q=mk")]),
        "/admin/agencies/{id}" => Some(
            office
                .codes()
                .map(|code| Ask::get(address, format!("/admin/agencies/{}", office.agency(code))))
                .collect(),
        ),
        "/admin/people/{id}" => {
            let path = |person: &super::office::Person| format!("/admin/people/{}", person.caller.person);
            Some(office.people.iter().take(6).map(|person| Ask::get(address, path(person))).collect())
        }
        "/admin/rooms/{id}" => {
            Some(office.rooms.iter().map(|room| Ask::get(address, format!("/admin/rooms/{room}"))).collect())
        }
        "/admin/imports/{kind}/sample.xlsx" => Some(
            ["agencies", "people", "rooms", "meetings", "baseline"]
                .map(|kind| Ask::get(address, address.replace("{kind}", kind)))
                .into(),
        ),
        "/admin/imports" => Some(vec![
            Ask::get(address, "/admin/imports"),
            Ask::get(address, format!("/admin/imports?kind=baseline&report={}", office.report)),
        ]),
        "/sign-in"
        | "/sign-in/done"
        | "/sign-in/code"
        | "/account/password"
        | "/account/second-factor"
        | "/first"
        | "/"
        | "/papers"
        | "/more"
        | "/account"
        | "/meetings/new"
        | "/figures"
        | "/admin"
        | "/admin/agencies"
        | "/admin/people"
        | "/admin/rooms"
        | "/admin/rules"
        | "/admin/days-off"
        | "/admin/audit" => Some(vec![Ask::get(address, address)]),
        _ => None,
    }
}

/// Downloads, and uploads.
fn files(office: &Office, address: &'static str) -> Option<Vec<Ask>> {
    let parts = |path: String, fields: &[(&str, &str)], file: &str| {
        let mut body = String::new();
        for (name, value) in fields {
            body.push_str(&format!(
                "--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str(&format!(
            "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n{file}\r\n--b--\r\n"
        ));
        Ask { method: Method::POST, body: Body::Parts(body), ..Ask::get(address, path) }
    };
    match address {
        "/pkg/{*file}" | "/fonts/{*file}" | "/pdfjs/{*file}" => {
            Some(vec![Ask::get(address, address.replace("{*file}", "nothing"))])
        }
        "/favicon.svg"
        | "/icon-192.png"
        | "/icon-512.png"
        | "/apple-touch-icon.png"
        | "/manifest.webmanifest"
        | "/robots.txt"
        | "/health" => Some(vec![Ask::get(address, address)]),
        // `socket` tests it over a real connection; here it is a plain request.
        "/meetings/{id}/socket" => Some(
            some(office)
                .iter()
                .map(|meeting| Ask::get(address, format!("/meetings/{}/socket", meeting.id)))
                .collect(),
        ),
        "/meetings/{id}/papers" => Some(
            office
                .meetings
                .iter()
                .map(|meeting| {
                    let item = meeting.item.to_string();
                    parts(
                        format!("/meetings/{}/papers", meeting.id),
                        &[("item", &item), ("level", "open")],
                        "no PDF",
                    )
                })
                .collect(),
        ),
        "/admin/imports/{kind}" => Some(
            ["agencies", "people", "rooms", "meetings", "baseline"]
                .map(|kind| {
                    let rows = match kind {
                        "meetings" => {
                            "agency,title,kind,form,sittings,status,role,counterpart,sites_connected\n\
                             STC,Họp,briefing,in_person,2026-06-15T07:30/08:30,held,organised,internal,0\n"
                        }
                        _ => "code\nX\n",
                    };
                    parts(format!("/admin/imports/{kind}"), &[("mode", "dry_run")], rows)
                })
                .into(),
        ),
        _ => None,
    }
}

/// Requests that act on a meeting: complete ones from callers who may not, and ones with a mistake from
/// callers who may.
fn steps(office: &Office, who: Who, address: &'static str) -> Option<Vec<Ask>> {
    let step = |body: &dyn Fn(&TestMeeting, bool) -> Option<String>| {
        let may = |meeting: &TestMeeting| {
            who.is_some_and(|who| office.writes(who, meeting) || meeting.chair == who)
        };
        let asks = office.meetings.iter().enumerate().filter_map(|(number, meeting)| {
            let ask = Ask::form(address, body(meeting, may(meeting))?);
            Some(if number % 2 == 0 { ask } else { ask.plain() })
        });
        Some(asks.collect::<Vec<_>>())
    };
    match address {
        "/api/meetings/publish" => step(&|m, _| Some(format!("id={}&rev=0", m.id))),
        "/api/meetings/call-off" => step(&|m, may| {
            let is_dropped = may && m.stage == Stage::Draft;
            (!is_dropped).then(|| format!("id={}&reason={}", m.id, if may { "" } else { "x" }))
        }),
        "/api/meetings/open"
        | "/api/meetings/take-back"
        | "/api/meetings/discuss"
        | "/api/meetings/drop-changes" => step(&|m, _| Some(format!("id={}", m.id))),
        "/api/meetings/undo-step" => step(&|m, _| Some(format!("id={}", m.id))),
        "/api/meetings/open-since" => {
            step(&|m, may| Some(format!("id={}&began={}", m.id, if may { "noon" } else { "08:00" })))
        }
        // Nothing typed into it can be wrong.
        "/api/meetings/reopen" => step(&|m, may| (!may).then(|| format!("id={}", m.id))),
        "/api/meetings/back-to-draft" => {
            step(&|m, may| Some(format!("id={}&reason={}", m.id, if may { "" } else { "x" })))
        }
        "/api/meetings/correct" => step(&|m, may| {
            let opened = if may { "noon" } else { "08:00" };
            Some(format!("id={}&opened={opened}&closed=09:00&reason=x", m.id))
        }),
        "/api/meetings/close" => {
            step(&|m, may| Some(format!("id={}&ended={}&reason=x", m.id, if may { "noon" } else { "" })))
        }
        "/api/attendance/mark" => step(&|m, may| {
            let presence = if may { "absent" } else { "in_room" };
            Some(format!("id={}&participant={}&presence={presence}", m.id, m.participant))
        }),
        "/api/attendance/mark-rest" => {
            step(&|m, may| Some(format!("id={}&presence={}", m.id, if may { "nowhere" } else { "in_room" })))
        }
        "/api/attendance/add" => step(&|m, _| {
            let agency = office.agency(m.agency);
            Some(format!("id={}&delegate=a-{agency}&name=x&sort=king", m.id))
        }),
        "/api/attendance/take-off" => {
            step(&|m, _| Some(format!("id={}&participant={}", m.id, m.participant)))
        }
        "/api/attendance/mark-site" => {
            step(&|m, _| Some(format!("id={}&site={}&connected=on", m.id, office.agency(m.sites[0]))))
        }
        "/api/papers/rename" => step(&|m, may| {
            Some(format!("id={}&paper={}&title={}", m.id, m.paper, if may { "" } else { "x" }))
        }),
        "/api/papers/neutral-line" => step(&|m, _| Some(format!("id={}&item={}", m.id, m.item))),
        "/api/papers/restore" => step(&|m, _| Some(format!("id={}&paper={}", m.id, m.paper))),
        "/api/papers/withdraw" => step(&|m, _| Some(format!("id={}&paper={}", m.id, m.paper))),
        "/api/meetings/get"
        | "/api/meetings/follow"
        | "/api/meetings/last-saved"
        | "/api/live/lines"
        | "/api/live/rehearsals" => step(&|m, _| Some(format!("id={}", m.id))),
        "/api/live/behind" => step(&|m, _| Some(format!("id={}&site={}", m.id, office.agency(m.sites[0])))),
        "/api/attendance/landing" | "/api/hall/display" => step(&|m, _| Some(format!("meeting={}", m.id))),
        "/api/attendance/scan" => step(&|m, _| Some(format!("meeting={}&code=000000", m.id))),
        "/api/attendance/nameable" => step(&|m, _| {
            let agency = m.invited().next().unwrap_or(m.agency);
            Some(format!("meeting={}&agency={}", m.id, office.agency(agency)))
        }),
        "/api/attendance/name-delegates" => step(&|m, _| {
            let agency = m.invited().next().unwrap_or(m.agency);
            Some(format!("meeting={}&agency={}&people[]=nobody", m.id, office.agency(agency)))
        }),
        "/api/papers/read" | "/api/papers/opened" => step(&|m, _| Some(format!("paper={}", m.paper))),
        _ => None,
    }
}

fn calls(office: &Office, address: &'static str) -> Option<Vec<Ask>> {
    let person = |number: usize| office.people[number].caller.person;
    let victim = office.victim;
    let one = |body: String| Some(vec![Ask::form(address, body)]);
    match address {
        "/api/meetings/list" => Some(lists(office, address)),
        "/api/calendar/show" => Some(calendars(office, address)),
        "/api/meetings/check" => Some(checks(office, address)),
        "/api/meetings/compose" => Some(
            office
                .meetings
                .iter()
                .map(|m| json!({"id": m.id, "start": start()}))
                .chain([json!({"id": null, "start": start()})])
                .map(|body| Ask::json(address, body))
                .collect(),
        ),
        "/api/meetings/keep" => Some(
            office
                .meetings
                .iter()
                .map(|m| json!({"saved": {"id": m.id, "rev": 0}, "typing": null, "input": MeetingInput::default()}))
                .map(|body| Ask::json(address, body))
                .collect(),
        ),
        "/api/meetings/save" => Some(
            office
                .meetings
                .iter()
                .map(|m| Ask::form(address, format!("id={}&rev=0&then=keep&input[title]=x", m.id)))
                .collect(),
        ),
        "/api/attendance/to-name" => Some(
            office.meetings.iter().map(|m| Ask::json(address, json!({"meeting": m.id, "chosen": []}))).collect(),
        ),
        "/api/meetings/find" | "/api/meetings/find-list" | "/api/calendar/find" | "/api/search/find" | "/api/rooms/list" => {
            Some(["mk", "nguoi", ""].map(|text| Ask::form(address, format!("text={text}"))).into())
        }
        "/api/figures/report" => Some(
            office.codes().map(|code| Ask::json(address, json!({"subject": {"agency": office.agency(code)}}))).collect(),
        ),
        "/api/audit/list" => Some((1..8).map(|page| Ask::form(address, format!("page={page}"))).collect()),
        "/api/people/list" => Some(vec![Ask::form(address, "page=1"), Ask::form(address, "text=mk&page=1")]),
        "/api/people/get" => {
            Some((0..office.people.len()).map(|n| Ask::form(address, format!("id={}", person(n)))).collect())
        }
        "/api/people/change" => one(format!("id={}&name=", person(4))),
        "/api/people/add" => one("user_name=&name=".into()),
        "/api/people/reset-password" => one(format!("person={victim}")),
        "/api/people/turn-off-second-factor" => one(format!("person={victim}")),
        "/api/people/set-active" => one(format!("person={victim}&active=")),
        "/api/people/password-report" | "/api/imports/report" => one(format!("name={}", office.report)),
        "/api/agencies/settings" => {
            Some(office.codes().map(|code| Ask::form(address, format!("id={}", office.agency(code)))).collect())
        }
        "/api/agencies/set-hours" => one(format!("id={}&morning_from=x", office.agency("STC"))),
        "/api/agencies/change" => one(format!("id={}&name=", office.agency("STC"))),
        "/api/agencies/add" | "/api/rooms/add" => one("code=".into()),
        "/api/rooms/get" => Some(office.rooms.iter().map(|room| Ask::form(address, format!("id={room}"))).collect()),
        "/api/meetings/find-rooms" => Some(
            office.codes().map(|code| Ask::form(address, format!("text=&agency={}", office.agency(code)))).collect(),
        ),
        "/api/rooms/withdraw" | "/api/rooms/restore" => one(format!("id={}", uuid::Uuid::nil())),
        "/api/rooms/change" => one(format!("id={}&name=", office.rooms[2])),
        "/api/rules/add" => one("code=".into()),
        "/api/rules/set-hybrid" => one("hybrid=x".into()),
        "/api/work-days/year" => one("year=2026".into()),
        "/api/work-days/set" => one("date=x".into()),
        "/api/work-days/drop" => one("date=2030-05-01".into()),
        "/api/work-days/declare" => one("year=1&entered=on".into()),
        "/api/rules/set-short-forms" => one("short_forms=x".into()),
        "/api/accounts/sign-in" => one("user_name=nobody&password=nothing".into()),
        "/api/accounts/claim-first" => one("code=x".into()),
        "/api/accounts/change-password" => one("old=x&new=y&again=z".into()),
        "/api/second-factor/confirm" | "/api/second-factor/enter" => one("second_code=000000".into()),
        "/api/second-factor/turn-off" | "/api/second-factor/renew-codes" => one("second_password=x&second_code=000000".into()),
        "/api/second-factor/state" => one(format!("report={}", office.report)),
        "/api/notices/acknowledge-account" => one(format!("newest={}", uuid::Uuid::nil())),
        "/api/notices/acknowledge-role" => one(format!("id={}", uuid::Uuid::nil())),
        "/api/preferences/set" => one("locale=vi".into()),
        "/api/accounts/is-first"
        | "/api/accounts/sessions"
        | "/api/notices/account-events"
        | "/api/notices/unseen"
        | "/api/second-factor/begin"
        | "/api/accounts/sign-out"
        | "/api/accounts/sign-out-everywhere"
        | "/api/live/session"
        | "/api/meetings/today"
        | "/api/papers/coming"
        | "/api/calendar/choices"
        | "/api/figures/agencies"
        | "/api/agencies/tree"
        | "/api/rules/list"
        | "/api/work-days/years" => one(String::new()),
        _ => None,
    }
}

fn start() -> Value {
    json!({"date": "", "from": "", "to": "", "room": "", "agency": ""})
}
