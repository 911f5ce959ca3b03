//! The server's certificate, made anew at each start: a client trusts its fingerprint because the signalling, which is
//! authenticated, says it. Nothing is written to disk.

use std::fmt;
use std::sync::Arc;

use rtc::crypto::{HashAlgorithm, RTCCryptoProvider, default_provider};
use rtc::dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc::dtls::crypto::Certificate;
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::shared::error::Error;

/// A SHA-256 of a certificate.
pub type Fingerprint = [u8; 32];

/// A certificate, its key, and the crypto they are used with.
pub struct Identity {
    certificate: Certificate,
    crypto: Arc<dyn RTCCryptoProvider>,
    fingerprint: Fingerprint,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("crypto", &self.crypto.name()).finish_non_exhaustive()
    }
}

/// AES-GCM first: one pass over the packet, in hardware. The last is what every WebRTC client must have.
const PROFILES: [SrtpProtectionProfile; 3] = [
    SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
    SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm,
    SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
];

impl Identity {
    /// A new one.
    pub fn generate() -> Result<Self, Error> {
        let crypto = default_provider().map_err(|error| Error::Crypto(error.to_string()))?;
        let certificate = Certificate::generate_self_signed(vec!["phien".to_owned()], crypto.crypto())?;
        let first = certificate.certificate.first().ok_or(Error::ErrNonCertificate)?;
        let fingerprint = digest(&*crypto, first).ok_or(Error::ErrNonCertificate)?;
        Ok(Self { certificate, crypto, fingerprint })
    }

    /// What the session description says.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    pub(super) fn crypto(&self) -> &Arc<dyn RTCCryptoProvider> {
        &self.crypto
    }

    /// The server's side of a handshake with the one client that has this certificate.
    pub(super) fn handshake(&self, client: Fingerprint) -> Result<Arc<HandshakeConfig>, Error> {
        let crypto = self.crypto.clone();
        let config = ConfigBuilder::default()
            .with_crypto_provider(self.crypto.clone())
            .with_certificates(vec![self.certificate.clone()])
            .with_srtp_protection_profiles(PROFILES.to_vec())
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            // No authority vouches for a browser's certificate: its fingerprint does, below.
            .with_insecure_skip_verify(true)
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .with_verify_peer_certificate(Some(Arc::new(move |certificates: &[Vec<u8>], _: &[_]| {
                let first = certificates.first().ok_or(Error::ErrNonCertificate)?;
                match digest(&*crypto, first) {
                    Some(shown) if shown == client => Ok(()),
                    _ => Err(Error::ErrNoMatchingCertificateFingerprint),
                }
            })))
            .build(false, None)?;
        Ok(Arc::new(config))
    }
}

fn digest(crypto: &dyn RTCCryptoProvider, certificate: &[u8]) -> Option<Fingerprint> {
    crypto.crypto().hash(HashAlgorithm::Sha256, certificate).ok()?.try_into().ok()
}
