//! The way to the server from outside, as a browser goes it: signs in, opens a meeting's socket; http and https. Knows no
//! meeting.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};
use url::Url;

use crate::outward::{self, Way};

/// A meeting's socket.
pub(super) type Socket = WebSocketStream<Box<dyn Way>>;

/// The server, and who is signed in to it.
pub(super) struct Web {
    url: Url,
    tls: Option<TlsConnector>,
    cookie: String,
}

impl Web {
    /// Nobody is signed in yet.
    pub(super) fn new(url: Url) -> Result<Web, String> {
        let tls = match url.scheme() {
            "http" => None,
            "https" => Some(outward::connector()?),
            other => return Err(format!("{other}: only http and https lead to a meeting")),
        };
        Ok(Web { url, tls, cookie: String::new() })
    }

    fn origin(&self) -> String {
        format!("{}://{}", self.url.scheme(), outward::authority(&self.url))
    }

    async fn open(&self) -> Result<(Box<dyn Way>, IpAddr), String> {
        let opened = outward::open(&self.url, self.tls.as_ref()).await;
        opened.map_err(|cause| format!("{}: {cause}", self.origin()))
    }

    /// The address of this machine that leads to the server.
    pub(super) async fn own_address(&self) -> Result<IpAddr, String> {
        Ok(self.open().await?.1)
    }

    /// Signs in as a browser without script does; the session is kept.
    pub(super) async fn sign_in(&mut self, user: &str, password: &str) -> Result<(), String> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("user_name", user), ("password", password), ("keep", ""), ("next", "/")])
            .finish();
        let (stream, _) = self.open().await?;
        let words = |cause: hyper::Error| format!("{}: {cause}", self.origin());
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(words)?;
        let connection = tokio::spawn(connection);
        let request = Request::builder()
            .method(Method::POST)
            .uri("/api/accounts/sign-in")
            .header(header::HOST, outward::authority(&self.url))
            .header(header::ORIGIN, self.origin())
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(form)))
            .map_err(|cause| cause.to_string())?;
        let answer = sender.send_request(request).await.map_err(words)?;
        connection.abort();
        let cookies = answer.headers().get_all(header::SET_COOKIE).iter();
        let pairs = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        // Behind a proxy that ends TLS, the server decides which of the two cookies it sets.
        let is_session = |pair: &&str| {
            pair.split_once('=').is_some_and(|(name, token)| {
                [app::session::COOKIE, app::session::SECURE_COOKIE].contains(&name) && !token.is_empty()
            })
        };
        let session = pairs.into_iter().find(is_session);
        self.cookie = session.ok_or_else(|| refused(answer.status(), user))?.to_owned();
        Ok(())
    }

    /// Opens a meeting's socket.
    pub(super) async fn socket(&self, meeting: &str) -> Result<Socket, String> {
        let (stream, _) = self.open().await?;
        let scheme = if self.tls.is_some() { "wss" } else { "ws" };
        let url = format!("{scheme}://{}/meetings/{meeting}/socket", outward::authority(&self.url));
        let mut request = url.into_client_request().map_err(|cause| cause.to_string())?;
        let headers = request.headers_mut();
        let text = |text: &str| HeaderValue::from_str(text).map_err(|cause| cause.to_string());
        headers.insert(header::COOKIE, text(&self.cookie)?);
        headers.insert(header::ORIGIN, text(&self.origin())?);
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        let (socket, _) =
            client_async(request, stream).await.map_err(|cause| format!("the meeting's socket: {cause}"))?;
        Ok(socket)
    }
}

fn refused(status: StatusCode, user: &str) -> String {
    match status {
        StatusCode::TOO_MANY_REQUESTS => "too many attempts to sign in; wait a minute".to_owned(),
        status if status.is_server_error() => format!("the server answers {status}"),
        _ => format!("the server does not sign {user} in: a wrong password, or too many wrong ones before"),
    }
}
