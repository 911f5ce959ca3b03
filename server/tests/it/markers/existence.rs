//! Whoever may not open a meeting gets, at every address that takes the identifier of a meeting or of a part of it, the
//! same answer as for an identifier that nobody has.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Stage;
use futures::StreamExt;
use server::permission;
use uuid::Uuid;

use super::asks::{self, Ask, Body};
use super::office::{Office, TestMeeting};
use super::oracle::MeetingView;
use super::{AT_ONCE, seed, send};
use crate::world::Answer;

/// The identifiers of a meeting and its parts, each with one that nobody has.
fn made_up(meeting: &TestMeeting) -> Vec<(String, String)> {
    let own = [meeting.id.to_string(), meeting.item.to_string(), meeting.paper.to_string()];
    let all = own.into_iter().chain([meeting.participant.to_string()]);
    all.zip(1..).map(|(id, number)| (id, Uuid::from_u128(0xA000_0000 + number).to_string())).collect()
}

fn changed(text: &str, ids: &[(String, String)]) -> String {
    ids.iter().fold(text.to_owned(), |text, (real, made_up)| text.replace(real, made_up))
}

/// The same request about a meeting that does not exist; none if it is about no meeting.
fn about_nothing(ask: &Ask, ids: &[(String, String)]) -> Option<Ask> {
    let body = match &ask.body {
        Body::Nothing => Body::Nothing,
        Body::Form(text) => Body::Form(changed(text, ids)),
        Body::Json(value) => Body::Json(changed(&value.to_string(), ids).parse().unwrap()),
        Body::Parts(text) => Body::Parts(changed(text, ids)),
    };
    let path = changed(&ask.path, ids);
    let is_other = path != ask.path
        || match (&ask.body, &body) {
            (Body::Form(text), Body::Form(other)) | (Body::Parts(text), Body::Parts(other)) => text != other,
            (Body::Json(value), Body::Json(other)) => value != other,
            _ => false,
        };
    is_other.then(|| Ask { path, body, ..ask.clone() })
}

/// What of an answer a caller could tell apart: everything but what is new in each answer.
fn told(answer: &Answer, ids: &[(String, String)]) -> (u16, Vec<String>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| !VARYING.contains(&name.as_str()));
    let header = |value: &http::HeaderValue| changed(&String::from_utf8_lossy(value.as_bytes()), ids);
    let headers = headers.map(|(name, value)| format!("{name}: {}", header(value))).collect();
    (answer.status.as_u16(), headers, changed(&without_nonces(answer.text()), ids))
}

/// Headers that differ in any two answers.
const VARYING: [&str; 6] =
    ["content-security-policy", "x-request-id", "content-length", "date", "set-cookie", "server-timing"];

fn without_nonces(page: &str) -> String {
    let mut parts = page.split("nonce=\"");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once('"').map_or("", |(_, after)| after));
    }
    text
}

#[tokio::test]
async fn a_meeting_that_one_may_not_open_is_answered_like_one_that_does_not_exist() {
    let office = Office::new(seed()).await;
    let mut pairs = Vec::new();
    for (address, _) in permission::all() {
        for who in office.everybody().filter(Option::is_some) {
            let asks = asks::asks(&office, who, address);
            for meeting in &office.meetings[..6] {
                let seen = who.map(|who| office.seen(who, meeting));
                if seen.is_none_or(|seen| seen >= MeetingView::Opened) {
                    continue;
                }
                let ids = made_up(meeting);
                let about = asks.iter().filter_map(|ask| Some((ask, about_nothing(ask, &ids)?)));
                pairs.extend(about.map(|(ask, other)| (who, meeting.stage, ask.clone(), other, ids.clone())));
            }
        }
    }
    let compared = futures::stream::iter(pairs).map(|(who, stage, ask, other, ids)| {
        let office = &office;
        async move {
            let real = told(&send(office, who, &ask).await, &ids);
            let made_up = told(&send(office, who, &other).await, &ids);
            (who, stage, ask, real, made_up)
        }
    });
    let mut compared = std::pin::pin!(compared.buffered(AT_ONCE));
    let mut differing: BTreeSet<String> = BTreeSet::new();
    let mut stages: BTreeMap<&str, BTreeSet<Stage>> = BTreeMap::new();
    while let Some((who, stage, ask, real, made_up)) = compared.next().await {
        stages.entry(ask.address).or_default().insert(stage);
        if real != made_up {
            let whom = office.name(who);
            let parts = real.1.iter().filter(|part| !made_up.1.contains(part)).collect::<Vec<_>>();
            let (status, expected) = (real.0, made_up.0);
            let at = real.2.bytes().zip(made_up.2.bytes()).take_while(|(one, other)| one == other).count();
            let text = String::from_utf8_lossy(&real.2.as_bytes()[at..real.2.len().min(at + 80)]);
            differing.insert(format!(
                "{}: {stage:?} to {whom}: {status}, not {expected}; {parts:?} {text}",
                ask.address
            ));
        }
    }
    assert!(differing.is_empty(), "{} differ\n{}", differing.len(), super::lines(&differing));
    let incomplete: Vec<_> = stages.iter().filter(|(_, stages)| stages.len() < 6).collect();
    assert!(incomplete.is_empty() && stages.len() > 30, "{} {incomplete:?}", stages.len());
}
