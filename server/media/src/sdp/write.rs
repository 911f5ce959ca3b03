//! Writing the server's descriptions. Every m-line repeats the keys of the one way they share, as browsers expect.

use std::fmt::Write;
use std::net::SocketAddr;

use super::{Codec, Description, Direction, Extension, Kind, Section, codec, extension, payload};
use crate::command::Over;
use crate::peer::{Credentials, Fingerprint};
use crate::rtcp::CNAME;

/// An address told to clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// Address and port.
    pub address: SocketAddr,
    /// By what transport.
    pub over: Over,
}

/// What of the server stands in a description.
#[derive(Clone, Copy)]
pub struct Ours<'a> {
    /// ICE name and password.
    pub credentials: &'a Credentials,
    /// Of the certificate.
    pub fingerprint: &'a Fingerprint,
    /// Where the server is reached, the preferred first.
    pub candidates: &'a [Candidate],
    /// What one m-line of pictures may carry, kbit/s.
    pub kbps: u64,
}

/// One m-line of the receiving connection.
#[derive(Clone, Copy, Debug)]
pub struct Offered {
    /// Its name.
    pub mid: &'static str,
    /// Sound or pictures.
    pub is_sound: bool,
    /// Its stream.
    pub ssrc: u32,
    /// The stream of its repeats; sound has none.
    pub repeats: u32,
}

/// The answer to a client's sending connection, m-line by m-line; `takes` says which are taken, if they have our codec.
pub fn answer(offer: &Description, takes: impl Fn(&Section) -> bool, ours: Ours<'_>) -> String {
    let is_taken = |section: &Section| section.sends() && offer.shares_the_way(section) && takes(section);
    let taken: Vec<Option<&Codec>> =
        offer.sections.iter().map(|section| our_codec(section).filter(|_| is_taken(section))).collect();
    let mids: Vec<&str> = offer
        .sections
        .iter()
        .zip(&taken)
        .filter(|(_, codec)| codec.is_some())
        .map(|(section, _)| section.mid.as_str())
        .collect();
    let mut text = head(offer.bundle.is_some().then_some(&mids));
    let mut is_first = true;
    for (section, codec) in offer.sections.iter().zip(taken) {
        let Some(codec) = codec else {
            line(&mut text, format_args!("m={}\r\nc=IN IP4 0.0.0.0\r\na=inactive", section.form));
            if !section.mid.is_empty() {
                line(&mut text, format_args!("a=mid:{}", section.mid));
            }
            continue;
        };
        answer_section(&mut text, section, codec, ours, std::mem::take(&mut is_first));
    }
    text
}

/// The payload type of the one codec of its kind that the server talks.
fn our_codec(section: &Section) -> Option<&Codec> {
    let name = match section.kind {
        Kind::Audio => codec::OPUS,
        Kind::Video => codec::VP8,
        Kind::Other => return None,
    };
    section.codec(name)
}

fn answer_section(text: &mut String, section: &Section, offered: &Codec, ours: Ours<'_>, is_first: bool) {
    let is_sound = section.kind == Kind::Audio;
    let codec = offered.number;
    let repeats = section.repeat_of(codec).filter(|_| !is_sound);
    let numbers = repeats.map_or(codec.to_string(), |repeats| format!("{codec} {repeats}"));
    let media = if is_sound { "audio" } else { "video" };
    line(text, format_args!("m={media} 9 UDP/TLS/RTP/SAVPF {numbers}\r\nc=IN IP4 0.0.0.0"));
    if !is_sound {
        line(text, format_args!("b=AS:{}", ours.kbps));
    }
    way(text, ours, "passive", is_first);
    line(text, format_args!("a=mid:{}\r\na=recvonly\r\na=rtcp-mux", section.mid));
    if section.has_short_control {
        line(text, format_args!("a=rtcp-rsize"));
    }
    for Extension { id, what, direction } in &section.extensions {
        let ending = match direction {
            None | Some(Direction::SendReceive) => "",
            Some(Direction::Send) => "/recvonly",
            Some(Direction::Receive | Direction::Inactive) => continue,
        };
        if extension::ALL.contains(&what.as_str()) {
            line(text, format_args!("a=extmap:{id}{ending} {what}"));
        }
    }
    codecs(text, codec, repeats, is_sound, |feedback| offered.feedback.iter().any(|known| known == feedback));
    for rid in &section.rids {
        line(text, format_args!("a=rid:{rid} recv"));
    }
    if section.is_simulcast && !section.rids.is_empty() {
        line(text, format_args!("a=simulcast:recv {}", section.rids.join(";")));
    }
}

/// The offer of a receiving connection, whose m-lines never change.
pub fn offer(slots: &[Offered], ours: Ours<'_>) -> String {
    let mids: Vec<&str> = slots.iter().map(|slot| slot.mid).collect();
    let mut text = head(Some(&mids));
    for (place, slot) in slots.iter().enumerate() {
        let (media, codec, second) = if slot.is_sound {
            ("audio", payload::OPUS, payload::RED)
        } else {
            ("video", payload::VP8, payload::RTX)
        };
        let repeats = (!slot.is_sound).then_some(second);
        line(&mut text, format_args!("m={media} 9 UDP/TLS/RTP/SAVPF {codec} {second}\r\nc=IN IP4 0.0.0.0"));
        way(&mut text, ours, "actpass", place == 0);
        line(&mut text, format_args!("a=mid:{}\r\na=sendonly\r\na=rtcp-mux\r\na=rtcp-rsize", slot.mid));
        line(&mut text, format_args!("a=msid:{0} {0}", slot.mid));
        line(&mut text, format_args!("a=extmap:{} {}", payload::TRANSPORT_ID, extension::TRANSPORT));
        codecs(&mut text, codec, repeats, slot.is_sound, |_| true);
        if slot.is_sound {
            line(&mut text, format_args!("a=rtpmap:{second} red/48000/2\r\na=fmtp:{second} {codec}/{codec}"));
        }
        // The stream before its repeats: Chromium takes the first for the one that is shown.
        if !slot.is_sound {
            line(&mut text, format_args!("a=ssrc-group:FID {} {}", slot.ssrc, slot.repeats));
        }
        line(&mut text, format_args!("a=ssrc:{} cname:{CNAME}", slot.ssrc));
        if !slot.is_sound {
            line(&mut text, format_args!("a=ssrc:{} cname:{CNAME}", slot.repeats));
        }
    }
    text
}

/// The first lines, with the m-lines that share one way; none where the client shares none.
fn head(bundle: Option<&Vec<&str>>) -> String {
    let group = bundle.map_or(String::new(), |mids| format!("a=group:BUNDLE {}\r\n", mids.join(" ")));
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n{group}a=msid-semantic: WMS *\r\na=ice-lite\r\n"
    )
}

/// The keys of the way, and in the first m-line where it leads.
fn way(text: &mut String, ours: Ours<'_>, setup: &str, is_first: bool) {
    line(
        text,
        format_args!("a=ice-ufrag:{}\r\na=ice-pwd:{}", ours.credentials.fragment, ours.credentials.password),
    );
    let hex: Vec<String> = ours.fingerprint.iter().map(|byte| format!("{byte:02X}")).collect();
    line(text, format_args!("a=fingerprint:sha-256 {}\r\na=setup:{setup}", hex.join(":")));
    if !is_first {
        return;
    }
    for (place, candidate) in ours.candidates.iter().enumerate() {
        // RFC 8445: the type's preference for a host, ours among hosts, and component 1; RFC 6544 puts TCP below UDP.
        let local = 65_535 - place as u32;
        let (transport, ending, kind) = match candidate.over {
            Over::Udp => ("udp", "", 126_u32),
            Over::Tcp => ("tcp", " tcptype passive", 90),
        };
        let (ip, port) = (candidate.address.ip(), candidate.address.port());
        let priority = kind << 24 | local << 8 | 255;
        line(
            text,
            format_args!("a=candidate:{} 1 {transport} {priority} {ip} {port} typ host{ending}", place + 1),
        );
    }
    line(text, format_args!("a=end-of-candidates"));
}

/// A codec, its repeats, and of the feedback that the server gives or takes what the other `knows`.
fn codecs(text: &mut String, codec: u8, repeats: Option<u8>, is_sound: bool, knows: impl Fn(&str) -> bool) {
    let feedback = |text: &mut String, given: &[&str]| {
        for feedback in given.iter().filter(|feedback| knows(feedback)) {
            line(text, format_args!("a=rtcp-fb:{codec} {feedback}"));
        }
    };
    if is_sound {
        line(text, format_args!("a=rtpmap:{codec} opus/48000/2"));
        feedback(text, &["transport-cc", "nack"]);
        // One channel at a rate at which speech is clear; lost packets are mended from the next.
        line(text, format_args!("a=fmtp:{codec} minptime=10;useinbandfec=1;maxaveragebitrate=32000"));
        return;
    }
    line(text, format_args!("a=rtpmap:{codec} VP8/90000"));
    feedback(text, &["transport-cc", "ccm fir", "nack", "nack pli"]);
    if let Some(repeats) = repeats {
        line(text, format_args!("a=rtpmap:{repeats} rtx/90000\r\na=fmtp:{repeats} apt={codec}"));
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = text.write_fmt(line);
    text.push_str("\r\n");
}
