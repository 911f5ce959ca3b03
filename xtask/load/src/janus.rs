//! The same sites for a Janus VideoRoom, over its WebSocket: one session, a handle for each site.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use media::command::Link;
use media::sites::Site;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::drive::{Crowd, addressed, stand, tell};

const ROOM: u64 = 76;
/// Longer than any answer of it takes.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// Pause before a publisher that is not known yet is asked for again.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

struct Janus {
    socket: WebSocketStream<TcpStream>,
    session: u64,
    asked: u64,
}

impl Janus {
    async fn connect(server: SocketAddr) -> Result<Janus, String> {
        let words = |cause: &dyn std::fmt::Display| format!("janus at {server}: {cause}");
        let stream = TcpStream::connect(server).await.map_err(|cause| words(&cause))?;
        let mut request = format!("ws://{server}/").into_client_request().map_err(|cause| words(&cause))?;
        let protocol = "janus-protocol".parse().map_err(|_| "no header".to_owned())?;
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (socket, _) = client_async(request, stream).await.map_err(|cause| words(&cause))?;
        let mut janus = Janus { socket, session: 0, asked: 0 };
        janus.session = id(&janus.ask(json!({ "janus": "create" })).await?)?;
        Ok(janus)
    }

    /// Asks, and gives the answer that is not only a receipt.
    async fn ask(&mut self, mut message: Value) -> Result<Value, String> {
        self.asked += 1;
        let transaction = self.asked.to_string();
        message["transaction"] = json!(transaction);
        if self.session != 0 {
            message["session_id"] = json!(self.session);
        }
        self.socket.send(Message::text(message.to_string())).await.map_err(|cause| cause.to_string())?;
        loop {
            let heard = timeout(ANSWERS_WITHIN, self.socket.next()).await;
            let Ok(Some(Ok(heard))) = heard else { return Err(format!("janus does not answer {message}")) };
            let Message::Text(text) = heard else { continue };
            let answer: Value = serde_json::from_str(&text).map_err(|cause| cause.to_string())?;
            if answer["transaction"] != transaction.as_str() || answer["janus"] == "ack" {
                continue;
            }
            let error = &answer["plugindata"]["data"]["error"];
            if answer["janus"] == "error" || !error.is_null() {
                return Err(format!("janus refuses {message}: {text}"));
            }
            return Ok(answer);
        }
    }

    async fn attach(&mut self) -> Result<u64, String> {
        id(&self.ask(json!({ "janus": "attach", "plugin": "janus.plugin.videoroom" })).await?)
    }

    async fn message(&mut self, handle: u64, body: Value, jsep: Option<Value>) -> Result<Value, String> {
        let mut message = json!({ "janus": "message", "handle_id": handle, "body": body });
        if let Some(jsep) = jsep {
            message["jsep"] = jsep;
        }
        self.ask(message).await
    }

    async fn publish(&mut self, number: u32, site: &mut Site) -> Result<u64, String> {
        let handle = self.attach().await?;
        let join =
            json!({ "request": "join", "ptype": "publisher", "room": ROOM, "id": u64::from(number) + 1 });
        self.message(handle, join, None).await?;
        site.offer().await?;
        let offer = addressed(site, Link::Publish).await?;
        let jsep = json!({ "type": "offer", "sdp": offer });
        let answer = self.message(handle, json!({ "request": "publish" }), Some(jsep)).await?;
        site.answered(description(&answer)?).await?;
        stand(site, Link::Publish).await?;
        Ok(u64::from(number) + 1)
    }

    async fn subscribe(&mut self, feeds: &[u64], site: &mut Site) -> Result<(), String> {
        let handle = self.attach().await?;
        let streams: Vec<Value> = feeds.iter().map(|feed| json!({ "feed": feed })).collect();
        let join = json!({ "request": "join", "ptype": "subscriber", "room": ROOM, "streams": streams });
        let begin = Instant::now();
        let offer = loop {
            // A publisher is known a moment after its connection stands.
            match self.message(handle, join.clone(), None).await {
                Err(_) if begin.elapsed() < ANSWERS_WITHIN => sleep(AGAIN_AFTER).await,
                offer => break offer?,
            }
        };
        site.answer(description(&offer)?).await?;
        let jsep = json!({ "type": "answer", "sdp": addressed(site, Link::Subscribe).await? });
        self.message(handle, json!({ "request": "start" }), Some(jsep)).await?;
        stand(site, Link::Subscribe).await
    }
}

fn id(answer: &Value) -> Result<u64, String> {
    answer["data"]["id"].as_u64().ok_or_else(|| format!("janus gives no number: {answer}"))
}

fn description(answer: &Value) -> Result<String, String> {
    let text = answer["jsep"]["sdp"].as_str();
    text.map(str::to_owned).ok_or_else(|| format!("janus gives no description: {answer}"))
}

pub(crate) async fn drive(server: SocketAddr, crowd: Crowd) -> Result<(), String> {
    let mut janus = Janus::connect(server).await?;
    let room = janus.attach().await?;
    let create = json!({ "request": "create", "room": ROOM, "publishers": 100, "videocodec": "vp8",
        "audiocodec": "opus", "transport_wide_cc_ext": true, "audiolevel_ext": true });
    janus.message(room, create, None).await?;
    let (mut publishers, mut subscribers) = crowd.sites();
    let mut feeds = Vec::new();
    for (number, site) in (0..).zip(&mut publishers) {
        feeds.push(janus.publish(number, site).await?);
    }
    for site in &mut subscribers {
        janus.subscribe(&feeds, site).await?;
    }
    let silent = async {
        // Keeps the session: Janus forgets one that says nothing for a minute.
        loop {
            sleep(Duration::from_secs(20)).await;
            if janus.ask(json!({ "janus": "keepalive" })).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        told = tell(&subscribers) => told,
        () = silent => Ok(()),
    }
}
