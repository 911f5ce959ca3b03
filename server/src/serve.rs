//! The program in service: listen, answer, and on a signal finish what is being answered before it ends.
//! Knows the connection, not what travels over it.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
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
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// A client that takes longer over a request's headers holds a connection for nothing. Also how long a connection
/// without a request stays open.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// A client that takes longer over the handshake of an encrypted connection is none.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// Larger headers are no browser's.
const HEADER_BYTES_AT_MOST: usize = 64 * 1024;
/// More connections wait in the system's own queue. Each takes a file and some 20 KB.
const CONNECTIONS_AT_MOST: u32 = 4096;
/// After a signal: longer than any page takes; an upload that takes longer is sent again by its page.
const FINISH_WITHIN: Duration = Duration::from_secs(20);

/// Serves until SIGTERM or SIGINT, encrypted where there is a certificate; then what is `open` beyond requests, sockets, is ended too.
///
/// # Errors
/// When the signals cannot be heard.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    open: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let ending = watch::Sender::new(false);
    let room = Arc::new(Semaphore::new(CONNECTIONS_AT_MOST as usize));
    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&room).acquire_owned() => permit,
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        };
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let serving = connection((stream, peer), tls.clone(), router.clone(), ending.subscribe());
                    tokio::spawn(async move {
                        // A connection that breaks is the client's business, and happens all day.
                        if let Err(cause) = serving.await {
                            tracing::debug!(%cause, "a connection broke");
                        }
                        drop(permit);
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
        if tokio::time::timeout(FINISH_WITHIN, room.acquire_many(CONNECTIONS_AT_MOST)).await.is_err() {
            tracing::warn!("some answers took too long and were cut off");
        }
    };
    tokio::join!(answers, open);
    Ok(())
}

/// One connection, once it is encrypted where it is to be.
async fn connection(
    (stream, peer): (TcpStream, SocketAddr),
    tls: Option<TlsAcceptor>,
    router: Router,
    ending: watch::Receiver<bool>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    // Small answers must not wait for the next one; a failure here costs some milliseconds and nothing else.
    stream.set_nodelay(true).ok();
    match tls {
        None => talk(stream, peer, router, ending).await?,
        Some(tls) => {
            let stream = tokio::time::timeout(HANDSHAKE_WITHIN, tls.accept(stream)).await??;
            talk(stream, peer, router, ending).await?;
        }
    }
    Ok(())
}

/// Until it is closed, becomes a socket, or is told to finish what it is answering.
async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    mut ending: watch::Receiver<bool>,
) -> hyper::Result<()> {
    let answer = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
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
        .header_read_timeout(HEADERS_WITHIN)
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
