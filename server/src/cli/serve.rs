//! `phien serve`: opens the backend, prints where it serves, and on an empty database how the first administrator
//! is made.

use std::net::SocketAddr;
use std::time::Duration;

use backend::Swept;
use tokio::net::{TcpListener, TcpSocket};

use super::{Ending, entropy, open};
use crate::clock::Clock;
use crate::config::Config;
use crate::open_files;
use crate::router::router;
use crate::serve::ConnectionLimits;
use crate::site::Site;
use crate::tls::Certificate;

/// Bytes that the kernel keeps for a connection until they are taken; it counts its own books on top and doubles the number. A
/// line of 100 Mbit/s and 20 ms is filled by it.
const UNSENT_AT_MOST: u32 = 128 * 1024;
/// Connections that wait to be accepted.
const WAITING_AT_MOST: u32 = 1_024;
/// How often it is asked whether a name has changed.
const DUE_WORDS_EVERY: Duration = Duration::from_secs(1);
const DUE_WORDS_PAUSE: Duration = Duration::from_millis(100);
/// After a failure of the database.
const DUE_WORDS_AGAIN: Duration = Duration::from_secs(30);

/// Deletes the files that no paper needs any more, beside the first requests. Only here: a command that looks at the data
/// while the program runs takes nothing away.
async fn sweep(site: Site) {
    match site.backend.sweep(site.clock.now(), site.config.withdrawn_days).await {
        Ok(Swept { incoming, papers }) => {
            tracing::info!(incoming, papers, "files that nothing needs deleted")
        }
        Err(cause) => tracing::warn!(%cause, "files that nothing needs were not deleted"),
    }
}

/// Writes the words that meetings and people are found by when a name has changed, beside the requests. A little at a time,
/// with a pause as long as a turn may take, so that whoever changes something comes in between.
async fn write_due_words(site: Site) {
    loop {
        let pause = match site.backend.write_due_words().await {
            Ok(true) => DUE_WORDS_PAUSE,
            Ok(false) => DUE_WORDS_EVERY,
            Err(cause) => {
                tracing::warn!(%cause, "words that meetings are found by were not written");
                DUE_WORDS_AGAIN
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Starts the media thread, where this program is to carry picture and sound.
fn carry(site: &Site) -> Result<Option<media::Media>, String> {
    let Some(listen) = site.config.media_listen else { return Ok(None) };
    let settings = media::Settings {
        udp: listen,
        tcp: Some(listen),
        further_tcp_port: site.config.media_tcp_port.or_else(|| site.config.shared_port()),
        advertised: site.config.media_addresses.clone(),
        limits: media::Limits {
            seats_per_meeting: site.config.media_seats as usize,
            meetings: site.config.media_meetings as usize,
            seat_downlink_bps: site.config.media_seat_kbps * 1_000,
            egress_bps: site.config.media_mbps * 1_000_000,
            ..media::Limits::default()
        },
    };
    let (media, events) = media::start(settings).map_err(|cause| format!("media_listen: {cause}"))?;
    tracing::info!(udp = %media.udp(), tcp = ?media.tcp(), "carrying picture and sound");
    site.live.carry(media.clone(), events);
    Ok(Some(media))
}

/// Listens for pages. Of each connection the kernel keeps no more unsent than [`UNSENT_AT_MOST`]: by itself it would keep
/// megabytes for whoever takes nothing, which no count of answers sees.
fn bind(listen: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if listen.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(UNSENT_AT_MOST)?;
    socket.bind(listen)?;
    socket.listen(WAITING_AT_MOST)
}

/// Serves until it is told to end.
pub async fn serve(config: Config, clock: Clock) -> Ending {
    if config.can_be_reached_past_the_proxy() {
        return Err(format!("trust_proxy: {}", super::check::past_the_proxy(&config)));
    }
    open_files::raise();
    let (listen, address) = (config.listen, config.address());
    let limits = ConnectionLimits::of(&config);
    let tls = config.tls.as_ref().map(Certificate::acceptor).transpose()?;
    let backend = open(&config).await?;
    let code = backend.first_code().await.map_err(|failure| super::line(&failure))?;
    let site = Site::new(config, backend, clock, entropy())?;
    let listener = bind(listen).map_err(|cause| format!("{listen} cannot be listened on: {cause}"))?;
    println!("Phiên: {address}");
    if let Some(code) = code {
        println!(
            "Nobody can sign in yet. Open {address}/first and enter this code, good for one use: {code}"
        );
    }
    tracing::info!(%listen, "serving");
    let media = carry(&site)?;
    // Behind a proxy whoever speaks no HTTP here is none of a meeting's.
    let media = media.filter(|_| site.config.shared_port().is_some());
    tokio::spawn(sweep(site.clone()));
    tokio::spawn(write_due_words(site.clone()));
    tokio::spawn(site.live.clone().follow());
    let live = site.live.clone();
    crate::serve::serve(listener, (tls, media), router(site), limits, live.end())
        .await
        .map_err(|cause| format!("serving ended: {cause}"))
}
