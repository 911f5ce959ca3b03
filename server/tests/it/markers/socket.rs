//! Every caller opens the live socket of every meeting and sends every kind of message; all that arrives is
//! scanned.

use futures::{SinkExt, StreamExt};
use server::permission;
use server::serve::ConnectionLimits;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{connect_async, tungstenite};

use super::Findings;
use super::office::Office;
use crate::live::HEARD_WITHIN;

const ADDRESS: &str = "/meetings/{id}/socket";

pub(super) async fn talk(office: &Office, found: &mut Findings) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(office.world.site.live.clone().follow());
    let router = office.world.router.clone();
    // Every caller connects from one address.
    let limits = ConnectionLimits::of(&office.world.site.config);
    let limits = ConnectionLimits { per_network: limits.total, ..limits };
    let serving = server::serve::serve(listener, (None, None), router, limits, std::future::pending());
    let serving = tokio::spawn(serving);
    let mut let_in = 0;
    for meeting in &office.meetings {
        for who in office.everybody() {
            let path = ADDRESS.replace("{id}", &meeting.id.to_string());
            let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
            let headers = request.headers_mut();
            headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
            if let Some(cookie) = office.cookie(who) {
                headers.insert("cookie", cookie.parse().unwrap());
            }
            let heard = match connect_async(request).await {
                Ok((socket, _)) => {
                    let_in += 1;
                    all_of(socket).await
                }
                Err(tungstenite::Error::Http(answer)) => answer.into_body().unwrap_or_default(),
                Err(failure) => panic!("{failure}"),
            };
            found.words(office, who, (ADDRESS, &path), &heard, |need| need);
        }
    }
    serving.abort();
    assert!(let_in > 0, "nobody was let in");
}

/// Sends every message, then something that ends the connection, and returns everything received.
async fn all_of(
    mut socket: tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>,
) -> Vec<u8> {
    for message in permission::messages() {
        let said = serde_json::to_string(&message).unwrap();
        if socket.send(Message::text(said)).await.is_err() {
            break;
        }
    }
    // Fails if the other side has closed the connection already.
    drop(socket.send(Message::text("nobody understands this")).await);
    let mut all = Vec::new();
    loop {
        let heard = tokio::time::timeout(HEARD_WITHIN, socket.next()).await;
        match heard.expect("the server ends the talk") {
            Some(Ok(Message::Text(text))) => all.extend_from_slice(text.as_bytes()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            _ => return all,
        }
    }
}
