//! A site as a browser would be one: the `rtc` crate's whole peer connection, which shares no session code with the
//! server. It is fed with `now` and datagrams, so that a test holds its meeting in virtual time or over real sockets.

use std::net::SocketAddr;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use rtc::interceptor::Registry;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::interceptor_registry::{
    configure_nack, configure_rtcp_reports, configure_simulcast_extension_headers, configure_twcc,
};
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_OPUS, MIME_TYPE_RTX, MIME_TYPE_VP8, MediaEngine,
};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp::header::Header;
use rtc::rtp::packet::Packet;
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

pub(crate) const RIDS: [&str; 3] = ["l", "m", "h"];
const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
const LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

/// A packet as it came to a site.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) ssrc: u32,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) payload: Bytes,
}

/// One peer connection.
pub(crate) struct Client {
    pc: RTCPeerConnection,
    pub(crate) address: SocketAddr,
    pub(crate) server: SocketAddr,
    pub(crate) is_connected: bool,
    pub(crate) got: Vec<Got>,
    protocol: TransportProtocol,
    voice: Option<RTCRtpSenderId>,
    camera: Option<RTCRtpSenderId>,
    base: u32,
    numbers: [u16; 4],
    picture: [u16; 3],
    negotiated: Option<Negotiated>,
}

/// What the sending codecs and extensions came to be numbered as.
#[derive(Clone, Default)]
struct Negotiated {
    voice: u8,
    camera: u8,
    level: Option<u8>,
    mid: Option<u8>,
    rid: Option<u8>,
    camera_mid: String,
}

fn codec(kind: RtpCodecKind, mime: &str, number: u8, fmtp: &str) -> RTCRtpCodecParameters {
    let is_sound = kind == RtpCodecKind::Audio;
    RTCRtpCodecParameters {
        rtp_codec: RTCRtpCodec {
            mime_type: mime.to_owned(),
            clock_rate: if is_sound { 48_000 } else { 90_000 },
            channels: if is_sound { 2 } else { 0 },
            sdp_fmtp_line: fmtp.to_owned(),
            rtcp_feedback: vec![],
        },
        payload_type: number,
    }
}

impl Client {
    pub(crate) fn new(now: Instant, address: SocketAddr, server: SocketAddr, over_tcp: bool) -> Self {
        let mut engine = MediaEngine::default();
        // Numbers other than the server's own, so that nothing works by chance.
        for (kind, mime, number, fmtp) in [
            (RtpCodecKind::Audio, MIME_TYPE_OPUS, 109, "minptime=10;useinbandfec=1"),
            (RtpCodecKind::Video, MIME_TYPE_VP8, 120, ""),
            (RtpCodecKind::Video, MIME_TYPE_RTX, 121, "apt=120"),
        ] {
            engine.register_codec(codec(kind, mime, number, fmtp), kind).unwrap();
        }
        let level = RTCRtpHeaderExtensionCapability { uri: LEVEL.to_owned() };
        engine.register_header_extension(level, RtpCodecKind::Audio, None).unwrap();
        configure_simulcast_extension_headers(&mut engine).unwrap();
        let nack = RTCPFeedback { typ: "nack".to_owned(), parameter: String::new() };
        engine.register_feedback(nack, RtpCodecKind::Audio);
        let registry = configure_nack(Registry::new(), &mut engine);
        let registry = configure_twcc(registry, &mut engine).unwrap();
        let registry = configure_rtcp_reports(registry);
        let settings = SettingEngineBuilder::new()
            .with_answering_dtls_role(RTCDtlsRole::Client)
            .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
            .build();
        let pc = RTCPeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().build())
            .with_media_engine(engine)
            .with_setting_engine(settings)
            .with_interceptor_registry(registry)
            .build(now)
            .unwrap();
        Self {
            pc,
            address,
            server,
            is_connected: false,
            got: Vec::new(),
            protocol: if over_tcp { TransportProtocol::TCP } else { TransportProtocol::UDP },
            voice: None,
            camera: None,
            base: u32::from(address.port()) * 100,
            numbers: [65_500; 4],
            picture: [1; 3],
            negotiated: None,
        }
    }

    fn add_candidate(&mut self) {
        let over_tcp = self.protocol == TransportProtocol::TCP;
        let candidate = CandidateHostConfig {
            base_config: CandidateConfig {
                network: if over_tcp { "tcp" } else { "udp" }.to_owned(),
                address: self.address.ip().to_string(),
                port: self.address.port(),
                component: 1,
                ..Default::default()
            },
            tcp_type: if over_tcp { rtc::ice::tcp_type::TcpType::Active } else { Default::default() },
        };
        let candidate = RTCIceCandidate::from(&candidate.new_candidate_host().unwrap());
        self.pc.add_local_candidate(candidate.to_json().unwrap()).unwrap();
    }

    /// The offer of a voice and a camera of three sizes.
    pub(crate) fn offer(&mut self, now: Instant) -> String {
        let encoding = |ssrc, rid: &str, codec: RTCRtpCodecParameters| RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                rid: rid.to_owned(),
                ssrc: Some(ssrc),
                ..Default::default()
            },
            codec: codec.rtp_codec,
            ..Default::default()
        };
        let opus = codec(RtpCodecKind::Audio, MIME_TYPE_OPUS, 109, "minptime=10;useinbandfec=1");
        let voice = vec![encoding(self.base, "", opus)];
        let vp8 = codec(RtpCodecKind::Video, MIME_TYPE_VP8, 120, "");
        let sizes = (1..).zip(RIDS).map(|(i, rid)| encoding(self.base + i, rid, vp8.clone())).collect();
        let track = |name: &str, kind, codings| {
            MediaStreamTrack::new("site".to_owned(), name.to_owned(), name.to_owned(), kind, codings)
        };
        self.voice = Some(self.pc.add_track(track("voice", RtpCodecKind::Audio, voice)).unwrap());
        self.camera = Some(self.pc.add_track(track("camera", RtpCodecKind::Video, sizes)).unwrap());
        self.add_candidate();
        let offer = self.pc.create_offer(None).unwrap();
        self.pc.set_local_description(now, offer.clone()).unwrap();
        offer.sdp
    }

    pub(crate) fn take_answer(&mut self, now: Instant, answer: &str) {
        let answer = RTCSessionDescription::answer(answer.to_owned()).unwrap();
        self.pc.set_remote_description(now, answer).unwrap();
    }

    /// The answer to the server's offer.
    pub(crate) fn answer(&mut self, now: Instant, offer: &str) -> String {
        let offer = RTCSessionDescription::offer(offer.to_owned()).unwrap();
        self.pc.set_remote_description(now, offer).unwrap();
        self.add_candidate();
        let answer = self.pc.create_answer(None).unwrap();
        self.pc.set_local_description(now, answer.clone()).unwrap();
        answer.sdp
    }

    fn negotiated(&mut self) -> Negotiated {
        if let Some(negotiated) = &self.negotiated {
            return negotiated.clone();
        }
        let mut found = Negotiated { camera_mid: "1".to_owned(), ..Default::default() };
        for (sender, is_voice) in [(self.voice, true), (self.camera, false)] {
            let mut sender = self.pc.rtp_sender(sender.unwrap()).unwrap();
            let parameters = &sender.get_parameters().rtp_parameters;
            let number = parameters.codecs.first().unwrap().payload_type;
            let id = |uri| parameters.header_extensions.iter().find(|e| e.uri == uri).map(|e| e.id as u8);
            if is_voice {
                (found.voice, found.level) = (number, id(LEVEL));
            } else {
                (found.camera, found.mid, found.rid) = (number, id(MID), id(RID));
            }
        }
        self.negotiated.insert(found).clone()
    }

    /// Twenty milliseconds of voice at a level.
    pub(crate) fn speak(&mut self, now: Instant, millis: u64, level: u8) {
        let negotiated = self.negotiated();
        self.numbers[3] = self.numbers[3].wrapping_add(1);
        let mut header = Header {
            version: 2,
            payload_type: negotiated.voice,
            sequence_number: self.numbers[3],
            timestamp: (millis * 48) as u32,
            ssrc: self.base,
            ..Default::default()
        };
        if let Some(id) = negotiated.level {
            header.set_extension(id, Bytes::copy_from_slice(&[0x80 | level])).unwrap();
        }
        let payload = Bytes::from(vec![level; 60]);
        self.pc.rtp_sender(self.voice.unwrap()).unwrap().write_rtp(now, Packet { header, payload }).unwrap();
    }

    /// A frame of one size of the camera, of so many packets.
    pub(crate) fn film(&mut self, now: Instant, millis: u64, size: usize, packets: usize, is_key: bool) {
        let negotiated = self.negotiated();
        let picture = self.picture[size];
        self.picture[size] = (picture + 1) & 0x7FFF;
        for place in 0..packets {
            self.numbers[size] = self.numbers[size].wrapping_add(1);
            let mut header = Header {
                version: 2,
                marker: place + 1 == packets,
                payload_type: negotiated.camera,
                sequence_number: self.numbers[size],
                timestamp: (millis * 90) as u32,
                ssrc: self.base + 1 + size as u32,
                ..Default::default()
            };
            for (id, value) in
                [(negotiated.mid, negotiated.camera_mid.as_str()), (negotiated.rid, RIDS[size])]
            {
                if let Some(id) = id {
                    header.set_extension(id, Bytes::copy_from_slice(value.as_bytes())).unwrap();
                }
            }
            let start = if place == 0 { 0x10 } else { 0 };
            let [high, low] = (0x8000 | picture).to_be_bytes();
            let mut payload = vec![0x80 | start, 0x80, high, low];
            // A VP8 frame's first bytes: whether it is a whole picture, its start code, 320 by 180.
            payload.extend([u8::from(!is_key), 2, 0, 0x9D, 0x01, 0x2A, 64, 1, 180, 0]);
            payload.extend(std::iter::repeat_n(size as u8, 600));
            let packet = Packet { header, payload: payload.into() };
            self.pc.rtp_sender(self.camera.unwrap()).unwrap().write_rtp(now, packet).unwrap();
        }
    }

    pub(crate) fn take_in(&mut self, now: Instant, datagram: &[u8]) {
        let transport = TransportContext {
            local_addr: self.address,
            peer_addr: self.server,
            ecn: None,
            transport_protocol: self.protocol,
        };
        self.pc.handle_read(TaggedBytesMut { now, transport, message: BytesMut::from(datagram) }).unwrap();
    }

    /// What is to be sent to the server; sorts what has come meanwhile.
    pub(crate) fn give_out(&mut self) -> Vec<BytesMut> {
        while let Some(event) = self.pc.poll_event() {
            if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) = event {
                self.is_connected = state == RTCPeerConnectionState::Connected;
            }
        }
        while let Some(message) = self.pc.poll_read() {
            if let RTCMessage::RtpPacket(_, packet) = message.message {
                self.got.push(Got {
                    ssrc: packet.header.ssrc,
                    sequence: packet.header.sequence_number,
                    timestamp: packet.header.timestamp,
                    marker: packet.header.marker,
                    payload: packet.payload,
                });
            }
        }
        std::iter::from_fn(|| self.pc.poll_write()).map(|transmit| transmit.message).collect()
    }

    pub(crate) fn due(&mut self) -> Option<Instant> {
        self.pc.poll_timeout()
    }

    pub(crate) fn timeout(&mut self, now: Instant) {
        self.pc.handle_timeout(now).unwrap();
    }

    pub(crate) fn close(&mut self) {
        self.pc.close().unwrap();
    }
}
