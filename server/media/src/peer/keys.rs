//! SRTP: opening what the client sends and sealing what it is sent. It sees to it that a stranger who forges packets
//! with ever new stream numbers makes the server remember none of them.

use bytes::{Bytes, BytesMut};
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::dtls::state::State as Handshake;
use rtc::rtp::header::{EXTENSION_PROFILE_ONE_BYTE, Extension, Header as RtcHeader};
use rtc::shared::error::Error;
use rtc::srtp::config::{Config, LABEL_EXTRACTOR_DTLS_SRTP};
use rtc::srtp::context::Context;
use rtc::srtp::option::{srtcp_replay_protection, srtp_replay_protection};
use rtc::srtp::protection_profile::ProtectionProfile;

use super::Identity;
use crate::rtp::{self, Header};

/// How far back a packet may come and still be taken: at 3 Mbit/s three seconds, longer than repair goes on.
const REPLAY_WINDOW: usize = 1024;
/// Streams of one client: sound, three sizes of camera and a screen, each with its repeats, and a restart of each.
const STREAMS: usize = 32;
/// Forged stream numbers after which the context that tried them is thrown away.
const FORGED: usize = 64;

pub(super) struct Keys {
    outgoing: Context,
    incoming: Incoming,
    /// Headers whose length is that of ours, with and without the transport-wide number.
    bare: RtcHeader,
    numbered: RtcHeader,
}

impl Keys {
    /// From a finished handshake, of which the server is the server.
    pub(super) fn new(handshake: &Handshake, identity: &Identity) -> Result<Self, Error> {
        let profile = match handshake.srtp_protection_profile() {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => ProtectionProfile::AeadAes128Gcm,
            SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm => ProtectionProfile::AeadAes256Gcm,
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
            _ => return Err(Error::ErrNoSuchSrtpProfile),
        };
        let mut config = Config { profile, ..Config::default() };
        let length = config.keying_material_len();
        let material = handshake.export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], length)?;
        config.set_session_keys_from_keying_material(material.as_ref(), false)?;
        let keys = &config.keys;
        let crypto = identity.crypto().crypto();
        let outgoing =
            Context::new(&keys.local_master_key, &keys.local_master_salt, profile, None, None, crypto)?;
        let incoming = Incoming::new(
            keys.remote_master_key.clone(),
            keys.remote_master_salt.clone(),
            profile,
            identity.crypto().clone(),
        )?;
        let numbered = RtcHeader {
            version: 2,
            extension: true,
            extension_profile: EXTENSION_PROFILE_ONE_BYTE,
            extensions: vec![Extension { id: 1, payload: Bytes::from_static(&[0, 0]) }],
            ..RtcHeader::default()
        };
        Ok(Self { outgoing, incoming, bare: RtcHeader { version: 2, ..RtcHeader::default() }, numbered })
    }

    pub(super) fn seal(&mut self, header: &Header, packet: &[u8]) -> Option<BytesMut> {
        let shape = if header.transport.is_some() { &mut self.numbered } else { &mut self.bare };
        shape.ssrc = header.ssrc;
        shape.sequence_number = header.sequence;
        self.outgoing.encrypt_rtp_with_header(packet, shape).ok()
    }

    pub(super) fn seal_control(&mut self, packet: &[u8]) -> Option<BytesMut> {
        self.outgoing.encrypt_rtcp(packet).ok()
    }

    pub(super) fn open(&mut self, packet: &[u8]) -> Option<BytesMut> {
        let ssrc = rtp::ssrc(packet)?;
        self.incoming.open(ssrc, packet, Context::decrypt_rtp)
    }

    pub(super) fn open_control(&mut self, packet: &[u8]) -> Option<BytesMut> {
        let ssrc = packet.get(4..8).map(rtp::be32)?;
        self.incoming.open(ssrc, packet, Context::decrypt_rtcp)
    }
}

/// The engine notes a stream number before it knows whether the packet is forged. So an unknown one is tried with a
/// context of its own, which is thrown away when it has noted too many.
struct Incoming {
    key: Vec<u8>,
    salt: Vec<u8>,
    profile: ProtectionProfile,
    crypto: std::sync::Arc<dyn rtc::crypto::RTCCryptoProvider>,
    known: Vec<u32>,
    trusted: Context,
    trial: Context,
    tried: usize,
}

impl Incoming {
    fn new(
        key: Vec<u8>,
        salt: Vec<u8>,
        profile: ProtectionProfile,
        crypto: std::sync::Arc<dyn rtc::crypto::RTCCryptoProvider>,
    ) -> Result<Self, Error> {
        let trusted = context(&key, &salt, profile, &*crypto)?;
        let trial = context(&key, &salt, profile, &*crypto)?;
        Ok(Self { key, salt, profile, crypto, known: Vec::new(), trusted, trial, tried: 0 })
    }

    fn open(
        &mut self,
        ssrc: u32,
        packet: &[u8],
        open: fn(&mut Context, &[u8]) -> Result<BytesMut, Error>,
    ) -> Option<BytesMut> {
        if !self.known.contains(&ssrc) {
            if self.known.len() >= STREAMS {
                return None;
            }
            if self.tried == FORGED {
                self.trial = context(&self.key, &self.salt, self.profile, &*self.crypto).ok()?;
                self.tried = 0;
            }
            self.tried += 1;
            open(&mut self.trial, packet).ok()?;
            self.known.push(ssrc);
        }
        open(&mut self.trusted, packet).ok()
    }
}

fn context(
    key: &[u8],
    salt: &[u8],
    profile: ProtectionProfile,
    crypto: &dyn rtc::crypto::RTCCryptoProvider,
) -> Result<Context, Error> {
    let replays = (srtp_replay_protection(REPLAY_WINDOW), srtcp_replay_protection(REPLAY_WINDOW));
    Context::new(key, salt, profile, Some(replays.0), Some(replays.1), crypto.crypto())
}
