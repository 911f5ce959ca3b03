//! Runs the server: listen, answer, and on a signal finish the running answers before it ends.
//! Limits how many connections one address may use. Knows the connection, not what is sent over it.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use media::Media;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::config::{Config, Proxies};
use crate::drain::DrainedBody;
use crate::network::Network;
use crate::places::Limits;
use crate::quota::Quota;

/// A client that takes longer over the handshake of an encrypted connection is none.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// The upper byte of the length of what picture and sound begin with is below this.
const LONGEST_CHECK: u8 = 8;
/// Larger headers are no browser's. What waits to be sent on a connection is as much at most.
const HEADER_BYTES_AT_MOST: usize = 32 * 1024;
/// After a signal: longer than any page takes; an upload that takes longer is sent again by its page.
const FINISH_WITHIN: Duration = Duration::from_secs(20);
/// Refused connections are logged once a minute, because an attacker can open thousands.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// Limits on connections.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Connections in all.
    pub total: usize,
    /// Connections from one network. Proxies are not counted, because everyone is behind them.
    pub per_network: usize,
    /// The peers that are proxies.
    pub proxies: Proxies,
    /// Longest time for the headers of a request, and between two requests.
    pub headers_within: Duration,
    /// Longest time for the client to take the next bytes of an answer.
    pub stalled_after: Duration,
}

impl ConnectionLimits {
    /// The limits from a configuration.
    pub fn of(config: &Config) -> ConnectionLimits {
        let Limits { connections, headers_within, stalled_after, .. } = config.limits;
        ConnectionLimits {
            total: connections,
            per_network: config.connections_per_address.min(connections),
            proxies: config.proxies(),
            headers_within,
            stalled_after,
        }
    }
}

/// Serves until SIGTERM or SIGINT, encrypted where there is a certificate; then what is `open` beyond requests, sockets, is ended too.
/// With `media`, streams of picture and sound come over the same port, see [`is_media`].
///
/// # Errors
/// When the signals cannot be heard.
pub async fn serve(
    listener: TcpListener,
    (tls, media): (Option<TlsAcceptor>, Option<Media>),
    router: Router,
    limits: ConnectionLimits,
    open: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let ending = watch::Sender::new(false);
    let room = Arc::new(Semaphore::new(limits.total));
    let networks = Quota::new(limits.total, limits.per_network);
    let mut refused = RefusedConnections::default();
    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&room).acquire_owned() => permit,
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        };
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let is_counted = !limits.proxies.include(peer.ip());
                    let place = is_counted.then(|| networks.try_acquire(Network::of(peer.ip())));
                    if matches!(place, Some(None)) {
                        refused.tell(limits.per_network);
                        continue;
                    }
                    // A small answer must not wait for the next one. A failure here costs only some
                    // milliseconds.
                    stream.set_nodelay(true).ok();
                    let (tls, router, ending) = (tls.clone(), router.clone(), ending.subscribe());
                    let media = media.clone();
                    tokio::spawn(async move {
                        let serving = async {
                            if let Some(media) = media
                                && is_media(&stream).await?
                            {
                                return Ok(media.adopt(stream.into_std()?, peer)?);
                            }
                            connection((stream, peer), tls, router, limits, ending).await
                        };
                        // A connection that breaks is the client's business, and happens all day.
                        if let Err(cause) = serving.await {
                            tracing::debug!(%cause, "a connection broke");
                        }
                        drop((permit, place));
                    });
                }
                Err(cause) => {
                    // Out of files, most likely: the next attempt would fail at once, and again.
                    tracing::warn!(%cause, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        }
    }
    drop(listener);
    ending.send_replace(true);
    tracing::info!("ending: answering what has been asked");
    let answers = async {
        let all = u32::try_from(limits.total).unwrap_or(u32::MAX);
        if tokio::time::timeout(FINISH_WITHIN, room.acquire_many(all)).await.is_err() {
            tracing::warn!("some answers took too long and were cut off");
        }
    };
    tokio::join!(answers, open);
    Ok(())
}

/// Whether a stream begins as those of picture and sound do: with the length of a first datagram, a check of the way, of some
/// hundred bytes (RFC 4571). TLS begins with 22, HTTP with a letter. Nothing of it is taken.
///
/// # Errors
/// When it says nothing for as long as a handshake may take.
async fn is_media(stream: &TcpStream) -> std::io::Result<bool> {
    let mut first = [0];
    let count = tokio::time::timeout(HANDSHAKE_WITHIN, stream.peek(&mut first)).await??;
    Ok(count == 1 && first[0] < LONGEST_CHECK)
}

/// Counts the connections that were closed at once because their network had too many.
#[derive(Default)]
struct RefusedConnections {
    count: u64,
    told: Option<Instant>,
}

impl RefusedConnections {
    fn tell(&mut self, at_most: usize) {
        self.count += 1;
        if self.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            let count = std::mem::take(&mut self.count);
            tracing::warn!(count, at_most, "connections refused: one address had as many as it may");
            self.told = Some(Instant::now());
        }
    }
}

/// One connection, once it is encrypted where it is to be.
async fn connection(
    (stream, peer): (impl Transport, SocketAddr),
    tls: Option<TlsAcceptor>,
    router: Router,
    limits: ConnectionLimits,
    ending: watch::Receiver<bool>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let stream = closed_when_stalled(stream, limits.stalled_after);
    match tls {
        None => talk(stream, peer, router, limits, ending).await?,
        Some(tls) => {
            let stream = tokio::time::timeout(HANDSHAKE_WITHIN, tls.accept(stream)).await??;
            talk(stream, peer, router, limits, ending).await?;
        }
    }
    Ok(())
}

/// The byte stream of a connection.
trait Transport: AsyncRead + AsyncWrite + Unpin + Send + 'static {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Transport for T {}

/// Fails once the other end has taken no bytes of what is written to it for `after`. An idle socket with
/// nothing to write is not affected.
fn closed_when_stalled<T: Transport>(stream: T, after: Duration) -> Pin<Box<TimeoutStream<T>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(after));
    Box::pin(stream)
}

/// Until it is closed, becomes a socket, or is told to finish what it is answering.
async fn talk(
    stream: impl Transport,
    peer: SocketAddr,
    router: Router,
    limits: ConnectionLimits,
    mut ending: watch::Receiver<bool>,
) -> hyper::Result<()> {
    let answer = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(|body| Body::new(DrainedBody::new(body)));
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move {
            let response = match router.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            Ok::<_, Infallible>(response)
        }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers_within)
        .max_buf_size(HEADER_BYTES_AT_MOST)
        .serve_connection(TokioIo::new(stream), answer)
        .with_upgrades();
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        served = serving.as_mut() => return served,
        _ = ending.changed() => {}
    }
    serving.as_mut().graceful_shutdown();
    serving.await
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    use super::*;
    use crate::config::Sources;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: hop.example\r\n\r\n";

    /// A connection over a pipe that holds 64 bytes, to a page of 100 KB.
    fn connected() -> (DuplexStream, impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>>) {
        let (near, far) = tokio::io::duplex(64);
        let router = Router::new().route("/", get(|| async { "x".repeat(100_000) }));
        let limits = ConnectionLimits::of(&Config::read(&Sources::default()).unwrap());
        let (ending, told) = watch::channel(false);
        let peer = SocketAddr::from(([10, 0, 0, 7], 5));
        let serving = connection((far, peer), None, router, limits, told);
        (near, async move {
            let _running = ending;
            serving.await
        })
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_takes_nothing_of_an_answer_is_closed_after_a_minute() {
        let (mut client, serving) = connected();
        let began = Instant::now();
        let serving = tokio::spawn(serving);
        client.write_all(REQUEST).await.unwrap();
        assert!(serving.await.unwrap().is_err());
        assert_eq!(began.elapsed().as_secs(), 60);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_takes_an_answer_slowly_gets_all_of_it() {
        let (mut client, serving) = connected();
        let serving = tokio::spawn(serving);
        client.write_all(REQUEST).await.unwrap();
        let (mut taken, mut bytes) = (Vec::new(), [0; 1024]);
        while taken.iter().filter(|byte| **byte == b'x').count() < 100_000 {
            tokio::time::sleep(Duration::from_secs(50)).await;
            let count = client.read(&mut bytes).await.unwrap();
            assert_ne!(count, 0, "closed after {} bytes", taken.len());
            taken.extend_from_slice(&bytes[..count]);
        }
        drop(client);
        serving.await.unwrap().ok();
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_never_ends_its_headers_or_asks_nothing_more_is_closed_after_ten_seconds() {
        for sent in [b"GET / HTTP/1.1\r\nHost: h".as_slice(), b""] {
            let (mut client, serving) = connected();
            let began = Instant::now();
            let serving = tokio::spawn(serving);
            client.write_all(sent).await.unwrap();
            serving.await.unwrap().ok();
            assert_eq!(began.elapsed().as_secs(), 10, "{sent:?}");
        }
    }
}
