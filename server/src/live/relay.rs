//! A page's socket that leads on to the node that hosts its meeting. The bytes pass as they come, both ways, so that signs of
//! life, limits and the last word are between the page and its host; knows no message. It goes only to an address that
//! a node has written into the database, and never further than one node.

use std::io::ErrorKind;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use domain::ids::MeetingId;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;

use super::ended;
use super::node::Node;
use crate::outward;

/// Marks a socket that another node has passed on. All it does is to keep it from being passed on again.
pub(crate) const PASSED_ON: HeaderName = HeaderName::from_static("phien-passed-on");

/// A host that takes longer to be reached is taken for silent.
const REACHED_WITHIN: Duration = Duration::from_secs(2);
/// One that is reached asks the database before it answers, which all nodes share: a slow moment of it is no node's end.
const ANSWERS_WITHIN: Duration = Duration::from_secs(7);
/// Host and page both say something every few seconds; the one that hears nothing closes long before this.
const SILENT_AT_MOST: Duration = Duration::from_secs(30);
/// Whoever takes nothing for so long is gone.
const TAKEN_WITHIN: Duration = Duration::from_secs(10);
/// When one side has said its last word, the other has so long for its own.
const LAST_WORD_WITHIN: Duration = Duration::from_secs(5);
/// So much is on its way at once in each direction: more than any message of a page but an offer.
const BUFFER_BYTES: usize = 8 * 1024;

/// What the host needs to decide by itself whether the page may come in, and the page's half of the handshake.
const TOLD: [HeaderName; 9] = [
    header::HOST,
    header::COOKIE,
    header::ORIGIN,
    HeaderName::from_static("sec-fetch-site"),
    header::USER_AGENT,
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_VERSION,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::SEC_WEBSOCKET_EXTENSIONS,
];
/// What a proxy says of the page, where one is believed.
const FORWARDED: [HeaderName; 2] =
    [HeaderName::from_static("x-forwarded-for"), HeaderName::from_static("x-forwarded-proto")];
/// The host's half of the handshake.
const ANSWERED: [HeaderName; 5] = [
    header::CONNECTION,
    header::UPGRADE,
    header::SEC_WEBSOCKET_ACCEPT,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::SEC_WEBSOCKET_EXTENSIONS,
];

/// What a page asked for.
pub(super) struct Asked {
    pub(super) meeting: MeetingId,
    pub(super) query: Option<String>,
    pub(super) headers: HeaderMap,
    /// Whether forwarding headers are believed, and so told.
    pub(super) trusts_proxy: bool,
}

/// A page's line to the host, which has let it in.
pub(super) struct Line {
    host: Upgraded,
    answered: HeaderMap,
}

/// Why there is no line.
pub(super) enum NoLine {
    /// Nothing listens at the host's address.
    Gone,
    /// The host does not answer; what happened, for the log.
    Silent(String),
    /// The host lets the page not in.
    Refused(StatusCode),
}

/// Asks the host for a page's socket.
pub(super) async fn open(node: &Node, host: &str, asked: &Asked) -> Result<Line, NoLine> {
    let opened = timeout(ANSWERS_WITHIN, ask(node, host, asked)).await;
    opened.unwrap_or_else(|_| Err(NoLine::Silent("no answer in time".to_owned())))
}

async fn ask(node: &Node, host: &str, asked: &Asked) -> Result<Line, NoLine> {
    let silent = |cause: &dyn std::fmt::Display| NoLine::Silent(cause.to_string());
    let url = Url::parse(host).map_err(|cause| silent(&cause))?;
    let own = |cause: String| {
        tracing::error!(cause, "this node can reach no other one");
        NoLine::Refused(StatusCode::SERVICE_UNAVAILABLE)
    };
    let tls = node.tls(&url).map_err(own)?;
    let reached = timeout(REACHED_WITHIN, outward::open(&url, tls)).await;
    let (way, _) =
        reached.map_err(|_| NoLine::Silent("not reached in time".to_owned()))?.map_err(|cause| {
            if cause.kind() == ErrorKind::ConnectionRefused { NoLine::Gone } else { silent(&cause) }
        })?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(way)).await.map_err(|cause| silent(&cause))?;
    // Dropped with this attempt; once the line stands it has nothing left to do.
    let mut tasks = JoinSet::new();
    tasks.spawn(connection.with_upgrades());
    let request = asked.request().ok_or(NoLine::Refused(StatusCode::URI_TOO_LONG))?;
    let answer = sender.send_request(request).await.map_err(|cause| silent(&cause))?;
    match answer.status() {
        StatusCode::SWITCHING_PROTOCOLS => {
            let answered = picked(answer.headers(), &ANSWERED);
            let host = hyper::upgrade::on(answer).await.map_err(|cause| silent(&cause))?;
            Ok(Line { host, answered })
        }
        // Something before the host that finds nobody behind itself, or that is no node at all.
        status @ (StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT) => Err(silent(&status)),
        status if status.is_client_error() || status.is_server_error() => Err(NoLine::Refused(status)),
        status => Err(silent(&status)),
    }
}

impl Asked {
    /// None when its address is longer than addresses are: the meeting's number is written out here.
    fn request(&self) -> Option<Request<Empty<Bytes>>> {
        let query = self.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        let path = format!("/meetings/{}/socket{query}", self.meeting);
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = path.parse().ok()?;
        let mut headers = picked(&self.headers, &TOLD);
        if self.trusts_proxy {
            headers.extend(picked(&self.headers, &FORWARDED));
        }
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(PASSED_ON, HeaderValue::from_static("1"));
        *request.headers_mut() = headers;
        Some(request)
    }
}

/// The headers of these names, all of each.
fn picked(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    let of = |name: &HeaderName| {
        let values = headers.get_all(name).into_iter().cloned();
        values.map(|value| (name.clone(), value)).collect::<Vec<_>>()
    };
    names.iter().flat_map(of).collect()
}

impl Line {
    /// What the page is answered: the handshake is between it and the host.
    pub(super) fn answer(&self) -> Response {
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        answer.headers_mut().extend(self.answered.clone());
        answer
    }

    /// Passes on what is said, until either side is gone or the program ends.
    pub(super) async fn carry(self, page: OnUpgrade, mut ending: watch::Receiver<bool>) {
        let Ok(page) = page.await else { return };
        let (from_page, to_page) = tokio::io::split(TokioIo::new(page));
        let (from_host, to_host) = tokio::io::split(TokioIo::new(self.host));
        let mut up = std::pin::pin!(pass(from_page, to_host));
        let mut down = std::pin::pin!(pass(from_host, to_page));
        let last = tokio::select! {
            () = up.as_mut() => timeout(LAST_WORD_WITHIN, down).await,
            () = down.as_mut() => timeout(LAST_WORD_WITHIN, up).await,
            () = ended(&mut ending) => Ok(()),
        };
        if last.is_err() {
            tracing::debug!("a page's line was cut off before its last word");
        }
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    let mut bytes = vec![0; BUFFER_BYTES];
    while let Ok(Ok(read @ 1..)) = timeout(SILENT_AT_MOST, from.read(&mut bytes)).await {
        let passed = async {
            to.write_all(&bytes[..read]).await?;
            to.flush().await
        };
        if !matches!(timeout(TAKEN_WITHIN, passed).await, Ok(Ok(()))) {
            return;
        }
    }
    // That the other side is gone already is no news.
    let _ = timeout(TAKEN_WITHIN, to.shutdown()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_would_be_too_long_for_the_host_is_no_request() {
        let asked = |letters: usize| Asked {
            meeting: MeetingId(uuid::Uuid::nil()),
            query: Some("x".repeat(letters)),
            headers: HeaderMap::new(),
            trusts_proxy: false,
        };
        assert!(asked(60_000).request().is_some());
        // A page wrote the meeting's number without its four hyphens.
        let longest = usize::from(u16::MAX) - 1 - "/meetings/".len() - 32 - "/socket?".len();
        assert!(asked(longest).request().is_none());
    }
}
