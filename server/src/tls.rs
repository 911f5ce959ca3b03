//! Encryption with the office's own certificate, where no proxy stands before the program. Knows no word that travels over
//! it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// A certificate with those that vouch for it, and its key, as PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate first, then the ones between it and a root that browsers know.
    pub chain: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Certificate {
    /// What takes encrypted connections with it.
    ///
    /// # Errors
    /// In words, when a file cannot be read, or the two do not belong together.
    pub fn acceptor(&self) -> Result<TlsAcceptor, String> {
        let said = |path: &Path, cause: &dyn std::fmt::Display| format!("{}: {cause}", path.display());
        let chain: Vec<_> = CertificateDer::pem_file_iter(&self.chain)
            .and_then(Iterator::collect)
            .map_err(|cause| said(&self.chain, &cause))?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|cause| said(&self.key, &cause))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|cause| cause.to_string())?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|cause| said(&self.chain, &cause))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}
