//! A client's end of one connection: ICE checks, the client of the DTLS handshake, SRTP. Datagrams and `now` in,
//! datagrams and opened packets out.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use media::demux::{self, Kind};
use media::peer::{Credentials, Fingerprint, Path};
use rtc::crypto::{HashAlgorithm, RTCCryptoProvider, default_provider};
use rtc::dtls::config::{ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc::dtls::crypto::Certificate;
use rtc::dtls::endpoint::{Endpoint, EndpointEvent};
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::shared::TransportProtocol;
use rtc::srtp::config::{Config, LABEL_EXTRACTOR_DTLS_SRTP};
use rtc::srtp::context::Context;
use rtc::srtp::protection_profile::ProtectionProfile;
use rtc::stun::attributes::{ATTR_ICE_CONTROLLING, ATTR_USE_CANDIDATE, ATTR_USERNAME, RawAttribute};
use rtc::stun::fingerprint::FINGERPRINT;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{BINDING_REQUEST, Message, Setter, TransactionId};
use rtc::stun::textattrs::TextAttribute;

/// The server, as the handshake's engine knows it.
const SERVER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 2);
/// Unanswered checks are repeated so soon, answered ones so often.
const CHECK_AGAIN: Duration = Duration::from_millis(50);
const CHECK_LATER: Duration = Duration::from_millis(2500);

/// One certificate for all clients of a test; that they differ in life is the server's affair only in that it checks them.
pub(crate) struct Certificates {
    pub(crate) crypto: Arc<dyn RTCCryptoProvider>,
    pub(crate) fingerprint: Fingerprint,
    handshake: Arc<HandshakeConfig>,
}

impl Certificates {
    pub(crate) fn new() -> Self {
        let crypto = default_provider().unwrap();
        let certificate =
            Certificate::generate_self_signed(vec!["client".to_owned()], crypto.crypto()).unwrap();
        let digest =
            crypto.crypto().hash(HashAlgorithm::Sha256, certificate.certificate.first().unwrap()).unwrap();
        let handshake = ConfigBuilder::default()
            .with_crypto_provider(crypto.clone())
            .with_certificates(vec![certificate])
            .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
            .with_insecure_skip_verify(true)
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .build(true, Some(SERVER))
            .unwrap();
        Self { crypto, fingerprint: digest.try_into().unwrap(), handshake: Arc::new(handshake) }
    }
}

/// What came, opened.
pub(crate) enum Opened {
    Media(BytesMut),
    Control(BytesMut),
}

/// One connection.
pub(crate) struct Link {
    pub(crate) path: Path,
    pub(crate) out: Vec<Vec<u8>>,
    certificates: Arc<Certificates>,
    server: Credentials,
    endpoint: Endpoint,
    is_shaking: bool,
    keys: Option<(Context, Context)>,
    next_check: Instant,
    checks: u64,
}

impl Link {
    /// A client at this address that has the server's description.
    pub(crate) fn new(
        now: Instant,
        certificates: Arc<Certificates>,
        address: SocketAddr,
        description: &str,
    ) -> Self {
        let value = |name: &str| {
            description
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .expect("the server says its keys")
                .to_owned()
        };
        Self {
            path: Path::udp(address),
            out: Vec::new(),
            server: Credentials { fragment: value("a=ice-ufrag:"), password: value("a=ice-pwd:") },
            endpoint: Endpoint::new(SERVER, TransportProtocol::UDP, None),
            certificates,
            is_shaking: false,
            keys: None,
            next_check: now,
            checks: 0,
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.keys.is_some()
    }

    /// From here on the client sends from another address, as after a change of network.
    pub(crate) fn move_to(&mut self, now: Instant, address: SocketAddr) {
        self.path = Path::udp(address);
        self.next_check = now;
    }

    pub(crate) fn timeout(&mut self, now: Instant) {
        if now >= self.next_check {
            self.next_check = now + CHECK_AGAIN;
            self.check();
        }
        if self.is_shaking && self.keys.is_none() {
            self.endpoint.handle_timeout(SERVER, now).expect("the server answers in time");
        }
        while let Some(record) = self.endpoint.poll_transmit() {
            self.out.push(record.message.to_vec());
        }
    }

    fn check(&mut self) {
        self.checks += 1;
        let crypto = self.certificates.crypto.clone();
        let mut transaction = [0; 12];
        transaction[..8].copy_from_slice(&self.checks.to_be_bytes());
        let raw = |typ, value: Vec<u8>| RawAttribute { typ, length: 0, value };
        let setters: [Box<dyn Setter + '_>; 7] = [
            Box::new(BINDING_REQUEST),
            Box::new(TransactionId(transaction)),
            Box::new(TextAttribute::new(ATTR_USERNAME, format!("{}:client", self.server.fragment))),
            Box::new(raw(ATTR_ICE_CONTROLLING, vec![7; 8])),
            Box::new(raw(ATTR_USE_CANDIDATE, Vec::new())),
            Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
                self.server.password.clone(),
                crypto.crypto(),
            )),
            Box::new(FINGERPRINT),
        ];
        let mut request = Message::new();
        request.build(&setters).unwrap();
        self.out.push(request.raw);
    }

    /// A datagram from the server.
    pub(crate) fn receive(&mut self, now: Instant, datagram: &[u8]) -> Option<Opened> {
        match demux::kind(datagram).expect("the server sends what its own demultiplexer knows") {
            Kind::Stun => {
                self.next_check = now + CHECK_LATER;
                if !std::mem::replace(&mut self.is_shaking, true) {
                    self.endpoint.connect(now, SERVER, self.certificates.handshake.clone(), None).unwrap();
                }
            }
            Kind::Dtls => self.shake(now, datagram),
            Kind::Rtp => return Some(Opened::Media(self.keys.as_mut()?.1.decrypt_rtp(datagram).ok()?)),
            Kind::Rtcp => return Some(Opened::Control(self.keys.as_mut()?.1.decrypt_rtcp(datagram).ok()?)),
        }
        None
    }

    fn shake(&mut self, now: Instant, record: &[u8]) {
        // A record that came twice, or after the end, is refused; that is no failure of the client.
        let Ok(events) = self.endpoint.read(now, SERVER, None, BytesMut::from(record)) else { return };
        if !events.iter().any(|event| matches!(event, EndpointEvent::HandshakeComplete)) {
            return;
        }
        let state = self.endpoint.get_connection_state(SERVER).unwrap();
        let profile = ProtectionProfile::AeadAes128Gcm;
        let mut config = Config { profile, ..Config::default() };
        let material = state
            .export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], config.keying_material_len())
            .unwrap();
        config.set_session_keys_from_keying_material(material.as_ref(), true).unwrap();
        let crypto = self.certificates.crypto.crypto();
        let context = |key: &[u8], salt: &[u8]| Context::new(key, salt, profile, None, None, crypto).unwrap();
        let keys = &config.keys;
        self.keys = Some((
            context(&keys.local_master_key, &keys.local_master_salt),
            context(&keys.remote_master_key, &keys.remote_master_salt),
        ));
    }

    pub(crate) fn send(&mut self, packet: &[u8]) {
        if let Some((outgoing, _)) = &mut self.keys {
            self.out.push(outgoing.encrypt_rtp(packet).unwrap().to_vec());
        }
    }

    pub(crate) fn send_control(&mut self, packet: &[u8]) {
        if let Some((outgoing, _)) = &mut self.keys {
            self.out.push(outgoing.encrypt_rtcp(packet).unwrap().to_vec());
        }
    }
}
