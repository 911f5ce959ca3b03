//! The way to the server from outside, as a browser goes it: signs in, opens a meeting's socket; http and https, with the
//! certificates that this machine trusts. Knows no meeting.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};
use url::Url;

/// A byte stream to the server, encrypted or not.
pub(super) trait Way: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Way for T {}

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
            "https" => Some(connector()?),
            other => return Err(format!("{other}: only http and https lead to a meeting")),
        };
        Ok(Web { url, tls, cookie: String::new() })
    }

    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Host and port, as `Host` carries them.
    fn authority(&self) -> String {
        self.url.port().map_or(self.host().to_owned(), |port| format!("{}:{port}", self.host()))
    }

    fn origin(&self) -> String {
        format!("{}://{}", self.url.scheme(), self.authority())
    }

    async fn open(&self) -> Result<(Box<dyn Way>, IpAddr), String> {
        let port = self.url.port_or_known_default().unwrap_or(443);
        let failed = |cause: std::io::Error| format!("{}: {cause}", self.origin());
        let host = self.host().trim_matches(['[', ']']);
        let stream = TcpStream::connect((host, port)).await.map_err(failed)?;
        let from = stream.local_addr().map_err(failed)?.ip();
        stream.set_nodelay(true).map_err(failed)?;
        let Some(tls) = &self.tls else { return Ok((Box::new(stream), from)) };
        let name = ServerName::try_from(host.to_owned()).map_err(|cause| format!("{host}: {cause}"))?;
        Ok((Box::new(tls.connect(name, stream).await.map_err(failed)?), from))
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
            .header(header::HOST, self.authority())
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
        let prefix = format!("{}=", app::session::COOKIE);
        let session = pairs.into_iter().find(|pair| pair.starts_with(&prefix) && pair.len() > prefix.len());
        self.cookie = session.ok_or_else(|| refused(answer.status(), user))?.to_owned();
        Ok(())
    }

    /// Opens a meeting's socket.
    pub(super) async fn socket(&self, meeting: &str) -> Result<Socket, String> {
        let (stream, _) = self.open().await?;
        let scheme = if self.tls.is_some() { "wss" } else { "ws" };
        let url = format!("{scheme}://{}/meetings/{meeting}/socket", self.authority());
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

/// With the certificates that this machine trusts, an office's own among them.
fn connector() -> Result<TlsConnector, String> {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(
            "this machine has no trusted certificates; name a file of them in SSL_CERT_FILE".to_owned()
        );
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|cause| cause.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
