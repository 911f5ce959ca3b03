//! How many people may do something at once, so that nobody takes the places of everyone: pages, incoming
//! forms, uploads, downloads, expensive reads. Each kind has places of its own. Knows the limits, not what is
//! done in a place.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ConnectInfo;
use domain::ids::{AgencyId, PersonId};
use http::Extensions;

use crate::allowance::{Allowances, Rate};
use crate::config::Config;
use crate::guard::Answers;
use crate::network::Network;
use crate::quota::{Permit, Quota, SharedPermit, SharedQuota};

/// The limits. Tests make them small.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections in all. Each uses a file and about 20 KB; more wait in the system's own queue.
    pub connections: usize,
    /// Longest time for a request's headers: a client that takes longer holds a connection for nothing. Also
    /// how long a connection without a request stays open. Over the slowest line, headers of 4 KB arrive in
    /// under 2 s.
    pub headers_within: Duration,
    /// A client that takes nothing of an answer for this long is gone: a line that fails for a minute has
    /// lost its connection anyway.
    pub stalled_after: Duration,
    /// How long a request waits for a place when all are taken: longer than a burst of requests lasts, and
    /// shorter than a person is willing to wait.
    pub turn_within: Duration,
    /// How long a file of rows waits for its turn to be imported: longer than the largest one takes on a slow machine.
    pub import_turn_within: Duration,
    /// Longest time for a form: a form of the largest size arrives within it over any line that can carry
    /// pages.
    pub form_within: Duration,
    /// A form that arrives within this needs no place: slow senders never make it wait.
    pub form_at_once: Duration,
    /// Incoming forms from one network of people who are not signed in: a browser sends at most 6 at once, so an
    /// office behind one address still has room.
    pub forms_per_network: usize,
    /// Incoming forms of one person.
    pub forms_per_person: usize,
    /// Uploads at once. At 200 MiB each, unfinished uploads use at most 6.4 GiB of disk.
    pub uploads: usize,
    /// Uploads of one person: a browser sends one at a time, perhaps in several tabs.
    pub uploads_per_person: usize,
    /// Downloads of papers at once: 1,024 buffers of 256 KiB are at most 256 MiB.
    pub downloads: usize,
    /// Downloads of one person: the reader requests pieces, and a browser requests at most 6 at once per
    /// device.
    pub downloads_per_person: usize,
    /// Answers that are being taken, in pieces of [`ANSWER_PIECE`]: 192 MiB in all. A page is in memory whole until its last bytes
    /// are taken, and a slow line takes them slowly.
    pub answers: usize,
    /// The same of one sender: 8 MiB, a hundred ordinary pages or the largest one.
    pub answers_per_sender: usize,
    /// Lists, searches and figures at once for one person: a page requests one. The limit is below the number
    /// of connections for expensive reads.
    pub heavy_reads_per_person: usize,
    /// Requests of one network of which it is found out at once whose they are. That takes a query of a fraction of a
    /// millisecond.
    pub identifications_per_network: usize,
    /// Other pages and calls that are answered at once for one sender: a person, or the people of one network
    /// who are not signed in. Whoever saves or signs in a hundred times at once waits, and not everyone else,
    /// who would wait for the processor, the database or the hashing of passwords.
    pub requests_per_sender: usize,
    /// Calls of one person. Nobody presses a button more than twice a second for longer than a few minutes, and what
    /// people do is kept in the audit trail for ever.
    pub calls_of_person: Rate,
    /// Imports of one person that write. Nobody else writes for a second or two meanwhile, and what is written stays.
    /// An office that sends its first files sends a handful of each kind; later it sends one a month.
    pub written_imports_of_person: Rate,
    /// The same for all people of one office together ([`Caller::office`]), whose administrators may make as many people
    /// as they like: the files of three people.
    ///
    /// [`Caller::office`]: domain::access::Caller::office
    pub written_imports_of_office: Rate,
    /// The minimum speed of an upload.
    pub pace: Pace,
    /// The rest of a refused form is read for this long, so that its sender receives the refusal.
    pub drained_within: Duration,
    /// Pages and forms end within 40 s. If no place becomes free for longer than this, something hangs.
    pub pages_stuck_after: Duration,
    /// An upload over a slow line may take minutes. If none of all uploads ends for longer than this, the log
    /// says so.
    pub uploads_stuck_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 4096,
            headers_within: Duration::from_secs(10),
            stalled_after: Duration::from_secs(60),
            turn_within: Duration::from_secs(10),
            import_turn_within: Duration::from_secs(25),
            form_within: Duration::from_secs(10),
            form_at_once: Duration::from_millis(100),
            forms_per_network: 16,
            forms_per_person: 8,
            uploads: 32,
            uploads_per_person: 3,
            downloads: 1024,
            downloads_per_person: 32,
            answers: 6144,
            answers_per_sender: 256,
            heavy_reads_per_person: 2,
            identifications_per_network: 8,
            requests_per_sender: 4,
            calls_of_person: Rate { at_once: 300, every: Duration::from_millis(500) },
            written_imports_of_person: Rate { at_once: 20, every: Duration::from_secs(1800) },
            written_imports_of_office: Rate { at_once: 60, every: Duration::from_secs(600) },
            pace: Pace::default(),
            drained_within: Duration::from_secs(60),
            pages_stuck_after: Duration::from_secs(60),
            uploads_stuck_after: Duration::from_secs(15 * 60),
        }
    }
}

/// The minimum speed of a sender. Only the time spent waiting for the sender counts.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// A sender that is silent for this long is gone; a slow line pauses for seconds.
    pub silent_at_most: Duration,
    /// The average speed counts after this time.
    pub grace: Duration,
    /// Bytes per second on average. A line that needs more than a day for the largest paper is too slow for
    /// papers.
    pub bytes_per_second: u64,
}

impl Default for Pace {
    fn default() -> Self {
        let minute = Duration::from_secs(60);
        Pace { silent_at_most: minute, grace: minute, bytes_per_second: 2 * 1024 }
    }
}

impl Pace {
    /// How long the next piece may take. `bytes` have arrived so far, and the server has `waited` for them in
    /// all.
    ///
    /// 1,228,800 bytes are 600 s at 2 KiB/s: after 590 s of waiting the next piece has 10 s.
    pub fn next_within(&self, bytes: u64, waited: Duration) -> Duration {
        let earned = Duration::from_secs(bytes / self.bytes_per_second.max(1)).max(self.grace);
        earned.saturating_sub(waited).min(self.silent_at_most)
    }
}

/// What answers are counted in, bytes.
pub const ANSWER_PIECE: usize = 32 * 1024;

/// One in so many places of each kind may be held by the people of one office ([`Caller::office`]), whose administrator makes
/// as many people as they like. The tablets of a hall are of many offices.
///
/// [`Caller::office`]: domain::access::Caller::office
const OFFICE_SHARE: usize = 4;
/// The same of uploads, downloads and answers, of which a person holds some for long: with a quarter, three people would be enough to
/// keep their own office waiting.
const OFFICE_SHARE_OF_STREAMS: usize = 2;

/// One in so many bytes of answers may be on their way to people who are not signed in, beside those of all others.
const STRANGERS_SHARE: usize = 8;

/// Places of people, shared out by office.
pub type OfPeople = SharedQuota<PersonId, AgencyId>;
/// A place of a person, who holds it for their office too.
pub type OfPerson = SharedPermit<PersonId, AgencyId>;

/// The places of a running program.
#[derive(Debug)]
pub struct Places {
    /// Pages, calls and sockets that are being answered.
    pub pages: Quota<()>,
    /// Incoming forms of people who are not signed in, by the network that they come from.
    pub forms: Quota<Option<Network>>,
    /// Incoming forms of people who are signed in.
    pub forms_of_people: OfPeople,
    /// Uploads.
    pub uploads: OfPeople,
    /// Downloads of papers.
    pub downloads: OfPeople,
    /// Lists, searches, figures.
    pub heavy_reads: SharedQuota<Sender, AgencyId>,
    /// Requests of which it is being found out whose they are.
    pub identifications: Quota<Option<Network>>,
    /// Answers that are being taken, in pieces of [`ANSWER_PIECE`].
    pub answers: Answers,
    /// All other pages and calls.
    pub requests: SharedQuota<Sender, AgencyId>,
    /// Sockets that another node passes on. Places of their own: while somebody's sockets are passed on from here to another
    /// node and from there to here, neither node waits for what the other one holds.
    pub passed_on: SharedQuota<Sender, AgencyId>,
    /// How many calls each person may still make.
    pub calls: Allowances<PersonId>,
    /// How many imports that write each person may still send.
    pub written_imports: Allowances<PersonId>,
    /// How many the people of each office may still send together.
    pub written_imports_of_office: Allowances<AgencyId>,
}

/// Whose places a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// A person who is signed in.
    Person(PersonId),
    /// All who are not signed in and come from one network. None if the network is unknown.
    Network(Option<Network>),
}

impl Places {
    /// Creates the places, all of them free.
    pub fn new(config: &Config) -> Places {
        let (limits, pages) = (&config.limits, config.concurrent_requests);
        // An office has as many as one of its people may hold, however few there are in all.
        let share = |total: usize, part: usize, per_person: usize| (total / part).max(per_person).max(1);
        let of_people =
            |total, per_person| SharedQuota::new(total, per_person, share(total, OFFICE_SHARE, per_person));
        let streams = |total, per_person| {
            SharedQuota::new(total, per_person, share(total, OFFICE_SHARE_OF_STREAMS, per_person))
        };
        let of_senders =
            |total, per_sender| SharedQuota::new(total, per_sender, share(total, OFFICE_SHARE, per_sender));
        Places {
            pages: Quota::new(pages, pages),
            forms: Quota::new(pages, limits.forms_per_network),
            forms_of_people: of_people(pages, limits.forms_per_person),
            uploads: streams(limits.uploads, limits.uploads_per_person),
            downloads: streams(limits.downloads, limits.downloads_per_person),
            heavy_reads: of_senders(pages, limits.heavy_reads_per_person),
            identifications: Quota::new(pages, limits.identifications_per_network),
            answers: Answers {
                of_people: streams(limits.answers, limits.answers_per_sender),
                of_strangers: Quota::new(
                    (limits.answers / STRANGERS_SHARE).max(1),
                    limits.answers_per_sender.min((limits.answers / STRANGERS_SHARE).max(1)),
                ),
            },
            requests: of_senders(pages, limits.requests_per_sender),
            passed_on: of_senders(pages, limits.requests_per_sender),
            calls: Allowances::new(limits.calls_of_person),
            written_imports: Allowances::new(limits.written_imports_of_person),
            written_imports_of_office: Allowances::new(limits.written_imports_of_office),
        }
    }

    /// Names a kind that has had no free place for `limits.pages_stuck_after`. Only a restart helps then: these requests
    /// end within a minute, so nobody can hold all places on purpose.
    pub fn stuck(&self, limits: &Limits) -> Option<&'static str> {
        let table = [
            (self.pages.full_for(), "pages"),
            (self.forms.full_for(), "forms"),
            (self.forms_of_people.full_for(), "forms"),
        ];
        let is_stuck = |full: Option<Duration>| full.is_some_and(|full| full >= limits.pages_stuck_after);
        table.into_iter().find(|(full, _)| is_stuck(*full)).map(|(_, kind)| kind)
    }

    /// Names a kind without a free place for long because people are slow or mean harm. A restart would not
    /// help: it would end everyone else's conferences.
    pub fn crowded(&self, limits: &Limits) -> Option<&'static str> {
        let table = [
            (self.heavy_reads.full_for(), limits.pages_stuck_after, "lists and figures"),
            (self.requests.full_for(), limits.pages_stuck_after, "requests"),
            (self.uploads.full_for(), limits.uploads_stuck_after, "uploads"),
            (self.downloads.full_for(), limits.uploads_stuck_after, "downloads"),
            (self.answers.of_people.full_for(), limits.pages_stuck_after, "answers"),
        ];
        let is_crowded = |full: Option<Duration>, after| full.is_some_and(|full| full >= after);
        table.into_iter().find(|(full, after, _)| is_crowded(*full, *after)).map(|(_, _, kind)| kind)
    }
}

/// The place among the pages that a request holds. The request gives it back while it waits for something
/// else: its body, or a place of another kind.
#[derive(Clone, Debug)]
pub struct Turn(Arc<Mutex<Option<Permit<()>>>>);

impl Turn {
    /// A turn that holds its place.
    pub fn new(permit: Permit<()>) -> Turn {
        Turn(Arc::new(Mutex::new(Some(permit))))
    }

    /// Gives the place back.
    pub fn release(&self) {
        self.put(None);
    }

    /// Takes a place again. False if none became free in time.
    pub async fn reacquire(&self, pages: &Quota<()>, within: Duration) -> bool {
        let permit = pages.acquire((), within).await;
        let has_place = permit.is_some();
        self.put(permit);
        has_place
    }

    fn put(&self, permit: Option<Permit<()>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = permit;
    }
}

/// The peer's address, if the request came over a connection.
pub fn peer(extensions: &Extensions) -> Option<std::net::IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_has_a_minute_and_then_as_long_as_its_bytes_earned() {
        let pace = Pace::default();
        let left = |bytes, waited| pace.next_within(bytes, Duration::from_secs(waited)).as_secs();
        assert_eq!(left(0, 0), 60);
        assert_eq!(left(1, 59), 1);
        assert_eq!(left(1, 60), 0, "a byte a minute is no upload");
        assert_eq!(left(600 * 2048, 590), 10);
        assert_eq!(left(600 * 2048, 100), 60, "a fast sender may pause, but not for long");
    }
}
