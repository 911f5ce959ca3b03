//! A random office in which every private field holds a word of its own. Every caller requests every address
//! and sends every message of the live socket, and no answer may hold a word that its reader may not see.
//! [`oracle`] states a second time who may see what, without the code under test.

mod asks;
mod existence;
mod forms;
mod lead;
mod office;
mod oracle;
mod scan;
mod socket;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use http::header;
use server::permission;

use crate::world::Answer;
use asks::{Ask, Body};
use office::Office;
use oracle::{Clearance, Who};

/// The seed of the office in a plain run; `PHIEN_TEST_SEED` gives another office.
const SEED: u64 = 20_260_616;
/// Requests that are pending at the same time.
const AT_ONCE: usize = 8;

/// Leaks reported per address: enough to see what they have in common.
const TOLD_OF_EACH: usize = 6;

/// Requested last: these end sessions, or remove what other callers should see.
const LAST: [&str; 7] = [
    // Its reports push out the reports that wait already.
    "/admin/imports/{kind}",
    "/api/meetings/call-off",
    "/api/papers/withdraw",
    "/api/accounts/change-password",
    "/api/people/set-active",
    "/api/accounts/sign-out",
    "/api/accounts/sign-out-everywhere",
];

fn seed() -> u64 {
    std::env::var("PHIEN_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED)
}

/// The findings: leaks in words, and every word that a caller was shown.
#[derive(Default)]
struct Findings {
    leaks: BTreeSet<String>,
    seen: BTreeSet<usize>,
    statuses: BTreeMap<&'static str, BTreeSet<u16>>,
}

impl Findings {
    fn take(&mut self, office: &Office, who: Who, ask: &Ask, answer: &Answer) {
        let address = ask.address;
        self.statuses.entry(address).or_default().insert(answer.status.as_u16());
        let coding = answer.header(header::CONTENT_ENCODING);
        assert!(coding.is_empty(), "{address} is answered as {coding}, which nobody can look into here");
        let mut text = answer.body.clone();
        for (name, value) in &answer.headers {
            text.extend_from_slice(format!("\n{name}: ").as_bytes());
            text.extend_from_slice(value.as_bytes());
        }
        self.words(office, who, (address, &ask.path), &text, |need| office.least(who, ask.narrow, need));
    }

    fn words(
        &mut self,
        office: &Office,
        who: Who,
        (address, path): (&'static str, &str),
        text: &[u8],
        need: impl Fn(Clearance) -> Clearance,
    ) {
        for word in scan::words(text) {
            let Some((field, needed)) = office.words.get(word) else { continue };
            if office.may_see(who, need(*needed)) {
                self.seen.insert(word);
                continue;
            }
            let leak = format!("{address}: {field} to {} ({path}), needs {needed:?}", office.name(who));
            self.leaks.insert(leak);
        }
    }
}

/// Every caller requests these addresses, in the order given for each.
async fn ask_all(office: &Office, found: &mut Findings, addresses: &[&'static str]) {
    let mut all = Vec::new();
    for address in addresses {
        for who in office.everybody() {
            all.extend(asks::asks(office, who, address).into_iter().map(|ask| (who, ask)));
        }
    }
    let answers = futures::stream::iter(all).map(|(who, ask)| async move {
        let answer = send(office, who, &ask).await;
        (who, ask, answer)
    });
    let mut answers = std::pin::pin!(answers.buffered(AT_ONCE));
    while let Some((who, ask, answer)) = answers.next().await {
        found.take(office, who, &ask, &answer);
    }
}

async fn send(office: &Office, who: Who, ask: &Ask) -> Answer {
    let mut request = office.world.ask(ask.method.clone(), &ask.path);
    request = request.with(header::ACCEPT, if ask.is_page { "text/html" } else { "application/json" });
    if let Some(cookie) = office.cookie(who) {
        request = request.signed_in(cookie);
    }
    match &ask.body {
        Body::Nothing => request,
        Body::Form(text) => request.body("application/x-www-form-urlencoded", text.clone()),
        Body::Json(value) => request.body("application/json", value.to_string()),
        Body::Parts(text) => request.body("multipart/form-data; boundary=b", text.clone()),
    }
    .send()
    .await
}

#[tokio::test]
async fn nobody_is_shown_a_word_that_is_not_for_them() {
    let seed = seed();
    println!("seed {seed}");
    let office = Office::new(seed).await;
    let mut found = Findings::default();
    // Every address there is: `asks` fails for one that it does not know.
    let addresses: Vec<&'static str> = permission::all().map(|(address, _)| address).collect();
    let (last, first): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|address| LAST.contains(address));
    assert_eq!(last.len(), LAST.len());
    ask_all(&office, &mut found, &first).await;
    socket::talk(&office, &mut found).await;
    for address in LAST {
        ask_all(&office, &mut found, &[address]).await;
    }
    let Findings { leaks, seen, statuses } = found;
    assert!(leaks.is_empty(), "seed {seed}: {} leaks\n{}", leaks.len(), lines(&leaks));

    // A test with wrong requests would find nothing.
    let unseen: Vec<&String> = office
        .words
        .all()
        .filter(|(word, _, need)| {
            !seen.contains(word) && office.everybody().any(|who| office.may_see(who, *need))
        })
        .map(|(_, field, _)| field)
        .collect();
    assert!(unseen.is_empty(), "seed {seed}: nobody was shown {unseen:#?}");
    let unanswered: Vec<_> =
        statuses.iter().filter(|(_, statuses)| statuses.contains(&500) || statuses.contains(&503)).collect();
    assert!(unanswered.is_empty(), "seed {seed}: {unanswered:?}");
    let refused = |status: &u16| matches!(status, 400 | 405 | 415);
    let unread: Vec<_> = statuses.iter().filter(|(_, statuses)| statuses.iter().all(refused)).collect();
    assert!(unread.is_empty(), "seed {seed}: asked in a way that nobody understands: {unread:?}");
}

/// The first few leaks of every address.
fn lines(all: &BTreeSet<String>) -> String {
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    let mut first: Vec<&str> = Vec::new();
    for leak in all {
        let count = told.entry(leak.split(':').next().unwrap_or_default()).or_default();
        *count += 1;
        if *count <= TOLD_OF_EACH {
            first.push(leak);
        }
    }
    first.join("\n")
}
