//! Where a page asks for its socket: whether it is let in, and at which node it meets the others of its meeting.

use axum::Extension;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use backend::Lost;
use domain::live::wire::MESSAGE_BYTES_AT_MOST;
use http::StatusCode;
use http::request::Parts;
use hyper::upgrade::OnUpgrade;

use super::Visit;
use super::node::Meets;
use super::page::{Asker, Page};
use super::relay::{self, Asked, Line, NoLine, PASSED_ON};
use crate::fault;
use crate::guard::{Visitor, is_own_page};
use crate::places::Turn;
use crate::site::Site;

/// The route of sockets.
pub(crate) const SOCKET: &str = "/meetings/{id}/socket";

/// What a socket reads at once, and writes; a longer message takes more while it comes. By itself it would keep 128 KiB
/// each way, for each page of each meeting.
const BUFFERED_BYTES: usize = 4 * 1024;

/// So often the host is looked for: one that is gone, one that took its place meanwhile, and one more.
const ATTEMPTS: u32 = 3;

/// Opens a page's socket.
pub async fn socket(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Path(meeting): Path<String>,
    RawQuery(query): RawQuery,
    head: Parts,
    // Before the upgrade, which takes it away.
    socket: Option<Extension<OnUpgrade>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let (headers, extensions) = (head.headers, head.extensions);
    // A socket is opened by a GET that any site's page can send, with our cookie.
    if !is_own_page(&site, &headers) {
        return fault::plain(StatusCode::FORBIDDEN);
    }
    let asker = Asker::new(site.clone(), &headers, &extensions, &meeting);
    let ((caller, meeting), standing) = match asker.standing(visitor.0).await {
        Ok(found) => found,
        Err(failure) => return fault::failure(&failure, &headers),
    };
    let Some(place) = site.live.place(&caller, standing.rehearses) else {
        return fault::plain(StatusCode::SERVICE_UNAVAILABLE);
    };
    let asked = Asked { meeting, query, headers, trusts_proxy: site.config.trust_proxy };
    match find(&site, &asked, extensions.get::<Turn>()).await {
        Err(refused) => refused,
        Ok(Found::Here(visit)) => {
            let page = Page::new(asker, visit, (caller.person, meeting), standing);
            upgrade
                .max_message_size(MESSAGE_BYTES_AT_MOST)
                .max_frame_size(MESSAGE_BYTES_AT_MOST)
                .read_buffer_size(BUFFERED_BYTES)
                .write_buffer_size(BUFFERED_BYTES)
                .on_upgrade(move |socket| async move {
                    page.talk(socket).await;
                    drop(place);
                })
        }
        Ok(Found::There(line)) => {
            let Some(Extension(page)) = socket else { return fault::plain(StatusCode::UPGRADE_REQUIRED) };
            let (answer, ending) = (line.answer(), site.live.0.ending.subscribe());
            tokio::spawn(async move {
                line.carry(page, ending).await;
                drop(place);
            });
            answer
        }
    }
}

/// Where a page meets the others.
enum Found {
    Here(Visit),
    There(Line),
}

/// A host that could not be reached, and whether nothing listens there any more.
struct Missed {
    host: String,
    is_gone: bool,
}

impl Missed {
    fn lost(&self) -> Lost<'_> {
        if self.is_gone { Lost::Gone(&self.host) } else { Lost::Silent(&self.host) }
    }
}

async fn find(site: &Site, asked: &Asked, turn: Option<&Turn>) -> Result<Found, Response> {
    let mut missed: Option<Missed> = None;
    for _ in 0..ATTEMPTS {
        let meets = site.live.meet(asked.meeting, missed.as_ref().map(Missed::lost)).await;
        let host = match meets.map_err(|failure| fault::failure(&failure, &asked.headers))? {
            Meets::Here(visit) => return Ok(Found::Here(visit)),
            Meets::At(host) => host,
        };
        // It has said lately that it goes on: the page asks again, and meets the others there.
        if missed.is_some_and(|missed| missed.host == host) {
            return Err(fault::plain(StatusCode::SERVICE_UNAVAILABLE));
        }
        // While another node answers, this one's pages need no place.
        if let Some(turn) = turn {
            turn.release();
        }
        let node = site.live.node().filter(|_| !asked.headers.contains_key(PASSED_ON));
        let Some(node) = node else { return Err(fault::plain(StatusCode::MISDIRECTED_REQUEST)) };
        missed = match relay::open(node, &host, asked).await {
            Ok(line) => return Ok(Found::There(line)),
            Err(NoLine::Gone) => {
                tracing::warn!(host, "the node that hosts a meeting is gone; its place is taken");
                Some(Missed { host, is_gone: true })
            }
            Err(NoLine::Silent(cause)) => {
                tracing::warn!(host, cause, "the node that hosts a meeting does not answer");
                Some(Missed { host, is_gone: false })
            }
            // Another hosts it since; who, the database says.
            Err(NoLine::Refused(StatusCode::MISDIRECTED_REQUEST)) => None,
            Err(NoLine::Refused(status)) => return Err(fault::plain(status)),
        };
    }
    Err(fault::plain(StatusCode::SERVICE_UNAVAILABLE))
}
