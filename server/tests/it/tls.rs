//! The program with a certificate of its own: what is encrypted is answered, what is not is not.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use server::serve::ConnectionLimits;
use server::tls::Certificate;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

use crate::world::World;

const REQUEST: &[u8] = b"GET /health HTTP/1.1\r\nHost: hop.example\r\nConnection: close\r\n\r\n";

/// A certificate for `hop.example`, as files in a folder.
fn certificate(folder: &std::path::Path) -> (Certificate, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["hop.example".to_owned()]).unwrap();
    let files = Certificate { chain: folder.join("hop.pem"), key: folder.join("hop.key") };
    std::fs::write(&files.chain, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    (files, made.cert.der().clone())
}

fn connector(trusted: CertificateDer<'static>) -> TlsConnector {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

#[tokio::test]
async fn with_a_certificate_of_its_own_the_program_speaks_https_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (files, trusted) = certificate(folder.path());
    let world = World::with(|config| config.tls = Some(files.clone())).await;
    assert!(world.site.config.is_secure(), "cookies are marked as secure");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let tls = Some(files.acceptor().unwrap());
    let limits = ConnectionLimits::of(&world.site.config);
    let serving =
        server::serve::serve(listener, (tls, None), world.router.clone(), limits, std::future::pending());
    let serving = tokio::spawn(serving);

    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("hop.example").unwrap();
    let mut secure = connector(trusted).connect(name, stream).await.unwrap();
    secure.write_all(REQUEST).await.unwrap();
    let mut answer = String::new();
    secure.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.to_ascii_lowercase().contains("strict-transport-security: max-age="), "{answer}");

    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(REQUEST).await.unwrap();
    let mut answer = Vec::new();
    // The server may close while it is still being written to.
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
    serving.abort();
}

#[test]
fn files_that_are_no_certificate_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (files, _) = certificate(folder.path());
    let refused = |files: &Certificate| files.acceptor().err().unwrap_or_default();
    let missing = Certificate { chain: folder.path().join("none.pem"), ..files.clone() };
    assert!(refused(&missing).contains("none.pem"), "{}", refused(&missing));
    let swapped = Certificate { chain: files.key.clone(), key: files.chain.clone() };
    assert!(refused(&swapped).contains("hop."), "{}", refused(&swapped));
    let other = tempfile::tempdir().unwrap();
    let (others, _) = certificate(other.path());
    let mixed = Certificate { key: others.key, ..files };
    assert!(refused(&mixed).contains("hop.pem"), "{}", refused(&mixed));
}
