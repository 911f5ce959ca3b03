//! The way from this program to a server: TCP, and TLS with the certificates that this machine trusts. Knows no word that
//! travels over it.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

/// A byte stream to a server, encrypted or not.
pub(crate) trait Way: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Way for T {}

/// Opens the way to the server of an address, encrypted when there is a connector; also gives the address of this machine
/// that leads there.
pub(crate) async fn open(
    url: &Url,
    tls: Option<&TlsConnector>,
) -> Result<(Box<dyn Way>, IpAddr), std::io::Error> {
    let port = url.port_or_known_default().unwrap_or(443);
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, port)).await?;
    let from = stream.local_addr()?.ip();
    stream.set_nodelay(true)?;
    let Some(tls) = tls else { return Ok((Box::new(stream), from)) };
    let name = ServerName::try_from(host.to_owned()).map_err(std::io::Error::other)?;
    Ok((Box::new(tls.connect(name, stream).await?), from))
}

/// Host and port of an address, as `Host` carries them.
pub(crate) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"))
}

/// For https, with the certificates that this machine trusts, an office's own among them.
pub(crate) fn connector() -> Result<TlsConnector, String> {
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
