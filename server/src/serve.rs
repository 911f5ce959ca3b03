//! The program in service: listen, answer, and on a signal finish what is being answered before it ends.
//! Knows the connection, not what travels over it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tower::ServiceExt;

/// A client that takes longer over a request's headers holds a connection for nothing. Also how long a connection
/// without a request stays open.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// Larger headers are no browser's.
const HEADER_BYTES_AT_MOST: usize = 64 * 1024;
/// More connections wait in the system's own queue. Each takes a file and some 20 KB.
const CONNECTIONS_AT_MOST: usize = 4096;
/// After a signal: longer than any page takes; an upload that takes longer is sent again by its page.
const FINISH_WITHIN: Duration = Duration::from_secs(20);

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// When the signals cannot be heard.
pub async fn serve(listener: TcpListener, router: Router) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let graceful = GracefulShutdown::new();
    let room = std::sync::Arc::new(tokio::sync::Semaphore::new(CONNECTIONS_AT_MOST));
    loop {
        let permit = tokio::select! {
            permit = std::sync::Arc::clone(&room).acquire_owned() => permit,
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        };
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let serving = connection(stream, peer, router.clone());
                    let serving = graceful.watch(serving);
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
    tracing::info!("ending: answering what has been asked");
    if tokio::time::timeout(FINISH_WITHIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some answers took too long and were cut off");
    }
    Ok(())
}

/// One connection, as a future that can be told to finish.
fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    // Small answers must not wait for the next one; a failure here costs some milliseconds and nothing else.
    stream.set_nodelay(true).ok();
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
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(HEADER_BYTES_AT_MOST)
        .serve_connection(TokioIo::new(stream), answer)
}
