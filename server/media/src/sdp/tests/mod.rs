//! What browsers write is understood, what nobody writes harms nobody.

mod browsers;
mod check;

use super::*;
use crate::command::Over;
use crate::peer::Credentials;

/// What Chromium offers for a voice, a camera of three sizes and a data channel, shortened to a few of its codecs.
const OFFER: &str = "v=0\r\no=- 42 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n\
    a=extmap-allow-mixed\r\na=msid-semantic: WMS x\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\n\
    a=ice-pwd:0123456789012345678901\r\na=ice-options:trickle\r\n\
    a=fingerprint:sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F\r\n\
    a=setup:actpass\r\na=mid:0\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n\
    a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n\
    a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n\
    a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=sendonly\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n\
    a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:0 PCMU/8000\r\n\
    a=ssrc:1001 cname:x\r\na=ssrc:1001 msid:x y\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 103 104 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=sendonly\r\na=rtcp-mux\r\n\
    a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n\
    a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\na=rtpmap:103 H264/90000\r\n\
    a=rtpmap:104 rtx/90000\r\na=fmtp:104 apt=103\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n\
    a=rid:l send\r\na=rid:m send\r\na=rid:h send\r\na=simulcast:send l;m;h\r\n\
    m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:2\r\na=sctp-port:5000\r\n";

fn ours(text: impl FnOnce(Ours<'_>) -> String) -> String {
    let credentials = Credentials { fragment: "ours".to_owned(), password: "secret".to_owned() };
    let candidates = [
        Candidate { address: "192.0.2.1:3478".parse().unwrap(), over: Over::Udp },
        Candidate { address: "192.0.2.1:3478".parse().unwrap(), over: Over::Tcp },
    ];
    text(Ours { credentials: &credentials, fingerprint: &[7; 32], candidates: &candidates, kbps: 3_000 })
}

#[test]
fn a_browsers_offer_is_understood() {
    let offer = read(OFFER).unwrap();
    assert_eq!(offer.fingerprint, std::array::from_fn(|place| place as u8));
    assert!(offer.can_shake);
    let [voice, camera, data] = &offer.sections[..] else { panic!("{}", offer.sections.len()) };
    assert_eq!((voice.kind, voice.codec(codec::OPUS).unwrap().number), (Kind::Audio, 111));
    assert_eq!((voice.extension(extension::LEVEL), voice.streams.as_slice()), (Some(1), &[1001][..]));
    assert_eq!((camera.codec(codec::VP8).unwrap().number, camera.repeat_of(96)), (96, Some(97)));
    assert_eq!(
        (camera.rids.as_slice(), camera.extension(extension::RID)),
        (&["l", "m", "h"].map(String::from)[..], Some(10))
    );
    assert_eq!((data.kind, data.mid.as_str()), (Kind::Other, "2"));
}

#[test]
fn the_answer_takes_one_codec_of_each_and_declines_the_rest() {
    let offer = read(OFFER).unwrap();
    let text = ours(|ours| answer(&offer, |section| section.kind != Kind::Other, ours));
    for line in [
        "a=ice-lite",
        "a=group:BUNDLE 0 1",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
        "a=setup:passive",
        "a=simulcast:recv l;m;h",
        "a=rid:h recv",
        "a=candidate:1 1 udp 2130706431 192.0.2.1 3478 typ host",
        "a=candidate:2 1 tcp 1526726399 192.0.2.1 3478 typ host tcptype passive",
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing:\n{text}");
    }
    assert!(!text.contains("abs-send-time") && !text.contains("H264"));
    // It can be read back, and the m-lines keep their places.
    let kinds: Vec<_> =
        read(&text).unwrap().sections.iter().map(|section| (section.kind, section.declined)).collect();
    assert_eq!(kinds, [(Kind::Audio, false), (Kind::Video, false), (Kind::Other, true)]);
}

#[test]
fn an_m_line_with_the_codec_of_another_kind_is_declined_in_its_place() {
    // Two m-lines of one name, of which the first would have been taken for the second.
    let odd = OFFER.replace("a=mid:0", "a=mid:1").replace("opus/48000/2", "VP8/90000");
    let offer = read(&odd).unwrap();
    let text = ours(|ours| answer(&offer, |section| section.mid == "1", ours));
    let kinds: Vec<_> =
        read(&text).unwrap().sections.iter().map(|section| (section.kind, section.declined)).collect();
    assert_eq!(kinds, [(Kind::Audio, true), (Kind::Video, false), (Kind::Other, true)]);
}

#[test]
fn an_offer_names_each_stream_before_its_repeats() {
    let slots = [
        Offered { mid: "main", is_sound: false, ssrc: 10, repeats: 11 },
        Offered { mid: "voice0", is_sound: true, ssrc: 20, repeats: 21 },
    ];
    let text = ours(|ours| offer(&slots, ours));
    let read = read(&text).unwrap();
    assert_eq!(
        (read.sections[0].streams.as_slice(), read.sections[0].repeats.as_slice()),
        (&[10, 11][..], &[(10, 11)][..])
    );
    assert_eq!((read.sections[1].streams.as_slice(), read.sections[1].mid.as_str()), (&[20][..], "voice0"));
}

#[test]
fn what_nobody_writes_is_refused_or_passed_over() {
    assert!(read("").is_err());
    assert!(read(&"m=audio 9 X 0\r\n".repeat(100)).is_err());
    assert!(read(&"a".repeat(100_000)).is_err());
    assert!(read(&OFFER.replace("sha-256", "sha-1")).is_err());
    // Any line cut anywhere.
    for (place, _) in OFFER.char_indices() {
        let _ = read(&OFFER[..place]);
    }
    let long = OFFER.replace("a=mid:1", &format!("a=mid:{}", "x".repeat(1_000)));
    assert_eq!(read(&long).unwrap().sections[1].mid, "");
    let many =
        OFFER.replace("a=rid:l send\r\n", &"a=rid:l send\r\na=ssrc:1 x\r\na=extmap:5 x\r\n".repeat(100));
    assert!(read(&many).unwrap().sections[1].rids.len() <= 4);
}
