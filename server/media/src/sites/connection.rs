//! The two connections of a site, made with the `webrtc` crate's whole peer connection: one that sends a voice and a camera
//! of three sizes, one that receives. Knows neither who signals nor what is in the pictures.

use std::net::IpAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rtc::interceptor::{
    NackGeneratorBuilder, NackResponderBuilder, ReceiverReportBuilder, Registry, SenderReportBuilder, Slot,
};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::{
    configure_nack, configure_simulcast_extension_headers, configure_twcc,
};
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_OPUS, MIME_TYPE_RTX, MIME_TYPE_VP8, MediaEngine,
};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::transport::RTCDtlsRole;
use rtc::rtp::header::Header;
use rtc::rtp::packet::Packet;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RTCRtpHeaderExtensionCapability, RtpCodecKind, TYPE_RTCP_FB_NACK,
};
use tokio::sync::mpsc;
use webrtc::error::{Error, Result};
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCPeerConnectionState,
    RTCSessionDescription, StatsSelector,
};
use webrtc::rtp_transceiver::RtpSender;

use super::film::{Piece, RIDS};
use super::line::{Line, Wire};
use super::meter::{Ear, Listen, Mend, Obey, SharedEar, Staged, Wanted};
use crate::command::Link;
use crate::sdp::{self, extension, payload};

/// Gaps are looked for so often; a browser asks as soon as it sees one.
const GAPS_EVERY: Duration = Duration::from_millis(30);
/// A packet is asked for so often, as browsers do.
const ASKS: u16 = 10;
/// Before the library's search for gaps.
const BEFORE_GAPS: usize = 5_500;
/// After everything of the library's.
const LAST: usize = 20_000;
/// The number of sound, of pictures and of their repeats in what a site offers.
const OPUS: u8 = 111;
const VP8: u8 = 96;
const RTX: u8 = 97;
const MIME_TYPE_RED: &str = "audio/red";

/// What a connection tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Which connection: each has a number of its own, and a former one may speak late.
    pub connection: u64,
    /// Sending or receiving.
    pub link: Link,
    /// Whether it carries from now on, or is lost.
    pub is_up: bool,
}

/// What a connection is made with.
pub(super) struct Making {
    pub(super) number: u64,
    /// The addresses it sends from.
    pub(super) from: Vec<IpAddr>,
    pub(super) wire: Arc<Wire>,
    pub(super) is_dead: Arc<AtomicBool>,
    pub(super) told: mpsc::Sender<Told>,
}

struct Teller {
    connection: u64,
    link: Link,
    told: mpsc::Sender<Told>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Teller {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let is_up = match state {
            RTCPeerConnectionState::Connected => true,
            RTCPeerConnectionState::Disconnected
            | RTCPeerConnectionState::Failed
            | RTCPeerConnectionState::Closed => false,
            _ => return,
        };
        // A site that takes so little of what it is told has been given up.
        let _ = self.told.try_send(Told { connection: self.connection, link: self.link, is_up });
    }
}

type Shared = Arc<dyn PeerConnection>;

fn codec(kind: RtpCodecKind, mime: &str, payload_type: u8, fmtp: &str) -> RTCRtpCodecParameters {
    let is_sound = kind == RtpCodecKind::Audio;
    let rtp_codec = RTCRtpCodec {
        mime_type: mime.to_owned(),
        clock_rate: if is_sound { 48_000 } else { 90_000 },
        channels: if is_sound { 2 } else { 0 },
        sdp_fmtp_line: fmtp.to_owned(),
        rtcp_feedback: vec![],
    };
    RTCRtpCodecParameters { rtp_codec, payload_type }
}

fn opus() -> RTCRtpCodecParameters {
    codec(RtpCodecKind::Audio, MIME_TYPE_OPUS, OPUS, "minptime=10;useinbandfec=1")
}

fn vp8() -> RTCRtpCodecParameters {
    codec(RtpCodecKind::Video, MIME_TYPE_VP8, VP8, "")
}

/// The codecs and extensions of a browser, as far as the server takes them. What a site sends again it sends as it was: the
/// library marks the repeats of several sizes with nothing that tells whose they are, where browsers name the size.
fn engine(link: Link) -> Result<MediaEngine> {
    let mut engine = MediaEngine::default();
    engine.register_codec(opus(), RtpCodecKind::Audio)?;
    engine.register_codec(vp8(), RtpCodecKind::Video)?;
    if link == Link::Subscribe {
        let doubled = codec(RtpCodecKind::Audio, MIME_TYPE_RED, payload::RED, &format!("{OPUS}/{OPUS}"));
        engine.register_codec(doubled, RtpCodecKind::Audio)?;
        let repeats = codec(RtpCodecKind::Video, MIME_TYPE_RTX, RTX, &format!("apt={VP8}"));
        engine.register_codec(repeats, RtpCodecKind::Video)?;
    }
    let level = RTCRtpHeaderExtensionCapability { uri: extension::LEVEL.to_owned() };
    engine.register_header_extension(level, RtpCodecKind::Audio, None)?;
    configure_simulcast_extension_headers(&mut engine)?;
    Ok(engine)
}

/// The library's chain with our stages in it.
fn chain(engine: &mut MediaEngine) -> Result<Registry> {
    // For what it adds to the descriptions; the stages themselves are set as browsers have them.
    let registry = configure_nack(Registry::new(), engine);
    drop(registry);
    let nack = RTCPFeedback { typ: TYPE_RTCP_FB_NACK.to_owned(), parameter: String::new() };
    engine.register_feedback(nack, RtpCodecKind::Audio);
    let registry = configure_twcc(Registry::new(), engine)?;
    let gaps = NackGeneratorBuilder::new().with_interval(GAPS_EVERY).with_max_nacks_per_packet(ASKS).build();
    Ok(registry
        .with(Slot::NackGenerator, gaps)
        .with(Slot::NackResponder, NackResponderBuilder::new().build())
        .with(Slot::ReceiverReport, ReceiverReportBuilder::new().build())
        .with(Slot::SenderReport, SenderReportBuilder::new().build()))
}

async fn build(making: Making, link: Link, engine: MediaEngine, registry: Registry) -> Result<Shared> {
    let settings = SettingEngineBuilder::new()
        .with_answering_dtls_role(RTCDtlsRole::Client)
        .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
        .with_include_loopback_candidate(true)
        .build();
    let Making { number, from, wire, is_dead, told } = making;
    let connection = PeerConnectionBuilder::new()
        .with_media_engine(engine)
        .with_setting_engine(settings)
        .with_interceptor_registry(registry)
        .with_runtime(Arc::new(Line::new(wire, is_dead)))
        .with_handler(Arc::new(Teller { connection: number, link, told }))
        .with_udp_addrs(from.into_iter().map(|address| (address, 0)).collect())
        .build()
        .await?;
    Ok(Arc::new(connection))
}

/// What the codecs and extensions of a track came to be numbered as.
#[derive(Clone, Copy, Debug, Default)]
struct Numbers {
    codec: u8,
    mid: Option<u8>,
    rid: Option<u8>,
    level: Option<u8>,
}

impl Numbers {
    async fn of(sender: &Arc<dyn RtpSender>) -> Result<Numbers> {
        let parameters = sender.get_parameters().await?.rtp_parameters;
        let id = |uri: &str| {
            let found = parameters.header_extensions.iter().find(|known| known.uri == uri)?;
            u8::try_from(found.id).ok()
        };
        let codec = parameters.codecs.first().ok_or(Error::ErrUnsupportedCodec)?;
        Ok(Numbers {
            codec: codec.payload_type,
            mid: id(extension::MID),
            rid: id(extension::RID),
            level: id(extension::LEVEL),
        })
    }
}

/// How many sizes a camera sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sizes {
    /// As a browser does.
    #[default]
    Three,
    /// The largest alone, for servers that are measured with one stream a camera.
    One,
}

/// The connection that sends.
pub(super) struct Sends {
    connection: Shared,
    voice: Arc<TrackLocalStaticRTP>,
    camera: Arc<TrackLocalStaticRTP>,
    senders: [Arc<dyn RtpSender>; 2],
    numbers: [Numbers; 2],
    camera_mid: Bytes,
    /// The voice's stream; the camera's follow it.
    first: u32,
    sizes: Sizes,
    /// Who asks for whole pictures.
    pub(super) wanted: Arc<Wanted>,
}

impl Sends {
    /// A new connection and its offer. `first` is the number of its first stream, of four.
    pub(super) async fn offer(making: Making, first: u32, sizes: Sizes) -> Result<(Sends, String)> {
        let mut engine = engine(Link::Publish)?;
        let wanted = Arc::new(Wanted::default());
        let obey = Obey { first: first.wrapping_add(1), wanted: Arc::clone(&wanted) };
        let registry = chain(&mut engine)?.with(Slot::Custom(LAST), Staged::new(obey));
        let connection = build(making, Link::Publish, engine, registry).await?;
        let coding = |ssrc: u32, rid: &str, codec: RTCRtpCodecParameters| RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                rid: rid.to_owned(),
                ssrc: Some(ssrc),
                ..Default::default()
            },
            codec: codec.rtp_codec,
            ..Default::default()
        };
        let track = |name: &str, kind, codings| {
            let track =
                MediaStreamTrack::new("site".to_owned(), name.to_owned(), name.to_owned(), kind, codings);
            Arc::new(TrackLocalStaticRTP::new(track))
        };
        let voice = track("voice", RtpCodecKind::Audio, vec![coding(first, "", opus())]);
        let codings = match sizes {
            Sizes::One => vec![coding(first.wrapping_add(1), "", vp8())],
            Sizes::Three => {
                (1..).zip(RIDS).map(|(place, rid)| coding(first.wrapping_add(place), rid, vp8())).collect()
            }
        };
        let camera = track("camera", RtpCodecKind::Video, codings);
        let senders = [
            connection.add_track(Arc::clone(&voice) as Arc<dyn TrackLocal>).await?,
            connection.add_track(Arc::clone(&camera) as Arc<dyn TrackLocal>).await?,
        ];
        let offer = connection.create_offer(None).await?;
        connection.set_local_description(offer.clone()).await?;
        let camera_mid = camera_mid(&offer.sdp);
        let sends = Sends {
            connection,
            voice,
            camera,
            senders,
            numbers: Default::default(),
            camera_mid,
            first,
            sizes,
            wanted,
        };
        Ok((sends, offer.sdp))
    }

    /// The server's answer.
    pub(super) async fn answered(&mut self, answer: String) -> Result<()> {
        self.connection.set_remote_description(RTCSessionDescription::answer(answer)?).await?;
        for (numbers, sender) in self.numbers.iter_mut().zip(&self.senders) {
            *numbers = Numbers::of(sender).await?;
        }
        Ok(())
    }

    /// Twenty milliseconds of sound.
    pub(super) async fn speak(&self, sequence: u16, timestamp: u32, level: u8, payload: Bytes) -> Result<()> {
        let [numbers, _] = self.numbers;
        let mut header = header(numbers.codec, sequence, timestamp, self.first);
        if let Some(id) = numbers.level {
            header.set_extension(id, Bytes::copy_from_slice(&[0x80 | level]))?;
        }
        self.voice.write_rtp(Packet { header, payload }).await
    }

    /// A packet of the camera.
    pub(super) async fn film(&self, piece: Piece) -> Result<()> {
        let [_, numbers] = self.numbers;
        let (place, rid_id) = match self.sizes {
            Sizes::One => (0, None),
            Sizes::Three => (piece.size, numbers.rid),
        };
        let ssrc = self.first.wrapping_add(1 + place as u32);
        let mut header = header(numbers.codec, piece.sequence, piece.timestamp, ssrc);
        header.marker = piece.is_last;
        let rid = Bytes::from_static(RIDS[piece.size].as_bytes());
        for (id, value) in [(numbers.mid, self.camera_mid.clone()), (rid_id, rid)] {
            if let Some(id) = id {
                header.set_extension(id, value)?;
            }
        }
        self.camera.write_rtp(Packet { header, payload: piece.payload }).await
    }

    pub(super) fn connection(&self) -> &Shared {
        &self.connection
    }
}

fn header(payload_type: u8, sequence_number: u16, timestamp: u32, ssrc: u32) -> Header {
    Header { version: 2, payload_type, sequence_number, timestamp, ssrc, ..Default::default() }
}

fn camera_mid(offer: &str) -> Bytes {
    let read = sdp::read(offer);
    let sections = read.iter().flat_map(|offer| &offer.sections);
    let camera = sections.into_iter().find(|section| section.kind == sdp::Kind::Video);
    camera.map(|section| Bytes::copy_from_slice(section.mid.as_bytes())).unwrap_or_default()
}

/// The connection that receives.
pub(super) struct Receives {
    connection: Shared,
    pub(super) ear: SharedEar,
}

impl Receives {
    /// A new connection for the server's offer, and the answer.
    pub(super) async fn answer(making: Making, began: Instant, offer: String) -> Result<(Receives, String)> {
        let read = sdp::read(&offer).map_err(|why| Error::Other(why.to_owned()))?;
        let ear: SharedEar = Arc::new(Mutex::new(Ear::new(began, &read)));
        let mut engine = engine(Link::Subscribe)?;
        let registry = chain(&mut engine)?
            .with(Slot::Custom(BEFORE_GAPS), Staged::new(Mend(Arc::clone(&ear))))
            .with(Slot::Custom(LAST), Staged::new(Listen(Arc::clone(&ear))));
        let connection = build(making, Link::Subscribe, engine, registry).await?;
        connection.set_remote_description(RTCSessionDescription::offer(offer)?).await?;
        let answer = connection.create_answer(None).await?;
        connection.set_local_description(answer.clone()).await?;
        Ok((Receives { connection, ear }, answer.sdp))
    }

    pub(super) fn connection(&self) -> &Shared {
        &self.connection
    }
}

/// There and back, as the connection measures it itself.
pub(super) async fn round_trip(connection: &Shared, now: Instant) -> Option<Duration> {
    let report = connection.get_stats(now, StatsSelector::None).await;
    let pairs = report.candidate_pairs().filter(|pair| pair.nominated);
    let seconds = pairs.map(|pair| pair.current_round_trip_time).find(|seconds| *seconds > 0.0)?;
    Duration::try_from_secs_f64(seconds).ok()
}
